//! One video's story, put together.

use serde::Serialize;
use va_analyzer_sdk::{Result, Video, rounded};

use crate::TemporalFlow;
use crate::arc::{Arc, Pace, arc, pace};
use crate::boundaries::{Evidence, boundaries};
use crate::embedding::Embedding;
use crate::known::{Known, Stretch, TextKind};
use crate::measures::{Measures, Span};
use crate::narration::Content;
use crate::opening::{FIRST_S, LONGEST_HOOK_S, catches, closes};
use crate::roles::{Facts, Role, roles};
use crate::sentences::{Sentence, sentences};

/// The container may be wrong by so much, seconds.
const SLACK_S: f64 = 0.5;
/// The first seconds are so much more intense than the whole where sight and sound are made to catch.
const STRIKING: f64 = 0.5;
/// A written call stands through this share of a part that calls; of the last part, less.
const CALL_STANDS: f64 = 0.5;
const LAST_CALL_STANDS: f64 = 1.0 / 3.0;
/// A hook of so few seconds takes the next sentence in.
const SHORTEST_HOOK_S: f64 = 1.5;

pub(crate) struct Story<'a> {
    video: &'a Video,
    known: &'a Known,
    measures: Measures,
    sentences: Vec<Sentence>,
    /// Of each sentence that the model understands.
    embeddings: Vec<Option<Embedding>>,
    /// Of each sentence, whether it calls the viewer to do something.
    calls: Vec<bool>,
    /// Of each English sentence how it feels, -1 to 1.
    feelings: Vec<Option<f64>>,
    /// When texts stand that do so, beside speech.
    written_calls: Vec<Span>,
    parts: Vec<Span>,
}

/// As it stands in the result document.
#[derive(Debug, Serialize)]
pub(crate) struct Part {
    start_time: f64,
    end_time: f64,
    role: Role,
    summary: Option<String>,
    sentiment: Option<f64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct WholeVideo {
    story_arc: Option<Arc>,
    pace: Option<Pace>,
}

impl<'a> Story<'a> {
    pub(crate) fn of(analyzer: &TemporalFlow, video: &'a Video, known: &'a Known) -> Result<Self> {
        let last_s = known.last_s();
        let end_s = video.duration_s.filter(|duration_s| last_s <= duration_s + SLACK_S).unwrap_or(last_s);
        let measures = Measures::of(known, video, end_s);
        let mut sentences = sentences(known);
        sentences.retain(|sentence| sentence.start_s < end_s);
        sentences.iter_mut().for_each(|sentence| sentence.end_s = sentence.end_s.min(end_s));
        let mut embeddings = Vec::new();
        for sentence in &sentences {
            embeddings.push(sentence.english.then(|| analyzer.embedder.embed(&sentence.text)).transpose()?);
        }
        let calls = sentences.iter().zip(&embeddings).map(|(sentence, embedding)| {
            embedding.as_ref().is_some_and(|embedding| analyzer.calls.is_call(&sentence.text, embedding))
        });
        let calls = calls.collect();
        let feels =
            |sentence: &Sentence| sentence.english.then(|| analyzer.vader.sentiment(&sentence.text).compound);
        let feelings = sentences.iter().map(feels).collect();
        let mut story = Story {
            video,
            known,
            measures,
            sentences,
            embeddings,
            calls,
            feelings,
            written_calls: Vec::new(),
            parts: Vec::new(),
        };
        story.written_calls = story.written_calls(analyzer)?;
        story.parts = story.divided(analyzer.settings.shortest_s(end_s));
        Ok(story)
    }

    /// One after the other, from the beginning to the end.
    pub(crate) fn parts(&self) -> Result<Vec<Part>> {
        let facts: Vec<Facts> =
            self.parts.iter().enumerate().map(|(at, span)| self.facts(at, *span)).collect();
        let parts = self.parts.iter().zip(roles(&facts)).map(|(span, role)| {
            let said = self.sentences_of(*span);
            let content = Content::of(*span, self.known, &self.measures, &said, self.video.has_audio);
            Part {
                start_time: rounded(span.start_s, 3),
                end_time: rounded(span.end_s, 3),
                role,
                summary: content.sentence(),
                sentiment: self.sentiment(*span).map(|sentiment| rounded(sentiment, 3)),
            }
        });
        Ok(parts.collect())
    }

    pub(crate) fn summary(&self) -> WholeVideo {
        let arc = (self.parts.len() > 1).then(|| arc(&self.measures, &self.sentences)).flatten();
        let pace = (!self.parts.is_empty()).then(|| pace(&self.measures, &self.sentences)).flatten();
        WholeVideo { story_arc: arc, pace }
    }

