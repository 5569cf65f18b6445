//! How much memory this process takes: of the machine, and of the GPU that it was told to use.

use va_protocol::worker::control::MemoryTaken;

use crate::gpus;

/// Where to look.
pub(crate) struct Memory {
    gpu: Option<u32>,
}

/// Bytes at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    host: u64,
    gpu: Option<u64>,
}

impl Memory {
    /// `device` as the daemon names it.
    pub(crate) fn of(device: &str) -> Self {
        let gpu = match device {
            "auto" => Some(0),
            named => named.strip_prefix("cuda:").and_then(|number| number.parse().ok()),
        };
        Memory { gpu: gpu.filter(|number| gpus::used_bytes(*number).is_ok()) }
    }

    pub(crate) fn now(&self) -> Reading {
        let host = std::fs::read_to_string("/proc/self/smaps_rollup").ok().and_then(|text| own(&text));
        let host = host
            .or_else(|| std::fs::read_to_string("/proc/self/status").ok().and_then(|text| own_about(&text)));
        Reading { host: host.unwrap_or(0), gpu: self.gpu.and_then(|number| gpus::used_bytes(number).ok()) }
    }
}

impl Reading {
    /// How much more this is than another.
    pub(crate) fn over(self, other: Reading) -> MemoryTaken {
        MemoryTaken {
            host: self.host.saturating_sub(other.host),
            gpu: self.gpu.zip(other.gpu).map(|(this, other)| this.saturating_sub(other)),
        }
    }
}

/// Resident memory without that of other processes' making: what is anonymous, and this process's share of files, such
/// as libraries. Frames, which lie in memory shared with a decoder, are neither.
fn own(smaps_rollup: &str) -> Option<u64> {
    Some(bytes(smaps_rollup, "Pss_Anon:")? + bytes(smaps_rollup, "Pss_File:")?)
}

/// The same from `/proc/self/status`, where the kernel counts in larger steps and tells libraries in full.
fn own_about(status: &str) -> Option<u64> {
    Some(bytes(status, "RssAnon:")? + bytes(status, "RssFile:")?)
}

fn bytes(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_no_memory_of_our_own() {
        let rollup = "55d0-7ffe ---p 00000000 00:00 0  [rollup]\nRss:  9000 kB\nPss_Anon:  1024 kB\nPss_File:  512 kB\n\
                      Pss_Shmem:  4096 kB\n";
        assert_eq!(own(rollup), Some(1536 << 10));
        assert_eq!(own("Rss:  9000 kB\n"), None);
        assert_eq!(own_about("VmHWM: 1 kB\nRssAnon: 2 kB\nRssFile: 3 kB\nRssShmem: 4 kB\n"), Some(5 << 10));
    }

    #[test]
    fn what_is_taken_is_seen_and_seen_to_come_back() {
        let memory = Memory::of("cpu");
        let before = memory.now();
        let block = std::hint::black_box(vec![1u8; 64 << 20]);
        let taken = memory.now().over(before).host;
        assert!((64 << 20..72 << 20).contains(&taken), "{taken} bytes");
        let full = memory.now();
        drop(block);
        let freed = full.over(memory.now()).host;
        assert!((60 << 20..72 << 20).contains(&freed), "{freed} bytes");
    }
}
