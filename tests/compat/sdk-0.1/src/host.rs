//! What the system provides to an analyzer, apart from frames and sound.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::{Error, ErrorKind, Result};

/// How serious a line of log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

/// What stands behind a [`Host`]: the worker implements it, and so does [`testing`](crate::testing).
pub trait HostServices: Send + Sync + 'static {
    /// `cpu` or `cuda:N`.
    fn device(&self) -> String;
    fn threads(&self) -> usize;
    /// The analyzer's table of the configuration as JSON text, `{}` where there is none.
    fn settings_json(&self) -> String;
    fn model_path(&self, name: &str) -> Result<PathBuf>;
    fn log(&self, level: LogLevel, message: &str);
    fn progress(&self, fraction: f64);
    fn cancelled(&self) -> bool;
    /// Room for what a later system offers; see [`Host::control`].
    fn control(&self, operation: &str, json: &str) -> Result<String>;
}

/// The system, as an analyzer sees it. Cheap to clone; valid as long as the analyzer or session it was given to.
#[derive(Clone)]
pub struct Host {
    services: Arc<dyn HostServices>,
}

impl Host {
    pub fn new(services: Arc<dyn HostServices>) -> Self {
        Host { services }
    }

    /// Where models are to run: `cpu` or `cuda:N`.
    pub fn device(&self) -> String {
        self.services.device()
    }

    /// How many threads this analyzer may keep busy; at least 1.
    pub fn threads(&self) -> usize {
        self.services.threads().max(1)
    }

    /// The analyzer's own table of the configuration (`[analyzers.NAME.settings]`). Fields it does not have take
    /// their `serde` default.
    ///
    /// # Errors
    /// Where the table does not fit `T`, naming the key.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.services.settings_json())
            .map_err(|e| Error::new(format!("the analyzer's settings are not usable: {e}")))
    }

    /// The folder of an installed model.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) where it is not installed.
    pub fn model_path(&self, name: &str) -> Result<PathBuf> {
        self.services.model_path(name)
    }

    /// Which of these models to run: the first that is installed and allowed.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) where there is none.
    pub fn first_model<'a>(&self, names: &[&'a str]) -> Result<&'a str> {
        let mut none = Error::of(ErrorKind::Unavailable, "it names no model");
        for name in names {
            match self.model_path(name) {
                Ok(_) => return Ok(name),
                Err(error) => none = error,
            }
        }
        Err(none)
    }

    /// Adds a line to the daemon's log under the analyzer's name.
    pub fn log(&self, level: LogLevel, message: impl fmt::Display) {
        self.services.log(level, &message.to_string());
    }

    /// Tells how much of the video is done, 0..1. Frames and sound count by themselves; this is for an analyzer
    /// whose work begins after the last frame.
    pub fn progress(&self, fraction: f64) {
        self.services.progress(fraction);
    }

    /// Whether the job was given up. A long computation asks now and then and returns early.
    pub fn cancelled(&self) -> bool {
        self.services.cancelled()
    }

    /// An extension: operation and JSON text in, JSON text out.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where this system does not know the operation.
    pub fn control(&self, operation: &str, json: &str) -> Result<String> {
        self.services.control(operation, json)
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("device", &self.device()).finish_non_exhaustive()
    }
}
