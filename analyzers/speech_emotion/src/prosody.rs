//! How excited a voice is, by how loud, high, lively and fast it is.
//!
//! In excited speech all four rise, in calm speech they fall (Juslin & Laukka 2003, "Communication of Emotions in Vocal
//! Expression and Music Performance", table 7). Each is taken as a z-score against the speaker's own passages
//! ([`Baseline`]); liveliness and rate, which do not hang on the microphone or the size of a throat, also against what is
//! usual in speech. The four weigh the same; the numbers are our own.

use va_inference::audio::prosody::{Baseline, Contour, HOP_S, percentile, syllables};

use crate::passages::Passage;

/// Less voice than this tells nothing: 0.3 s.
const LEAST_VOICED: usize = 30;
/// So many passages make a baseline of the speaker's own.
const LEAST_PASSAGES: usize = 4;
/// What is usual in speech counts as so many passages of the speaker.
const PRIOR: f64 = 4.0;
/// More deviations than these count as these.
const MOST: f64 = 3.0;
/// Cues that must be known.
const LEAST_CUES: usize = 2;
/// Pitches below 0.65 of the first quartile of all, or above 1.5 of the third, are slips of the octave (De Looze & Hirst
/// 2010), in semitones.
const SLIPS: [f64; 2] = [-7.46, 7.02];
/// Of the pitches of a passage, those that its liveliness lies between.
const LIVELY: [f64; 2] = [0.1, 0.9];

/// What a cue is compared with.
#[derive(Debug, Clone, Copy)]
struct Scale {
    /// Where passages hardly differ, so much is a deviation.
    least_deviation: f64,
    /// Median and deviation of what is usual, where that is known.
    usual: Option<Baseline>,
}

/// dB; semitones; semitones; the logarithm of syllables a second.
const SCALES: [Scale; 4] = [
    Scale { least_deviation: 3.0, usual: None },
    Scale { least_deviation: 1.5, usual: None },
    Scale { least_deviation: 1.5, usual: Some(Baseline { median: 7.0, deviation: 2.5 }) },
    Scale { least_deviation: 0.2, usual: Some(Baseline { median: 1.31, deviation: 0.25 }) },
];

/// Of each passage 0 calm to 1 excited, 0.5 being usual; `None` where too little is heard of the voice, or of the speaker.
pub fn arousals(passages: &[Passage], contour: &Contour) -> Vec<Option<f64>> {
    let usual = usual_pitches(passages, contour);
    let cues: Vec<[Option<f64>; 4]> = passages.iter().map(|passage| cues(passage, contour, usual)).collect();
    let baselines: Vec<Option<Baseline>> = SCALES
        .iter()
        .enumerate()
        .map(|(cue, scale)| scale.baseline(cues.iter().filter_map(|cues| cues[cue]).collect()))
        .collect();
    cues.iter().map(|cues| arousal(cues, &baselines)).collect()
}

fn arousal(cues: &[Option<f64>; 4], baselines: &[Option<Baseline>]) -> Option<f64> {
    let score =
        |(cue, baseline): (&Option<f64>, &Option<Baseline>)| Some((*baseline)?.z((*cue)?).clamp(-MOST, MOST));
    let scores: Vec<f64> = cues.iter().zip(baselines).filter_map(score).collect();
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    (scores.len() >= LEAST_CUES).then(|| 1.0 / (1.0 + (-mean).exp()))
}

impl Scale {
    /// The speaker's own; where there is something usual, a mean of both, in which that counts as [`PRIOR`] passages.
    fn baseline(&self, values: Vec<f64>) -> Option<Baseline> {
        let count = values.len();
        let own = Baseline::of(&values, self.least_deviation)?;
        let Some(usual) = self.usual else { return (count >= LEAST_PASSAGES).then_some(own) };
        let share = count as f64 / (count as f64 + PRIOR);
        let between = |own: f64, usual: f64| share * own + (1.0 - share) * usual;
        Some(Baseline {
            median: between(own.median, usual.median),
            deviation: between(own.deviation, usual.deviation),
        })
    }
}

/// The pitches that are no slips, of all that is spoken.
fn usual_pitches(passages: &[Passage], contour: &Contour) -> [f64; 2] {
    let mut all: Vec<f64> = passages.iter().flat_map(|passage| pitches(passage, contour)).collect();
    let quartile = |all: &mut Vec<f64>, share: f64| percentile(all, share).unwrap_or_default();
    [quartile(&mut all, 0.25) + SLIPS[0], quartile(&mut all, 0.75) + SLIPS[1]]
}

fn pitches(passage: &Passage, contour: &Contour) -> Vec<f64> {
    let ranges = passage.spoken.iter().map(|span| contour.range(span.start_s, span.end_s));
    ranges.flat_map(|range| contour.pitches(range)).collect()
}

