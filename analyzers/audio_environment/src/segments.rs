//! Stretches of sound into segments of the video, and what they are of the whole.

use std::collections::BTreeMap;

use serde::Serialize;
use va_analyzer_sdk::rounded;

/// The label of no sound.
pub const SILENCE: &str = "silence";

/// Sound that begins within this time after the first frame begins with it: encoders put some of their own before it, and
/// no label is finer.
const SOON_S: f64 = 0.3;
/// All sound together is less than this share of a silent video.
const LEAST_SOUND: f64 = 0.1;

/// A stretch of one kind of sound, in seconds of the sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    pub label: String,
    pub start_s: f64,
    pub end_s: f64,
    /// 0..1.
    pub confidence: f64,
}

/// As it stands in the result document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    pub start_time: f64,
    pub end_time: f64,
    pub label: String,
    pub confidence: f64,
}

/// In seconds of the video, of which the sound starts at `start_s`: from 0 to the end of the sound, each segment where the one
/// before ends, no two of one label in a row. What is over before the first frame is left out; before a sound that begins
/// late there is silence.
pub fn in_video(stretches: Vec<Stretch>, start_s: f64) -> Vec<Segment> {
    let mut joined: Vec<Stretch> = Vec::new();
    let late = Stretch { label: SILENCE.to_owned(), start_s: 0.0, end_s: start_s, confidence: 1.0 };
    let late = (start_s > SOON_S && !stretches.is_empty()).then_some(late);
    let from_s = |time_s: f64| time_s + start_s;
    let moved = stretches.into_iter().map(|stretch| Stretch {
        start_s: from_s(stretch.start_s).max(0.0),
        end_s: from_s(stretch.end_s),
        ..stretch
    });
    for stretch in late.into_iter().chain(moved).filter(|stretch| stretch.start_s < stretch.end_s) {
        match joined.last_mut().filter(|last| last.label == stretch.label) {
            Some(last) => {
                let [before, now] = [&*last, &stretch].map(|one| one.end_s - one.start_s);
                last.confidence = (last.confidence * before + stretch.confidence * now) / (before + now);
                last.end_s = stretch.end_s;
            }
            None => joined.push(stretch),
        }
    }
    if let Some(first) = joined.first_mut() {
        first.start_s = 0.0;
    }
    joined.into_iter().map(Segment::from).filter(|segment| segment.start_time < segment.end_time).collect()
}

impl From<Stretch> for Segment {
    fn from(stretch: Stretch) -> Self {
        Segment {
            start_time: rounded(stretch.start_s, 3),
            end_time: rounded(stretch.end_s, 3),
            label: stretch.label,
            confidence: rounded(stretch.confidence.clamp(0.0, 1.0), 3),
        }
    }
}

/// By label, its share of the time; empty without sound.
pub fn ratios(segments: &[Segment]) -> BTreeMap<String, f64> {
    let whole = segments.last().map_or(0.0, |last| last.end_time);
    let mut ratios: BTreeMap<String, f64> = BTreeMap::new();
    for segment in segments {
        *ratios.entry(segment.label.clone()).or_default() += (segment.end_time - segment.start_time) / whole;
    }
    ratios.values_mut().for_each(|ratio| *ratio = rounded(*ratio, 4));
    ratios
}

/// The kind of sound that is heard most, however much silence there is between; silence where there is hardly any sound.
pub fn prevailing(ratios: &BTreeMap<String, f64>) -> Option<String> {
    let sounding = || ratios.iter().filter(|(label, _)| *label != SILENCE);
    let silent = !ratios.is_empty() && sounding().map(|(_, ratio)| ratio).sum::<f64>() < LEAST_SOUND;
    if silent {
        return Some(SILENCE.to_owned());
    }
    sounding().max_by(|a, b| a.1.total_cmp(b.1)).map(|(label, _)| label.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(label: &str, start_s: f64, end_s: f64, confidence: f64) -> Stretch {
        Stretch { label: label.to_owned(), start_s, end_s, confidence }
    }

    fn segments(stretches: &[(&str, f64, f64)], start_s: f64) -> Vec<(String, f64, f64)> {
        let stretches = stretches.iter().map(|&(label, from, to)| stretch(label, from, to, 0.5)).collect();
        let found = in_video(stretches, start_s);
        assert!(found.windows(2).all(|two| two[0].end_time == two[1].start_time));
        found.into_iter().map(|one| (one.label, one.start_time, one.end_time)).collect()
    }

    fn said(label: &str, from: f64, to: f64) -> (String, f64, f64) {
        (label.to_owned(), from, to)
    }

    #[test]
    fn sound_that_begins_late_has_silence_before_it() {
        let late = segments(&[("music", 0.0, 2.0)], 1.5);
        assert_eq!(late, [said("silence", 0.0, 1.5), said("music", 1.5, 3.5)]);
        assert_eq!(segments(&[("silence", 0.0, 2.0)], 1.5), [said("silence", 0.0, 3.5)]);
        assert_eq!(segments(&[("music", 0.0, 2.0)], 0.02), [said("music", 0.0, 2.02)]);
        assert!(segments(&[], 1.5).is_empty());
    }

    #[test]
    fn what_is_over_before_the_first_frame_is_left_out() {
        let early = segments(&[("music", 0.0, 1.0), ("speech", 1.0, 3.0)], -1.5);
        assert_eq!(early, [said("speech", 0.0, 1.5)]);
        assert!(segments(&[("music", 0.0, 1.0)], -2.0).is_empty());
    }

    #[test]
    fn one_label_in_a_row_is_one_segment() {
        let found = in_video(vec![stretch("noise", 0.0, 1.0, 1.0), stretch("noise", 1.0, 4.0, 0.6)], 0.0);
        let whole = Segment { start_time: 0.0, end_time: 4.0, label: "noise".to_owned(), confidence: 0.7 };
        assert_eq!(found, [whole]);
    }

    #[test]
    fn speech_prevails_over_its_pauses_and_silence_over_a_click() {
        let prevails = |stretches: &[Stretch]| {
            let ratios = ratios(&in_video(stretches.to_vec(), 0.0));
            assert!((ratios.values().sum::<f64>() - 1.0).abs() < 1e-3 || ratios.is_empty());
            prevailing(&ratios)
        };
        let (speech, pause) = (stretch("speech", 0.0, 4.0, 1.0), stretch("silence", 4.0, 10.0, 1.0));
        assert_eq!(prevails(&[speech, pause]).as_deref(), Some("speech"));
        let (click, pause) = (stretch("noise", 0.0, 0.5, 1.0), stretch("silence", 0.5, 10.0, 1.0));
        assert_eq!(prevails(&[click, pause]).as_deref(), Some("silence"));
        assert_eq!(prevails(&[]), None);
    }
}
