//! One worker process: its start, its last words, its end.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use va_protocol::worker::control::EXIT_LINK_LOST;

use super::link;

/// Lines of standard error that are kept of each worker.
const LAST_LINES: usize = 20;
/// A worker's standard error may be held open by a child of its own; nobody waits for that.
const LAST_WORDS_LIMIT: Duration = Duration::from_millis(300);
/// `SIGKILL`.
const KILLED: i32 = 9;

/// A running worker. Dropping it ends the process.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) sender: link::Sender,
    /// How it ended; `None` while it runs.
    pub(crate) exit: watch::Receiver<Option<Ended>>,
    kill: CancellationToken,
    /// Why we ended it.
    why: Arc<OnceLock<String>>,
}

/// How a worker ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ended {
    /// As the predicate of a sentence about it, with its last words.
    pub(crate) how: String,
    /// The last lines of its standard error.
    pub(crate) stderr: Vec<String>,
}

impl From<String> for Ended {
    fn from(how: String) -> Self {
        Ended { how, stderr: Vec::new() }
    }
}

/// glibc's allocator, unless the environment says otherwise: by itself it keeps up to eight arenas for each core, and what
/// one thread gave back is lost to the others; and after a large block was freed it takes such blocks from there, too. A
/// worker of all visual analyzers keeps a quarter less with this, for no measurable time. And CUDA numbers GPUs as NVML does.
const ENVIRONMENT: [(&str, &str); 3] =
    [("MALLOC_ARENA_MAX", "2"), ("MALLOC_MMAP_THRESHOLD_", "4194304"), ("CUDA_DEVICE_ORDER", "PCI_BUS_ID")];

impl Process {
    /// Starts a worker in a role; `processes` keeps track of it until it was waited for. The worker asks the kernel to
    /// end it with the thread that calls this.
    pub(crate) fn start(
        worker: &Path,
        role: &str,
        label: String,
        processes: &TaskTracker,
    ) -> Result<(Self, link::Receiver)> {
        let (ours, theirs) = UnixStream::pair().context("no sockets")?;
        let (sender, receiver) = link::ends(ours)?;
        let mut command = Command::new(worker);
        command
            .arg(role)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        for (name, value) in ENVIRONMENT {
            if std::env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        let mut child = command.spawn().with_context(|| format!("cannot start {}", worker.display()))?;
        // The command keeps the child's end of the socket open until it is dropped.
        drop(command);
        let pid = child.id().context("the worker ended at once")?;
        let stderr = child.stderr.take().context("the worker has no standard error")?;
        let kill = CancellationToken::new();
        let (told, exit) = watch::channel(None);
        let why = Arc::<OnceLock<String>>::default();
        processes.spawn(watch_over((child, pid), stderr, (kill.clone(), Arc::clone(&why)), told, label));
        Ok((Process { pid, sender, exit, kill, why }, receiver))
    }

    pub(crate) fn kill(&self) {
        self.kill.cancel();
    }

    /// `why`, as the predicate of a sentence about it, is told unless it has come to another end meanwhile.
    pub(crate) fn kill_because(&self, why: String) {
        let _ = self.why.set(why);
        self.kill();
    }

    /// Waits for the end; says how it was.
    pub(crate) async fn ended(&self) -> Ended {
        let mut exit = self.exit.clone();
        let ended = exit.wait_for(Option::is_some).await.ok().and_then(|exit| exit.clone());
        ended.unwrap_or_else(|| "ended".to_owned().into())
    }

    /// Peak of its resident memory, MB.
    pub(crate) fn memory_peak_mb(&self) -> f64 {
        memory_peak_mb(self.pid)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill.cancel();
    }
}

/// Peak of a process's resident memory, MB; 0 where it is gone.
pub(crate) fn memory_peak_mb(pid: u32) -> f64 {
    bytes_of_status(pid, "VmHWM:") as f64 / 1e6
}

/// A process's resident memory, bytes; 0 where it is gone.
pub(crate) fn resident_bytes(pid: u32) -> u64 {
    bytes_of_status(pid, "VmRSS:")
}

fn bytes_of_status(pid: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kib: Option<u64> = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0) << 10
}

async fn watch_over(
    (mut child, pid): (Child, u32),
    stderr: ChildStderr,
    (kill, why): (CancellationToken, Arc<OnceLock<String>>),
    told: watch::Sender<Option<Ended>>,
    label: String,
) {
    let words: Arc<Mutex<VecDeque<String>>> = Arc::default();
    let listening = tokio::spawn(listen(stderr, Arc::clone(&words), label));
    let status = tokio::select! {
        status = child.wait() => status,
        () = kill.cancelled() => {
            let _ = child.start_kill();
            child.wait().await
        }
    };
    end_group(pid);
    let abort = listening.abort_handle();
    if tokio::time::timeout(LAST_WORDS_LIMIT, listening).await.is_err() {
        abort.abort();
    }
    let by_us = status.as_ref().is_ok_and(|status| status.signal() == Some(KILLED));
    let end = match why.get().filter(|_| by_us) {
        Some(why) => why.clone(),
        None => status.map_or_else(|error| format!("cannot be waited for: {error}"), exit_in_words),
    };
    let words = words.lock().unwrap_or_else(PoisonError::into_inner);
    // Rust's own hint after a panic is not what it was about.
    let last = words.iter().rfind(|line| !line.trim().is_empty() && !line.starts_with("note: run with"));
    let how = last.map_or(end.clone(), |last| format!("{end}; its last words: {}", last.trim()));
    told.send_replace(Some(Ended { how, stderr: words.iter().cloned().collect() }));
}

/// Ends what a process leaves behind that led a group of its own. Its number is not given to another so soon: the kernel
/// hands them out in turn.
pub(crate) fn end_group(leader: u32) {
    if let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        // Mostly nothing is left.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

async fn listen(stderr: ChildStderr, words: Arc<Mutex<VecDeque<String>>>, label: String) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line[..line.len().min(2000)]).trim_end().to_owned();
        line.clear();
        tracing::debug!(worker = %label, "{text}");
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        if words.len() == LAST_LINES {
            words.pop_front();
        }
        words.push_back(text);
    }
}

/// As the predicate of a sentence: `was killed by SIGSEGV (a memory fault)`.
pub(crate) fn exit_in_words(status: ExitStatus) -> String {
    let Some(signal) = status.signal() else {
        return match status.code() {
            Some(EXIT_LINK_LOST) => "exited, since its link to the daemon was broken".to_owned(),
            code => format!("exited with status {}", code.unwrap_or(-1)),
        };
    };
    let (name, meaning) = match signal {
        4 => ("SIGILL", "an illegal instruction"),
        6 => ("SIGABRT", "it aborted itself"),
        7 => ("SIGBUS", "a memory fault beyond a file's end"),
        8 => ("SIGFPE", "an arithmetic fault"),
        KILLED => ("SIGKILL", "killed from outside, perhaps for want of memory"),
        11 => ("SIGSEGV", "a memory fault"),
        15 => ("SIGTERM", "asked to end from outside"),
        24 => ("SIGXCPU", "out of CPU time"),
        31 => ("SIGSYS", "a forbidden system call"),
        other => return format!("was killed by signal {other}"),
    };
    format!("was killed by {name} ({meaning})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_told_in_words() {
        assert_eq!(exit_in_words(ExitStatus::from_raw(11)), "was killed by SIGSEGV (a memory fault)");
        assert_eq!(exit_in_words(ExitStatus::from_raw(3 << 8)), "exited with status 3");
        assert_eq!(exit_in_words(ExitStatus::from_raw(40)), "was killed by signal 40");
    }
}
