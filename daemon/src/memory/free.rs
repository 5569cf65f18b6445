//! What is free on the machine: of its memory, or of what the daemon's cgroup may take of it, whichever is less. Pure but
//! for reading the kernel's files. GPUs are asked by a worker (`gpus`).

use std::path::{Path, PathBuf};

use crate::config::MemoryConfig;

/// A device's memory, bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) total: u64,
    pub(crate) free: u64,
}

impl Room {
    pub(super) fn used(self) -> u64 {
        self.total.saturating_sub(self.free)
    }

    fn tighter(self, other: Room) -> Room {
        if other.free < self.free { other } else { self }
    }
}

/// This much may be taken of the machine's memory, by whomever.
pub(super) fn most_of_machine(room: Room, config: &MemoryConfig) -> u64 {
    (room.total as f64 * config.threshold) as u64
}

/// The same of a GPU.
pub(super) fn most_of_gpu(room: Room, config: &MemoryConfig) -> u64 {
    most_of_machine(room, config).min(room.total.saturating_sub(config.gpu_keep_free_mib << 20))
}

/// Where the kernel tells of memory.
#[derive(Debug, Clone)]
pub(super) struct Kernel {
    proc: PathBuf,
    cgroups: PathBuf,
}

impl Default for Kernel {
    fn default() -> Self {
        Kernel { proc: "/proc".into(), cgroups: "/sys/fs/cgroup".into() }
    }
}

impl Kernel {
    /// Without a word from the kernel there is no limit.
    pub(super) fn machine(&self) -> Room {
        let unlimited = Room { total: u64::MAX, free: u64::MAX };
        let machine = read(&self.proc.join("meminfo")).and_then(|text| meminfo(&text)).unwrap_or(unlimited);
        let groups = read(&self.proc.join("self/cgroup")).unwrap_or_default();
        self.limits(&groups).fold(machine, Room::tighter)
    }

    /// Of the cgroups that this process is in, and those around them.
    fn limits(&self, groups: &str) -> impl Iterator<Item = Room> {
        let mut folders = Vec::new();
        for line in groups.lines() {
            let mut parts = line.splitn(3, ':');
            let (Some(_), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            let root = match controllers {
                "" => self.cgroups.clone(),
                _ if controllers.split(',').any(|name| name == "memory") => self.cgroups.join("memory"),
                _ => continue,
            };
            // In a container the path may be one outside of it; its own group is then the root that it sees.
            let mut folder = root.join(path.trim_start_matches('/'));
            while folder.starts_with(&root) {
                folders.push(folder.clone());
                if !folder.pop() {
                    break;
                }
            }
        }
        folders.into_iter().filter_map(|folder| version_2(&folder).or_else(|| version_1(&folder)))
    }
}

/// `memory.max` is a number or `max`. What the kernel could write back or drop at once is as good as free.
fn version_2(folder: &Path) -> Option<Room> {
    let total = number(&folder.join("memory.max"))?;
    let used = number(&folder.join("memory.current"))?;
    Some(limited(total, used, &read(&folder.join("memory.stat"))?, "inactive_file"))
}

fn version_1(folder: &Path) -> Option<Room> {
    let total = number(&folder.join("memory.limit_in_bytes"))?;
    let used = number(&folder.join("memory.usage_in_bytes"))?;
    Some(limited(total, used, &read(&folder.join("memory.stat"))?, "total_inactive_file"))
}

fn limited(total: u64, used: u64, stat: &str, reclaimable: &str) -> Room {
    let droppable =
        stat.lines().find_map(|line| line.strip_prefix(reclaimable)?.trim().parse().ok()).unwrap_or(0);
    Room { total, free: total.saturating_sub(used.saturating_sub(droppable)) }
}

fn meminfo(text: &str) -> Option<Room> {
    let bytes = |field: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(field))?;
        line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib << 10)
    };
    Some(Room { total: bytes("MemTotal:")?, free: bytes("MemAvailable:")? })
}

fn number(path: &Path) -> Option<u64> {
    read(path)?.trim().parse().ok()
}

fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;
    const MEMINFO: &str =
        "MemTotal:       16777216 kB\nMemFree:          100 kB\nMemAvailable:    8388608 kB\n";

    /// A kernel that tells these files.
    fn machine(groups: &str, files: &[(&str, &str)]) -> Room {
        let folder = tempfile::tempdir().expect("a folder");
        let all = [("proc/meminfo", MEMINFO), ("proc/self/cgroup", groups)];
        for (path, text) in all.iter().chain(files) {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("has one")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        Kernel { proc: folder.path().join("proc"), cgroups: folder.path().join("cgroup") }.machine()
    }

    #[test]
    fn without_a_limit_it_is_what_the_kernel_calls_available() {
        assert_eq!(machine("0::/\n", &[]), Room { total: 16 * GIB, free: 8 * GIB });
        let unlimited = [("cgroup/a/memory.max", "max\n"), ("cgroup/a/memory.current", "1\n")];
        assert_eq!(machine("0::/a\n", &unlimited), Room { total: 16 * GIB, free: 8 * GIB });
    }

    #[test]
    fn a_limit_of_a_cgroup_counts_where_it_is_tighter() {
        let files = [
            ("cgroup/memory.stat", ""),
            ("cgroup/a/memory.max", "4294967296"),
            ("cgroup/a/memory.current", "3221225472"),
            ("cgroup/a/memory.stat", "file 9\ninactive_file 1073741824\n"),
        ];
        assert_eq!(
            machine("0::/a/b\n", &files),
            Room { total: 4 * GIB, free: 2 * GIB },
            "of the group around it"
        );
    }

    #[test]
    fn the_first_version_of_cgroups_is_read_too() {
        let files = [
            ("cgroup/memory/x/memory.limit_in_bytes", "2147483648"),
            ("cgroup/memory/x/memory.usage_in_bytes", "1073741824"),
            ("cgroup/memory/x/memory.stat", "total_inactive_file 0\n"),
        ];
        assert_eq!(machine("4:memory:/x\n3:cpu:/y\n0::/\n", &files), Room { total: 2 * GIB, free: GIB });
    }

    #[test]
    fn a_gpu_keeps_a_share_and_an_amount_free() {
        let config = MemoryConfig { threshold: 0.85, gpu_keep_free_mib: 5120 };
        let room = |gib: u64| Room { total: gib * GIB, free: gib * GIB };
        assert_eq!(most_of_gpu(room(24), &config), 19 * GIB, "5 GiB are more than 15 %");
        assert_eq!(most_of_gpu(room(100), &config), 85 * GIB, "15 % are more than 5 GiB");
        assert_eq!(most_of_gpu(room(4), &config), 0);
    }
}
