//! How fast, loud and wordy a stretch of the video is, and how much that is above or below the whole.

use va_analyzer_sdk::Video;

use crate::known::{Known, Stretch};
use crate::sentences::Sentence;

/// A shot that shares less with a stretch is not one of it, seconds.
const GLIMPSE_S: f64 = 0.2;
/// Below this all is silence, dB.
const SILENCE_DB: f64 = -60.0;
/// What counts as one unit of intensity: so many dB, or twice as fast.
const LOUDER_DB: f64 = 6.0;

/// A stretch of the video, seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    pub start_s: f64,
    pub end_s: f64,
}

impl Stretch for Span {
    fn start_s(&self) -> f64 {
        self.start_s
    }

    fn end_s(&self) -> f64 {
        self.end_s
    }
}

impl Span {
    pub fn length_s(&self) -> f64 {
        self.end_s - self.start_s
    }

    /// Whether most of something lies in it.
    pub fn holds(&self, what: &impl Stretch) -> bool {
        let middle = (what.start_s() + what.end_s()) / 2.0;
        (self.start_s..self.end_s).contains(&middle)
    }
}

/// All that is measured over time.
#[derive(Debug, Clone)]
pub struct Measures {
    pub whole: Span,
    /// Where shots begin, the first at 0; `None` where shots are unknown.
    pub shots: Option<Vec<f64>>,
    /// Where scenes begin, but for the first.
    pub scenes: Option<Vec<f64>>,
    /// Start, end, dB.
    levels: Vec<(Span, f64)>,
    sounds: Vec<(Span, String)>,
}

impl Measures {
    pub fn of(known: &Known, video: &Video, end_s: f64) -> Self {
        let whole = Span { start_s: 0.0, end_s };
        let inside = |time_s: &f64| (GLIMPSE_S..end_s - GLIMPSE_S).contains(time_s);
        let shots = known.cuts.as_ref().filter(|_| video.has_video).map(|cuts| {
            let begins = cuts.iter().filter(|cut| cut.transition != "fade_out").map(|cut| cut.timestamp);
            std::iter::once(0.0).chain(begins.filter(inside)).collect()
        });
        let scenes = known
            .scenes
            .as_ref()
            .map(|scenes| scenes.iter().map(|scene| scene.start_time).filter(inside).collect());
        let levels = known.levels.iter().flatten();
        let sounds = known.sounds.iter().flatten();
        let span = |it: &dyn Stretch| Span { start_s: it.start_s(), end_s: it.end_s() };
        Measures {
            whole,
            shots,
            scenes,
            levels: levels.map(|second| (span(second), second.rms_db.max(SILENCE_DB))).collect(),
            sounds: sounds.map(|sound| (span(sound), sound.label.clone())).collect(),
        }
    }

    /// With nothing but shots and scenes.
    #[cfg(test)]
    pub(crate) fn of_shots(whole: Span, shots: Option<Vec<f64>>, scenes: Option<Vec<f64>>) -> Self {
        Measures { whole, shots, scenes, levels: Vec::new(), sounds: Vec::new() }
    }

    /// The kind of sound at a moment.
    pub fn sound_at(&self, time_s: f64) -> Option<&str> {
        let at = self.sounds.iter().find(|(span, _)| (span.start_s..span.end_s).contains(&time_s));
        at.map(|(_, label)| label.as_str())
    }

    /// How many shots a stretch shows; `None` where that is unknown.
    pub fn shots_in(&self, span: Span) -> Option<usize> {
        let shots = self.shots.as_ref()?;
        let end = |at: usize| shots.get(at + 1).copied().unwrap_or(self.whole.end_s);
        let shown = shots.iter().enumerate().filter(|(at, start_s)| {
            Span { start_s: **start_s, end_s: end(*at) }.overlap_s(span.start_s, span.end_s) > GLIMPSE_S
        });
        Some(shown.count().max(1))
    }

    /// Shots that begin in a stretch, a minute.
    pub fn cuts_per_minute(&self, span: Span) -> Option<f64> {
        let shots = self.shots.as_ref()?;
        let begun =
            shots.iter().skip(1).filter(|start_s| (span.start_s..span.end_s).contains(*start_s)).count();
        (span.length_s() > 0.0).then(|| begun as f64 * 60.0 / span.length_s())
    }

    /// The mean power of a stretch, dB.
    pub fn level_db(&self, span: Span) -> Option<f64> {
        let (mut power, mut time_s) = (0.0, 0.0);
        for (second, db) in &self.levels {
            let overlap_s = second.overlap_s(span.start_s, span.end_s);
            power += overlap_s * 10f64.powf(db / 10.0);
            time_s += overlap_s;
        }
        (time_s > 0.0).then(|| 10.0 * (power / time_s).log10())
    }

    /// The kind of sound that takes more than half of a stretch.
    pub fn sound(&self, span: Span) -> Option<&str> {
        let share = |label: &str| -> f64 {
            let of_label = self.sounds.iter().filter(|(_, other)| other == label);
            of_label.map(|(stretch, _)| stretch.overlap_s(span.start_s, span.end_s)).sum()
        };
        let labels = self.sounds.iter().map(|(_, label)| label.as_str());
        labels.into_iter().find(|label| share(label) > span.length_s() / 2.0)
    }

