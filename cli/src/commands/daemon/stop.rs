//! `vactl daemon stop`: asks, then waits until the process is gone, so that another can be started at once.

use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::client::{Client, ClientError};
use crate::exit::{Exit, Failure};
use crate::output;
use crate::places::Places;

/// Between two looks at a socket whose process cannot be seen.
const PAUSE: Duration = Duration::from_millis(20);

pub(super) async fn run(places: &Places, limit: Duration) -> Result<(), Failure> {
    let client = Client::new(places.private_socket()?);
    let status = match client.status().await {
        Err(ClientError::NobodyAnswers { tried }) if is_gone(&tried) => {
            return output::print(format!("No daemon runs at {}\n", client.socket().display())).await;
        }
        status => status?,
    };
    let process = process(status.pid);
    client.shut_down().await?;
    if tokio::time::timeout(limit, end(process, &client)).await.is_err() && client.answers().await {
        let message = format!(
            "the daemon (pid {}) was asked to stop and is still there after {} s",
            status.pid,
            limit.as_secs()
        );
        return Err(Failure::new(Exit::Internal, message).hint(format!(
            "its running jobs may still be finishing; `kill -TERM {0}` ends it at once",
            status.pid
        )));
    }
    output::print(format!("The daemon has stopped: pid {}\n", status.pid)).await
}

fn is_gone(tried: &[(std::path::PathBuf, std::io::Error)]) -> bool {
    tried.iter().all(|(_, error)| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused))
}

/// The process, where it lives in our world of processes.
fn process(pid: u32) -> Option<OwnedFd> {
    let pid = Pid::from_raw(i32::try_from(pid).ok()?)?;
    pidfd_open(pid, PidfdFlags::empty()).ok()
}

async fn end(process: Option<OwnedFd>, client: &Client) {
    if let Some(process) = process {
        // On a thread of its own, which is left behind where the time is up.
        let ended =
            tokio::task::spawn_blocking(move || poll(&mut [PollFd::new(&process, PollFlags::IN)], None));
        if matches!(ended.await, Ok(Ok(_))) {
            return;
        }
    }
    while client.answers().await {
        tokio::time::sleep(PAUSE).await;
    }
}
