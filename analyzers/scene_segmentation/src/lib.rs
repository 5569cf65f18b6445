//! Which shots belong together: scenes, from what shots show, their colours, and the sound over their cuts.
//!
//! Frames are remembered as they come ([`similarity::Moment`]), about one a second and where the picture changed; where
//! the shots are is known only afterwards, from cut_analysis. Then they are grouped ([`grouping`]).

pub mod grouping;
pub mod model;
pub mod preprocess;
mod settings;
pub mod shots;
pub mod similarity;
pub mod sound;

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use va_analyzer_sdk::prelude::*;

use crate::grouping::{Likenesses, scenes};
use crate::model::{Embedder, MODEL, Waiting};
use crate::preprocess::{Shrinker, Small};
use crate::settings::Settings;
use crate::shots::{Glimpse, Kind, Shot, Transition, is_clear};
use crate::similarity::{Look, Moment};
use crate::sound::{Second, Sound};

const CUTS: &str = "cut_analysis";
const SOUND: &str = "audio_analysis";

/// A mean change of this many levels may be a new shot: it is looked at, whenever the last look was.
const CHANGED: f32 = 15.0;

/// The analyzer: its model, loaded.
#[derive(Debug)]
pub struct SceneSegmentation {
    embedder: Embedder,
    settings: Settings,
    /// Where frames of the last video waited: its memory serves the next.
    spare: Mutex<Option<Waiting>>,
}

impl SceneSegmentation {
    fn spare(&self) -> MutexGuard<'_, Option<Waiting>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Analyzer for SceneSegmentation {
    type Session = ScenesOfOneVideo;

    fn description() -> Description {
        let about =
            "shots that belong together, by what they show, their colours and the sound over their cuts";
        Description::new("scene_segmentation", env!("CARGO_PKG_VERSION"), about)
            .frames(FrameRequest {
                sampling: Sampling::EveryNth(10),
                size: FrameSize::LongestSide(640),
                format: PixelFormat::Rgb8,
            })
            .batch(16)
            .needs_findings_of(CUTS, FindingsScope::PerVideo)
            .findings_of(SOUND, FindingsScope::PerVideo)
            .model_of(va_inference::onnx::RUNTIMES)
            .model(MODEL)
            .memory_mib(100)
    }

    fn load(host: &Host) -> Result<Self> {
        let settings = host.settings::<Settings>()?.checked()?;
        Ok(SceneSegmentation { embedder: Embedder::load(host)?, settings, spare: Mutex::default() })
    }

    fn open(self: &Arc<Self>, video: &Video, host: &Host) -> Result<Self::Session> {
        Ok(ScenesOfOneVideo {
            analyzer: Arc::clone(self),
            host: host.clone(),
            duration_s: video.duration_s,
            waiting: self.spare().take().unwrap_or_default(),
            unembedded: Vec::new(),
            shrinker: Shrinker::default(),
            last_look: None,
            glimpses: Vec::new(),
            moments: Vec::new(),
            transitions: None,
            sound: Sound::default(),
        })
    }
}

/// One video: what is remembered of it.
#[derive(Debug)]
pub struct ScenesOfOneVideo {
    analyzer: Arc<SceneSegmentation>,
    host: Host,
    duration_s: Option<f64>,
    /// Frames that are not embedded yet, and of each its time and colours.
    waiting: Waiting,
    unembedded: Vec<(f64, Vec<f32>)>,
    shrinker: Shrinker,
    /// The last frame that was embedded.
    last_look: Option<(f64, Small)>,
    glimpses: Vec<Glimpse>,
    moments: Vec<Moment>,
    transitions: Option<Vec<Transition>>,
    sound: Sound,
}

#[derive(Deserialize)]
struct Segments<T> {
    segments: Vec<T>,
}

impl Session for ScenesOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, _findings: &mut Findings) -> Result<()> {
        if self.host.cancelled() {
            return Ok(());
        }
        for frame in batch {
            let small = self.shrinker.shrink(frame)?;
            let flat = small.is_flat();
            self.glimpses.push(Glimpse { time_s: frame.timestamp_s, flat });
            if !flat && self.is_due(frame.timestamp_s, &small) {
                self.waiting.add(frame)?;
                self.unembedded.push((frame.timestamp_s, small.palette()));
                self.last_look = Some((frame.timestamp_s, small));
                if self.waiting.is_full() {
                    self.embed()?;
                }
            }
        }
        Ok(())
    }

    fn other_findings(&mut self, other: &OtherFindings<'_>, _findings: &mut Findings) -> Result<()> {
        match other.analyzer {
            CUTS => self.transitions = Some(other.read::<Segments<Transition>>()?.segments),
            SOUND => self.sound = Sound::of(other.read::<Segments<Second>>()?.segments),
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self, findings: &mut Findings) -> Result<Summary> {
        let Some(last) = self.glimpses.last() else { return summary(0) };
        let transitions = self.transitions.take().ok_or_else(|| {
            Error::new("cannot group shots: cut_analysis, which finds them, came to no end")
        })?;
        let end_s = self.duration_s.unwrap_or(last.time_s).max(last.time_s);
        self.embed()?;
        let film = Film::of(self, &transitions, shots::shots(&transitions, &self.glimpses, end_s));
        let scenes = scenes(&film, self.analyzer.settings.reach_shots);
        for (scene_id, shots) in scenes.iter().enumerate() {
            findings.segment(&film.scene(scene_id, shots))?;
        }
        summary(scenes.len())
    }
}

