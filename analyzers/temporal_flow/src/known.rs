//! What the other analyzers found, as far as the story needs it. What cannot be read is left out, and remembered as a
//! problem.

use serde::Deserialize;
use va_analyzer_sdk::{Error, OtherFindings, Result, Video};

pub use va_inference::findings::transcript::SPEECH_TRANSCRIPTION as SPEECH;
pub const TEXTS: &str = "text_overlay";
pub const CUTS: &str = "cut_analysis";
pub const LEVELS: &str = "audio_analysis";
pub const SOUNDS: &str = "audio_environment";
pub const SCENES: &str = "scene_segmentation";
pub const OBJECTS: &str = "object_detection";

/// A stretch of time with something that was found in it, seconds.
pub trait Stretch {
    fn start_s(&self) -> f64;
    fn end_s(&self) -> f64;

    /// Seconds that it shares with another stretch.
    fn overlap_s(&self, from_s: f64, to_s: f64) -> f64 {
        (self.end_s().min(to_s) - self.start_s().max(from_s)).max(0.0)
    }
}

macro_rules! stretch {
    ($($name:ty),*) => {$(
        impl Stretch for $name {
            fn start_s(&self) -> f64 {
                self.start_time
            }

            fn end_s(&self) -> f64 {
                self.end_time
            }
        }
    )*};
}

/// What is said in one breath.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Said {
    pub start_time: f64,
    pub end_time: f64,
    pub text: String,
    pub language: Option<String>,
    /// `None` where the model does not tell.
    pub confidence: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextKind {
    Subtitle,
    Overlay,
    Scene,
}

/// A text in the picture.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Written {
    pub start_time: f64,
    pub end_time: f64,
    pub text: String,
    pub kind: TextKind,
}

/// A transition between shots; `timestamp` is where the new one prevails.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Transition {
    pub timestamp: f64,
    pub transition: String,
}

/// How loud a second is.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Second {
    pub start_time: f64,
    pub end_time: f64,
    pub rms_db: f64,
}

/// A stretch of one kind of sound.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Sound {
    pub start_time: f64,
    pub end_time: f64,
    pub label: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Scene {
    pub start_time: f64,
    pub end_time: f64,
}

/// What is seen in a frame.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Seen {
    pub timestamp: f64,
    pub objects: Vec<Object>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Object {
    pub object_class: String,
    pub confidence_score: f64,
}

stretch!(Said, Written, Second, Sound, Scene);

/// `None` where an analyzer has told nothing: it did not run, or it failed.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub speech: Option<Vec<Said>>,
    pub texts: Option<Vec<Written>>,
    pub cuts: Option<Vec<Transition>>,
    pub levels: Option<Vec<Second>>,
    pub sounds: Option<Vec<Sound>>,
    pub scenes: Option<Vec<Scene>>,
    pub objects: Option<Vec<Seen>>,
    /// By analyzer, why its findings cannot be used.
    pub problems: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Segments<T> {
    segments: Vec<T>,
}

impl Known {
    pub fn learn(&mut self, other: &OtherFindings<'_>) {
        let learnt = match other.analyzer {
            SPEECH => stretches(other).map(|found| self.speech = Some(found)),
            TEXTS => stretches(other).map(|found| self.texts = Some(found)),
            LEVELS => stretches(other).map(|found| self.levels = Some(found)),
            SOUNDS => stretches(other).map(|found| self.sounds = Some(found)),
            SCENES => stretches(other).map(|found| self.scenes = Some(found)),
            CUTS => moments(other, |cut: &Transition| cut.timestamp).map(|found| self.cuts = Some(found)),
            OBJECTS => moments(other, |seen: &Seen| seen.timestamp).map(|found| self.objects = Some(found)),
            _ => Ok(()),
        };
        if let Err(error) = learnt {
            self.problems.push((other.analyzer.to_owned(), error.message));
        }
    }

    /// What the story is told without though the video has it, and why; `None` where nothing is missing.
    pub fn missing(&self, video: &Video) -> Option<String> {
        let wanted = [
            (SPEECH, self.speech.is_none() && video.has_audio),
            (LEVELS, self.levels.is_none() && video.has_audio),
            (TEXTS, self.texts.is_none() && video.has_video),
            (CUTS, self.cuts.is_none() && video.has_video),
        ];
        let broken = |name: &str| self.problems.iter().any(|(broken, _)| broken == name);
        let silent: Vec<&str> =
            wanted.iter().filter(|(name, gone)| *gone && !broken(name)).map(|(name, _)| *name).collect();
        let mut reasons: Vec<String> = self.problems.iter().map(|(_, why)| why.clone()).collect();
        if !silent.is_empty() {
            reasons.push(format!("it did without the findings of {}, which has told nothing", list(&silent)));
        }
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }

