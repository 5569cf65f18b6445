//! That a summary says nothing which no other analyzer found.

use serde_json::Value;

/// The words of the templates.
const TEMPLATE: [&str; 16] = [
    "a", "an", "and", "in", "is", "of", "one", "said", "shot", "shots", "silence", "sound", "with",
    "without", "written", "people",
];
/// A class of which a summary may speak as of this.
const OTHER_PLURALS: [(&str, &str); 3] = [("people", "person"), ("mice", "mouse"), ("knives", "knife")];

/// # Panics
/// Where a word is neither of the templates nor of the findings.
pub(crate) fn check(segment: &Value, findings: &[(&'static str, Value)]) {
    let Some(summary) = segment["summary"].as_str() else { return };
    let known: Vec<String> = findings.iter().flat_map(|(_, findings)| words(&texts(findings))).collect();
    for word in words(summary) {
        let singular =
            OTHER_PLURALS.iter().find(|(plural, _)| *plural == word).map_or(word.as_str(), |pair| pair.1);
        let found = [singular, singular.trim_end_matches("es"), singular.trim_end_matches('s')]
            .iter()
            .any(|word| known.iter().any(|known| known == word));
        let counts = word.parse::<usize>().is_ok();
        assert!(
            TEMPLATE.contains(&word.as_str()) || found || counts,
            "{word:?} of {summary:?} comes from nowhere"
        );
    }
}

/// All texts of a finding, one after the other.
fn texts(findings: &Value) -> String {
    match findings {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(texts).collect::<Vec<_>>().join(" "),
        Value::Object(members) => members.values().map(texts).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[test]
fn a_word_that_nobody_found_is_noticed() {
    let findings = [("speech_transcription", serde_json::json!({ "segments": [{ "text": "Hello there" }] }))];
    check(&serde_json::json!({ "summary": "One shot: \"Hello there\" is said." }), &findings);
    let invented = serde_json::json!({ "summary": "One shot: \"Hello Tehran\" is said." });
    assert!(std::panic::catch_unwind(|| check(&invented, &findings)).is_err());
}
