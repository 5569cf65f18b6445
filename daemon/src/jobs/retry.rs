//! Whether it makes sense to try a failed analyzer again, and what to do about it. Pure.

use va_protocol::worker::control::FailureKind;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Retry {
    /// The same request may succeed later.
    pub(super) possible: bool,
    /// What a person may do.
    pub(super) action: Option<String>,
}

impl Retry {
    /// What an analyzer said itself.
    pub(super) fn after(kind: FailureKind, analyzer: &str) -> Self {
        match kind {
            FailureKind::OutOfMemory => Retry::out_of_memory(analyzer),
            FailureKind::Panicked => {
                never("report it to the author of the analyzer, with the place that the reason names")
            }
            FailureKind::Interrupted => later("analyse the video again"),
            FailureKind::Failed => Retry::default(),
        }
    }

    pub(super) fn out_of_memory(analyzer: &str) -> Self {
        later(format!(
            "free memory: end other programs, or unload analyzers with `vactl models evict`; or lower \
             analyzers.{analyzer}.batch, or choose a smaller model"
        ))
    }

    /// Memory does not suffice to load it.
    pub(super) fn no_room(never_fits: bool) -> Self {
        if never_fits {
            never(
                "see `vactl status --memory` for what it takes and what the limits are; the reason says what to change",
            )
        } else {
            later(
                "wait for other jobs, or end other programs; `vactl status --memory` shows who has the memory",
            )
        }
    }

    pub(super) fn hung(analyzer: &str) -> Self {
        later(format!("try again while the machine is less busy, or raise analyzers.{analyzer}.call_limit_s"))
    }

    /// `how` its worker ended, in the words of [`exit_in_words`](crate::workers::exit_in_words).
    pub(super) fn crashed(how: &str) -> Self {
        if how.contains("SIGKILL") || how.contains("memory allocation of") {
            return later("free memory, then try again; `vactl status --memory` shows who has it");
        }
        never("report it to the author of the analyzer; the daemon's log has the worker's last words")
    }
}

fn later(action: impl Into<String>) -> Retry {
    Retry { possible: true, action: Some(action.into()) }
}

fn never(action: impl Into<String>) -> Retry {
    Retry { possible: false, action: Some(action.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn want_of_memory_and_of_time_may_pass_and_faults_do_not() {
        let memory = Retry::after(FailureKind::OutOfMemory, "faces");
        assert!(
            memory.possible && memory.action.is_some_and(|action| action.contains("analyzers.faces.batch"))
        );
        assert!(Retry::hung("faces").possible && Retry::no_room(false).possible);
        assert!(Retry::crashed("was killed by SIGKILL (killed from outside)").possible);
        assert!(
            Retry::crashed("was killed by SIGABRT; its last words: memory allocation of 9 bytes failed")
                .possible
        );
        assert!(!Retry::crashed("was killed by SIGSEGV (a memory fault)").possible);
        assert!(!Retry::no_room(true).possible && !Retry::after(FailureKind::Panicked, "faces").possible);
        assert_eq!(Retry::after(FailureKind::Failed, "faces"), Retry { possible: false, action: None });
    }
}
