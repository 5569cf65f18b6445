//! How far the sandbox of workers holds on this machine: a worker puts it on and tells.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use tokio::process::Command;
use tokio::sync::OnceCell;
use va_protocol::api::status::{SandboxState, SandboxStatus};
use va_protocol::worker::control::Confined;

use super::ask::{Unheard, ask};
use super::process::exit_in_words;
use super::programs::Programs;

/// It only asks the kernel.
const LIMIT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Confinement {
    worker: PathBuf,
    enabled: bool,
    /// Asked for when somebody wants to know; a kernel does not change under a daemon.
    lacks: OnceCell<Vec<String>>,
}

impl Confinement {
    pub(crate) fn new(programs: &Programs) -> Self {
        let (worker, enabled) = (programs.worker.clone(), programs.sandbox.is_some());
        Confinement { worker, enabled, lacks: OnceCell::new() }
    }

    pub(crate) async fn status(&self) -> SandboxStatus {
        if !self.enabled {
            return SandboxStatus { state: SandboxState::Off, lacks: Vec::new() };
        }
        match self.lacks.get_or_try_init(|| self.ask()).await {
            Ok(lacks) if lacks.is_empty() => SandboxStatus { state: SandboxState::On, lacks: Vec::new() },
            Ok(lacks) => SandboxStatus { state: SandboxState::Partly, lacks: lacks.clone() },
            Err(error) => {
                let lacks = vec![format!("it cannot be told how far it holds: {error:#}")];
                SandboxStatus { state: SandboxState::Partly, lacks }
            }
        }
    }

    async fn ask(&self) -> Result<Vec<String>> {
        let mut command = Command::new(&self.worker);
        command.arg("confine");
        let output = ask(command, b"", LIMIT).await.map_err(|unheard| match unheard {
            Unheard::TooLong => anyhow!("a worker did not answer within {} s", LIMIT.as_secs()),
            Unheard::Unstarted(error) => anyhow!("cannot start {}: {error}", self.worker.display()),
        })?;
        let words = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "a worker {}: {}", exit_in_words(output.status), words.trim());
        let Confined { lacks } = serde_json::from_slice(&output.stdout).context("a worker spoke nonsense")?;
        Ok(lacks)
    }
}
