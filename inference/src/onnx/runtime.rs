//! The runtime library: found like a model, loaded once, kept for the life of the process.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

use ort::environment::Environment;
use va_analyzer_sdk::{Error, ErrorKind, Host, Result};

use super::pool;

/// The runtime for processors, and the one that can use NVIDIA GPUs, too, as models are named. An analyzer that runs
/// graphs asks for these: it is handed no other models than those it asks for.
pub const RUNTIMES: &[&str] = &["onnxruntime", "onnxruntime-gpu"];
const LIBRARY: &str = "libonnxruntime.so";

/// The loaded library.
#[derive(Debug)]
pub(super) struct Runtime {
    pub(super) environment: Environment,
    /// There is a pool of memory for graphs that run on the processor.
    pub(super) pooled: bool,
}

/// Each analyzer's library has its own copy of this. The runtime allows one environment in a copy, and it must outlive
/// all models, so it is never dropped.
static ENVIRONMENT: OnceLock<Runtime> = OnceLock::new();
static LOADING: Mutex<()> = Mutex::new(());

/// The environment that models are loaded in. The first call decides which library is used; a failed one is tried
/// again by the next, as the runtime may have been installed meanwhile.
pub(super) fn environment(host: &Host, cuda: bool) -> Result<&'static Runtime> {
    let _one_at_a_time = LOADING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(environment) = ENVIRONMENT.get() {
        return Ok(environment);
    }
    let library = library(host, cuda)?;
    let unusable = |why: String| {
        Error::of(ErrorKind::Unavailable, format!("cannot use ONNX Runtime of {}: {why}", library.display()))
    };
    if !library.is_file() {
        return Err(unusable("there is no such file".to_owned()));
    }
    let environment = ort::init_from(&library)
        .map_err(|e| unusable(e.to_string()))?
        .with_name("va")
        .with_telemetry(false)
        .build()
        .map_err(|e| unusable(e.to_string()))?;
    let environment =
        ENVIRONMENT.get_or_init(|| Runtime { pooled: pool::register(&environment), environment });
    Ok(environment)
}

/// Where the library is: of the runtime that suits the device, or of the other where only that is installed.
fn library(host: &Host, cuda: bool) -> Result<PathBuf> {
    let mut runtimes = RUNTIMES.to_vec();
    if cuda {
        runtimes.reverse();
    }
    let best = host.first_model(&runtimes).or_else(|_| host.first_model(&RUNTIMES[..1]))?;
    let folder = host.model_path(best)?;
    Ok(if folder.is_dir() { folder.join(LIBRARY) } else { folder })
}