    /// Until when anything is known of, seconds.
    pub fn last_s(&self) -> f64 {
        fn last<T: Stretch>(stretches: &Option<Vec<T>>) -> f64 {
            stretches.iter().flatten().map(Stretch::end_s).fold(0.0, f64::max)
        }
        let cuts = self.cuts.iter().flatten().map(|cut| cut.timestamp);
        let seen = self.objects.iter().flatten().map(|seen| seen.timestamp);
        let stretches = [
            last(&self.speech),
            last(&self.texts),
            last(&self.levels),
            last(&self.sounds),
            last(&self.scenes),
        ];
        stretches.into_iter().chain(cuts).chain(seen).fold(0.0, f64::max)
    }
}

/// `a, b and c`.
pub fn list(items: &[impl AsRef<str>]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [before @ .., last] => {
            let before: Vec<&str> = before.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", before.join(", "), last.as_ref())
        }
    }
}

fn stretches<'a, T: Stretch + Deserialize<'a>>(other: &OtherFindings<'a>) -> Result<Vec<T>> {
    let mut found = other.read::<Segments<T>>()?.segments;
    let wrong = found.iter().position(|it| !(0.0 <= it.start_s() && it.start_s() <= it.end_s()));
    if let Some(at) = wrong {
        let (from, to) = (found[at].start_s(), found[at].end_s());
        return Err(broken(other.analyzer, &format!("segment {at} is from {from} s to {to} s")));
    }
    found.sort_by(|a, b| a.start_s().total_cmp(&b.start_s()));
    Ok(found)
}

fn moments<'a, T: Deserialize<'a>>(other: &OtherFindings<'a>, time_s: fn(&T) -> f64) -> Result<Vec<T>> {
    let mut found = other.read::<Segments<T>>()?.segments;
    if let Some(wrong) = found.iter().find(|it| time_s(it) < 0.0) {
        return Err(broken(other.analyzer, &format!("a segment is at {} s", time_s(wrong))));
    }
    found.sort_by(|a, b| time_s(a).total_cmp(&time_s(b)));
    Ok(found)
}

fn broken(analyzer: &str, what: &str) -> Error {
    Error::new(format!("cannot use the findings of {analyzer}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(has_video: bool, has_audio: bool) -> Video {
        Video {
            width: 64,
            height: 48,
            fps: 25.0,
            duration_s: Some(10.0),
            has_video,
            has_audio,
            sample_rate: 48_000,
            channels: 1,
        }
    }

    fn learnt(analyzer: &str, json: &str) -> Known {
        let mut known = Known::default();
        known.learn(&OtherFindings { analyzer, json });
        known
    }

    const EMPTY: &str = r#"{"segments": [], "summary": {}}"#;

    #[test]
    fn what_the_video_has_and_nobody_told_is_missing() {
        let both = Known::default().missing(&video(true, true)).expect("all is missing");
        assert!([SPEECH, LEVELS, TEXTS, CUTS].iter().all(|name| both.contains(name)), "{both}");
        let silent = Known::default().missing(&video(true, false)).expect("pictures are missing");
        assert!(!silent.contains(SPEECH) && silent.contains(TEXTS), "{silent}");
        let mut known = learnt(TEXTS, EMPTY);
        known.learn(&OtherFindings { analyzer: CUTS, json: EMPTY });
        assert_eq!(known.missing(&video(true, false)), None);
    }

    #[test]
    fn findings_of_another_shape_are_told_and_left_out() {
        for (analyzer, json, why) in [
            (SPEECH, r#"{"segments": [{"start_time": 1.0}]}"#, "missing field"),
            (SPEECH, r#"{"segments": 3}"#, "invalid type"),
            (
                TEXTS,
                r#"{"segments": [{"start_time": 2, "end_time": 1, "text": "a", "kind": "overlay"}]}"#,
                "2 s to 1 s",
            ),
            (CUTS, r#"{"segments": [{"timestamp": -1, "transition": "cut"}]}"#, "-1 s"),
        ] {
            let known = learnt(analyzer, json);
            let reason = known.missing(&video(true, true)).expect("told");
            assert!(reason.contains(analyzer) && reason.contains(why), "{reason}");
            assert_eq!(reason.matches(analyzer).count(), 1, "told once: {reason}");
            assert!(known.speech.is_none() && known.texts.is_none() && known.cuts.is_none());
        }
    }

    #[test]
    fn findings_are_put_in_order_of_time() {
        let json = r#"{"segments": [{"start_time": 4, "end_time": 9}, {"start_time": 0, "end_time": 4}]}"#;
        let known = learnt(SCENES, json);
        let starts: Vec<f64> = known.scenes.iter().flatten().map(|scene| scene.start_time).collect();
        assert_eq!((starts, known.last_s()), (vec![0.0, 4.0], 9.0));
    }

    #[test]
    fn things_are_listed() {
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&[""; 0]), "");
    }
}