/// Level, pitch, liveliness, rate of a passage.
fn cues(passage: &Passage, contour: &Contour, usual: [f64; 2]) -> [Option<f64>; 4] {
    let ranges: Vec<_> = passage.spoken.iter().map(|span| contour.range(span.start_s, span.end_s)).collect();
    let mut levels: Vec<f64> = ranges.iter().flat_map(|range| contour.voiced_levels(range.clone())).collect();
    let mut pitches = pitches(passage, contour);
    pitches.retain(|pitch| (usual[0]..=usual[1]).contains(pitch));
    if pitches.len() < LEAST_VOICED {
        return [None; 4];
    }
    let lively = LIVELY.map(|share| percentile(&mut pitches, share).unwrap_or_default());
    let spoken_s = ranges.iter().map(ExactSizeIterator::len).sum::<usize>() as f64 * HOP_S;
    let count = ranges.iter().map(|range| syllables(contour, range.clone()).len()).sum::<usize>();
    let rate = (count > 0).then(|| (count as f64 / spoken_s).ln());
    [percentile(&mut levels, 0.5), percentile(&mut pitches, 0.5), Some(lively[1] - lively[0]), rate]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passages::Span;

    /// Passages of a second, each syllables of 0.2 s on a pitch that swings; of one passage all is changed.
    #[derive(Clone, Copy)]
    struct Voice {
        louder: f64,
        higher: f64,
        livelier: f64,
        faster: f64,
    }

    const EVEN: Voice = Voice { louder: 0.0, higher: 0.0, livelier: 1.0, faster: 1.0 };

    fn spoken(count: usize, changed: Voice) -> Vec<Option<f64>> {
        let mut contour = Contour::default();
        let mut passages = Vec::new();
        for passage in 0..count {
            let voice = if passage == 2 { changed } else { EVEN };
            // Passages differ a little by themselves.
            let own = (passage % 3) as f64 * 0.3;
            for at in 0..100 {
                let t = f64::from(at) / 100.0;
                let syllable = (std::f64::consts::TAU * 4.0 * voice.faster * t).cos();
                contour.level_db.push((-25.0 - 6.0 * syllable + voice.louder + own) as f32);
                let swing = 4.5 * voice.livelier * (std::f64::consts::TAU * t).sin();
                let semitones = 83.0 + own + voice.higher + swing;
                contour.pitch_hz.push(Some(2f64.powf(semitones / 12.0) as f32));
            }
            let span = Span { start_s: passage as f64, end_s: passage as f64 + 1.0 };
            passages.push(Passage { span, spoken: vec![span], said: None });
        }
        arousals(&passages, &contour)
    }

    #[test]
    fn an_even_voice_is_neither_calm_nor_excited() {
        let found = spoken(8, EVEN);
        assert!(found.iter().all(|arousal| (0.4..0.65).contains(&arousal.expect("told"))), "{found:?}");
    }

    #[test]
    fn louder_higher_livelier_and_faster_is_more_excited_and_the_reverse_calmer() {
        let excited = spoken(8, Voice { louder: 8.0, higher: 4.0, livelier: 1.5, faster: 1.5 })[2];
        let calm = spoken(8, Voice { louder: -8.0, higher: -4.0, livelier: 0.4, faster: 0.5 })[2];
        assert!(excited.expect("told") > 0.8 && calm.expect("told") < 0.2, "{excited:?} {calm:?}");
        for voice in [
            Voice { louder: 9.0, ..EVEN },
            Voice { higher: 5.0, ..EVEN },
            Voice { livelier: 1.9, ..EVEN },
            Voice { faster: 1.75, ..EVEN },
        ] {
            let [before, after] = [EVEN, voice].map(|voice| spoken(8, voice)[2].expect("told"));
            assert!(after > before + 0.08, "{before} {after}");
        }
    }

    #[test]
    fn of_a_speaker_who_is_hardly_known_liveliness_and_rate_tell() {
        let [even, louder] =
            [EVEN, Voice { louder: 20.0, higher: 3.0, ..EVEN }].map(|voice| spoken(3, voice)[2]);
        assert!((even.expect("told") - louder.expect("told")).abs() < 1e-6);
        let fast = spoken(3, Voice { livelier: 2.0, faster: 2.0, ..EVEN })[2];
        assert!(fast.expect("told") > even.expect("told") + 0.1);
    }

    #[test]
    fn without_a_voice_nothing_is_told() {
        let span = Span { start_s: 0.0, end_s: 1.0 };
        let passage = Passage { span, spoken: vec![span], said: None };
        let whisper = Contour { level_db: vec![-30.0; 100], pitch_hz: vec![None; 100] };
        assert_eq!(arousals(&[passage], &whisper), [None]);
        assert!(arousals(&[], &whisper).is_empty());
    }
}
