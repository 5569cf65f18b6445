//! A host whose models are those of the cache folder.

use std::path::PathBuf;
use std::sync::Arc;

use va_analyzer_sdk::{Error, ErrorKind, Host, HostServices, LogLevel, Result};

#[derive(Debug)]
struct Installed;

pub(crate) fn host() -> Host {
    Host::new(Arc::new(Installed))
}

impl HostServices for Installed {
    fn device(&self) -> String {
        "cpu".to_owned()
    }

    fn threads(&self) -> usize {
        2
    }

    fn settings_json(&self) -> String {
        "{}".to_owned()
    }

    fn model_path(&self, name: &str) -> Result<PathBuf> {
        Ok(va_test_media::model(name))
    }

    fn log(&self, _level: LogLevel, _message: &str) {}

    fn progress(&self, _fraction: f64) {}

    fn cancelled(&self) -> bool {
        false
    }

    fn control(&self, operation: &str, _json: &str) -> Result<String> {
        Err(Error::of(ErrorKind::Unsupported, format!("{operation} is not known")))
    }
}
