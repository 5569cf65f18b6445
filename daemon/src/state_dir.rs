//! The daemon's own folder. One daemon uses it at a time, which a lock sees to.

use std::fs::{DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rustix::fs::{FlockOperation, flock};

#[derive(Debug)]
pub(crate) struct StateDir {
    path: PathBuf,
    /// Held as long as the daemon lives.
    _lock: File,
}

impl StateDir {
    /// # Errors
    /// Where the folder cannot be made or written, or another daemon uses it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .with_context(|| format!("cannot make the state folder {}", path.display()))?;
        let lock_path = path.join("daemon.lock");
        let lock = File::create(&lock_path).with_context(|| format!("cannot write to {}", path.display()))?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            bail!(
                "another daemon uses the state folder {}; stop it with `vactl daemon stop`, or give this one another \
                 folder with --state-dir",
                path.display()
            );
        }
        Ok(StateDir { path: path.to_owned(), _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Writes a file, whole or not at all, also where the machine stops meanwhile.
///
/// # Errors
/// Where the disk cannot be written.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let unfinished = path.with_extension("part");
    let written = || -> std::io::Result<()> {
        let mut file = File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)
    };
    written().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_daemon_is_refused_and_told_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/b");
        let first = StateDir::open(&path).expect("free");
        let error = StateDir::open(&path).expect_err("taken").to_string();
        assert!(error.contains("another daemon") && error.contains("--state-dir"), "{error}");
        drop(first);
        StateDir::open(&path).expect("free again");
    }
}
