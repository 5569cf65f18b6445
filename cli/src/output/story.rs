//! The parts of a story, as `temporal_flow` tells them: the one kind of segments that is read from beginning to end.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::quantity::number;
use super::text::clean;

/// The analyzer that tells stories.
pub(super) const TELLER: &str = "temporal_flow";
/// Parts that are shown.
const SHOWN: usize = 8;

#[derive(Deserialize)]
struct Part {
    start_time: f64,
    end_time: f64,
    role: String,
    summary: Option<String>,
    sentiment: Option<f64>,
}

/// Of each of the first parts its role, and in words when it is, what it says and how that feels. None of segments of
/// another shape.
pub(super) fn parts(segments: &RawValue) -> Vec<(String, String)> {
    let Ok(parts) = serde_json::from_str::<Vec<Part>>(segments.get()) else { return Vec::new() };
    let mut told: Vec<(String, String)> = parts.iter().take(SHOWN).map(Part::told).collect();
    if parts.len() > SHOWN {
        told.push((String::new(), format!("\u{2026} {} parts in all", parts.len())));
    }
    told
}

impl Part {
    fn told(&self) -> (String, String) {
        let tenth = |seconds: f64| number((seconds * 10.0).round() / 10.0);
        let when = format!("{}\u{2013}{} s", tenth(self.start_time), tenth(self.end_time));
        let feels = self.sentiment.map(|sentiment| format!("({sentiment:+.2})"));
        let parts = [Some(when), self.summary.as_deref().map(clean), feels];
        (self.role.clone(), parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(segments: &str) -> Vec<(String, String)> {
        parts(&RawValue::from_string(segments.to_owned()).expect("JSON"))
    }

    #[test]
    fn a_part_is_told_with_its_time_words_and_feeling() {
        let segments = r#"[
            {"start_time": 0, "end_time": 3.04, "role": "hook", "summary": "One shot.", "sentiment": 0.5},
            {"start_time": 3.04, "end_time": 12, "role": "development", "summary": null, "sentiment": null}]"#;
        let expected = [("hook", "0\u{2013}3 s One shot. (+0.50)"), ("development", "3\u{2013}12 s")];
        assert_eq!(told(segments), expected.map(|(role, words)| (role.to_owned(), words.to_owned())));
    }

    #[test]
    fn a_long_story_is_cut_and_other_segments_are_none() {
        let part = r#"{"start_time": 0, "end_time": 1, "role": "climax", "summary": "\u001b[2J", "sentiment": null}"#;
        let told_of = told(&format!("[{}]", [part; 10].join(",")));
        assert_eq!((told_of.len(), told_of[8].1.as_str()), (9, "\u{2026} 10 parts in all"));
        assert!(!told_of[0].1.contains('\u{1b}'));
        assert!(told(r#"[{"timestamp": 1}]"#).is_empty() && told("[]").is_empty());
    }
}
