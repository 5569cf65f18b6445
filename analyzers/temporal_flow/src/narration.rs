//! One sentence on a part of the story, made of what the other analyzers found in it and of the words of this file alone.

use std::collections::BTreeMap;

use crate::embedding::{Embedding, cosine, sum};
use crate::known::{Known, Seen, Stretch, TextKind, Written, list};
use crate::measures::{Measures, Span};
use crate::sentences::{Sentence, has_words};

/// Words of a quotation.
const MOST_SAID: usize = 24;
const MOST_WRITTEN: usize = 12;
/// Kinds of things that are named, and texts that are quoted.
const MOST_THINGS: usize = 3;
const MOST_TEXTS: usize = 2;
/// A thing counts where it is seen in this share of the frames that were looked at, each time with this score.
const OFTEN: f64 = 1.0 / 3.0;
const SURE: f64 = 0.5;
/// A text that stands shorter within a part is not of it, seconds; nor one that mostly stands elsewhere, and for less than
/// this share of the part.
const SHORTEST_TEXT_S: f64 = 0.5;
const STANDS: f64 = 1.0 / 3.0;
/// Below this a part is silent, dB.
const SILENCE_DB: f64 = -59.9;

/// What a part shows and says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Content {
    pub shots: Option<usize>,
    /// Kind and number of things, those that are seen most first.
    pub things: Vec<(String, usize)>,
    /// A kind of sound as audio_environment names it.
    pub sound: Option<String>,
    /// There is no sound track.
    pub soundless: bool,
    pub said: Option<String>,
    pub written: Vec<String>,
}

impl Content {
    /// `sentences` are those of the part, with their embeddings where they have any.
    pub fn of(
        span: Span,
        known: &Known,
        measures: &Measures,
        sentences: &[(&Sentence, Option<&Embedding>)],
        has_audio: bool,
    ) -> Self {
        let said: Vec<_> = sentences.iter().copied().filter(|(sentence, _)| sentence.spoken).collect();
        let silent = measures.level_db(span).is_some_and(|db| db <= SILENCE_DB);
        let sound = measures.sound(span).or(silent.then_some("silence"));
        Content {
            shots: measures.shots_in(span),
            things: things(known.objects.as_deref().unwrap_or_default(), span),
            sound: sound.map(str::to_owned),
            soundless: !has_audio,
            said: said_most(&said),
            written: written(known.texts.as_deref().unwrap_or_default(), span, !said.is_empty()),
        }
    }

