//! Analyzers that crash again and again are left out for a while. Pure.
//!
//! ```text
//!            crashes, for the n-th time in a row     the pause is over
//!   free ───────────────────────────────▶ held ───────────────────────▶ on trial: one job runs it, alone in a worker
//!    ▲                                     ▲  crashes: twice the pause       │
//!    │                                     └─────────────────────────────────┤
//!    └───────────── a person's `enable`, at any time, or a good run ◀────────┘
//! ```

use std::time::{Duration, Instant, SystemTime};

/// No pause is longer.
const LONGEST: Duration = Duration::from_secs(3600);

/// When, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Crashes in a row after which it is held.
    pub(crate) after: u32,
    /// The first pause.
    pub(crate) pause: Duration,
}

/// A crash, or a call that did not return.
#[derive(Debug, Clone)]
pub(crate) struct Crash {
    pub(crate) at: SystemTime,
    /// As a sentence about the analyzer.
    pub(crate) how: String,
    /// The last lines that its worker wrote to standard error.
    pub(crate) stderr: Vec<String>,
}

/// What is remembered of one analyzer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    in_a_row: u32,
    /// Times that it was held since it last did well.
    held: u32,
    until: Option<Instant>,
    pub(crate) last: Option<Crash>,
}

/// Whether it may run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Standing {
    #[default]
    Free,
    /// Not before then.
    Held {
        until: Instant,
        crashes: u32,
    },
    OnTrial {
        crashes: u32,
    },
}

impl Record {
    pub(crate) fn crashed(&mut self, crash: Crash, rules: Rules, now: Instant) {
        let on_trial = matches!(self.standing(now), Standing::OnTrial { .. });
        self.in_a_row += 1;
        self.last = Some(crash);
        if on_trial || self.in_a_row >= rules.after && self.until.is_none() {
            self.held += 1;
            self.until = Some(now + rules.pause.saturating_mul(1 << (self.held - 1).min(20)).min(LONGEST));
        }
    }

    /// It ran to its end, or a person wants it back. Its last crash is still told.
    pub(crate) fn clear(&mut self) {
        *self = Record { last: self.last.take(), ..Record::default() };
    }

    pub(crate) fn crashes_in_a_row(&self) -> u32 {
        self.in_a_row
    }

    pub(crate) fn standing(&self, now: Instant) -> Standing {
        let crashes = self.in_a_row;
        match self.until {
            None => Standing::Free,
            Some(until) if now < until => Standing::Held { until, crashes },
            Some(_) => Standing::OnTrial { crashes },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules { after: 3, pause: Duration::from_secs(60) };

    fn crash() -> Crash {
        Crash { at: SystemTime::UNIX_EPOCH, how: "was killed".to_owned(), stderr: Vec::new() }
    }

    #[test]
    fn the_third_crash_in_a_row_holds_it_and_each_failed_trial_for_twice_as_long() {
        let (mut record, mut now) = (Record::default(), Instant::now());
        for _ in 0..2 {
            record.crashed(crash(), RULES, now);
            assert_eq!(record.standing(now), Standing::Free);
        }
        for pause_s in [60, 120, 240, 480, 960, 1920, 3600, 3600] {
            record.crashed(crash(), RULES, now);
            let until = now + Duration::from_secs(pause_s);
            assert!(
                matches!(record.standing(now), Standing::Held { until: at, .. } if at == until),
                "{pause_s}"
            );
            now = until;
            assert!(matches!(record.standing(now), Standing::OnTrial { .. }));
        }
    }

    #[test]
    fn a_crash_of_a_job_that_began_before_does_not_prolong_the_pause() {
        let (mut record, now) = (Record::default(), Instant::now());
        (0..3).for_each(|_| record.crashed(crash(), RULES, now));
        let held = record.standing(now);
        record.crashed(crash(), RULES, now + Duration::from_secs(1));
        let (Standing::Held { until, .. }, Standing::Held { until: again, .. }) =
            (held, record.standing(now))
        else {
            panic!("it is held");
        };
        assert_eq!(until, again);
    }

    #[test]
    fn who_does_well_begins_anew_and_its_last_crash_is_still_told() {
        let (mut record, now) = (Record::default(), Instant::now());
        record.crashed(crash(), RULES, now);
        record.crashed(crash(), RULES, now);
        record.clear();
        record.crashed(crash(), RULES, now);
        assert_eq!((record.standing(now), record.crashes_in_a_row()), (Standing::Free, 1));
        record.clear();
        assert!(record.last.is_some());
    }
}
