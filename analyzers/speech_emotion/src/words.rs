//! What is said, as speech_transcription tells it, and how pleasant its words are.

use serde::Deserialize;
use va_analyzer_sdk::{Error, OtherFindings, Result};
use va_inference::findings::transcript::is_sure;
use va_inference::text::vader::Vader;

use crate::passages::Span;

/// The lexicon's language.
const LANGUAGE: &str = "en";

/// What is said in one breath.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Said {
    start_time: f64,
    end_time: f64,
    text: String,
    language: Option<String>,
    #[serde(default)]
    confidence: Option<f64>,
}

#[derive(Deserialize)]
struct Transcript {
    segments: Vec<Said>,
}

/// Of a whole video, in order, without what the transcript itself doubts.
///
/// # Errors
/// Where the findings have another shape, or a segment ends before it begins.
pub fn said(other: &OtherFindings<'_>) -> Result<Vec<Said>> {
    let mut said = other.read::<Transcript>()?.segments;
    let backward = said.iter().position(|said| !(0.0 <= said.start_time && said.start_time <= said.end_time));
    if let Some(at) = backward {
        let (from, to) = (said[at].start_time, said[at].end_time);
        let why = format!("segment {at} is from {from} s to {to} s");
        return Err(Error::new(format!("cannot use the findings of {}: {why}", other.analyzer)));
    }
    said.retain(|said| is_sure(said.confidence));
    said.sort_by(|a, b| a.start_time.total_cmp(&b.start_time));
    Ok(said)
}

impl Said {
    pub fn span(&self) -> Span {
        Span { start_s: self.start_time, end_s: self.end_time }
    }

    /// The same elsewhere in time.
    #[must_use]
    pub fn moved(&self, by_s: f64) -> Self {
        Said { start_time: self.start_time + by_s, end_time: self.end_time + by_s, ..self.clone() }
    }

    /// 0 unpleasant, 1 pleasant: VADER's compound score, -1..1, made 0..1. `None` where no word is in the lexicon, and of
    /// other languages than English.
    pub fn valence(&self, lexicon: &Vader) -> Option<f64> {
        let language = self.language.as_deref().and_then(|tag| tag.split('-').next());
        if language != Some(LANGUAGE) {
            return None;
        }
        let sentiment = lexicon.sentiment(&self.text);
        let rated = sentiment.positive > 0.0 || sentiment.negative > 0.0;
        rated.then(|| 0.5 + sentiment.compound / 2.0)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn said(start_time: f64, end_time: f64, text: &str) -> Said {
        Said {
            start_time,
            end_time,
            text: text.to_owned(),
            language: Some("en".to_owned()),
            confidence: None,
        }
    }

    fn lexicon() -> Vader {
        Vader::of("good\t1.9\nbad\t-2.5\n", "").expect("read")
    }

    #[test]
    fn words_lean_it_from_the_middle() {
        let of = |text: &str| said(0.0, 1.0, text).valence(&lexicon());
        assert!(of("It is good.").expect("rated") > 0.65 && of("It is bad.").expect("rated") < 0.35);
        assert_eq!(of("It is a chair."), None, "no word is rated");
        let between = of("good, bad, good").expect("rated");
        assert!((0.5..0.8).contains(&between), "{between}");
    }

    #[test]
    fn another_language_is_not_read() {
        let tagged = |tag: Option<&str>| Said {
            language: tag.map(str::to_owned),
            ..said(0.0, 1.0, "Die Matratze ist good.")
        };
        assert_eq!([Some("de"), None, Some("enm")].map(|tag| tagged(tag).valence(&lexicon())), [None; 3]);
        assert!(tagged(Some("en-GB")).valence(&lexicon()).is_some());
    }

    #[test]
    fn what_the_transcript_doubts_is_not_said() {
        let json = r#"{"segments": [
            {"start_time": 2, "end_time": 3, "text": "Yes.", "language": null, "confidence": 0.4},
            {"start_time": 0, "end_time": 1, "text": "Mmmmm.", "language": null, "confidence": 0.39}]}"#;
        let said = super::said(&OtherFindings { analyzer: "speech_transcription", json }).expect("read");
        assert_eq!(said.iter().map(|said| said.text.as_str()).collect::<Vec<_>>(), ["Yes."]);
    }

    #[test]
    fn findings_that_make_no_sense_are_refused() {
        let refused = |json: &str| {
            super::said(&OtherFindings { analyzer: "speech_transcription", json })
                .expect_err("refused")
                .message
        };
        let backward = r#"{"segments": [{"start_time": 2, "end_time": 1, "text": "a", "language": null}]}"#;
        assert!(refused(backward).contains("segment 0 is from 2 s to 1 s"), "{}", refused(backward));
        assert!(refused("{}").contains("missing field"));
    }
}
