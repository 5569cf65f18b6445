//! One worker process: its start, its last words, its end.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::link;

/// Lines of standard error that are kept of each worker.
const LAST_LINES: usize = 20;
/// A worker's standard error may be held open by a child of its own; nobody waits for that.
const LAST_WORDS_LIMIT: Duration = Duration::from_millis(300);

/// A running worker. Dropping it ends the process.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) sender: link::Sender,
    /// How it ended, in words; `None` while it runs.
    pub(crate) exit: watch::Receiver<Option<String>>,
    kill: CancellationToken,
}

impl Process {
    /// Starts a worker in a role. The worker asks the kernel to end it with the thread that calls this.
    pub(crate) fn start(worker: &Path, role: &str, label: String) -> Result<(Self, link::Receiver)> {
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
        let mut child = command.spawn().with_context(|| format!("cannot start {}", worker.display()))?;
        // The command keeps the child's end of the socket open until it is dropped.
        drop(command);
        let pid = child.id().context("the worker ended at once")?;
        let stderr = child.stderr.take().context("the worker has no standard error")?;
        let kill = CancellationToken::new();
        let (told, exit) = watch::channel(None);
        tokio::spawn(watch_over(child, stderr, kill.clone(), told, label));
        Ok((Process { pid, sender, exit, kill }, receiver))
    }

    pub(crate) fn kill(&self) {
        self.kill.cancel();
    }

    /// Waits for the end; says how it was.
    pub(crate) async fn ended(&self) -> String {
        let mut exit = self.exit.clone();
        let ended = exit.wait_for(Option::is_some).await.ok().and_then(|exit| exit.clone());
        ended.unwrap_or_else(|| "ended".to_owned())
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
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: Option<f64> = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0.0) * 1024.0 / 1e6
}

async fn watch_over(
    mut child: Child,
    stderr: ChildStderr,
    kill: CancellationToken,
    told: watch::Sender<Option<String>>,
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
    let abort = listening.abort_handle();
    if tokio::time::timeout(LAST_WORDS_LIMIT, listening).await.is_err() {
        abort.abort();
    }
    let end = status.map_or_else(|error| format!("cannot be waited for: {error}"), exit_in_words);
    let words = words.lock().unwrap_or_else(PoisonError::into_inner);
    let last = words.iter().rfind(|line| !line.trim().is_empty());
    told.send_replace(Some(
        last.map_or(end.clone(), |last| format!("{end}; its last words: {}", last.trim())),
    ));
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
        return format!("exited with status {}", status.code().unwrap_or(-1));
    };
    let (name, meaning) = match signal {
        4 => ("SIGILL", "an illegal instruction"),
        6 => ("SIGABRT", "it aborted itself"),
        7 => ("SIGBUS", "a memory fault beyond a file's end"),
        8 => ("SIGFPE", "an arithmetic fault"),
        9 => ("SIGKILL", "killed from outside, perhaps for want of memory"),
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
