//! The daemon's command line.

use std::path::PathBuf;

use clap::Parser;

#[derive(Debug, Clone, Parser)]
#[command(version, about = "Analyses videos for vactl and other clients of its Unix socket")]
pub(crate) struct Arguments {
    /// Configuration file; built-in defaults where it is not given
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
    /// Folder for results and the lock; $XDG_STATE_HOME/va where it is not given
    #[arg(long, env = "VA_STATE_DIR", default_value_os_t = default_state_dir())]
    pub(crate) state_dir: PathBuf,
    /// Unix socket to listen on; va.sock in the state folder where it is not given
    #[arg(long, env = "VA_SOCKET")]
    pub(crate) socket: Option<PathBuf>,
    /// Write the log to this file instead of standard error
    #[arg(long)]
    pub(crate) log_file: Option<PathBuf>,
    /// A folder with analyzers, in addition to those of the configuration
    #[arg(long)]
    pub(crate) plugins: Vec<PathBuf>,
}

impl Arguments {
    pub(crate) fn socket(&self) -> PathBuf {
        self.socket.clone().unwrap_or_else(|| self.state_dir.join("va.sock"))
    }
}

/// `$XDG_STATE_HOME/va`, else `~/.local/state/va`, else a folder here.
fn default_state_dir() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    from("XDG_STATE_HOME")
        .or_else(|| from("HOME").map(|home| home.join(".local/state")))
        .map_or_else(|| PathBuf::from("va-state"), |state| state.join("va"))
}
