//! What `/proc` tells of the processes of an installation.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// The processes that run a program of this folder, whether the file is still there or not.
pub fn processes_of(folder: &Path) -> Vec<u32> {
    let runs = |pid: &u32| {
        std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|program| program.starts_with(folder))
    };
    processes().filter(runs).collect()
}

/// Its children that have ended and that nobody has waited for.
pub fn zombies_of(parent: u32) -> Vec<u32> {
    processes().filter(|pid| state_and_parent(*pid) == Some(('Z', parent))).collect()
}

/// `None` of one that is gone.
pub fn parent_of(pid: u32) -> Option<u32> {
    state_and_parent(pid).map(|(_, parent)| parent)
}

/// Neither gone nor a zombie.
pub fn is_alive(pid: u32) -> bool {
    state_and_parent(pid).is_some_and(|(state, _)| state != 'Z')
}

/// The first argument of a worker: `analyze`, `decode`, `describe`.
pub fn role_of(pid: u32) -> Option<String> {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let mut words = line.split(|byte| *byte == 0);
    words
        .next()?
        .ends_with(b"va-worker")
        .then(|| String::from_utf8_lossy(words.next().unwrap_or_default()).into_owned())
}

/// How willingly the kernel ends a process where memory runs out, -1000..1000.
pub fn oom_score(pid: u32) -> Option<i64> {
    std::fs::read_to_string(format!("/proc/{pid}/oom_score_adj")).ok()?.trim().parse().ok()
}

/// What each descriptor of a process stands for.
pub fn open_files(pid: u32) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| std::fs::read_link(entry.path()).ok()).collect()
}

/// Memories of frames that a process has open or mapped.
pub fn memfds(pid: u32) -> usize {
    let open =
        open_files(pid).iter().filter(|path| path.to_string_lossy().contains("memfd:va-frames")).count();
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
    open + maps.lines().filter(|line| line.contains("memfd:va-frames")).count()
}

/// Memory of a process that is in RAM, bytes; 0 of one that is gone.
pub fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// CPU time of all threads of a process, and how often they were woken.
pub fn cpu(pid: u32) -> (Duration, u64) {
    let (mut time, mut woken) = (Duration::ZERO, 0);
    for thread in std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().filter_map(Result::ok)
    {
        let read = |name: &str| std::fs::read_to_string(thread.path().join(name)).unwrap_or_default();
        let nanoseconds = read("schedstat").split_whitespace().next().and_then(|first| first.parse().ok());
        time += Duration::from_nanos(nanoseconds.unwrap_or(0));
        let status = read("status");
        let switches = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        woken += switches.and_then(|count| count.trim().parse::<u64>().ok()).unwrap_or(0);
    }
    (time, woken)
}

/// What a daemon and its workers hold on to between jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resources {
    pub processes: usize,
    pub zombies: usize,
    /// Descriptors of the daemon.
    pub daemon_files: usize,
    /// Descriptors of all its workers together.
    pub worker_files: usize,
    /// Memories of frames that anyone still has.
    pub memfds: usize,
}

impl Resources {
    pub fn of(daemon: u32, folder: &Path) -> Self {
        let processes = processes_of(folder);
        let workers = || processes.iter().filter(|pid| **pid != daemon);
        Resources {
            processes: processes.len(),
            zombies: zombies_of(daemon).len(),
            daemon_files: open_files(daemon).len(),
            worker_files: workers().map(|pid| open_files(*pid).len()).sum(),
            memfds: processes.iter().map(|pid| memfds(*pid)).sum(),
        }
    }
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn state_and_parent(pid: u32) -> Option<(char, u32)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program stands in parentheses and may have any character.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}