    fn divided(&self, shortest_s: f64) -> Vec<Span> {
        let end_s = self.measures.whole.end_s;
        if end_s <= 0.0 {
            return Vec::new();
        }
        let texts = self.known.texts.iter().flatten().filter(|text| text.kind == TextKind::Overlay);
        let text_changes: Vec<f64> = texts.flat_map(|text| [text.start_time, text.end_time]).collect();
        let own = self.own(shortest_s);
        let evidence = Evidence {
            measures: &self.measures,
            sentences: &self.sentences,
            embeddings: &self.embeddings,
            text_changes: &text_changes,
            own: &own,
            shortest_s,
        };
        let mut times = vec![0.0];
        times.extend(boundaries(&evidence));
        times.push(end_s);
        times.windows(2).map(|pair| Span { start_s: pair[0], end_s: pair[1] }).collect()
    }

    /// Sentences that begin a part of their own: after the opening that catches, where calls begin and where they end.
    fn own(&self, shortest_s: f64) -> Vec<usize> {
        let mut own = Vec::new();
        let opening = self.sentences.first().filter(|first| first.start_s <= FIRST_S && catches(&first.text));
        if opening.is_some() {
            let end = self.sentences.iter().position(|sentence| sentence.end_s >= SHORTEST_HOOK_S);
            let rest_s = |end_s: f64| self.measures.whole.end_s - end_s;
            let fits = |at: &usize| {
                let end_s = self.sentences[*at].end_s;
                end_s <= LONGEST_HOOK_S && rest_s(end_s) >= shortest_s
            };
            own.extend(end.filter(fits).map(|at| at + 1).filter(|next| *next < self.sentences.len()));
        }
        let before = |at: usize| at > 0 && self.calls[at - 1];
        own.extend((0..self.calls.len()).filter(|at| self.calls[*at] != before(*at)));
        own
    }

    /// Texts beside speech that call the viewer to do something. One that stands for half of the video is a watermark.
    fn written_calls(&self, analyzer: &TemporalFlow) -> Result<Vec<Span>> {
        let mut calls = Vec::new();
        if !self.sentences.iter().any(|sentence| sentence.spoken) {
            return Ok(calls);
        }
        let put = |kind: TextKind| kind == TextKind::Overlay;
        for text in self.known.texts.iter().flatten().filter(|text| put(text.kind)) {
            let span = Span { start_s: text.start_time, end_s: text.end_time };
            let passing = span.length_s() <= self.measures.whole.length_s() / 2.0;
            if passing && analyzer.calls.is_call(&text.text, &analyzer.embedder.embed(&text.text)?) {
                calls.push(span);
            }
        }
        Ok(calls)
    }

    fn facts(&self, at: usize, span: Span) -> Facts {
        let inside = |sentence: &&Sentence| span.holds(*sentence);
        let words: usize = self.sentences.iter().filter(inside).map(Sentence::words).sum();
        let calling =
            self.sentences.iter().zip(&self.calls).filter(|(sentence, calls)| **calls && inside(sentence));
        let calling: usize = calling.map(|(sentence, _)| sentence.words()).sum();
        let written_s: f64 = self
            .written_calls
            .iter()
            .map(|call| call.overlap_s(span.start_s, span.end_s))
            .fold(0.0, f64::max);
        let closes = self.sentences.iter().filter(inside).any(|sentence| closes(&sentence.text));
        let stands = if at + 1 == self.parts.len() { LAST_CALL_STANDS } else { CALL_STANDS };
        Facts {
            span,
            calls: calling * 2 > words || written_s > span.length_s() * stands,
            catches: at == 0 && self.catches(),
            closes,
            intensity: self.measures.intensity(span, &self.sentences),
        }
    }

    /// Whether what is said, written, seen or heard first is made to catch.
    fn catches(&self) -> bool {
        let first = self.sentences.first().filter(|first| first.start_s <= FIRST_S);
        let texts = self.known.texts.iter().flatten();
        let mut texts = texts.filter(|text| text.start_time <= FIRST_S && text.kind == TextKind::Overlay);
        let opening = Span { start_s: 0.0, end_s: FIRST_S };
        let striking = self.measures.intensity(opening, &self.sentences).is_some_and(|it| it >= STRIKING);
        striking || first.is_some_and(|first| catches(&first.text)) || texts.any(|text| catches(&text.text))
    }

    /// The mean of the sentences of a part; `None` without an English one.
    fn sentiment(&self, span: Span) -> Option<f64> {
        let here = self.sentences.iter().zip(&self.feelings).filter(|(sentence, _)| span.holds(*sentence));
        let feelings: Vec<f64> = here.filter_map(|(_, feeling)| *feeling).collect();
        (!feelings.is_empty()).then(|| feelings.iter().sum::<f64>() / feelings.len() as f64)
    }

    fn sentences_of(&self, span: Span) -> Vec<(&Sentence, Option<&Embedding>)> {
        let all = self.sentences.iter().zip(self.embeddings.iter().map(Option::as_ref));
        all.filter(|(sentence, _)| span.holds(*sentence)).collect()
    }
}
