//! A program that a test runs: to its end within a limit, or in the background.

use std::io::{Read, Seek, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

/// How a program ended, and what it said.
#[derive(Debug)]
pub struct Ran {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: String,
    pub took: Duration,
}

impl Ran {
    /// The exit code; 128 and the signal's number where a signal ended it, as a shell has it.
    pub fn code(&self) -> i32 {
        self.status.code().or_else(|| self.status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard output as JSON.
    ///
    /// # Panics
    /// Where it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {self:#?}"))
    }

    /// # Panics
    /// Where it ended with another code.
    #[track_caller]
    pub fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "exit code; stdout: {}\nstderr: {}", self.text(), self.stderr);
        self
    }

    /// # Panics
    /// Where standard error does not have all of these words.
    #[track_caller]
    pub fn complains_of(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is missing in what it said:\n{}", self.stderr);
        }
        self
    }
}

/// Runs a program to its end.
///
/// # Panics
/// Where it takes longer than `limit`.
pub fn run(command: &mut Command, limit: Duration) -> Ran {
    Running::start(command).ended(limit)
}

/// A program in the background; killed where the test ends before it.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
    begun: Instant,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
}

impl Running {
    /// # Panics
    /// Where it cannot be started.
    pub fn start(command: &mut Command) -> Self {
        Self::reading(command, Stdio::null())
    }

    /// With this at its standard input.
    ///
    /// # Panics
    /// Where it cannot be started.
    pub fn start_with(command: &mut Command, input: &str) -> Self {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(input.as_bytes()).and_then(|()| file.rewind()).expect("written");
        Self::reading(command, file.into())
    }

    fn reading(command: &mut Command, input: Stdio) -> Self {
        let name = format!("{command:?}");
        command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        let stdout = listen(child.stdout.take().expect("it is piped"));
        let stderr = listen(child.stderr.take().expect("it is piped"));
        Running { name, child, begun: Instant::now(), stdout, stderr }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(pid(self.pid()), signal).expect("it still runs");
    }

    /// Waits for the end of the program and of its output.
    ///
    /// # Panics
    /// Where that takes longer than `limit`.
    pub fn ended(mut self, limit: Duration) -> Ran {
        assert!(ends_within(self.pid(), limit), "{} still runs after {limit:?}", self.name);
        let status = self.child.wait().expect("it was started here");
        let took = self.begun.elapsed();
        // Whoever inherited these streams keeps them open, and whoever reads them waiting.
        let held = "its output is held open by another process";
        let stdout = self.stdout.recv_timeout(limit).expect(held);
        let stderr = self.stderr.recv_timeout(limit).expect(held);
        Ran { status, stdout, stderr: String::from_utf8_lossy(&stderr).into_owned(), took }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(mut stream: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        let _ = tell.send(all);
    });
    heard
}

/// Waits for the end of a process; `false` where it outlives the limit.
pub(crate) fn ends_within(process: u32, limit: Duration) -> bool {
    let Ok(descriptor) = pidfd_open(pid(process), PidfdFlags::empty()) else { return true };
    readable_within(&descriptor, limit)
}

pub(crate) fn readable_within(descriptor: &impl std::os::fd::AsFd, limit: Duration) -> bool {
    let limit = Timespec { tv_sec: limit.as_secs() as i64, tv_nsec: i64::from(limit.subsec_nanos()) };
    let mut watched = [PollFd::new(descriptor, PollFlags::IN)];
    poll(&mut watched, Some(&limit)).is_ok_and(|ready| ready > 0)
}

pub(crate) fn pid(process: u32) -> Pid {
    Pid::from_raw(process as i32).expect("a process's number is not 0")
}
