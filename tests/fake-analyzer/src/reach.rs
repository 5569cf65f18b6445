//! Reaches for all that is none of an analyzer's business, and tells what came of each.
#![allow(unsafe_code, reason = "some calls have no safe form; each says SAFETY")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Error, Result};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::Path;
use std::process::Command;

use rustix::process::{getppid, test_kill_process};

/// `done`, or the system's words, by what was tried. The folder is the test's: it has a `secret` and a `socket`.
pub(crate) fn reach(folder: &Path, port: u16) -> BTreeMap<&'static str, String> {
    let secret = folder.join("secret");
    let tried = [
        ("read a file", fs::read(&secret).map(drop)),
        ("list a folder", fs::read_dir(folder).map(drop)),
        ("write a file", fs::write(folder.join("written"), "by an analyzer")),
        ("make a link", symlink("secret", folder.join("link"))),
        ("change rights", fs::set_permissions(&secret, fs::Permissions::from_mode(0o600))),
        ("remove a file", fs::remove_file(folder.join("unwanted"))),
        ("read the environment of the daemon", fs::read(of_the_daemon("environ")).map(drop)),
        ("connect by TCP", TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map(drop)),
        ("connect to a Unix socket", UnixStream::connect(folder.join("socket")).map(drop)),
        ("make a datagram socket", UnixDatagram::pair().map(drop)),
        ("run a program", Command::new("/bin/true").status().map(drop)),
        ("fork", forked().map(drop)),
        ("signal the daemon", getppid().map_or(Ok(()), |daemon| Ok(test_kill_process(daemon)?))),
        ("trace a process", traced()),
    ];
    let told = |done: Result<()>| done.map_or_else(|error| error.to_string(), |()| "done".to_owned());
    tried.map(|(what, done)| (what, told(done))).into()
}

fn of_the_daemon(file: &str) -> String {
    format!("/proc/{}/{file}", getppid().map_or(0, |daemon| daemon.as_raw_nonzero().get()))
}

/// A child that ends at once.
fn forked() -> Result<()> {
    // SAFETY: the child calls nothing that a process with threads might hold a lock for.
    match unsafe { libc::fork() } {
        -1 => Err(Error::last_os_error()),
        // SAFETY: the child just ends.
        0 => unsafe { libc::_exit(0) },
        // SAFETY: waits for that child alone.
        child => match unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) } {
            -1 => Err(Error::last_os_error()),
            _ => Ok(()),
        },
    }
}

/// There is no such process: where the call is allowed at all, the kernel says so.
fn traced() -> Result<()> {
    // SAFETY: nothing is written, and nothing traced.
    match unsafe { libc::ptrace(libc::PTRACE_SEIZE, i32::MAX, 0, 0) } {
        -1 => match Error::last_os_error() {
            error if error.raw_os_error() == Some(libc::ESRCH) => Ok(()),
            error => Err(error),
        },
        _ => Ok(()),
    }
}

/// Leaves a child behind that does nothing, for ever.
pub(crate) fn leave_a_child() -> Result<()> {
    // SAFETY: the child only waits.
    match unsafe { libc::fork() } {
        -1 => Err(Error::last_os_error()),
        0 => loop {
            // SAFETY: waits for a signal.
            unsafe { libc::pause() };
        },
        _ => Ok(()),
    }
}
