//! A host whose models are those of the cache folder.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use va_analyzer_sdk::{Error, ErrorKind, Host, HostServices, LogLevel, Result};

/// What the system would be told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) log: Mutex<Vec<(LogLevel, String)>>,
    pub(crate) controls: Mutex<Vec<(String, String)>>,
}

struct TestHost {
    device: &'static str,
    threads: usize,
    models: PathBuf,
    told: Arc<Told>,
}

/// A host for `cpu`, with one thread.
pub(crate) fn host() -> Host {
    on("cpu", 1, installed()).0
}

/// A host and what it is told.
pub(crate) fn on(device: &'static str, threads: usize, models: PathBuf) -> (Host, Arc<Told>) {
    let told = Arc::new(Told::default());
    (Host::new(Arc::new(TestHost { device, threads, models, told: told.clone() })), told)
}

/// The folder of models that `vactl models pull` fills.
pub(crate) fn installed() -> PathBuf {
    let runtime = va_test_media::model("onnxruntime");
    runtime.ancestors().nth(2).expect("a model's folder is two deep").to_owned()
}

impl HostServices for TestHost {
    fn device(&self) -> String {
        self.device.to_owned()
    }

    fn threads(&self) -> usize {
        self.threads
    }

    fn settings_json(&self) -> String {
        "{}".to_owned()
    }

    fn model_path(&self, name: &str) -> Result<PathBuf> {
        let folder = self.models.join(name).join("current");
        let missing =
            || Error::of(ErrorKind::Unavailable, format!("model {name} is not installed: run pull"));
        if folder.is_dir() { Ok(folder) } else { Err(missing()) }
    }

    fn log(&self, level: LogLevel, message: &str) {
        self.told.log.lock().expect("no test panics while it logs").push((level, message.to_owned()));
    }

    fn progress(&self, _fraction: f64) {}

    fn cancelled(&self) -> bool {
        false
    }

    fn control(&self, operation: &str, json: &str) -> Result<String> {
        let told = (operation.to_owned(), json.to_owned());
        self.told.controls.lock().expect("no test panics while it tells").push(told);
        Err(Error::of(ErrorKind::Unsupported, "not known"))
    }
}
