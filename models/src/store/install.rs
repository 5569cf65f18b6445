//! Changing the store: under its lock, and by renames alone, so that a change that is killed leaves what was there.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::manifest::{Kept, Manifest};
use super::{CURRENT, MANIFEST, PREVIOUS, Store, StoreError, failed, links};
use crate::digest::Sha256;

const NEW: &str = ".new-";
const LOCK: &str = ".lock";

/// Whoever holds it is the only one that changes the store. Ends with its process, however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    taken: AtomicU32,
}

/// A model's files while they come together.
#[derive(Debug)]
pub struct Building {
    folder: PathBuf,
}

impl Store {
    /// Takes the lock; `wait` is called before waiting for another process that holds it. What a killed process left
    /// half built is swept.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn lock(&self, wait: impl FnOnce()) -> Result<Lock, StoreError> {
        std::fs::create_dir_all(&self.folder).map_err(|error| failed("create", &self.folder, error))?;
        let path = self.folder.join(LOCK);
        let cannot = |error| failed("lock", &path, error);
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                wait();
                file.lock().map_err(cannot)?;
            }
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
        }
        let lock = Lock { _file: file, taken: AtomicU32::new(0) };
        self.sweep()?;
        Ok(lock)
    }

    fn sweep(&self) -> Result<(), StoreError> {
        let entries = std::fs::read_dir(&self.folder).map_err(|error| failed("read", &self.folder, error))?;
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(NEW) {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }
}

impl Lock {
    /// A fresh folder in the store, on the same disk.
    pub fn new_folder(&self, store: &Store) -> Result<Building, StoreError> {
        let folder = self.fresh(store);
        std::fs::create_dir(&folder).map_err(|error| failed("create", &folder, error))?;
        Ok(Building { folder })
    }

    /// Installs what was built as `manifest.name`. Its files are those of [`Building::files`], its version follows from
    /// them. The version that was current becomes the previous one, and older ones go.
    ///
    /// # Errors
    /// Where the disk does not take it; what was installed stays as it was.
    pub fn install(
        &self,
        store: &Store,
        built: Building,
        manifest: Manifest,
    ) -> Result<Manifest, StoreError> {
        let sums = manifest.files.iter().map(|kept| (kept.file.as_str(), &kept.sha256));
        let manifest = Manifest { version: super::version(sums), ..manifest };
        let path = built.folder.join(MANIFEST);
        let mut text = serde_json::to_vec_pretty(&manifest)
            .map_err(|error| StoreError::Manifest { path: path.clone(), error })?;
        text.push(b'\n');
        std::fs::write(&path, text).map_err(|error| failed("write", &path, error))?;
        links::sync_all(&built.folder).map_err(|error| failed("write", &built.folder, error))?;

        let home = store.folder.join(&manifest.name);
        std::fs::create_dir_all(&home).map_err(|error| failed("create", &home, error))?;
        let place = home.join(&manifest.version);
        let before = store.folder(&manifest.name);
        links::put(&built.folder, &place).map_err(|error| failed("write", &place, error))?;
        if let Some(before) = before.filter(|before| before.file_name() != place.file_name()) {
            self.point(store, &manifest.name, PREVIOUS, &before)?;
        }
        self.point(store, &manifest.name, CURRENT, &place)?;
        store.sweep_versions(&manifest.name);
        Ok(manifest)
    }

    pub(super) fn point(&self, store: &Store, name: &str, link: &str, to: &Path) -> Result<(), StoreError> {
        let link = store.folder.join(name).join(link);
        let to = Path::new(to.file_name().unwrap_or(to.as_os_str()));
        links::point(&link, &self.fresh(store), to).map_err(|error| failed("write", &link, error))
    }

    /// Out of sight in one step, and then gone.
    pub(super) fn discard(&self, store: &Store, folder: &Path) -> Result<(), StoreError> {
        let aside = self.fresh(store);
        std::fs::rename(folder, &aside).map_err(|error| failed("remove", folder, error))?;
        remove(&aside)
    }

    fn fresh(&self, store: &Store) -> PathBuf {
        let count = self.taken.fetch_add(1, Ordering::Relaxed);
        store.folder.join(format!("{NEW}{}-{count}", std::process::id()))
    }
}

impl Store {
    /// Versions that are neither current nor previous. Failing to remove one harms nothing.
    fn sweep_versions(&self, name: &str) {
        let used = [CURRENT, PREVIOUS].map(|link| self.version_folder(name, link));
        let home = self.folder.join(name);
        let Ok(home) = home.canonicalize() else { return };
        for entry in std::fs::read_dir(home).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && !used.contains(&Some(path.clone())) {
                let _ = std::fs::remove_dir_all(path);
            }
        }
    }
}

impl Building {
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// What lies in it, in the order of their names.
    ///
    /// # Errors
    /// Where something in it is no readable file.
    pub fn files(&self) -> Result<Vec<Kept>, StoreError> {
        let cannot = |error| failed("read", &self.folder, error);
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            let (sha256, bytes) =
                Sha256::of_file(&entry.path()).map_err(|error| failed("read", &entry.path(), error))?;
            files.push(Kept { file: entry.file_name().to_string_lossy().into_owned(), sha256, bytes });
        }
        files.sort();
        Ok(files)
    }
}

/// What was not installed, or the version it replaced.
impl Drop for Building {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn remove(path: &Path) -> Result<(), StoreError> {
    let is_folder = path.symlink_metadata().is_ok_and(|what| what.is_dir());
    let removed = if is_folder { std::fs::remove_dir_all(path) } else { links::remove_file(path) };
    removed.map_err(|error| failed("remove", path, error))
}
