//! Whether the files of an installed model are still what they were.

use std::io;

use super::{Store, StoreError};
use crate::digest::Sha256;

/// What is wrong with a file of an installed model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    Missing { file: String },
    Unreadable { file: String, why: String },
    Changed { file: String, expected: Sha256, found: Sha256 },
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Damage::Missing { file } => write!(f, "{file} is missing"),
            Damage::Unreadable { file, why } => write!(f, "{file} cannot be read: {why}"),
            Damage::Changed { file, expected, found } => {
                write!(f, "{file} has the sum {found}, and should have {expected}")
            }
        }
    }
}

impl Store {
    /// Sums up all files of a model; nothing is returned where all is well.
    ///
    /// # Errors
    /// Where it is not installed, or says not what it consists of.
    pub fn verify(&self, name: &str) -> Result<Vec<Damage>, StoreError> {
        let folder = self.folder(name).ok_or_else(|| self.not_installed(name))?;
        let manifest = super::Manifest::read(&folder)?;
        let damage = |kept: super::Kept| {
            let file = kept.file;
            match Sha256::of_file(&folder.join(&file)) {
                Ok((found, _)) if found == kept.sha256 => None,
                Ok((found, _)) => Some(Damage::Changed { file, expected: kept.sha256, found }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Damage::Missing { file }),
                Err(error) => Some(Damage::Unreadable { file, why: error.to_string() }),
            }
        };
        Ok(manifest.files.into_iter().filter_map(damage).collect())
    }
}
