//! Why a model was not installed.

use std::io;
use std::path::PathBuf;

use va_models::digest::Sha256;
use va_models::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Another copy of it may be downloading for another model, so it can be told more than once.
    #[error("cannot fetch {file}: {}", reasons.join("; "))]
    Fetch { file: String, reasons: Vec<String> },
    #[error(
        "{what} is not what it should be, and nothing of it is kept: it has {bytes} bytes and the sum {found}, and \
         should have {wanted_bytes} and {wanted}"
    )]
    Sum { what: String, wanted: Sha256, wanted_bytes: u64, found: Sha256, bytes: u64 },
    #[error("cannot take {member} out of {archive}: {why}")]
    Archive { member: String, archive: String, why: String },
    #[error("the recipe {recipe} failed ({status}): {said}")]
    Recipe { recipe: String, status: String, said: String },
    #[error("cannot make the environment of the recipes: {why}")]
    Environment { why: String },
    #[error("{program} is missing: on Debian, `apt-get install {package}`")]
    Program { program: String, package: &'static str },
    #[error("the recipe {recipe} should make {wanted}, and made {made}")]
    Made { recipe: String, wanted: String, made: String },
    #[error("{} is not it: {why}", path.display())]
    Brought { path: PathBuf, why: String },
    #[error("cannot {what} {}: {error}", path.display())]
    File { what: &'static str, path: PathBuf, error: io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ModelError {
    pub(crate) fn file(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| ModelError::File { what, path, error }
    }
}
