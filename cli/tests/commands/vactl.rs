//! Runs the program in a world of its own: a folder, no daemon but that of the test.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

pub(crate) struct Vactl {
    /// Also the state folder, with the socket.
    pub(crate) folder: tempfile::TempDir,
}

/// How it ended and what it printed.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Vactl {
    pub(crate) fn new() -> Self {
        Vactl { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.path("va.sock")
    }

    /// A file of this name; its content is nobody's business here.
    pub(crate) fn video(&self, name: impl AsRef<OsStr>) -> PathBuf {
        let path = self.folder.path().join(name.as_ref());
        std::fs::write(&path, b"not looked at").expect("written");
        path
    }

    /// Without a daemon to start.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vactl"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env_clear().env("VA_STATE_DIR", self.folder.path()).env("VA_SOCKET", self.socket());
        command.env("VA_DAEMON", self.path("no-daemon"));
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ended {
        self.end(self.command(arguments).output().expect("vactl runs"))
    }

    pub(crate) fn start<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("vactl runs")
    }

    /// What was printed, with the test's folder as `DIR`.
    pub(crate) fn end(&self, output: Output) -> Ended {
        let folder = self.folder.path().display().to_string();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace(&folder, "DIR");
        Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}