    /// How much more happens in a stretch than in the whole video: the mean of what is known of level (a unit is 6 dB),
    /// cuts and words a minute (a unit is twice as many), each -1 to 1. `None` where nothing is known.
    pub fn intensity(&self, span: Span, sentences: &[Sentence]) -> Option<f64> {
        let level = self.level_db(span).zip(self.level_db(self.whole));
        let cuts = self.cuts_per_minute(span).zip(self.cuts_per_minute(self.whole));
        let words = words_per_minute(sentences, span).zip(words_per_minute(sentences, self.whole));
        // A cut or word more or less in a minute must not count as twice as many.
        let times = |(here, usual): (f64, f64), least: f64| ((here + least) / (usual + least)).log2();
        let parts = [
            level.map(|(here, usual)| (here - usual) / LOUDER_DB),
            cuts.filter(|(_, usual)| *usual > 0.0).map(|rates| times(rates, FEW_CUTS)),
            words.filter(|(_, usual)| *usual > 0.0).map(|rates| times(rates, FEW_WORDS)),
        ];
        let parts: Vec<f64> = parts.into_iter().flatten().map(|part| part.clamp(-1.0, 1.0)).collect();
        (!parts.is_empty()).then(|| parts.iter().sum::<f64>() / parts.len() as f64)
    }
}

const FEW_CUTS: f64 = 4.0;
const FEW_WORDS: f64 = 40.0;

/// Words over all of a stretch, silence and all.
fn words_per_minute(sentences: &[Sentence], span: Span) -> Option<f64> {
    let words: f64 = sentences
        .iter()
        .map(|sentence| {
            let length_s = (sentence.end_s - sentence.start_s).max(0.1);
            sentence.words() as f64 * (sentence.overlap_s(span.start_s, span.end_s) / length_s).min(1.0)
        })
        .sum();
    (span.length_s() > 0.0).then(|| words * 60.0 / span.length_s())
}

/// Words over the time in which somebody speaks; `None` where nobody does.
pub fn speaking_rate_wpm(sentences: &[Sentence]) -> Option<f64> {
    let said = sentences.iter().filter(|sentence| sentence.spoken);
    let (words, time_s) = said.fold((0, 0.0), |(words, time_s), sentence| {
        (words + sentence.words(), time_s + sentence.end_s - sentence.start_s)
    });
    (time_s > 0.0).then(|| words as f64 * 60.0 / time_s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::{Second, Sound, Transition};

    fn measures() -> Measures {
        let cut =
            |timestamp: f64, transition: &str| Transition { timestamp, transition: transition.to_owned() };
        let second = |at: u32| {
            let (start_time, end_time) = (f64::from(at), f64::from(at) + 1.0);
            Second { start_time, end_time, rms_db: if at < 10 { -30.0 } else { -18.0 } }
        };
        let sound =
            |start_time, end_time, label: &str| Sound { start_time, end_time, label: label.to_owned() };
        let known = Known {
            cuts: Some(vec![
                cut(0.0, "fade_in"),
                cut(12.0, "cut"),
                cut(15.0, "dissolve"),
                cut(19.9, "fade_out"),
            ]),
            levels: Some((0..20).map(second).collect()),
            sounds: Some(vec![sound(0.0, 8.0, "speech"), sound(8.0, 20.0, "music")]),
            ..Known::default()
        };
        let video = Video {
            width: 64,
            height: 48,
            fps: 25.0,
            duration_s: Some(20.0),
            has_video: true,
            has_audio: true,
            sample_rate: 48_000,
            channels: 1,
        };
        Measures::of(&known, &video, 20.0)
    }

    fn span(start_s: f64, end_s: f64) -> Span {
        Span { start_s, end_s }
    }

    #[test]
    fn shots_are_counted_where_they_are_seen() {
        let measures = measures();
        assert_eq!(measures.shots.as_deref(), Some(&[0.0, 12.0, 15.0][..]));
        assert_eq!(measures.shots_in(span(0.0, 12.1)), Some(1));
        assert_eq!(measures.shots_in(span(0.0, 20.0)), Some(3));
        assert_eq!(measures.cuts_per_minute(span(10.0, 20.0)), Some(12.0));
        let blind = Measures { shots: None, ..measures };
        assert_eq!((blind.shots_in(span(0.0, 1.0)), blind.cuts_per_minute(span(0.0, 1.0))), (None, None));
    }

    #[test]
    fn a_sound_takes_more_than_half() {
        let measures = measures();
        assert_eq!(measures.sound(span(0.0, 12.0)), Some("speech"));
        assert_eq!(measures.sound(span(4.0, 12.0)), None);
        assert_eq!(measures.sound(measures.whole), Some("music"));
    }

    #[test]
    fn loud_and_fast_is_intense() {
        let measures = measures();
        let intensity = |from, to| measures.intensity(span(from, to), &[]).expect("known");
        assert!(intensity(0.0, 10.0) < -0.5 && intensity(10.0, 20.0) > 0.3, "{}", intensity(10.0, 20.0));
        assert!(intensity(0.0, 20.0).abs() < 1e-9);
        let deaf = Measures { shots: None, levels: Vec::new(), ..measures };
        assert_eq!(deaf.intensity(span(0.0, 10.0), &[]), None);
    }

    #[test]
    fn the_rate_of_speech_is_that_of_the_time_spoken() {
        let sentence = |start_s, end_s, spoken| Sentence {
            start_s,
            end_s,
            text: "five words are in here".to_owned(),
            english: true,
            spoken,
        };
        assert_eq!(speaking_rate_wpm(&[sentence(0.0, 2.0, true), sentence(8.0, 10.0, true)]), Some(150.0));
        assert_eq!(speaking_rate_wpm(&[sentence(0.0, 2.0, false)]), None);
    }
}
