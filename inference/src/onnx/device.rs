//! Where a model is to run, and telling where it does.

use std::fmt;

use ort::ep::{CUDA, ExecutionProvider, cuda::ConvAlgorithmSearch};
use ort::session::builder::SessionBuilder;
use va_analyzer_sdk::{Error, ErrorKind, Host, LogLevel, Result};

/// What the host asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Cpu,
    Cuda(i32),
    /// The first GPU where one can be used, else the processor.
    Auto,
}

/// Where a model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Device {
    Cpu,
    Cuda(i32),
}

impl Wanted {
    /// Reads `cpu`, `cuda`, `cuda:N` or `auto`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let unknown = || Error::new(format!("unknown device {text:?}: expected cpu, cuda:N or auto"));
        match text {
            "cpu" => Ok(Wanted::Cpu),
            "cuda" => Ok(Wanted::Cuda(0)),
            "auto" => Ok(Wanted::Auto),
            _ => {
                let number = text.strip_prefix("cuda:").ok_or_else(unknown)?;
                number.parse().ok().filter(|n| *n >= 0).map(Wanted::Cuda).ok_or_else(unknown)
            }
        }
    }

    /// The GPU to try, where there is one to try.
    pub(super) fn gpu(self) -> Option<i32> {
        match self {
            Wanted::Cpu => None,
            Wanted::Cuda(number) => Some(number),
            Wanted::Auto => Some(0),
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Cpu => f.write_str("cpu"),
            Device::Cuda(number) => write!(f, "cuda:{number}"),
        }
    }
}

/// Makes the GPU the first choice of `builder`. Unlike the runtime's own way, which falls back to the processor without
/// a word, this fails where the GPU cannot be used.
pub(super) fn register_cuda(builder: &mut SessionBuilder, number: i32) -> Result<(), ort::Error> {
    // The exhaustive search, which is the default, takes seconds for each new shape.
    CUDA::default()
        .with_device_id(number)
        .with_conv_algorithm_search(ConvAlgorithmSearch::Heuristic)
        .register(builder)
}

/// Tells the host where a model really runs. A system that does not ask for it is told in vain.
pub(super) fn report(host: &Host, device: Device) {
    match host.control("running_on", &format!("\"{device}\"")) {
        Err(e) if e.kind != ErrorKind::Unsupported => {
            host.log(LogLevel::Warn, format!("cannot report the device {device}: {e}"));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_devices_a_host_may_name() {
        let read = |text| Wanted::parse(text).ok();
        assert_eq!(read("cpu"), Some(Wanted::Cpu));
        assert_eq!(read("cuda"), Some(Wanted::Cuda(0)));
        assert_eq!(read("cuda:3"), Some(Wanted::Cuda(3)));
        assert_eq!(read("auto").and_then(Wanted::gpu), Some(0));
        for wrong in ["", "gpu", "cuda:", "cuda:-1", "cuda:x", "CPU"] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_device_is_written_as_it_is_read() {
        for device in ["cpu", "cuda:2"] {
            let wanted = Wanted::parse(device).expect("known");
            let runs = wanted.gpu().map_or(Device::Cpu, Device::Cuda);
            assert_eq!(runs.to_string(), device);
        }
    }
}
