//! The daemon's log: to standard error (and so to the journal), or to a file for a private daemon.

use std::path::Path;

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

/// `$VA_LOG` filters (`debug`, `va_daemon::workers=trace`); `info` where it is not set.
pub(crate) fn start(file: Option<&Path>) -> Result<()> {
    let filter = match std::env::var("VA_LOG") {
        Ok(filter) => {
            EnvFilter::try_new(&filter).with_context(|| format!("VA_LOG={filter} is no log filter"))?
        }
        Err(_) => EnvFilter::new("info"),
    };
    let writer = match file {
        Some(path) => {
            let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
            let file = file.with_context(|| format!("cannot write the log to {}", path.display()))?;
            BoxMakeWriter::new(std::sync::Mutex::new(file))
        }
        None => BoxMakeWriter::new(std::io::stderr),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(false)
        .with_target(false)
        .init();
    Ok(())
}
