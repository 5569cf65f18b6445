//! What becomes of an analyzer when one fails whose findings it cannot do without. Pure.

use std::collections::BTreeMap;

use va_protocol::api::result::AnalyzerStatus;

use super::outcome::Settled;
use super::plan::Planned;

/// What was found with less than what was needed is degraded, and says why.
pub(super) fn degrade(settled: &mut BTreeMap<String, Settled>, planned: &[Planned]) {
    for analyzer in planned {
        let needed = analyzer.description.findings.iter().filter(|other| other.needed);
        let failed = needed.filter_map(|other| {
            let outcome = settled.get(&other.analyzer)?;
            let reason = outcome.reason.as_deref().unwrap_or_default();
            (outcome.status == AnalyzerStatus::Failed)
                .then(|| format!("it needs the findings of {}, which failed: {reason}", other.analyzer))
        });
        let Some(reason) = failed.into_iter().next() else { continue };
        if let Some(outcome) = settled.get_mut(&analyzer.name).filter(|outcome| outcome.has_findings()) {
            outcome.status = AnalyzerStatus::Degraded;
            outcome.reason = Some(reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use va_protocol::worker::description::{AnalyzerDescription, FindingsRequest, FindingsScope};

    fn planned(name: &str, needs: &str, needed: bool) -> Planned {
        let findings =
            vec![FindingsRequest { analyzer: needs.to_owned(), scope: FindingsScope::PerFrame, needed }];
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
        };
        Planned {
            name: name.to_owned(),
            group: "main".to_owned(),
            description,
            shown: true,
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
        let all =
            [planned("age", "faces", true), planned("mood", "faces", false), planned("gaze", "faces", true)];
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
}
