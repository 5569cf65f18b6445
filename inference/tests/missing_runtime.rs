//! Without the runtime a model is unavailable, and nothing panics. In a process of its own: the runtime is loaded once.

use std::path::PathBuf;
use std::sync::Arc;

use va_analyzer_sdk::{Error, ErrorKind, Host, HostServices, LogLevel, Result};
use va_inference::onnx::{Model, Options};

/// Has a model, and a runtime that is what the test says.
struct Bare {
    runtime: Option<PathBuf>,
}

impl HostServices for Bare {
    fn device(&self) -> String {
        "cpu".to_owned()
    }

    fn threads(&self) -> usize {
        1
    }

    fn settings_json(&self) -> String {
        "{}".to_owned()
    }

    fn model_path(&self, name: &str) -> Result<PathBuf> {
        match (name, &self.runtime) {
            ("onnxruntime", Some(folder)) => Ok(folder.clone()),
            ("onnxruntime", None) => Err(Error::of(ErrorKind::Unavailable, "install onnxruntime")),
            ("onnxruntime-gpu", _) => Err(Error::of(ErrorKind::Unavailable, "install onnxruntime-gpu")),
            _ => Ok(std::env::temp_dir()),
        }
    }

    fn log(&self, _level: LogLevel, _message: &str) {}

    fn progress(&self, _fraction: f64) {}

    fn cancelled(&self) -> bool {
        false
    }

    fn control(&self, _operation: &str, _json: &str) -> Result<String> {
        Ok(String::new())
    }
}

fn load(runtime: Option<PathBuf>) -> Error {
    let host = Host::new(Arc::new(Bare { runtime }));
    Model::load(&host, "m", "model.onnx", &Options::default()).expect_err("there is no runtime")
}

#[test]
fn a_missing_or_broken_runtime_is_unavailable() {
    let missing = load(None);
    assert_eq!((missing.kind, missing.message.as_str()), (ErrorKind::Unavailable, "install onnxruntime"));

    let folder = std::env::temp_dir().join(format!("va-no-runtime-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("can be made");
    let empty = load(Some(folder.clone()));
    assert_eq!(empty.kind, ErrorKind::Unavailable);
    assert!(empty.message.contains("there is no such file"), "{empty}");

    std::fs::write(folder.join("libonnxruntime.so"), "not a library").expect("can be written");
    let broken = load(Some(folder.clone()));
    assert_eq!(broken.kind, ErrorKind::Unavailable);
    assert!(broken.message.starts_with("cannot use ONNX Runtime of "), "{broken}");
    std::fs::remove_dir_all(folder).expect("was made here");
}