impl Drop for ScenesOfOneVideo {
    fn drop(&mut self) {
        self.waiting.clear();
        *self.analyzer.spare() = Some(std::mem::take(&mut self.waiting));
    }
}

fn summary(scene_count: usize) -> Result<Summary> {
    Ok(Summary::of(&json!({ "scene_count": scene_count }))?.model(MODEL))
}

impl ScenesOfOneVideo {
    /// Remembers what the frames show that waited.
    fn embed(&mut self) -> Result<()> {
        let embeddings = self.analyzer.embedder.embed(&mut self.waiting)?;
        for ((time_s, palette), embedding) in self.unembedded.drain(..).zip(embeddings) {
            self.moments.push(Moment { time_s, embedding, palette });
        }
        Ok(())
    }

    fn is_due(&self, time_s: f64, small: &Small) -> bool {
        let look_every_s = self.analyzer.settings.look_every_s;
        // Timestamps are rounded in containers.
        let lasts = |when: f64| time_s - when < look_every_s - 1e-3;
        self.last_look.as_ref().is_none_or(|(when, before)| !lasts(*when) || before.change(small) > CHANGED)
    }
}

/// The shots, with what is remembered of each.
struct Film<'a> {
    shots: Vec<Shot>,
    moments: Vec<Vec<&'a Moment>>,
    looks: Vec<Option<Look>>,
    glimpses: &'a [Glimpse],
    sound: &'a Sound,
    reach_s: f64,
}

impl<'a> Film<'a> {
    fn of(video: &'a ScenesOfOneVideo, transitions: &[Transition], shots: Vec<Shot>) -> Self {
        let of_shot = |shot: &Shot| {
            let inside = |moment: &&Moment| {
                (shot.start_s..shot.end_s).contains(&moment.time_s) && is_clear(moment.time_s, transitions)
            };
            video.moments.iter().filter(inside).collect()
        };
        let moments: Vec<Vec<&Moment>> = shots.iter().map(of_shot).collect();
        let looks = moments.iter().map(|moments| Look::of(moments)).collect();
        let reach_s = video.analyzer.settings.reach_s;
        Film { shots, moments, looks, glimpses: &video.glimpses, sound: &video.sound, reach_s }
    }

    fn scene(&self, scene_id: usize, shots: &Range<usize>) -> Scene {
        let (first, last) = (&self.shots[shots.start], &self.shots[shots.end - 1]);
        let moments: Vec<&Moment> = self.moments[shots.clone()].iter().flatten().copied().collect();
        let nearest = Look::of(&moments).and_then(|look| look.nearest(&moments));
        // Of a scene that shows nothing, or was too short to be seen, any frame will do.
        let seen = self.glimpses.iter().find(|glimpse| (first.start_s..last.end_s).contains(&glimpse.time_s));
        let any_s = seen.map_or(first.start_s, |glimpse| glimpse.time_s);
        Scene {
            start_time: rounded(first.start_s, 3),
            end_time: rounded(last.end_s, 3),
            scene_id,
            shots: shots.len(),
            transition_in: first.transition_in,
            keyframe_time: rounded(nearest.map_or(any_s, |moment| moment.time_s), 3),
        }
    }
}

impl Likenesses for Film<'_> {
    fn shots(&self) -> usize {
        self.shots.len()
    }

    fn of(&self, one: usize, other: usize) -> Option<f32> {
        let (first, second) = (one.min(other), one.max(other));
        let near = self.shots[second].start_s - self.shots[first].end_s <= self.reach_s;
        let likeness = || Some(self.looks[one].as_ref()?.likeness(self.looks[other].as_ref()?));
        near.then(likeness).flatten()
    }

    fn unseen(&self, shot: usize) -> bool {
        self.looks[shot].is_none()
    }

    fn surprise(&self, shot: usize) -> f32 {
        self.sound.surprise(self.shots[shot].start_s) as f32
    }
}

#[derive(Debug, Serialize)]
struct Scene {
    start_time: f64,
    end_time: f64,
    scene_id: usize,
    shots: usize,
    transition_in: Option<Kind>,
    keyframe_time: f64,
}

va_analyzer_sdk::export_analyzer!(SceneSegmentation);
