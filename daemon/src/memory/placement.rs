//! Where a group runs whose GPU may be missing. Pure.

use va_protocol::worker::control::Gpus;

use crate::config::{Device, GpuMissing, GroupConfig};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Placement {
    /// On the device that the configuration names.
    AsConfigured,
    /// On the CPU, and why.
    Cpu(String),
    /// Nowhere, and why.
    Nowhere(String),
}

pub(super) fn place(name: &str, group: &GroupConfig, gpus: &Gpus) -> Placement {
    let Device::Cuda(number) = group.device else { return Placement::AsConfigured };
    if gpus.gpus.iter().any(|gpu| gpu.number == number) {
        return Placement::AsConfigured;
    }
    let why = match (&gpus.why_none, gpus.gpus.len()) {
        (Some(why), _) => why.clone(),
        (None, count) => format!("GPUs are numbered from 0, and there are {count}"),
    };
    match group.gpu_missing {
        GpuMissing::Cpu => {
            Placement::Cpu(format!("group {name} runs on the CPU, since cuda:{number} is not there: {why}"))
        }
        GpuMissing::Fail => Placement::Nowhere(format!(
            "group {name} is to run on cuda:{number}, which is not there: {why}; name another device, or set \
             gpu_missing = \"cpu\""
        )),
    }
}

#[cfg(test)]
mod tests {
    use va_protocol::worker::control::Gpu;

    use super::*;

    fn group(device: Device, gpu_missing: GpuMissing) -> GroupConfig {
        GroupConfig { device, gpu_missing, ..GroupConfig::default() }
    }

    fn gpus(count: u32) -> Gpus {
        let gpu = |number| Gpu { number, name: "a GPU".to_owned(), total_bytes: 1, used_bytes: 0 };
        Gpus { gpus: (0..count).map(gpu).collect(), why_none: None }
    }

    #[test]
    fn a_group_runs_on_its_own_gpu_and_on_no_other() {
        let second = group(Device::Cuda(1), GpuMissing::Fail);
        assert_eq!(place("g", &second, &gpus(2)), Placement::AsConfigured);
        let Placement::Nowhere(why) = place("g", &second, &gpus(1)) else { panic!("it runs") };
        assert!(
            why.contains("cuda:1") && why.contains("there are 1") && why.contains("gpu_missing"),
            "{why}"
        );
    }

    #[test]
    fn without_its_gpu_a_group_runs_on_the_cpu_or_not_at_all() {
        let none = Gpus { gpus: Vec::new(), why_none: Some("there is no driver".to_owned()) };
        let Placement::Cpu(why) = place("g", &group(Device::Cuda(0), GpuMissing::Cpu), &none) else {
            panic!("not on the CPU")
        };
        assert!(why.contains("there is no driver"), "{why}");
        assert!(matches!(
            place("g", &group(Device::Cuda(0), GpuMissing::Fail), &none),
            Placement::Nowhere(_)
        ));
        for device in [Device::Cpu, Device::Auto] {
            assert_eq!(place("g", &group(device, GpuMissing::Fail), &none), Placement::AsConfigured);
        }
    }
}
