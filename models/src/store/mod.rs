//! The folder of installed models. Nothing but files and links; what is in use is never half written.
//!
//! ```text
//! MODELS/NAME/VERSION/{files, manifest.json}     written beside and renamed into place
//! MODELS/NAME/current  -> VERSION                a link that is swapped by rename
//! MODELS/NAME/previous -> VERSION                what `rollback` returns to
//! MODELS/.lock                                   held by whoever changes something
//! MODELS/.new-PID-…                              a model that is being built; swept where nobody holds the lock
//! ```
//!
//! A version is the beginning of the sum of the files' sums, so the same files are the same version everywhere.

mod install;
mod links;
mod manifest;
#[cfg(test)]
mod tests;
mod verify;

use std::io;
use std::path::{Path, PathBuf};

pub use self::install::{Building, Lock};
pub use self::manifest::{Kept, Manifest, utc};
pub use self::verify::Damage;
use crate::digest::Sha256;

/// A model's own description, beside its files.
pub const MANIFEST: &str = "manifest.json";
const CURRENT: &str = "current";
const PREVIOUS: &str = "previous";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    folder: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot {what} {}: {error}", path.display())]
    File { what: &'static str, path: PathBuf, error: io::Error },
    #[error("cannot understand {}: {error}", path.display())]
    Manifest { path: PathBuf, error: serde_json::Error },
    #[error("there is no model {name:?} in {}", folder.display())]
    NotInstalled { name: String, folder: PathBuf },
    #[error("there is no earlier version of {name} to return to")]
    NoPrevious { name: String },
}

impl Store {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Store { folder: folder.into() }
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The folder with a model's files, with no link in its way; `None` where it is not installed.
    pub fn folder(&self, name: &str) -> Option<PathBuf> {
        self.version_folder(name, CURRENT)
    }

    /// What is said of an installed model; `None` where it is not installed.
    ///
    /// # Errors
    /// Where its files are there and its description cannot be read.
    pub fn manifest(&self, name: &str) -> Result<Option<Manifest>, StoreError> {
        self.folder(name).map(|folder| Manifest::read(&folder)).transpose()
    }

    /// The version that [`Store::rollback`] would return to.
    pub fn previous(&self, name: &str) -> Result<Option<Manifest>, StoreError> {
        let previous =
            self.version_folder(name, PREVIOUS).filter(|folder| Some(folder) != self.folder(name).as_ref());
        previous.map(|folder| Manifest::read(&folder)).transpose()
    }

    /// Names of what is installed, in order.
    pub fn names(&self) -> Result<Vec<String>, StoreError> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed("read", &self.folder, error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| failed("read", &self.folder, error))?.file_name();
            names.extend(name.to_str().filter(|name| self.folder(name).is_some()).map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    /// Makes the previous version the current one, and that the previous one.
    ///
    /// # Errors
    /// Where there is none.
    pub fn rollback(&self, lock: &Lock, name: &str) -> Result<Manifest, StoreError> {
        let current = self.folder(name).ok_or_else(|| self.not_installed(name))?;
        let no_previous = || StoreError::NoPrevious { name: name.to_owned() };
        let previous = self.version_folder(name, PREVIOUS).filter(|folder| *folder != current);
        let previous = previous.ok_or_else(no_previous)?;
        let manifest = Manifest::read(&previous)?;
        lock.point(self, name, CURRENT, &previous)?;
        lock.point(self, name, PREVIOUS, &current)?;
        Ok(manifest)
    }

    /// Removes a model with all its versions.
    ///
    /// # Errors
    /// Where it is not installed, or cannot be removed.
    pub fn remove(&self, lock: &Lock, name: &str) -> Result<(), StoreError> {
        let folder = self.folder.join(name);
        if !is_name(name) || !folder.is_dir() {
            return Err(self.not_installed(name));
        }
        lock.discard(self, &folder)
    }

    fn version_folder(&self, name: &str, link: &str) -> Option<PathBuf> {
        if !is_name(name) {
            return None;
        }
        let folder = self.folder.join(name).join(link).canonicalize().ok()?;
        folder.is_dir().then_some(folder)
    }

    fn not_installed(&self, name: &str) -> StoreError {
        StoreError::NotInstalled { name: name.to_owned(), folder: self.folder.clone() }
    }
}

/// Whether a model may be called so: it becomes a folder's name.
pub fn is_name(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.bytes().all(|byte| word(byte) || b".-_".contains(&byte)) && name.bytes().next().is_some_and(word)
}

/// The version of a set of files: the first 12 digits of the sum over their lines as `sha256sum` prints them, in the
/// order of their names.
pub fn version<'a>(files: impl IntoIterator<Item = (&'a str, &'a Sha256)>) -> String {
    let mut files: Vec<_> = files.into_iter().collect();
    files.sort();
    let lines: String = files.iter().map(|(file, sum)| format!("{sum}  {file}\n")).collect();
    Sha256::of(lines.as_bytes()).as_str()[..12].to_owned()
}

fn failed(what: &'static str, path: &Path, error: io::Error) -> StoreError {
    StoreError::File { what, path: path.to_owned(), error }
}
