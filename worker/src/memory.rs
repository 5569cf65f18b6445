//! How much memory this process takes: of the machine, and of the GPU that it was told to use.

use std::fs::File;
use std::io::Write;

use va_protocol::worker::control::MemoryTaken;

use crate::{gpus, process};

/// Where to look.
pub(crate) struct Memory {
    gpu: Option<u32>,
    marks: Marks,
}

/// Lets the kernel forget what it noted of this process's memory. Open before the sandbox is put on, which leaves nothing
/// to be written.
#[derive(Debug, Default)]
pub(crate) struct Marks(Option<File>);

impl Marks {
    /// A system that has no such file goes on with old notes.
    pub(crate) fn open() -> Self {
        Marks(File::options().write(true).open("/proc/self/clear_refs").ok())
    }

    fn forget(&self, what: &[u8]) -> bool {
        self.0.as_ref().is_some_and(|mut file| file.write_all(what).is_ok())
    }

    /// From now on [`peak`](crate::process::memory_peak) is that of what follows.
    pub(crate) fn forget_peak(&self) -> bool {
        self.forget(b"5")
    }

    /// From now on pages count as touched that are touched from now on.
    fn forget_touched(&self) -> bool {
        self.forget(b"1")
    }
}

/// Bytes at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    host: u64,
    gpu: Option<u64>,
}

impl Memory {
    /// `device` as the daemon names it.
    pub(crate) fn of(device: &str, marks: Marks) -> Self {
        let gpu = match device {
            "auto" => Some(0),
            named => named.strip_prefix("cuda:").and_then(|number| number.parse().ok()),
        };
        Memory { gpu: gpu.filter(|number| gpus::used_bytes(*number).is_ok()), marks }
    }

    /// Whether the kernel does.
    pub(crate) fn forget_touched(&self) -> bool {
        self.marks.forget_touched() && self.marks.forget_peak()
    }

    /// Bytes of this process's own memory that were touched since [`forget_touched`](Self::forget_touched), with what was
    /// taken since, and given back to the kernel.
    pub(crate) fn touched(&self) -> Option<u64> {
        let given_back = process::memory_peak().saturating_sub(process::memory());
        std::fs::read_to_string("/proc/self/smaps").ok().map(|text| touched(&text) + given_back)
    }

    /// Bytes of the GPU that are taken, by this and all other processes.
    pub(crate) fn gpu_now(&self) -> Option<u64> {
        self.gpu.and_then(|number| gpus::used_bytes(number).ok())
    }

    pub(crate) fn now(&self) -> Reading {
        let host = std::fs::read_to_string("/proc/self/smaps_rollup").ok().and_then(|text| own(&text));
        let host = host
            .or_else(|| std::fs::read_to_string("/proc/self/status").ok().and_then(|text| own_about(&text)));
        Reading { host: host.unwrap_or(0), gpu: self.gpu_now() }
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

/// Of the mappings that are of no file: frames, which are, and libraries, which all share, do not count.
fn touched(smaps: &str) -> u64 {
    let mut own = false;
    let mut all = 0;
    for line in smaps.lines() {
        match line.strip_prefix("Referenced:") {
            Some(kib) if own => all += in_kib(kib).unwrap_or(0),
            Some(_) => {}
            None => own = inode(line).map_or(own, |inode| inode == "0"),
        }
    }
    all
}

/// The inode of a mapping, where the line is its first: `55d0-7ffe rw-p 00000000 00:00 0 [heap]`.
fn inode(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    words.next().filter(|addresses| !addresses.ends_with(':'))?;
    words.nth(3)
}

/// The same as [`own`] from `/proc/self/status`, where the kernel counts in larger steps and tells libraries in full.
fn own_about(status: &str) -> Option<u64> {
    Some(bytes(status, "RssAnon:")? + bytes(status, "RssFile:")?)
}

fn bytes(text: &str, field: &str) -> Option<u64> {
    in_kib(text.lines().find_map(|line| line.strip_prefix(field))?)
}

fn in_kib(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib << 10)
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
    fn touched_pages_count_where_they_are_of_no_file() {
        let smaps = "\
            5600-5700 r-xp 00000000 fe:00 1234       /usr/lib/va/va-worker\nSize:  9 kB\nReferenced:  4 kB\n\
            5700-5800 rw-p 00000000 00:00 0          [heap]\nRss:  99 kB\nReferenced:  16 kB\nVmFlags: rd wr\n\
            7f00-7f10 rw-s 00000000 00:01 77         /memfd:frames (deleted)\nReferenced:  64 kB\n\
            7f20-7f30 rw-p 00000000 00:00 0\nReferenced:  256 kB\n";
        assert_eq!(touched(smaps), (16 + 256) << 10);
    }

    #[test]
    fn what_is_taken_is_seen_and_seen_to_come_back() {
        let memory = Memory::of("cpu", Marks::default());
        let before = memory.now();
        let block = std::hint::black_box(vec![1u8; 64 << 20]);
        let taken = memory.now().over(before).host;
        // Its share of the libraries depends on who else has them.
        assert!((60 << 20..72 << 20).contains(&taken), "{taken} bytes");
        let full = memory.now();
        drop(block);
        let freed = full.over(memory.now()).host;
        assert!((60 << 20..72 << 20).contains(&freed), "{freed} bytes");
    }
}
