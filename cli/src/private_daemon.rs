//! A daemon of one's own, started in the background where none answers.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::exit::Failure;

const START_LIMIT: Duration = Duration::from_secs(10);
const TRY_EVERY: Duration = Duration::from_millis(10);

/// `$VA_STATE_DIR`, else `$XDG_STATE_HOME/va`, else `~/.local/state/va`.
pub(crate) fn state_dir() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    from("VA_STATE_DIR")
        .or_else(|| from("XDG_STATE_HOME").map(|state| state.join("va")))
        .or_else(|| from("HOME").map(|home| home.join(".local/state/va")))
        .unwrap_or_else(|| PathBuf::from("va-state"))
}

pub(crate) fn log_file() -> PathBuf {
    state_dir().join("daemon.log")
}

/// Starts it and waits until it answers.
pub(crate) async fn start(socket: &Path) -> Result<Client, Failure> {
    let program = program()?;
    let state = state_dir();
    std::fs::create_dir_all(&state).map_err(|error| {
        Failure::usage(format!("cannot make the state folder {}: {error}", state.display()))
    })?;
    let mut command = Command::new(&program);
    command.arg("--state-dir").arg(&state).arg("--socket").arg(socket).arg("--log-file").arg(log_file());
    // In a process group of its own: a Ctrl-C at this terminal is not meant for it.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    let mut child = command
        .spawn()
        .map_err(|error| Failure::internal(format!("cannot start {}: {error}", program.display())))?;
    let begun = Instant::now();
    loop {
        if let Ok(client) = Client::connect(socket).await {
            return Ok(client);
        }
        let ended = child.try_wait().ok().flatten();
        if ended.is_some_and(|status| status.code() != Some(2)) || begun.elapsed() > START_LIMIT {
            let message = format!(
                "the private daemon does not answer at {}; its log is {}",
                socket.display(),
                log_file().display()
            );
            return Err(Failure::unreachable(message));
        }
        tokio::time::sleep(TRY_EVERY).await;
    }
}

/// `$VA_DAEMON`, else beside this program, else in `lib/va` of the same installation.
fn program() -> Result<PathBuf, Failure> {
    if let Some(program) = std::env::var_os("VA_DAEMON") {
        return Ok(program.into());
    }
    let this = std::env::current_exe()
        .map_err(|error| Failure::internal(format!("cannot tell where vactl lies: {error}")))?;
    let folder = this.parent().unwrap_or(Path::new("/"));
    let candidates = [folder.join("va-daemon"), folder.join("../lib/va/va-daemon")];
    let missing = || {
        Failure::internal(format!(
            "there is no va-daemon beside {}: the installation is not complete",
            this.display()
        ))
    };
    candidates.into_iter().find(|path| path.exists()).ok_or_else(missing)
}
