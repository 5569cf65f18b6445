//! What becomes of an analyzer when another fails or cannot run whose findings it needs or wants. Pure.

use std::collections::BTreeMap;

use va_protocol::api::result::AnalyzerStatus;
use va_protocol::worker::description::FindingsRequest;

use super::outcome::Settled;
use super::plan::Planned;

/// What was found with less than what was needed or wanted is degraded, and says why.
pub(super) fn degrade(settled: &mut BTreeMap<String, Settled>, planned: &[Planned]) {
    for analyzer in planned {
        let missing = analyzer.description.findings.iter().filter_map(|other| why_missing(other, settled));
        let reasons: Vec<String> = missing.collect();
        let outcome = settled.get_mut(&analyzer.name).filter(|outcome| outcome.has_findings());
        if let Some(outcome) = outcome.filter(|_| !reasons.is_empty()) {
            outcome.status = AnalyzerStatus::Degraded;
            outcome.reason = Some(reasons.join("; "));
        }
    }
}

fn why_missing(other: &FindingsRequest, settled: &BTreeMap<String, Settled>) -> Option<String> {
    let outcome = settled.get(&other.analyzer)?;
    let reason = outcome.reason.as_deref().unwrap_or_default();
    let name = &other.analyzer;
    match outcome.status {
        AnalyzerStatus::Failed if other.needed => {
            Some(format!("it needs the findings of {name}, which failed: {reason}"))
        }
        AnalyzerStatus::Failed if other.wanted => {
            Some(format!("it did without the findings of {name}, which failed: {reason}"))
        }
        AnalyzerStatus::Unavailable if other.wanted => {
            Some(format!("it did without the findings of {name}, which cannot run: {reason}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use va_protocol::worker::description::{AnalyzerDescription, FindingsScope};

    fn planned(name: &str, others: &str, needed: bool, wanted: bool) -> Planned {
        let request = |other: &str| FindingsRequest {
            analyzer: other.to_owned(),
            scope: FindingsScope::PerFrame,
            needed,
            wanted,
        };
        let findings = others.split(' ').map(request).collect();
        let description = AnalyzerDescription {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            about: String::new(),
            frames: None,
            audio: None,
            findings,
            batch: 1,
            models: Vec::new(),
            memory_mib: 0,
            sdk_version: None,
        };
        Planned {
            name: name.to_owned(),
            group: "main".to_owned(),
            description,
            shown: true,
            alone: false,
            fingerprint: String::new(),
        }
    }

    #[test]
    fn who_needs_a_failed_one_is_degraded_and_who_could_do_without_is_not() {
        let status = |status| Settled::without_findings(status, "no such file");
        let mut settled = BTreeMap::from([
            ("faces".to_owned(), status(AnalyzerStatus::Failed)),
            ("age".to_owned(), status(AnalyzerStatus::Ok)),
            ("mood".to_owned(), status(AnalyzerStatus::Ok)),
            ("gaze".to_owned(), status(AnalyzerStatus::Failed)),
        ]);
        let all = [
            planned("age", "faces", true, false),
            planned("mood", "faces", false, false),
            planned("gaze", "faces", true, false),
        ];
        degrade(&mut settled, &all);
        let of = |name: &str| settled[name].status;
        assert_eq!(
            [of("age"), of("mood"), of("gaze")],
            [AnalyzerStatus::Degraded, AnalyzerStatus::Ok, AnalyzerStatus::Failed]
        );
        assert_eq!(
            settled["age"].reason.as_deref(),
            Some("it needs the findings of faces, which failed: no such file")
        );
    }

    #[test]
    fn who_wants_some_that_failed_or_cannot_run_says_so_of_each_and_skipped_ones_are_no_loss() {
        let status = |status| Settled::without_findings(status, "no such file");
        let mut settled = BTreeMap::from([
            ("speech".to_owned(), status(AnalyzerStatus::Failed)),
            ("texts".to_owned(), status(AnalyzerStatus::Unavailable)),
            ("cuts".to_owned(), status(AnalyzerStatus::Skipped)),
            ("story".to_owned(), status(AnalyzerStatus::Ok)),
            ("mood".to_owned(), status(AnalyzerStatus::Ok)),
        ]);
        degrade(
            &mut settled,
            &[planned("story", "speech texts cuts", false, true), planned("mood", "cuts", false, true)],
        );
        assert_eq!(settled["mood"].status, AnalyzerStatus::Ok);
        assert_eq!(settled["story"].status, AnalyzerStatus::Degraded);
        assert_eq!(
            settled["story"].reason.as_deref(),
            Some(
                "it did without the findings of speech, which failed: no such file; \
                 it did without the findings of texts, which cannot run: no such file"
            )
        );
    }
}
