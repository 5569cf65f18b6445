//! How `vactl` ends: its exit codes, and the one type of error that a person gets to see.

use std::io::Write;
use std::process::ExitCode;

use va_protocol::api::problem::{Problem, ProblemKind};
use va_protocol::api::result::DocumentStatus;

use crate::client::ClientError;
use crate::output::text;

/// What the caller of `vactl` may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Success,
    /// There is a document, but not every analyzer that should have has its part in it.
    Partial,
    /// The caller's mistake.
    Usage,
    /// The video cannot be read.
    Video,
    /// The daemon cannot be reached, or takes no jobs.
    Unreachable,
    /// Our bug, or a disk that cannot be written.
    Internal,
    /// By Ctrl-C.
    Interrupted,
}

impl Exit {
    pub const fn code(self) -> u8 {
        match self {
            Exit::Success => 0,
            Exit::Partial => 1,
            Exit::Usage => 2,
            Exit::Video => 3,
            Exit::Unreachable => 4,
            Exit::Internal => 5,
            Exit::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}

impl From<DocumentStatus> for Exit {
    fn from(status: DocumentStatus) -> Self {
        match status {
            DocumentStatus::Success => Exit::Success,
            DocumentStatus::Partial | DocumentStatus::Error => Exit::Partial,
        }
    }
}

impl From<ProblemKind> for Exit {
    fn from(kind: ProblemKind) -> Self {
        match kind {
            ProblemKind::InvalidRequest | ProblemKind::NotFound => Exit::Usage,
            ProblemKind::UnreadableVideo => Exit::Video,
            ProblemKind::Busy => Exit::Unreachable,
            ProblemKind::Internal => Exit::Internal,
        }
    }
}

/// Why a command did not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub exit: Exit,
    /// What was tried, on what, and why it failed.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Failure {
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Failure { exit, message: message.into(), hint: None }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// As it is printed. Lines are kept, other control characters are shown: names of files get here.
    pub fn text(&self) -> String {
        let lines = |words: &str| words.lines().map(text::clean).collect::<Vec<_>>().join("\n  ");
        let hint = self.hint.iter().map(|hint| format!("hint: {}\n", lines(hint)));
        std::iter::once(format!("vactl: {}\n", lines(&self.message))).chain(hint).collect()
    }

    /// To standard error; where that is gone, nobody is to be told.
    pub fn report(&self) {
        let _ = std::io::stderr().write_all(self.text().as_bytes());
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let log = || (problem.kind == ProblemKind::Internal).then(|| SEE_THE_LOG.to_owned());
        let hint = problem.hint.or_else(log);
        Failure { exit: problem.kind.into(), message: problem.detail, hint }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let message = error.to_string();
        match error {
            ClientError::Refused(problem) => problem.into(),
            ClientError::NobodyAnswers { ref tried } => {
                let failure = Failure::new(Exit::Unreachable, message);
                if tried.iter().any(|(_, error)| error.kind() == std::io::ErrorKind::PermissionDenied) {
                    failure.hint("a socket is for its owner and group: join the group (usually `va`), or ask its owner")
                } else {
                    failure.hint("start one with `vactl daemon start`; `vactl analyze` does so by itself")
                }
            }
            ClientError::NoAnswer { .. } | ClientError::HungUp { .. } => {
                Failure::new(Exit::Unreachable, message).hint(SEE_THE_LOG)
            }
            ClientError::BrokeOff { .. } => Failure::new(Exit::Internal, message).hint(SEE_THE_LOG),
            ClientError::NotUnderstood { .. } => Failure::new(Exit::Internal, message)
                .hint("vactl and va-daemon must be of one version: `vactl --version`, `va-daemon --version`"),
        }
    }
}

const SEE_THE_LOG: &str =
    "`vactl daemon logs` (or `journalctl -u va-daemon`) shows what the daemon has to say";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_with_what_to_do() {
        let failure = Failure::new(Exit::Usage, "cannot analyse a\u{1b}[31m.mp4: there is no such file")
            .hint("check the path");
        insta::assert_snapshot!(failure.text(), @r"
        vactl: cannot analyse a\u{1b}[31m.mp4: there is no such file
        hint: check the path
        ");
    }

    #[test]
    fn every_kind_of_problem_has_its_exit_code() {
        let code = |kind: ProblemKind| Failure::from(Problem::new(kind, "why")).exit.code();
        assert_eq!(code(ProblemKind::InvalidRequest), 2);
        assert_eq!(code(ProblemKind::NotFound), 2);
        assert_eq!(code(ProblemKind::UnreadableVideo), 3);
        assert_eq!(code(ProblemKind::Busy), 4);
        assert_eq!(code(ProblemKind::Internal), 5);
    }

    #[test]
    fn a_document_without_findings_is_no_success() {
        let code = |status: DocumentStatus| Exit::from(status).code();
        assert_eq!(
            [DocumentStatus::Success, DocumentStatus::Partial, DocumentStatus::Error].map(code),
            [0, 1, 1]
        );
    }

    #[test]
    fn who_may_not_use_a_socket_is_told_so() {
        let tried = |kind: std::io::ErrorKind| ClientError::NobodyAnswers {
            tried: vec![("/run/va/va.sock".into(), kind.into())],
        };
        insta::assert_snapshot!(Failure::from(tried(std::io::ErrorKind::PermissionDenied)).text(), @"
        vactl: no daemon answers at /run/va/va.sock (permission denied)
        hint: a socket is for its owner and group: join the group (usually `va`), or ask its owner
        ");
        insta::assert_snapshot!(Failure::from(tried(std::io::ErrorKind::NotFound)).text(), @"
        vactl: no daemon answers at /run/va/va.sock (there is no such socket)
        hint: start one with `vactl daemon start`; `vactl analyze` does so by itself
        ");
    }
}
