//! The transcript, as those read it that build on it.

/// The analyzer that tells it.
pub const SPEECH_TRANSCRIPTION: &str = "speech_transcription";

/// What was heard with less confidence is hardly what was said: of a voice without words a transcript guesses some.
const SURE: f64 = 0.4;

/// Whether a sentence of this confidence counts as said; `None` is that of a model that does not tell.
pub fn is_sure(confidence: Option<f64>) -> bool {
    confidence.is_none_or(|confidence| confidence >= SURE)
}
