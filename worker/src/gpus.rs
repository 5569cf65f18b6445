//! NVIDIA's GPUs and their memory, by NVML, which comes with the driver. Also the role `gpus`, which tells the daemon of
//! them: the daemon itself loads no foreign library.

use std::sync::OnceLock;

use anyhow::Result;
use nvml_wrapper::Nvml;
use nvml_wrapper::error::NvmlError;
use va_protocol::worker::control::{Gpu, Gpus};

/// Loaded once; a driver that is missing now is missing for good.
fn nvml() -> Result<&'static Nvml, String> {
    static NVML: OnceLock<Result<Nvml, String>> = OnceLock::new();
    NVML.get_or_init(|| Nvml::init().map_err(|error| in_words(&error))).as_ref().map_err(Clone::clone)
}

/// Bytes of a GPU that are taken, by whomever.
///
/// # Errors
/// Without NVIDIA's driver, or without such a GPU; in words.
pub(crate) fn used_bytes(number: u32) -> Result<u64, String> {
    of(number).map(|gpu| gpu.used_bytes)
}

fn of(number: u32) -> Result<Gpu, String> {
    let told = nvml()?.device_by_index(number).and_then(|device| {
        let memory = device.memory_info()?;
        Ok(Gpu { number, name: device.name()?, total_bytes: memory.total, used_bytes: memory.used })
    });
    told.map_err(|error| format!("GPU {number} cannot be asked: {}", in_words(&error)))
}

/// Prints one line of JSON.
pub(crate) fn run() -> Result<()> {
    let told = nvml().and_then(|nvml| {
        let count = nvml.device_count().map_err(|error| in_words(&error))?;
        (0..count).map(of).collect::<Result<Vec<_>, _>>()
    });
    let told = match told {
        Ok(gpus) => Gpus { gpus, why_none: None },
        Err(why) => Gpus { gpus: Vec::new(), why_none: Some(why) },
    };
    println!("{}", serde_json::to_string(&told)?);
    Ok(())
}

fn in_words(error: &NvmlError) -> String {
    match error {
        NvmlError::LibloadingError(_) | NvmlError::LibraryNotFound => {
            "NVIDIA's driver is not installed (libnvidia-ml.so is not found)".to_owned()
        }
        NvmlError::DriverNotLoaded => "NVIDIA's driver is installed, but not running".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_driver_the_reason_is_told() {
        assert!(in_words(&NvmlError::LibraryNotFound).contains("driver is not installed"));
        assert!(in_words(&NvmlError::DriverNotLoaded).contains("not running"));
        // A machine has a driver or not; both are told.
        match nvml() {
            Ok(_) => assert!(used_bytes(0).is_ok() && used_bytes(4096).is_err()),
            Err(why) => assert_eq!(used_bytes(0), Err(why)),
        }
    }
}
