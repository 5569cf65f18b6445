//! The memory that frames travel in: written by one decode worker, read in place by analyze workers.
//!
//! Sealed so that nobody can change its size under a mapping, and so that nobody but the decoder can write to it.
#![allow(unsafe_code, reason = "memory maps are unsafe by nature; each says SAFETY")]

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use anyhow::{Context, Result};
use memmap2::{Mmap, MmapMut};
use rustix::fs::{MemfdFlags, SealFlags};

/// The decoder's side.
pub(crate) struct SharedMemory {
    file: File,
    map: MmapMut,
}

impl SharedMemory {
    /// Memory of this many bytes, all zero. Pages that are never written take no room.
    pub(crate) fn new(bytes: u64) -> Result<Self> {
        let allocated = || -> Result<Self> {
            let file =
                rustix::fs::memfd_create("va-frames", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
            rustix::fs::ftruncate(&file, bytes)?;
            let file = File::from(file);
            // SAFETY: the file is ours alone until it is sealed below; then its size is fixed and only this map writes.
            let map = unsafe { MmapMut::map_mut(&file)? };
            let seals = SealFlags::SHRINK | SealFlags::GROW | SealFlags::FUTURE_WRITE | SealFlags::SEAL;
            rustix::fs::fcntl_add_seals(&file, seals)?;
            Ok(SharedMemory { file, map })
        };
        allocated().with_context(|| format!("cannot get {} MiB of memory for frames", bytes >> 20))
    }

    pub(crate) fn slot(&mut self, offset: u64, length: usize) -> &mut [u8] {
        &mut self.map[offset as usize..][..length]
    }

    pub(crate) fn descriptor(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// An analyze worker's side.
pub(crate) struct FrameMemory {
    map: Mmap,
}

impl FrameMemory {
    /// # Errors
    /// Where the memory is not sealed: a decoder that could shrink it could kill this process.
    pub(crate) fn map(descriptor: OwnedFd, bytes: u64) -> Result<Self> {
        let file = File::from(descriptor);
        let seals = rustix::fs::fcntl_get_seals(&file).context("the frame memory has no seals")?;
        anyhow::ensure!(seals.contains(SealFlags::SHRINK), "the frame memory is not sealed");
        anyhow::ensure!(file.metadata()?.len() >= bytes, "the frame memory is shorter than announced");
        // SAFETY: the seals fix its size. The decoder writes to a slot only while no consumer holds it, so a slice
        // that `slot` hands out is not written to as long as its holder has not released it; the ring sees to that.
        let map = unsafe { Mmap::map(&file)? };
        Ok(FrameMemory { map })
    }

    /// The first `length` bytes of a slot; `None` where they lie outside of the memory.
    pub(crate) fn slot(&self, offset: u64, length: usize) -> Option<&[u8]> {
        self.map.get(offset as usize..)?.get(..length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_decoder_writes_the_reader_sees_and_cannot_change() {
        let mut written = SharedMemory::new(8192).expect("memory");
        let descriptor = written.descriptor().try_clone_to_owned().expect("a copy");
        written.slot(4096, 3).copy_from_slice(b"abc");
        let read = FrameMemory::map(descriptor.try_clone().expect("a copy"), 8192).expect("mapped");
        assert_eq!(read.slot(4096, 3), Some(&b"abc"[..]));
        assert_eq!(read.slot(8190, 3), None);
        let file = File::from(descriptor);
        assert!(file.set_len(1).is_err(), "sealed against shrinking");
        // SAFETY: the map is expected to be refused.
        assert!(unsafe { MmapMut::map_mut(&file) }.is_err(), "sealed against writing");
    }

    #[test]
    fn memory_without_seals_is_refused() {
        let file = rustix::fs::memfd_create("plain", MemfdFlags::CLOEXEC).expect("memory");
        rustix::fs::ftruncate(&file, 4096).expect("sized");
        assert!(FrameMemory::map(file, 4096).is_err());
    }
}