    /// `None` where nothing is known.
    pub fn sentence(&self) -> Option<String> {
        let quote = |text: &String, verb: &str| format!("\"{}\" is {verb}", text.replace('"', "'"));
        let said = self.said.iter().map(|text| quote(text, "said"));
        let words: Vec<String> = said.chain(self.written.iter().map(|text| quote(text, "written"))).collect();
        let seen = [self.picture(), self.heard()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let told = match (seen.is_empty(), words.is_empty()) {
            (true, true) => return None,
            (true, false) => list(&words),
            (false, true) => seen,
            (false, false) => format!("{seen}: {}", list(&words)),
        };
        let mut letters = told.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        Some(format!("{first}{}.", letters.as_str()))
    }

    fn picture(&self) -> Option<String> {
        let shots = match self.shots {
            Some(1) => Some("one shot".to_owned()),
            Some(many) => Some(format!("{many} shots")),
            None => None,
        };
        let things: Vec<String> = self.things.iter().map(|(kind, count)| counted(kind, *count)).collect();
        match (shots, things.is_empty()) {
            (shots, true) => shots,
            (Some(shots), false) => Some(format!("{shots} of {}", list(&things))),
            (None, false) => Some(list(&things)),
        }
    }

    fn heard(&self) -> Option<String> {
        if self.soundless {
            return self.shots.is_some().then(|| "without sound".to_owned());
        }
        match self.sound.as_deref()? {
            "silence" => Some("in silence".to_owned()),
            // Words tell of it.
            "speech" if self.said.is_some() => None,
            label => Some(format!("with {}", label.replace('_', " "))),
        }
    }
}

/// All that is said, or where that is long the sentence that is nearest to all of it (the centroid; Radev et al. 2004).
fn said_most(said: &[(&Sentence, Option<&Embedding>)]) -> Option<String> {
    let all: Vec<&str> = said.iter().map(|(sentence, _)| sentence.text.as_str()).collect();
    let all = all.join(" ");
    if all.split_whitespace().count() <= MOST_SAID {
        return (!all.is_empty()).then_some(all);
    }
    let centre = sum(said.iter().filter_map(|(_, embedding)| *embedding));
    let near = |(sentence, embedding): &(&Sentence, Option<&Embedding>)| {
        // A word or two are near to much, and tell little.
        let room = (sentence.words() as f64 / 6.0).min(1.0);
        embedding.map_or(0.0, |embedding| cosine(embedding, &centre)) * room
    };
    let best = said.iter().rev().max_by(|a, b| near(a).total_cmp(&near(b)))?;
    Some(beginning(&best.0.text, MOST_SAID))
}

/// Texts that stand longest, in order of time. Those that were filmed only where there are no others, and subtitles
/// only where nobody speaks.
fn written(texts: &[Written], span: Span, spoken: bool) -> Vec<String> {
    let stands_s = |text: &&Written| text.overlap_s(span.start_s, span.end_s);
    let belongs = |text: &&Written| {
        let (here_s, all_s) = (stands_s(text), text.end_time - text.start_time);
        let long = here_s >= SHORTEST_TEXT_S.min(span.length_s() / 2.0);
        long && (here_s * 2.0 >= all_s || here_s >= span.length_s() * STANDS)
    };
    let here: Vec<&Written> = texts
        .iter()
        .filter(|text| has_words(&text.text) && belongs(text))
        .filter(|text| !(spoken && text.kind == TextKind::Subtitle))
        .collect();
    let put: Vec<&Written> = here.iter().copied().filter(|text| text.kind != TextKind::Scene).collect();
    let mut longest = if put.is_empty() { here } else { put };
    longest.sort_by(|a, b| stands_s(b).total_cmp(&stands_s(a)));
    longest.truncate(MOST_TEXTS);
    longest.sort_by(|a, b| a.start_time.total_cmp(&b.start_time));
    let mut quoted: Vec<String> = longest.iter().map(|text| beginning(&text.text, MOST_WRITTEN)).collect();
    quoted.dedup();
    quoted
}

/// Of each kind as many as are seen at once in a third of the frames. Frames in which nothing is seen are not told; how
/// many there were follows from the least time between two that are.
fn things(seen: &[Seen], span: Span) -> Vec<(String, usize)> {
    let frames: Vec<&Seen> =
        seen.iter().filter(|seen| (span.start_s..span.end_s).contains(&seen.timestamp)).collect();
    let mut counts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for frame in &frames {
        let mut here: BTreeMap<&str, usize> = BTreeMap::new();
        let sure = frame.objects.iter().filter(|object| object.confidence_score >= SURE);
        sure.for_each(|object| *here.entry(&object.object_class).or_default() += 1);
        here.into_iter().for_each(|(kind, count)| counts.entry(kind).or_default().push(count));
    }
    let steps = seen.windows(2).map(|pair| pair[1].timestamp - pair[0].timestamp).filter(|step| *step > 0.0);
    let looked = span.length_s() / steps.fold(f64::INFINITY, f64::min);
    let often = ((looked.max(frames.len() as f64) * OFTEN).ceil() as usize).max(1);
    let mut things: Vec<(&str, usize, usize)> = Vec::new();
    for (kind, mut by_frame) in counts {
        by_frame.sort_unstable_by(|a, b| b.cmp(a));
        if let Some(count) = by_frame.get(often - 1) {
            things.push((kind, *count, by_frame.len()));
        }
    }
    things.sort_by(|a, b| b.2.cmp(&a.2).then(b.1.cmp(&a.1)).then(a.0.cmp(b.0)));
    things.into_iter().take(MOST_THINGS).map(|(kind, count, _)| (kind.to_owned(), count)).collect()
}

/// `a dog`, `2 people`.
fn counted(kind: &str, count: usize) -> String {
    match count {
        0 | 1 if kind.ends_with('s') && plural(kind) == kind => kind.to_owned(),
        0 | 1 if kind.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {kind}"),
        0 | 1 => format!("a {kind}"),
        many => format!("{many} {}", plural(kind)),
    }
}

/// Of what detectors know; what is always many stays as it is.
fn plural(kind: &str) -> String {
    match kind {
        "person" => "people".to_owned(),
        "mouse" => "mice".to_owned(),
        "knife" => "knives".to_owned(),
        "sheep" | "skis" | "scissors" => kind.to_owned(),
        _ if kind.ends_with(['s', 'x']) || kind.ends_with("ch") || kind.ends_with("sh") => {
            format!("{kind}es")
        }
        _ => format!("{kind}s"),
    }
}

/// The first words, with `…` where some are left out.
fn beginning(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() <= most {
        return words.join(" ");
    }
    let kept = words[..most].join(" ");
    format!("{}\u{2026}", kept.trim_end_matches([',', ';', ':', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Object;

    fn content(shots: usize) -> Content {
        Content { shots: Some(shots), ..Content::default() }
    }

    fn told(content: &Content) -> String {
        content.sentence().expect("something is known")
    }

    #[test]
    fn all_that_is_known_makes_one_sentence() {
        let full = Content {
            things: vec![("person".to_owned(), 2), ("umbrella".to_owned(), 1)],
            sound: Some("music".to_owned()),
            said: Some("Hear \"this\".".to_owned()),
            written: vec!["DAY ONE".to_owned()],
            ..content(3)
        };
        assert_eq!(
            told(&full),
            "3 shots of 2 people and an umbrella with music: \"Hear 'this'.\" is said and \"DAY ONE\" is written."
        );
    }

    #[test]
    fn what_is_unknown_is_not_told() {
        assert_eq!(Content::default().sentence(), None);
        assert_eq!(told(&content(1)), "One shot.");
        let heard = |sound: &str| Content { sound: Some(sound.to_owned()), ..Content::default() };
        assert_eq!(told(&heard("silence")), "In silence.");
        assert_eq!(told(&heard("speech")), "With speech.");
        assert_eq!(told(&Content { soundless: true, ..content(2) }), "2 shots without sound.");
        let said = Content { said: Some("yes".to_owned()), ..heard("speech") };
        assert_eq!(told(&said), "\"yes\" is said.");
    }

    #[test]
    fn things_are_counted_as_often_as_they_are_seen() {
        let frame = |at: u32, kinds: &[&str]| Seen {
            timestamp: f64::from(at),
            objects: kinds
                .iter()
                .map(|kind| Object { object_class: (*kind).to_owned(), confidence_score: 0.8 })
                .collect(),
        };
        let seen = [
            frame(0, &["dog", "dog", "bus"]),
            frame(1, &["dog", "dog"]),
            frame(2, &["dog"]),
            frame(3, &["dog", "dog", "dog"]),
            frame(4, &["cat"]),
        ];
        let span = Span { start_s: 0.0, end_s: 4.0 };
        assert_eq!(things(&seen, span), [("dog".to_owned(), 2)]);
        let long = Span { start_s: 0.0, end_s: 8.0 };
        assert_eq!(things(&seen, long), [("dog".to_owned(), 2)], "for half of the time nothing is seen");
        let mut unsure = seen.clone();
        unsure.iter_mut().flat_map(|seen| &mut seen.objects).for_each(|object| object.confidence_score = 0.4);
        assert_eq!(things(&unsure, span), []);
        assert_eq!(things(&seen, Span { start_s: 5.0, end_s: 9.0 }), []);
        assert_eq!(counted("scissors", 1), "scissors");
        assert_eq!(
            ["bus", "wine glass", "person", "sheep"].map(plural),
            ["buses", "wine glasses", "people", "sheep"]
        );
    }

    #[test]
    fn long_texts_are_quoted_in_part() {
        assert_eq!(beginning("one two, three", 2), "one two\u{2026}");
        assert_eq!(beginning("one two", 2), "one two");
    }

    #[test]
    fn written_texts_are_those_put_over_the_picture_and_no_subtitles_of_speech() {
        let text = |start_time, end_time, text: &str, kind| Written {
            start_time,
            end_time,
            text: text.to_owned(),
            kind,
        };
        let texts = [
            text(0.0, 9.0, "EXIT", TextKind::Scene),
            text(1.0, 3.0, "the subtitle", TextKind::Subtitle),
            text(2.0, 9.0, "a title", TextKind::Overlay),
        ];
        let span = Span { start_s: 0.0, end_s: 10.0 };
        assert_eq!(written(&texts, span, true), ["a title"]);
        assert_eq!(written(&texts, span, false), ["the subtitle", "a title"]);
        assert_eq!(written(&texts[..1], span, true), ["EXIT"]);
        let next = Span { start_s: 8.4, end_s: 20.0 };
        assert!(written(&texts, next, true).is_empty(), "it stood before");
    }
}
