//! Why a command failed, and the exit code that says whose fault it is.

use va_protocol::api::problem::{Problem, ProblemKind};

pub(crate) const SUCCESS: u8 = 0;
pub(crate) const PARTIAL: u8 = 1;
const USAGE: u8 = 2;
const UNREADABLE_VIDEO: u8 = 3;
const UNREACHABLE: u8 = 4;
const INTERNAL: u8 = 5;

#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: u8,
    /// What was tried, on what, and why it failed.
    pub(crate) message: String,
    /// What to do.
    pub(crate) hint: Option<String>,
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Failure { code: USAGE, message: message.into(), hint: None }
    }

    pub(crate) fn unreachable(message: impl Into<String>) -> Self {
        let hint = Some("start one with `vactl daemon start`".to_owned());
        Failure { code: UNREACHABLE, message: message.into(), hint }
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Failure { code: INTERNAL, message: message.into(), hint: None }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let code = match problem.kind {
            ProblemKind::InvalidRequest | ProblemKind::NotFound => USAGE,
            ProblemKind::UnreadableVideo => UNREADABLE_VIDEO,
            ProblemKind::Busy => UNREACHABLE,
            ProblemKind::Internal => INTERNAL,
        };
        Failure { code, message: problem.detail, hint: problem.hint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_problem_has_its_exit_code() {
        let code = |kind| Failure::from(Problem::new(kind, "why")).code;
        assert_eq!(code(ProblemKind::InvalidRequest), 2);
        assert_eq!(code(ProblemKind::UnreadableVideo), 3);
        assert_eq!(code(ProblemKind::Busy), 4);
        assert_eq!(code(ProblemKind::Internal), 5);
    }
}
