//! A worker that is asked one thing and exits.

use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::process::end_group;

/// Why there is no answer.
pub(crate) enum Unheard {
    Unstarted(std::io::Error),
    TooLong,
}

/// Runs a command with this input to its end; nothing of it lives on.
///
/// # Errors
/// See [`Unheard`]; however the process itself ends is an answer.
pub(crate) async fn ask(mut command: Command, input: &[u8], limit: Duration) -> Result<Output, Unheard> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    // A symbol that a library misses is missed at once, not in the middle of a job.
    command.env("LD_BIND_NOW", "1");
    let mut child = command.spawn().map_err(Unheard::Unstarted)?;
    let leader = child.id();
    let stdin = child.stdin.take();
    let answered = async {
        if let Some(mut stdin) = stdin {
            // One that is gone already says so by its end.
            let _ = stdin.write_all(input).await;
        }
        child.wait_with_output().await
    };
    let answered = tokio::time::timeout(limit, answered).await;
    leader.inspect(|leader| end_group(*leader));
    answered.map_err(|_| Unheard::TooLong)?.map_err(Unheard::Unstarted)
}
