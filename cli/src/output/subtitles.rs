//! The transcript of a result document as subtitles: SubRip (`srt`) or WebVTT.

use std::fmt::Write;

use serde::Deserialize;
use unicode_width::UnicodeWidthStr;

/// Columns of a line, lines of a cue, and seconds of it: what can be read at once.
const COLUMNS: usize = 42;
const LINES: usize = 2;
const LONGEST_S: f64 = 7.0;

/// The two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subtitles {
    SubRip,
    WebVtt,
}

/// What is said, as `speech_transcription` writes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Said {
    start_time: f64,
    end_time: f64,
    text: String,
    #[serde(default)]
    words: Vec<Word>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Word {
    word: String,
    start_time: f64,
    end_time: f64,
}

/// What stands on the screen at once.
#[derive(Debug, Clone, PartialEq)]
struct Cue {
    start_s: f64,
    end_s: f64,
    text: String,
}

/// The whole file.
pub(crate) fn subtitles(said: &[Said], form: Subtitles) -> String {
    let mut file = if form == Subtitles::WebVtt { "WEBVTT\n\n".to_owned() } else { String::new() };
    for (at, cue) in said.iter().flat_map(cues).enumerate() {
        let text = lines(&cue.text).join("\n");
        let written = match form {
            Subtitles::SubRip => {
                let (start, end) = (time(cue.start_s, ','), time(cue.end_s, ','));
                write!(file, "{}\n{start} --> {end}\n{text}\n\n", at + 1)
            }
            Subtitles::WebVtt => {
                let (start, end) = (time(cue.start_s, '.'), time(cue.end_s, '.'));
                write!(file, "{start} --> {end}\n{}\n\n", escaped(&text))
            }
        };
        written.expect("memory takes all that is written to it");
    }
    file
}

/// A segment in parts that can be read at once. Without the times of its words it stays whole.
fn cues(said: &Said) -> Vec<Cue> {
    let mut cues: Vec<Cue> = Vec::new();
    for (word, text) in said.words.iter().zip(placed(said)) {
        let fits = |cue: &Cue| {
            let longer = format!("{}{text}", cue.text);
            lines(&longer).len() <= LINES && word.end_time - cue.start_s <= LONGEST_S
        };
        match cues.last_mut().filter(|cue| fits(cue)) {
            Some(cue) => {
                cue.text.push_str(text);
                cue.end_s = word.end_time;
            }
            None => cues.push(Cue {
                start_s: word.start_time,
                end_s: word.end_time,
                text: text.trim().to_owned(),
            }),
        }
    }
    if cues.is_empty() {
        cues.push(Cue { start_s: said.start_time, end_s: said.end_time, text: said.text.clone() });
    }
    cues
}

/// Each word as it stands in the text, with what is between it and the word before: languages differ in their spaces.
/// Empty where the words are not those of the text.
fn placed(said: &Said) -> Vec<&str> {
    let mut rest = said.text.as_str();
    let mut placed = Vec::with_capacity(said.words.len());
    for word in &said.words {
        let Some(at) = rest.find(&word.word) else { return Vec::new() };
        let (text, after) = rest.split_at(at + word.word.len());
        placed.push(text);
        rest = after;
    }
    placed
}

/// Broken between words, or anywhere where there are no spaces.
fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let fits = |line: &String| line.width() + 1 + word.width() <= COLUMNS;
        match lines.last_mut().filter(|line| fits(line)) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.extend(broken(word)),
        }
    }
    lines
}

/// A word that is longer than a line, in parts.
fn broken(word: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for character in word.chars() {
        let mut longer = parts.last().cloned().unwrap_or_default();
        longer.push(character);
        if longer.width() > COLUMNS {
            parts.push(character.to_string());
        } else if let Some(last) = parts.last_mut() {
            *last = longer;
        }
    }
    parts
}

/// `01:02:03,456`.
fn time(seconds: f64, mark: char) -> String {
    let milliseconds = (seconds.max(0.0) * 1000.0).round() as u64;
    let (seconds, milliseconds) = (milliseconds / 1000, milliseconds % 1000);
    format!("{:02}:{:02}:{:02}{mark}{milliseconds:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// What WebVTT would take for marks of its own.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, words: &[(&str, f64, f64)]) -> Said {
        let word = |&(word, start_time, end_time): &(&str, f64, f64)| Word {
            word: word.into(),
            start_time,
            end_time,
        };
        Said {
            start_time: 0.5,
            end_time: 3661.25,
            text: text.into(),
            words: words.iter().map(word).collect(),
        }
    }

    #[test]
    fn both_forms_have_their_own_times_and_marks() {
        let said = [said("Tom & Jerry", &[]), said("<No>", &[("<No>", 1.0, 1.25)])];
        assert_eq!(
            subtitles(&said, Subtitles::SubRip),
            "1\n00:00:00,500 --> 01:01:01,250\nTom & Jerry\n\n2\n00:00:01,000 --> 00:00:01,250\n<No>\n\n"
        );
        assert_eq!(
            subtitles(&said, Subtitles::WebVtt),
            "WEBVTT\n\n00:00:00.500 --> 01:01:01.250\nTom &amp; Jerry\n\n00:00:01.000 --> 00:00:01.250\n&lt;No&gt;\n\n"
        );
        assert_eq!(subtitles(&[], Subtitles::SubRip), "");
        assert_eq!(subtitles(&[], Subtitles::WebVtt), "WEBVTT\n\n");
    }

    #[test]
    fn a_long_sentence_is_shown_in_parts_at_the_times_of_its_words() {
        let words: Vec<(String, f64, f64)> =
            (0..30).map(|i| (format!("word{i:02}"), f64::from(i) * 0.3, f64::from(i) * 0.3 + 0.2)).collect();
        let text = words.iter().map(|(word, ..)| word.as_str()).collect::<Vec<_>>().join(" ");
        let words: Vec<(&str, f64, f64)> =
            words.iter().map(|(word, from, to)| (word.as_str(), *from, *to)).collect();
        let cues = cues(&said(&text, &words));
        // Six words of six columns, with five spaces, are 41 columns; twelve words are two lines.
        let lengths: Vec<usize> = cues.iter().map(|cue| cue.text.split(' ').count()).collect();
        assert_eq!(lengths, [12, 12, 6]);
        assert!((cues[1].start_s - 3.6).abs() < 1e-9 && (cues[0].end_s - 3.5).abs() < 1e-9);
        assert!(cues.iter().all(|cue| lines(&cue.text).iter().all(|line| line.width() <= COLUMNS)));
    }

    #[test]
    fn a_slow_sentence_is_parted_by_time() {
        let cues = cues(&said("a b c", &[("a", 0.0, 3.0), ("b", 3.0, 6.0), ("c", 6.0, 9.0)]));
        assert_eq!(cues.iter().map(|cue| cue.text.as_str()).collect::<Vec<_>>(), ["a b", "c"]);
    }

    #[test]
    fn without_spaces_a_line_breaks_anywhere_and_none_are_put_in() {
        let text = "\u{4f60}\u{597d}".repeat(15);
        let words: Vec<(&str, f64, f64)> = (0..30)
            .map(|i| {
                (
                    if i % 2 == 0 { "\u{4f60}" } else { "\u{597d}" },
                    f64::from(i) * 0.2,
                    f64::from(i) * 0.2 + 0.2,
                )
            })
            .collect();
        let cues = cues(&said(&text, &words));
        assert_eq!(cues.len(), 1);
        assert_eq!(cues[0].text, text);
        assert_eq!(lines(&cues[0].text).iter().map(|line| line.width()).collect::<Vec<_>>(), [42, 18]);
    }
}
