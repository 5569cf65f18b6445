//! Windows into what is said in them.

use va_analyzer_sdk::{Host, LogLevel, Result};
use va_inference::audio::LogMel;
use va_inference::audio::vad::RATE;

use crate::align::first_frames;
use crate::belief::{Belief, Signs};
use crate::language::{Guesses, Languages, guesses};
use crate::likelihood::{Barred, Draw, log_sum_exp};
use crate::model::{Cross, Whisper};
use crate::search::{Primed, Search, Text};
use crate::segments::{Segment, Timed, segments};
use crate::settings::Settings;
use crate::windows::{LONGEST, Window};
use crate::words::words;

/// Texts that are drawn where the likeliest one is not believed.
const DRAWN: usize = 5;
/// A text that had to be drawn more freely is nothing to go on from.
const LEAD_TEMPERATURE: f32 = 0.5;

/// What is carried from window to window of one recording.
#[derive(Debug, Default)]
pub struct Transcript {
    pub languages: Languages,
    /// The last tokens that were written.
    said: Vec<u32>,
    windows: u64,
}

/// So many tokens at most are said in a second: writing of several tokens a letter, spoken fast.
const TOKENS_PER_S: f64 = 50.0;
/// And so many more, for what begins or ends beyond it.
const TOKENS_BEYOND: f64 = 32.0;

fn most_tokens(speech_s: f64) -> usize {
    (speech_s * TOKENS_PER_S + TOKENS_BEYOND) as usize
}

/// A window's text.
#[derive(Debug)]
struct Written {
    text: Text,
    language: String,
    temperature: f32,
}

/// What a window is transcribed with.
struct Row<'t> {
    language: String,
    no_speech: f32,
    guesses: Guesses<'t>,
    /// Tokens that may be said in it.
    most: usize,
}

impl Transcript {
    /// The segments of some windows, in order.
    ///
    /// # Errors
    /// As [`Whisper::step`].
    pub fn read(
        &mut self,
        windows: &[Window],
        whisper: &Whisper,
        settings: &Settings,
        host: &Host,
    ) -> Result<Vec<Segment>> {
        let heard = whisper.hear(&spectrograms(windows, whisper), windows.len())?;
        let cross = heard.cross(windows.len())?;
        let barred = Barred {
            never: whisper.never.clone(),
            never_first: whisper.never_first.clone(),
            end: whisper.tokens.end,
        };
        let mut reader = Reader {
            search: Search { whisper, barred, host },
            settings,
            draw: Draw::new(self.windows),
            said: if settings.context { last(&self.said, whisper.sizes.positions / 2 - 1) } else { &[] },
        };
        let written = reader.windows(windows, &cross, &mut self.languages)?;
        self.windows += windows.len() as u64;
        let mut found = Vec::new();
        for (window, written) in windows.iter().zip(written) {
            let Some(written) = written else { continue };
            if written.temperature > LEAD_TEMPERATURE {
                self.said.clear();
            } else {
                self.said.extend(&written.text.tokens);
            }
            found.extend(segments(&timed(window, &written, whisper), &written.language));
        }
        self.said = last(&self.said, whisper.sizes.positions / 2).to_vec();
        Ok(found)
    }
}

struct Reader<'a> {
    search: Search<'a>,
    settings: &'a Settings,
    draw: Draw,
    said: &'a [u32],
}

impl<'a> Reader<'a> {
    /// A text for each window, `None` where nothing was said.
    fn windows(
        &mut self,
        windows: &[Window],
        cross: &Cross<'_>,
        languages: &mut Languages,
    ) -> Result<Vec<Option<Written>>> {
        let whisper = self.search.whisper;
        let start = vec![vec![whisper.tokens.start]; windows.len()];
        let most: Vec<usize> = windows.iter().map(|window| most_tokens(window.speech_s())).collect();
        let begun = self.search.prime(&start, 0, cross, whisper.empty(windows.len()), most)?;
        let rows = self.rows(&begun, windows, languages);
        let primed = if self.said.is_empty() {
            let rest: Vec<Vec<u32>> = rows.iter().map(|row| self.task(row)).collect();
            let Primed { cache, align, most, .. } = begun;
            let mut primed = self.search.prime(&rest, 0, cross, cache, most)?;
            for (all, mut before) in primed.align.iter_mut().zip(align) {
                before.append(all);
                *all = before;
            }
            primed
        } else {
            self.primed(&rows, cross, true)?
        };
        let first = self.settings.temperatures[0];
        let texts: Vec<Text> = if first > 0.0 || self.settings.beams == 1 {
            self.search.each(primed, cross, first, &mut self.draw)?
        } else {
            let one = |at: usize| {
                let cross = cross.rows(&[at]);
                self.search.beams(self.primed(&rows[at..=at], &cross, true)?, &cross, self.settings.beams)
            };
            (0..rows.len()).map(one).collect::<Result<_>>()?
        };
        rows.iter()
            .zip(texts)
            .enumerate()
            .map(|(at, (row, text))| self.believed(row, text, &cross.rows(&[at])))
            .collect()
    }

