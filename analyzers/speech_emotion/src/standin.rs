//! Who judges where no network is installed: the voice tells arousal, the words lean valence.

use va_analyzer_sdk::{ErrorKind, Host, Result};
use va_inference::audio::prosody::Heard;
use va_inference::text::vader::Vader;

use crate::feeling::Feeling;
use crate::passages::{Passage, Span, passages};
use crate::prosody;
use crate::words::Said;

#[derive(Debug)]
pub struct StandIn {
    lexicon: Option<Vader>,
    /// Why it is needed, and what it lacks itself.
    reason: String,
}

impl StandIn {
    /// `missing` is why no network runs.
    ///
    /// # Errors
    /// Where the lexicon is installed and cannot be read.
    pub fn load(host: &Host, missing: &str) -> Result<Self> {
        let reason =
            format!("prosody and the transcript's words stand in for a speech emotion model: {missing}");
        match Vader::load(host) {
            Ok(lexicon) => Ok(StandIn { lexicon: Some(lexicon), reason }),
            Err(e) if e.kind == ErrorKind::Unavailable => {
                let reason = format!("{reason}; valence is unknown: {}", e.message);
                Ok(StandIn { lexicon: None, reason })
            }
            Err(e) => Err(e),
        }
    }

    /// Why its answers are less than a network's; `without_words` is why nobody knows what is said.
    pub fn reason(&self, without_words: Option<&String>) -> String {
        match without_words {
            None => self.reason.clone(),
            Some(why) => format!("{}; valence is unknown: {why}", self.reason),
        }
    }

    /// Passage by passage; `said` in seconds from the start of the sound, `None` where nobody told it.
    pub fn felt(&self, heard: &Heard, said: Option<Vec<Said>>, clear: f64) -> Vec<(Span, Feeling)> {
        let runs: Vec<Span> = heard.stretches.iter().map(Span::of).collect();
        let passages = passages(&runs, said);
        let arousals = prosody::arousals(&passages, &heard.contour);
        let feeling = |(passage, arousal): (&Passage, Option<f64>)| {
            let words = self.lexicon.as_ref().zip(passage.said.as_ref());
            let valence = words.and_then(|(lexicon, said)| said.valence(lexicon));
            (passage.span, Feeling::of_dimensions(arousal, valence, clear).rounded())
        };
        passages.iter().zip(arousals).map(feeling).collect()
    }
}
