//! What a worker process does to itself before its work: its link, its standard streams, its end with the daemon.

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, Signal};

use crate::link;

/// Added to what the daemon has: where memory runs out, the kernel shall take a worker.
const OOM_SCORE: i32 = 500;

/// The kernel may end this process before others of the machine, above all before the daemon. Where `/proc` is not there
/// to say so, it chooses by size alone.
pub(crate) fn stand_back() {
    const SCORE: &str = "/proc/self/oom_score_adj";
    let inherited = std::fs::read_to_string(SCORE).ok().and_then(|text| text.trim().parse::<i32>().ok());
    let _ = std::fs::write(SCORE, inherited.unwrap_or(0).saturating_add(OOM_SCORE).min(1000).to_string());
}

/// Takes the socket that stands as standard input, and keeps foreign code from reaching it: standard input becomes
/// `/dev/null`, standard output goes where standard error goes.
pub(crate) fn daemon_link() -> Result<(link::Sender, link::Receiver)> {
    die_with_the_daemon()?;
    let socket =
        rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3).context("standard input is no socket")?;
    keep_foreign_code_off()?;
    link::ends(UnixStream::from(socket)).context("the link to the daemon is not usable")
}

/// What the daemon asks, one line at standard input; and where the answers go: what was standard output, which
/// foreign code does not reach any more.
pub(crate) fn question_and_answers() -> Result<(String, File)> {
    die_with_the_daemon()?;
    let mut question = String::new();
    std::io::stdin().read_line(&mut question).context("standard input cannot be read")?;
    let answers =
        rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3).context("there is no standard output")?;
    keep_foreign_code_off()?;
    Ok((question, File::from(answers)))
}

fn keep_foreign_code_off() -> Result<()> {
    let null = File::open("/dev/null").context("cannot open /dev/null")?;
    rustix::stdio::dup2_stdin(null.as_fd())?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    Ok(())
}

/// Also leaves no core files behind: a crashing plugin would fill the disk.
fn die_with_the_daemon() -> Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    rustix::process::setrlimit(Resource::Core, none).context("cannot switch core files off")
}

/// Limits the memory that this process may allocate; memory shared with the decoder does not count.
pub(crate) fn limit_memory(mib: u64) -> Result<()> {
    let bytes = Some(mib << 20);
    let limit = Rlimit { current: bytes, maximum: bytes };
    rustix::process::setrlimit(Resource::Data, limit)
        .with_context(|| format!("cannot limit memory to {mib} MiB"))
}

/// CPU seconds of all threads of this process so far.
pub(crate) fn cpu_s() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Peak of the resident memory of this process; 0 where `/proc` does not tell.
pub(crate) fn memory_peak_mb() -> f64 {
    memory_peak() as f64 / 1e6
}

/// The same, bytes; since [`Marks::forget_peak`](crate::memory::Marks::forget_peak), where that was called.
pub(crate) fn memory_peak() -> u64 {
    of_status("VmHWM:")
}

/// Resident memory of this process now, bytes; 0 where `/proc` does not tell.
pub(crate) fn memory() -> u64 {
    of_status("VmRSS:")
}

fn of_status(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kib: Option<u64> = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0) * 1024
}
