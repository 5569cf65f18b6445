//! A job: one video on its way to one result document.
//!
//! `POST /v1/jobs` takes a [`JobRequest`] and answers with a stream of [`JobEvent`]s, one JSON object a line. Who
//! closes the stream gives the job up. The last event is `finished` or `failed`; there is none of them only where the
//! daemon ends before the job.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::result::DocumentStatus;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobRequest {
    /// Absolute path of the video on the daemon's machine.
    pub path: String,
    /// How `path` is written.
    #[serde(default)]
    pub path_encoding: PathEncoding,
    /// Names of the analyzers to run; all enabled ones where absent.
    #[serde(default)]
    pub analyzers: Option<Vec<String>>,
    /// Compute again, whatever is stored.
    #[serde(default)]
    pub fresh: bool,
}

/// How a path is written as JSON text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PathEncoding {
    #[default]
    Plain,
    /// Bytes outside of printable ASCII, and `%`, as `%XX`: for names that are no UTF-8.
    Percent,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum JobEvent {
    /// The job waits for `ahead` others.
    Queued { job: String, ahead: usize },
    /// Work on it has begun.
    Started { job: String },
    /// How far it is; a few times a second at most.
    Progress { job: String, analyzers: Vec<AnalyzerProgress> },
    /// The result document is at `GET /v1/jobs/JOB/result`.
    Finished {
        job: String,
        status: DocumentStatus,
        /// The document as a file on the daemon's machine.
        document: String,
        /// Whether an earlier job had computed it.
        stored: bool,
        /// Seconds from the request until work began; `null` for a stored result.
        started_after_s: Option<f64>,
    },
    /// There is no document.
    Failed { job: String, problem: Problem },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnalyzerProgress {
    pub analyzer: String,
    pub state: ProgressState,
    /// 0..1.
    pub fraction: f64,
    /// Seconds left, by the pace so far.
    pub left_s: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProgressState {
    Waiting,
    Running,
    Done,
    Failed,
}

/// Writes a path for [`PathEncoding::Percent`].
pub fn percent_encode(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    for &byte in path {
        if (byte.is_ascii_graphic() || byte == b' ') && byte != b'%' {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// Reads what [`percent_encode`] wrote; `None` where a `%` is not followed by two hexadecimal digits.
pub fn percent_decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == b'%' {
            let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(byte);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_survive_percent_encoding() {
        let path: Vec<u8> = (0..=255).collect();
        assert_eq!(percent_decode(&percent_encode(&path)), Some(path));
        assert_eq!(percent_decode("100%"), None);
        assert_eq!(percent_decode("%zz"), None);
    }
}
