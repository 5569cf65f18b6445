//! The words of a video, sentence by sentence: what is said; where nothing is said, what is written over the picture.

use va_inference::findings::transcript::is_sure;

use crate::known::{Known, Said, Stretch, TextKind, Written};

/// What is said without a mark at its end goes on in what follows in lower case within so many seconds.
const BREATH_S: f64 = 1.0;
/// A sentence that never ends is taken as it is after so many seconds.
const LONGEST_S: f64 = 15.0;
/// A text that stands shorter is not read.
const SHORTEST_TEXT_S: f64 = 0.5;

/// A sentence, seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    pub start_s: f64,
    pub end_s: f64,
    pub text: String,
    pub english: bool,
    /// Said, not only written.
    pub spoken: bool,
}

impl Stretch for Sentence {
    fn start_s(&self) -> f64 {
        self.start_s
    }

    fn end_s(&self) -> f64 {
        self.end_s
    }
}

impl Sentence {
    pub fn words(&self) -> usize {
        self.text.split_whitespace().count()
    }
}

/// In order of time; none begins before the one before it has ended.
pub fn sentences(known: &Known) -> Vec<Sentence> {
    let said = spoken(known.speech.as_deref().unwrap_or_default());
    if said.is_empty() { written(known.texts.as_deref().unwrap_or_default()) } else { said }
}

fn spoken(said: &[Said]) -> Vec<Sentence> {
    let mut sentences: Vec<Sentence> = Vec::new();
    let heard = |part: &&Said| has_words(&part.text) && is_sure(part.confidence);
    for part in said.iter().filter(heard) {
        let english = part.language.as_deref().is_none_or(is_english);
        if let Some(last) = sentences.last_mut().filter(|last| goes_on(last, part, english)) {
            last.text = format!("{} {}", last.text, part.text.trim());
            last.end_s = part.end_time.max(last.end_s);
            continue;
        }
        let start_s = sentences.last().map_or(0.0, |last| last.end_s).max(part.start_time);
        sentences.push(Sentence {
            start_s,
            end_s: part.end_time.max(start_s),
            text: part.text.trim().to_owned(),
            english,
            spoken: true,
        });
    }
    sentences
}

fn goes_on(last: &Sentence, next: &Said, english: bool) -> bool {
    let open = !last
        .text
        .ends_with(['.', '?', '!', '\u{2026}', '\u{3002}', '\u{ff01}', '\u{ff1f}', '"', '\u{201d}']);
    let near = next.start_time - last.end_s < BREATH_S && next.end_time - last.start_s <= LONGEST_S;
    // A transcript begins sentences with a capital.
    let first = next.text.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let begins = first.starts_with(char::is_uppercase) && first != "I";
    open && near && !begins && english == last.english
}

/// Each text as long as it stands, but for the time in which a later one stands, too. Without those that were part of
/// what was filmed.
fn written(texts: &[Written]) -> Vec<Sentence> {
    let read = |text: &&Written| {
        text.kind != TextKind::Scene
            && has_words(&text.text)
            && text.end_time - text.start_time >= SHORTEST_TEXT_S
    };
    let mut sentences: Vec<Sentence> = Vec::new();
    for text in texts.iter().filter(read) {
        if let Some(last) = sentences.last_mut() {
            last.end_s = last.end_s.min(text.start_time);
        }
        sentences.push(Sentence {
            start_s: text.start_time,
            end_s: text.end_time,
            text: text.text.split_whitespace().collect::<Vec<_>>().join(" "),
            english: true,
            spoken: false,
        });
    }
    sentences
}

pub fn has_words(text: &str) -> bool {
    text.chars().filter(|character| character.is_alphabetic()).count() >= 2
}

fn is_english(language: &str) -> bool {
    language.split(['-', '_']).next().is_some_and(|tag| tag.eq_ignore_ascii_case("en"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(start_time: f64, end_time: f64, text: &str, language: &str) -> Said {
        Said {
            start_time,
            end_time,
            text: text.to_owned(),
            language: Some(language.to_owned()),
            confidence: None,
        }
    }

    fn stands(start_time: f64, end_time: f64, text: &str, kind: TextKind) -> Written {
        Written { start_time, end_time, text: text.to_owned(), kind }
    }

    #[test]
    fn breaths_make_sentences_up_to_a_mark_a_capital_a_pause_or_another_language() {
        let speech = vec![
            said(0.0, 1.0, "One", "en"),
            said(1.5, 2.0, "and two.", "en"),
            said(2.1, 2.4, "Half", "en"),
            said(2.5, 3.0, "Three", "en"),
            said(4.5, 5.0, "four", "en"),
            said(5.2, 6.0, "fünf", "de"),
            said(6.1, 6.2, "…", "en"),
            Said { confidence: Some(0.3), ..said(7.0, 8.0, "Mmmm.", "en") },
        ];
        let known = Known { speech: Some(speech), ..Known::default() };
        let found: Vec<(String, bool)> =
            sentences(&known).into_iter().map(|it| (it.text, it.english)).collect();
        let expected =
            [("One and two.", true), ("Half", true), ("Three", true), ("four", true), ("fünf", false)];
        assert_eq!(found, expected.map(|(text, english)| (text.to_owned(), english)));
    }

    #[test]
    fn texts_speak_where_nobody_does() {
        let texts = vec![
            stands(0.0, 10.0, "Three things", TextKind::Overlay),
            stands(1.0, 4.0, "EXIT", TextKind::Scene),
            stands(3.0, 6.0, "First:\na rope", TextKind::Subtitle),
            stands(6.0, 6.2, "flashed", TextKind::Overlay),
            stands(7.0, 9.0, "7", TextKind::Overlay),
        ];
        let mut known = Known { texts: Some(texts), ..Known::default() };
        let found: Vec<(f64, f64, String)> =
            sentences(&known).into_iter().map(|it| (it.start_s, it.end_s, it.text)).collect();
        assert_eq!(found, [(0.0, 3.0, "Three things".to_owned()), (3.0, 6.0, "First: a rope".to_owned())]);
        known.speech = Some(vec![said(1.0, 2.0, "Words.", "en")]);
        assert!(sentences(&known).iter().all(|sentence| sentence.spoken));
    }
}