    /// Language, and whether there is speech at all, of each window, after the start token.
    fn rows(&self, begun: &Primed<'_>, windows: &[Window], languages: &mut Languages) -> Vec<Row<'a>> {
        let whisper = self.search.whisper;
        let logits = begun.step.logits.chunks_exact(whisper.sizes.vocabulary);
        let mut rows: Vec<Row<'a>> = logits
            .zip(&begun.most)
            .map(|(logits, &most)| {
                let no_speech = (logits[whisper.tokens.no_speech as usize] - log_sum_exp(logits)).exp();
                let guesses = match &self.settings.language {
                    Some(tag) => whisper
                        .tokens
                        .languages()
                        .into_iter()
                        .filter(|(known, _)| known == tag)
                        .map(|(tag, _)| (tag, 1.0))
                        .collect(),
                    None if whisper.multilingual() => guesses(logits, &whisper.tokens),
                    None => vec![("en", 1.0)],
                };
                Row { language: String::new(), no_speech, guesses, most }
            })
            .collect();
        rows.iter().zip(windows).for_each(|(row, window)| languages.add(&row.guesses, window.speech_s()));
        for row in &mut rows {
            row.language = languages.of_window(&row.guesses).unwrap_or_else(|| "en".to_owned());
        }
        rows
    }

    /// The tokens after the start that say what is to be done.
    fn task(&self, row: &Row<'_>) -> Vec<u32> {
        let tokens = &self.search.whisper.tokens;
        let language = tokens.language(&row.language).filter(|_| self.search.whisper.multilingual());
        let task = language.into_iter().flat_map(|language| [language, tokens.transcribe]);
        task.chain([tokens.no_timestamps]).collect()
    }

    /// The decoder after the whole prompt.
    fn primed(&self, rows: &[Row<'_>], cross: &Cross<'_>, with_context: bool) -> Result<Primed<'a>> {
        let tokens = &self.search.whisper.tokens;
        let before: Vec<u32> = if with_context && !self.said.is_empty() {
            [tokens.start_of_previous].iter().chain(self.said).copied().collect()
        } else {
            Vec::new()
        };
        let prompt = |row: &Row<'_>| [before.clone(), vec![tokens.start], self.task(row)].concat();
        let prompts: Vec<Vec<u32>> = rows.iter().map(prompt).collect();
        let most = rows.iter().map(|row| row.most).collect();
        self.search.prime(&prompts, before.len(), cross, self.search.whisper.empty(rows.len()), most)
    }

    /// The text, or another one that is believed; `None` where there is none.
    fn believed(&mut self, row: &Row<'_>, text: Text, cross: &Cross<'_>) -> Result<Option<Written>> {
        let Settings { temperatures, .. } = self.settings;
        let mut text = text;
        // What was said before may have led astray, so the first try is made once more without it.
        let again = if self.said.is_empty() { &temperatures[1..] } else { temperatures.as_slice() };
        let mut left = again.iter();
        let mut temperature = temperatures[0];
        loop {
            let written = self.search.whisper.tokens.text(&text.tokens);
            let signs = Signs::of(&text, &written, row.no_speech);
            match signs.belief(self.settings) {
                Belief::Believed => {
                    let language = row.language.clone();
                    return Ok(Some(Written { text, language, temperature }));
                }
                Belief::NoSpeech => return Ok(None),
                Belief::Doubted => {}
            }
            self.search
                .host
                .log(LogLevel::Debug, format!("{signs:?}: not believed at {temperature}: {written}"));
            let Some(&next) = left.next() else { return Ok(None) };
            temperature = next;
            let primed = self.primed(std::slice::from_ref(row), cross, false)?;
            text = if next > 0.0 {
                self.search.best_drawn(primed, cross, next, DRAWN, &mut self.draw)?
            } else {
                self.search.beams(primed, cross, self.settings.beams)?
            };
        }
    }
}

/// `[windows, bands, frames]`.
fn spectrograms(windows: &[Window], whisper: &Whisper) -> Vec<f32> {
    let size = whisper.sizes.bands * whisper.sizes.mel_frames;
    let mut log_mel = LogMel::new(whisper.sizes.bands);
    let mut all = vec![0.0; windows.len() * size];
    for (window, out) in windows.iter().zip(all.chunks_exact_mut(size)) {
        log_mel.of(&window.samples, out);
    }
    all
}

/// The words of a window with their times in the recording.
fn timed(window: &Window, written: &Written, whisper: &Whisper) -> Vec<Timed> {
    let Written { text, language, .. } = written;
    let (frames, heads) = (whisper.sizes.frames, whisper.sizes.aligned);
    let frame_s = LONGEST as f64 / f64::from(RATE) / frames as f64;
    let sounding = (window.samples.len() * frames).div_ceil(LONGEST as usize).clamp(1, frames);
    // The last token of the prompt attends to where the first word begins, the last token of the text to its end.
    let prompt = text.align.len().saturating_sub(text.tokens.len() + 1);
    let firsts = first_frames(&text.align, heads, prompt, sounding);
    let time_s = |token: usize| firsts.get(token).copied().unwrap_or(sounding) as f64 * frame_s;
    let timed = |word: crate::words::Word| {
        let (start_s, end_s) = window.span_s(time_s(word.tokens.start), time_s(word.tokens.end));
        let log_probabilities = &text.log_probabilities[word.tokens.clone()];
        Timed {
            text: word.text,
            start_s,
            end_s,
            log_probability: log_probabilities.iter().map(|value| f64::from(*value)).sum(),
            tokens: word.tokens.len(),
        }
    };
    words(&text.tokens, &whisper.tokens, language).into_iter().map(timed).collect()
}

fn last(tokens: &[u32], count: usize) -> &[u32] {
    &tokens[tokens.len().saturating_sub(count)..]
}
