//! Which language is spoken.

use std::collections::BTreeMap;

use crate::likelihood::log_sum_exp;
use crate::tokenizer::Tokenizer;

/// A window's own language is believed from this probability on; else it is that of all windows together.
const SURE: f64 = 0.8;

/// The languages of one recording: seconds of speech, each by its probability.
#[derive(Debug, Clone, Default)]
pub struct Languages {
    seconds: BTreeMap<String, f64>,
}

/// Tags and probabilities of a window's languages.
pub type Guesses<'t> = Vec<(&'t str, f64)>;

/// What the model says after the start token alone.
pub fn guesses<'t>(logits: &[f32], tokenizer: &'t Tokenizer) -> Guesses<'t> {
    let languages = tokenizer.languages();
    let own: Vec<f32> = languages.iter().map(|(_, token)| logits[*token as usize]).collect();
    let all = log_sum_exp(&own);
    languages.iter().zip(own).map(|((tag, _), logit)| (*tag, f64::from((logit - all).exp()))).collect()
}

impl Languages {
    /// Takes a window with so many seconds of speech.
    pub fn add(&mut self, guesses: &Guesses<'_>, speech_s: f64) {
        for (tag, probability) in guesses {
            *self.seconds.entry((*tag).to_owned()).or_default() += probability * speech_s;
        }
    }

    /// The language of a window.
    pub fn of_window(&self, guesses: &Guesses<'_>) -> Option<String> {
        let best = guesses.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        if best.1 >= SURE { Some(best.0.to_owned()) } else { self.mostly() }
    }

    /// The language that is spoken most.
    pub fn mostly(&self) -> Option<String> {
        self.seconds.iter().max_by(|a, b| a.1.total_cmp(b.1)).map(|(tag, _)| tag.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sure_window_has_its_own_language_and_a_doubtful_one_that_of_the_rest() {
        let mut languages = Languages::default();
        let (english, mandarin) = (vec![("en", 0.95), ("zh", 0.05)], vec![("en", 0.1), ("zh", 0.9)]);
        let doubtful = vec![("en", 0.45), ("zh", 0.55)];
        languages.add(&english, 20.0);
        languages.add(&mandarin, 5.0);
        languages.add(&doubtful, 1.0);
        assert_eq!(languages.of_window(&english).as_deref(), Some("en"));
        assert_eq!(languages.of_window(&mandarin).as_deref(), Some("zh"));
        assert_eq!(languages.of_window(&doubtful).as_deref(), Some("en"));
        assert_eq!(Languages::default().mostly(), None);
    }

    #[test]
    fn probabilities_are_over_the_languages_alone() {
        let tokenizer = crate::tokenizer::tests::of(&["a"]);
        let mut logits = vec![9.0; 10];
        let token = |tag| tokenizer.language(tag).expect("known") as usize;
        logits[token("en")] = 1.0;
        logits[token("zh")] = 1.0 + 3f32.ln();
        let guessed = guesses(&logits, &tokenizer);
        assert_eq!(guessed.iter().map(|(tag, _)| *tag).collect::<Vec<_>>(), ["en", "zh"]);
        assert!((guessed[1].1 - 0.75).abs() < 1e-6, "{guessed:?}");
    }
}
