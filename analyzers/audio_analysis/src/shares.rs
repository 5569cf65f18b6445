//! How much music and speech there is, by what audio_environment found: the network that tells them apart runs once.

use std::collections::BTreeMap;

use serde::Deserialize;
use va_analyzer_sdk::{OtherFindings, Result};

/// Shares of the time, 0..1; `None` of no sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    pub music: Option<f64>,
    pub speech: Option<f64>,
}

#[derive(Deserialize)]
struct Found {
    summary: Environment,
}

#[derive(Deserialize)]
struct Environment {
    /// By label; what was not heard is not in it.
    ratios: BTreeMap<String, f64>,
}

impl Shares {
    /// # Errors
    /// Where the findings are not of the form that audio_environment gives them.
    pub fn read(other: &OtherFindings<'_>) -> Result<Self> {
        let ratios = other.read::<Found>()?.summary.ratios;
        let share = |label| (!ratios.is_empty()).then(|| ratios.get(label).copied().unwrap_or(0.0));
        Ok(Shares { music: share("music"), speech: share("speech") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Shares> {
        Shares::read(&OtherFindings { analyzer: "audio_environment", json })
    }

    #[test]
    fn what_was_not_heard_has_a_share_of_0_and_no_sound_has_none() {
        let heard = read(
            r#"{ "segments": [], "summary": { "environment": "music", "ratios": { "music": 0.7, "Rain": 0.3 } } }"#,
        );
        assert_eq!(heard.expect("readable"), Shares { music: Some(0.7), speech: Some(0.0) });
        let nothing = read(r#"{ "segments": [], "summary": { "environment": null, "ratios": {} } }"#);
        assert_eq!(nothing.expect("readable"), Shares { music: None, speech: None });
    }

    #[test]
    fn other_findings_are_refused_with_whose_they_are() {
        let refused = read(r#"{ "segments": [], "summary": { "ratios": 3 } }"#).expect_err("refused");
        assert!(refused.message.contains("findings of audio_environment"), "{refused}");
    }
}
