//! The private daemon: found, started in the background, waited for. It outlives the `vactl` that started it.
//!
//! Who else starts one at the same moment does no harm: the daemon's lock lets one of them live, and both clients end
//! up with that one.

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::daemon_log::DaemonLog;
use crate::exit::{Exit, Failure};
use crate::places::Places;

/// A daemon must answer within this time.
const START_LIMIT: Duration = Duration::from_secs(10);
/// Another one, to which ours gave way, within this time from then on.
const OTHERS_LIMIT: Duration = Duration::from_secs(2);
/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(5);
/// The daemon's exit code where its folder is used by another, or its configuration is wrong.
const DAEMON_GAVE_WAY: i32 = 2;
/// A socket's path is at most this long, bytes (unix(7)).
const LONGEST_SOCKET: usize = 107;
/// Lines of the log that are shown of a daemon that did not start.
const LAST_WORDS: usize = 10;

/// Starts one, and waits until it answers.
pub(crate) async fn start(places: &Places) -> Result<Client, Failure> {
    let starting = Starting::begin(places)?;
    let client = Client::new(starting.socket.clone());
    starting.wait(&client).await?;
    Ok(client)
}

struct Starting {
    child: Child,
    socket: PathBuf,
    log: PathBuf,
    /// What the log says before this is of earlier daemons.
    log_begins: u64,
}

impl Starting {
    fn begin(places: &Places) -> Result<Self, Failure> {
        let program = program()?;
        let (state_dir, socket, log) = (places.state_dir()?, places.private_socket()?, places.log()?);
        if socket.as_os_str().len() > LONGEST_SOCKET {
            let message = format!(
                "cannot start a daemon: the socket's path {} is longer than {LONGEST_SOCKET} bytes",
                socket.display()
            );
            return Err(Failure::new(Exit::Usage, message).hint("set VA_SOCKET to a shorter one"));
        }
        let output = prepare(state_dir, &log).map_err(|error| {
            let message =
                format!("cannot start a daemon: cannot write to its folder {}: {error}", state_dir.display());
            Failure::new(Exit::Usage, message).hint("set VA_STATE_DIR to a folder that you may write to")
        })?;
        let log_begins = output.metadata().map_or(0, |metadata| metadata.len());
        let child = spawn(&program, state_dir, &socket, &log, output)
            .map_err(|error| unreachable(format!("cannot start {}: {error}", program.display())))?;
        Ok(Starting { child, socket, log, log_begins })
    }

    async fn wait(mut self, client: &Client) -> Result<(), Failure> {
        let mut until = Instant::now() + START_LIMIT;
        let mut ended: Option<ExitStatus> = None;
        while !client.answers().await {
            if ended.is_none() {
                ended = self.child.try_wait().ok().flatten();
                match ended {
                    // Another daemon may be starting in its place.
                    Some(status) if status.code() == Some(DAEMON_GAVE_WAY) => {
                        until = Instant::now() + OTHERS_LIMIT
                    }
                    Some(status) => return Err(self.failed(Some(status))),
                    None => {}
                }
            }
            if Instant::now() > until {
                return Err(self.failed(ended));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    fn failed(&self, ended: Option<ExitStatus>) -> Failure {
        let (exit, how) = match ended {
            None => (
                Exit::Unreachable,
                format!("does not answer at {} after {} s", self.socket.display(), START_LIMIT.as_secs()),
            ),
            Some(status) => match (status.code(), status.signal()) {
                (Some(DAEMON_GAVE_WAY), _) => {
                    (Exit::Unreachable, format!("ended with exit code {DAEMON_GAVE_WAY}"))
                }
                (Some(code), _) => (Exit::Internal, format!("ended with exit code {code}")),
                (None, signal) => {
                    (Exit::Internal, format!("was killed by signal {}", signal.unwrap_or_default()))
                }
            },
        };
        let last_words = self.last_words();
        let message = match last_words.is_empty() {
            true => format!(
                "the daemon was started but {how}; it wrote nothing to its log {}",
                self.log.display()
            ),
            false => format!(
                "the daemon was started but {how}; the end of its log {}:\n{last_words}",
                self.log.display()
            ),
        };
        Failure::new(exit, message).hint("`vactl daemon logs` shows all of the log")
    }

    fn last_words(&self) -> String {
        let read = || {
            let mut log = DaemonLog::open(&self.log)?;
            log.skip_to(self.log_begins);
            log.skip_to_last(LAST_WORDS)?;
            log.rest()
        };
        String::from_utf8_lossy(&read().unwrap_or_default()).trim_end().to_owned()
    }
}

/// The state folder, for its owner alone, and the log in it.
fn prepare(state_dir: &Path, log: &Path) -> std::io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(state_dir)?;
    OpenOptions::new().create(true).append(true).open(log)
}

fn spawn(
    program: &Path,
    state_dir: &Path,
    socket: &Path,
    log: &Path,
    output: File,
) -> std::io::Result<Child> {
    let errors = output.try_clone()?;
    let mut command = Command::new(program);
    command.arg("--state-dir").arg(state_dir).arg("--socket").arg(socket).arg("--log-file").arg(log);
    // In a process group of its own, so that Ctrl-C at this terminal is none of its business; in its own folder, so
    // that it keeps nobody from unmounting ours.
    command.process_group(0).current_dir(state_dir);
    command.stdin(Stdio::null()).stdout(output).stderr(errors).spawn()
}

/// `$VA_DAEMON`, else beside this program, else where it lies in an installation.
fn program() -> Result<PathBuf, Failure> {
    if let Some(given) = std::env::var_os("VA_DAEMON").filter(|value| !value.is_empty()) {
        let given = std::path::absolute(&given).unwrap_or(given.into());
        return match given.is_file() {
            true => Ok(given),
            false => Err(unreachable(format!(
                "cannot start a daemon: VA_DAEMON names {}, which is no file",
                given.display()
            ))
            .hint("set it to a va-daemon, or unset it")),
        };
    }
    let here = std::env::current_exe().map_err(|error| {
        unreachable(format!("cannot start a daemon: cannot tell where vactl lies: {error}"))
    })?;
    let places = beside(&here);
    places.iter().find(|place| place.is_file()).cloned().ok_or_else(|| {
        let places = places.map(|place| place.display().to_string()).join(" nor ");
        unreachable(format!("cannot start a daemon: there is neither {places}"))
            .hint("install vactl together with va-daemon, or set VA_DAEMON to it")
    })
}

/// Where the daemon of this very vactl may lie.
fn beside(vactl: &Path) -> [PathBuf; 2] {
    let folder = vactl.parent().unwrap_or(Path::new("/"));
    let above = folder.parent().unwrap_or(Path::new("/"));
    [folder.join("va-daemon"), above.join("lib/va/va-daemon")]
}

fn unreachable(message: String) -> Failure {
    Failure::new(Exit::Unreachable, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_daemon_lies_beside_its_client_or_in_lib() {
        let places = beside(Path::new("/opt/va/bin/vactl")).map(|place| place.display().to_string());
        assert_eq!(places, ["/opt/va/bin/va-daemon", "/opt/va/lib/va/va-daemon"]);
    }
}
