//! How an analyzer says that it could not do its work.

use std::fmt;

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an analyzer's call failed. Any `std::error::Error` converts with `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub kind: ErrorKind,
    /// What was tried, on what, and why it failed; no full stop.
    pub message: String,
}

/// What the system may do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Trying again would fail again.
    Failed,
    /// The job was cancelled while the call ran.
    Cancelled,
    /// The device's memory did not suffice; smaller batches may.
    OutOfMemory,
    /// A model that the analyzer needs is not installed.
    Unavailable,
    /// The operation of [`Analyzer::control`](crate::Analyzer::control) is not known to this analyzer.
    Unsupported,
    /// The analyzer panicked. Only the boundary itself reports this.
    Panicked,
}

impl Error {
    pub fn new(message: impl Into<String>) -> Self {
        Error { kind: ErrorKind::Failed, message: message.into() }
    }

    pub fn of(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into() }
    }

    /// Puts what was tried in front: `while reading the palette: …`.
    #[must_use]
    pub fn context(mut self, tried: impl fmt::Display) -> Self {
        self.message = format!("{tried}: {}", self.message);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message.push_str(": ");
            message.push_str(&cause.to_string());
            source = cause.source();
        }
        Error::new(message)
    }
}
