//! A plugin's file: where it comes from, and whether it is still the same.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::SystemTime;

/// Tells one content of a path from another, without reading it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
    pub(crate) bytes: u64,
    modified_ns: i128,
    /// How often a person had it looked at again, although it is the same.
    reloads: u32,
}

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The daemon's, by `vactl plugins add`.
    Added,
    /// It lies in a plugin folder.
    Folder,
}

impl Identity {
    /// All zero where there is no such file.
    pub(crate) fn of(path: &Path, reloads: u32) -> Self {
        let Ok(metadata) = std::fs::metadata(path) else { return Identity { reloads, ..Self::default() } };
        let modified_ns = i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec());
        Identity {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified_ns,
            reloads,
        }
    }

    pub(crate) fn modified(&self) -> SystemTime {
        let since = std::time::Duration::from_nanos(u64::try_from(self.modified_ns).unwrap_or(0));
        SystemTime::UNIX_EPOCH + since
    }
}
