//! Files and folders that are left to a process, by landlock. Networks and signals, as far as landlock knows of them,
//! are left to nobody.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use va_protocol::worker::control::Sandbox;

/// All that is known of here is refused where it is not allowed: Linux 6.12.
const NEWEST: ABI = ABI::V6;

/// Where libraries lie, and what the dynamic linker and the C library read of the system.
const SYSTEM: [&str; 10] = [
    "/usr",
    "/opt",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/nsswitch.conf",
];
/// What runtimes want to know of the machine, to choose threads and instructions.
const MACHINE: [&str; 10] = [
    OWN,
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/version",
    "/proc/sys/kernel",
    "/proc/sys/vm",
    "/sys/devices/system",
    "/sys/fs/cgroup",
    "/sys/kernel/mm/transparent_hugepage",
];
const SOURCES: [&str; 3] = ["/dev/zero", "/dev/random", "/dev/urandom"];
const NULL: &str = "/dev/null";
const OWN: &str = "/proc/self";
/// CUDA gives its threads their names there, or does not start.
const OWN_THREADS: &str = "/proc/self/task";

/// Of NVIDIA's driver, where there is one: its devices, and what it reads of them.
const GPU_DEVICES: &str = "nvidia";
const GPU_FACTS: [&str; 7] = [
    "/proc/driver/nvidia",
    "/proc/driver/nvidia-uvm",
    "/proc/devices",
    "/proc/modules",
    "/sys/bus/pci",
    "/sys/devices",
    "/sys/module",
];

/// The developer's: runs of models are written down there.
const RECORDS: &str = "VA_RECORD_RUNS";

/// A path, and what may be done at and below it. One that is not there is left out.
pub(super) type Allowed = (PathBuf, BitFlags<AccessFs>);

fn read() -> BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::ReadDir
}

fn use_device() -> BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate
}

/// All but to make devices and sockets, and to run programs.
fn write() -> BitFlags<AccessFs> {
    let never = AccessFs::Execute
        | AccessFs::MakeChar
        | AccessFs::MakeBlock
        | AccessFs::MakeSock
        | AccessFs::MakeFifo
        | AccessFs::IoctlDev;
    AccessFs::from_all(NEWEST) & !never
}

/// The paths may be links to anywhere.
pub(super) fn of_plugins<'a>(sandbox: &Sandbox, paths: impl Iterator<Item = &'a Path>) -> Vec<Allowed> {
    let system = SYSTEM.iter().chain(&MACHINE).chain(&SOURCES).map(PathBuf::from);
    let readable = sandbox.readable.iter().map(PathBuf::from).chain(paths.map(Path::to_owned));
    let mut allowed: Vec<Allowed> =
        system.chain(library_path()).chain(readable).map(|path| (path, read())).collect();
    allowed.push((NULL.into(), use_device()));
    let gpus = gpu_devices();
    if !gpus.is_empty() {
        allowed.extend(GPU_FACTS.iter().map(|path| (path.into(), read())));
        allowed.push((OWN_THREADS.into(), use_device()));
        allowed.extend(gpus.into_iter().map(|path| (path, use_device() | AccessFs::IoctlDev | read())));
    }
    allowed.extend(sandbox.writable.iter().map(|path| (path.into(), write())));
    if let Some(records) = std::env::var_os(RECORDS) {
        // Who records says so if it cannot be made.
        let _ = std::fs::create_dir_all(&records);
        allowed.push((records.into(), write()));
    }
    allowed
}

/// The video is named by a descriptor of it.
pub(super) fn of_decoding(video: &Path) -> Vec<Allowed> {
    let of_system = [OWN, "/proc/sys/vm", "/sys/devices/system/cpu", "/etc/localtime", "/usr/share/zoneinfo"];
    let of_system = of_system.iter().chain(&SOURCES).map(|path| (path.into(), read()));
    of_system.chain([(video.to_owned(), read()), (NULL.into(), use_device())]).collect()
}

/// Where the environment says that libraries are.
fn library_path() -> Vec<PathBuf> {
    let path = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

fn gpu_devices() -> Vec<PathBuf> {
    let entries = std::fs::read_dir("/dev").into_iter().flatten().filter_map(Result::ok);
    let of_nvidia = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with(GPU_DEVICES);
    entries.filter(|entry| of_nvidia(&entry.file_name())).map(|entry| entry.path()).collect()
}

/// Leaves the process these alone. What this kernel cannot do of it is told.
pub(super) fn restrict(allowed: &[Allowed]) -> Option<String> {
    match landlock(allowed) {
        Ok(RulesetStatus::FullyEnforced) => None,
        Ok(RulesetStatus::PartiallyEnforced) => Some(
            "landlock of this kernel is older than Linux 6.12 and does not refuse all that it could"
                .to_owned(),
        ),
        Ok(RulesetStatus::NotEnforced) => {
            Some("this kernel has no landlock, so that files of the user can be read and written".to_owned())
        }
        Err(error) => {
            Some(format!("landlock does not work here ({error}), so that files can be read and written"))
        }
    }
}

fn landlock(allowed: &[Allowed]) -> Result<RulesetStatus, RulesetError> {
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    for (path, access) in allowed {
        let Ok(opened) = PathFd::new(path) else { continue };
        let access = if path.is_dir() { *access } else { *access & AccessFs::from_file(NEWEST) };
        if [OWN, OWN_THREADS].iter().any(|own| path == Path::new(own)) {
            // The kernel makes these folders anew where nobody holds them, and would not know them again.
            std::mem::forget(PathFd::new(path));
        }
        rules = rules.add_rule(PathBeneath::new(opened, access))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}
