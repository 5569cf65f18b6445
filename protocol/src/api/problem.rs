//! How the API says no: a problem document after RFC 9457, with a hint for the person who reads it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Body of every answer that is not a success, as `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    pub kind: ProblemKind,
    /// What was tried, on what, and why it failed.
    pub detail: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Whose fault it is and, with that, the HTTP status and the exit code of `vactl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// The request makes no sense: an unknown analyzer, a path that is no file, a method that a path of the API has not.
    InvalidRequest,
    /// There is no such job, analyzer or path of the API.
    NotFound,
    /// The file is there, but is no video that can be read.
    UnreadableVideo,
    /// The daemon is stopping, or its queue is full.
    Busy,
    /// Our bug, or a disk that cannot be written.
    Internal,
}

impl Problem {
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Problem { kind, detail: detail.into(), hint: None }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl ProblemKind {
    pub const fn http_status(self) -> u16 {
        match self {
            ProblemKind::InvalidRequest => 400,
            ProblemKind::NotFound => 404,
            ProblemKind::UnreadableVideo => 422,
            ProblemKind::Busy => 503,
            ProblemKind::Internal => 500,
        }
    }
}
