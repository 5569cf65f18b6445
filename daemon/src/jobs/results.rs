//! Result documents as files of the state folder, and which of them answers a request that came before.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::owed::Owed;
use crate::state_dir::{StateDir, write_whole};

/// Cheap to clone; all calls touch the disk.
#[derive(Debug, Clone)]
pub(crate) struct Results {
    folder: Arc<PathBuf>,
    keep: usize,
    owed: Owed,
}

impl Results {
    pub(crate) fn open(state: &StateDir, keep: usize) -> Result<Self> {
        let folder = state.path().join("results");
        let index = folder.join("index");
        std::fs::create_dir_all(&index)
            .with_context(|| format!("cannot make the folder {}", index.display()))?;
        let results = Results { folder: Arc::new(folder), keep, owed: Owed::default() };
        // What a daemon that was killed left half-written.
        for path in files(&results.folder, "part").into_iter().chain(files(&index, "part")) {
            let _ = std::fs::remove_file(path);
        }
        Ok(results)
    }

    /// Those that clients were told of and have not fetched yet.
    pub(crate) fn owed(&self) -> &Owed {
        &self.owed
    }

    /// The document of a job, where there is one.
    pub(crate) fn document(&self, job: &str) -> Option<PathBuf> {
        let plain = job.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        Some(self.path_of(job)).filter(|path| plain && path.exists())
    }

    /// The document that the same request had before, and its job.
    pub(super) fn stored(&self, key: &str) -> Option<(String, PathBuf)> {
        let job = std::fs::read_to_string(self.folder.join("index").join(key)).ok()?;
        let path = self.document(&job)?;
        Some((job, path))
    }

    /// Writes a document, whole or not at all; under `key` it answers the same request again.
    ///
    /// # Errors
    /// Where the disk cannot be written.
    pub(super) fn keep(&self, job: &str, document: &[u8], key: Option<&str>) -> Result<PathBuf> {
        let path = self.path_of(job);
        write_whole(&path, document)?;
        if let Some(key) = key {
            write_whole(&self.folder.join("index").join(key), job.as_bytes())?;
        }
        self.remove_old();
        Ok(path)
    }

    fn path_of(&self, job: &str) -> PathBuf {
        self.folder.join(format!("{job}.json"))
    }

    /// Names of jobs rise with time, so the oldest documents come first by name.
    fn remove_old(&self) {
        let mut documents = files(&self.folder, "json");
        documents.sort();
        let surplus = documents.len().saturating_sub(self.keep);
        if surplus == 0 {
            return;
        }
        for path in documents.drain(..surplus) {
            let _ = std::fs::remove_file(path);
        }
        let index = std::fs::read_dir(self.folder.join("index")).into_iter().flatten().filter_map(Result::ok);
        for entry in index.map(|entry| entry.path()) {
            let job = std::fs::read_to_string(&entry).unwrap_or_default();
            if self.document(&job).is_none() {
                let _ = std::fs::remove_file(entry);
            }
        }
    }
}

/// The key of a request: the same for the same file, unchanged, and the same analyzers with the same settings.
pub(super) fn key(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    }
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_answered_again_until_its_document_is_too_old() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateDir::open(folder.path()).expect("a state folder");
        let results = Results::open(&state, 2).expect("a store");
        results.keep("a-1", b"one", Some("k1")).expect("written");
        assert_eq!(results.stored("k1").expect("stored").0, "a-1");
        assert!(results.stored("k2").is_none());
        results.keep("a-2", b"two", None).expect("written");
        results.keep("a-3", b"three", Some("k3")).expect("written");
        assert!(results.stored("k1").is_none(), "its document went");
        assert_eq!(std::fs::read(results.document("a-3").expect("kept")).expect("read"), b"three");
        assert!(results.document("../daemon").is_none());
    }

    #[test]
    fn keys_tell_parts_apart() {
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_eq!(key(&["a"]), key(&["a"]));
    }
}
