//! What the worker provides to an analyzer: while it is loaded, and for each of its sessions.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use va_analyzer_sdk::{Error, ErrorKind, HostServices, LogLevel, Result};
use va_protocol::worker::control::{AnalyzerToLoad, FromAnalyze};

use super::session::Progress;
use crate::{link, translate};

/// What is the same for an analyzer and all its sessions.
pub(super) struct Shared {
    pub(super) analyzer: String,
    pub(super) device: String,
    pub(super) threads: usize,
    pub(super) settings: String,
    pub(super) models: BTreeMap<String, String>,
    /// Why the others are not there, by name.
    pub(super) absent_models: BTreeMap<String, String>,
    /// Where its models really run, once it has said so.
    pub(super) running_on: OnceLock<String>,
    pub(super) daemon: link::Sender,
}

impl Shared {
    pub(super) fn new(wanted: &AnalyzerToLoad, device: &str, threads: usize, daemon: &link::Sender) -> Self {
        Shared {
            analyzer: wanted.name.clone(),
            device: device.to_owned(),
            threads,
            settings: wanted.settings.clone(),
            models: wanted.models.clone(),
            absent_models: wanted.absent_models.clone(),
            running_on: OnceLock::new(),
            daemon: daemon.clone(),
        }
    }

    /// Who has not said where it runs has no model that could run elsewhere than on the processor.
    pub(super) fn runs_on(&self) -> &str {
        self.running_on.get().map_or("cpu", String::as_str)
    }

    fn model_path(&self, name: &str) -> Result<PathBuf> {
        let absent = || {
            let asked_for = self.absent_models.get(name).cloned();
            let why = asked_for
                .unwrap_or_else(|| format!("the analyzer's description does not ask for model {name:?}"));
            Error::of(ErrorKind::Unavailable, why)
        };
        self.models.get(name).map(PathBuf::from).ok_or_else(absent)
    }

    fn log(&self, level: LogLevel, message: &str) {
        let line = FromAnalyze::Log {
            analyzer: self.analyzer.clone(),
            level: translate::log_level(level),
            message: message.to_owned(),
        };
        // Where the daemon is gone, this process is about to end.
        let _ = self.daemon.send(&line);
    }
}

impl Shared {
    /// Extensions of the interface: `running_on` takes the device on which the models really run, as a JSON text.
    fn control(&self, operation: &str, json: &str) -> Result<String> {
        match operation {
            "running_on" => {
                let device: String =
                    serde_json::from_str(json).map_err(|error| Error::new(error.to_string()))?;
                let _ = self.running_on.set(device);
                Ok("null".to_owned())
            }
            _ => Err(unsupported(operation)),
        }
    }
}

fn unsupported(operation: &str) -> Error {
    Error::of(ErrorKind::Unsupported, format!("this system does not know the operation {operation:?}"))
}

/// For an analyzer while it is loaded.
pub(super) struct LoadHost(pub(super) Arc<Shared>);

impl HostServices for LoadHost {
    fn device(&self) -> String {
        self.0.device.clone()
    }

    fn threads(&self) -> usize {
        self.0.threads
    }

    fn settings_json(&self) -> String {
        self.0.settings.clone()
    }

    fn model_path(&self, name: &str) -> Result<PathBuf> {
        self.0.model_path(name)
    }

    fn log(&self, level: LogLevel, message: &str) {
        self.0.log(level, message);
    }

    fn progress(&self, _fraction: f64) {}

    fn cancelled(&self) -> bool {
        false
    }

    fn control(&self, operation: &str, json: &str) -> Result<String> {
        self.0.control(operation, json)
    }
}

/// For a session: the same, and the job's cancellation and progress.
pub(super) struct SessionHost {
    pub(super) shared: Arc<Shared>,
    pub(super) cancelled: Arc<AtomicBool>,
    pub(super) progress: Arc<Progress>,
}

impl HostServices for SessionHost {
    fn device(&self) -> String {
        self.shared.device.clone()
    }

    fn threads(&self) -> usize {
        self.shared.threads
    }

    fn settings_json(&self) -> String {
        self.shared.settings.clone()
    }

    fn model_path(&self, name: &str) -> Result<PathBuf> {
        self.shared.model_path(name)
    }

    fn log(&self, level: LogLevel, message: &str) {
        self.shared.log(level, message);
    }

    fn progress(&self, fraction: f64) {
        self.progress.says(fraction.clamp(0.0, 1.0));
    }

    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    fn control(&self, operation: &str, json: &str) -> Result<String> {
        self.shared.control(operation, json)
    }
}
