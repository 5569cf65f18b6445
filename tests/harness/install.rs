//! An installation of its own for each test, in the layout of `make install`.

use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Signal, kill_process};
use tempfile::TempDir;

use crate::proc::processes_of;
use crate::program::pid;

/// Where the built programs are: `$VA_BIN_DIR`, else two levels above the test's own program.
pub fn bin_dir() -> PathBuf {
    if let Some(folder) = std::env::var_os("VA_BIN_DIR") {
        return PathBuf::from(folder);
    }
    let test = std::env::current_exe().expect("this test is a program");
    test.ancestors().nth(2).expect("it lies in target/PROFILE/deps").to_owned()
}

/// `PREFIX/bin/vactl`, `PREFIX/lib/va/{va-daemon,va-worker,analyzers/}`; gone when dropped, with all its
/// processes.
///
/// The files are hard links. A process shows the path that it was started by, so the processes of one installation are
/// told from those of all others.
#[derive(Debug)]
pub struct Install {
    prefix: TempDir,
}

impl Default for Install {
    fn default() -> Self {
        Self::new()
    }
}

impl Install {
    /// # Panics
    /// Where a program was not built.
    pub fn new() -> Self {
        let beside = bin_dir().join("va-tests");
        std::fs::create_dir_all(&beside).expect("the target folder can be written");
        let install = Install { prefix: TempDir::new_in(beside).expect("the target folder can be written") };
        std::fs::create_dir_all(install.analyzers()).expect("a folder");
        std::fs::create_dir_all(install.prefix().join("bin")).expect("a folder");
        for (name, place) in [("vactl", "bin"), ("va-daemon", "lib/va"), ("va-worker", "lib/va")] {
            link(&bin_dir().join(name), &install.prefix().join(place).join(name));
        }
        install
    }

    pub fn prefix(&self) -> &Path {
        self.prefix.path()
    }

    pub fn analyzers(&self) -> PathBuf {
        self.prefix().join("lib/va/analyzers")
    }

    /// Puts an analyzer into the plugin folder: a fake one, or one of our own.
    pub fn add(&self, name: &str) {
        link(&library(name), &self.analyzers().join(format!("{name}.so")));
    }

    pub fn daemon(&self) -> Command {
        self.program("lib/va/va-daemon")
    }

    pub fn worker(&self) -> Command {
        self.program("lib/va/va-worker")
    }

    pub fn vactl(&self) -> Command {
        self.program("bin/vactl")
    }

    /// In an environment without settings of the person who runs the tests.
    fn program(&self, path: &str) -> Command {
        let mut command = Command::new(self.prefix().join(path));
        for name in ["VA_SOCKET", "VA_STATE_DIR", "VA_DAEMON", "VA_LOG", "XDG_STATE_HOME", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command.env("HOME", self.prefix());
        command
    }
}

impl Drop for Install {
    fn drop(&mut self) {
        for process in processes_of(self.prefix()) {
            let _ = kill_process(pid(process), Signal::KILL);
        }
    }
}

/// The names of our own analyzers: their folders.
pub fn own_analyzers() -> Vec<String> {
    // Where this runs, not where it was built: a target folder may serve several clones.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    let folder = Path::new(&package).join("../analyzers");
    let entries = std::fs::read_dir(folder).expect("the analyzers").map(|entry| entry.expect("an entry"));
    let folders = entries.filter(|entry| entry.path().join("Cargo.toml").exists());
    let mut names: Vec<String> =
        folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Where cargo puts the library of an analyzer.
pub(crate) fn library(name: &str) -> PathBuf {
    let fake = bin_dir().join("examples").join(format!("lib{name}.so"));
    if fake.exists() { fake } else { bin_dir().join(format!("libva_analyzer_{name}.so")) }
}

fn link(from: &Path, to: &Path) {
    assert!(from.exists(), "{} is missing: `make build-tests` builds what tests need", from.display());
    // Another file system takes a copy.
    if std::fs::hard_link(from, to).is_err() {
        std::fs::copy(from, to).expect("the target folder can be written");
    }
}
