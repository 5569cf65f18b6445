//! The tracks of one video.

use super::assign::best_pairs;
use super::motion::Motion;
use crate::detect::Detection;
use crate::geometry::Rect;

/// When tracks begin, match and end. Scores and overlaps 0..1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// From here on a detection is matched first, and may begin a track.
    pub high: f32,
    /// Below, a detection is not looked at.
    pub low: f32,
    /// From here on a detection begins a confirmed track at once.
    pub sure: f32,
    /// Pictures after which a track is confirmed.
    pub hits: u32,
    /// Least overlap of a match.
    pub iou: f32,
    /// How much larger both boxes are for the last try: 0.5 is half their size on every side; 0 for no such try.
    pub reach: f32,
    /// Seconds for which a confirmed track that is not seen is waited for.
    pub forget_s: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { high: 0.5, low: 0.1, sure: 0.8, hits: 2, iou: 0.2, reach: 0.5, forget_s: 2.0 }
    }
}

/// The track of a detection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// From 1, never used twice. A track that is never confirmed uses up its number.
    pub id: u32,
    /// Whether it is known to be something; the first sightings of a track are not.
    pub confirmed: bool,
}

/// A track so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Track {
    pub id: u32,
    pub class: usize,
    pub confirmed: bool,
    pub first_s: f64,
    pub last_s: f64,
    /// Pictures in which it was seen.
    pub hits: u32,
    pub best_score: f32,
    /// Where it was last seen.
    pub rect: Rect,
}

/// Follows the boxes of one video.
#[derive(Debug, Clone, Default)]
pub struct Tracker {
    limits: Limits,
    last_id: u32,
    live: Vec<Live>,
    /// Confirmed tracks that ended.
    ended: Vec<Track>,
}

#[derive(Debug, Clone, Copy)]
struct Live {
    track: Track,
    motion: Motion,
}

impl Tracker {
    pub fn new(limits: Limits) -> Self {
        Tracker { limits, ..Tracker::default() }
    }

    /// The track of each detection of a picture, in the order they came; `None` for one that is too doubtful to begin
    /// one. Pictures come in the order of time. Boxes of different classes are never the same thing.
    pub fn update(&mut self, timestamp_s: f64, found: &[Detection]) -> Vec<Option<Seen>> {
        self.forget(timestamp_s);
        let mut seen: Vec<Option<Seen>> = vec![None; found.len()];
        let mut matched = vec![false; self.live.len()];
        let predicted: Vec<Rect> = self.live.iter().map(|live| live.predicted(timestamp_s)).collect();
        let limits = self.limits;
        for (from, until, reach, tentative_too) in [
            (limits.high, f32::INFINITY, 0.0, true),
            (limits.low, limits.high, 0.0, false),
            (limits.high, f32::INFINITY, limits.reach, true),
        ] {
            let open: Vec<usize> = (0..found.len())
                .filter(|&i| seen[i].is_none() && (from..until).contains(&found[i].score))
                .collect();
            let waiting: Vec<usize> = (0..matched.len())
                .filter(|&i| !matched[i] && (tentative_too || self.live[i].track.confirmed))
                .collect();
            let grown = 1.0 + 2.0 * reach;
            let pairs = best_pairs(waiting.len(), open.len(), |track, detection| {
                let (track, detection) = (waiting[track], &found[open[detection]]);
                if self.live[track].track.class != detection.class {
                    return 0.0;
                }
                let iou = predicted[track].grown(grown).iou(&detection.rect.grown(grown));
                if iou >= limits.iou { iou } else { 0.0 }
            });
            for (track, detection) in pairs {
                let (track, detection) = (waiting[track], open[detection]);
                matched[track] = true;
                seen[detection] = Some(self.live[track].see(timestamp_s, &found[detection], &limits));
            }
        }
        let mut was_matched = matched.iter();
        self.live.retain(|live| *was_matched.next().unwrap_or(&true) || live.track.confirmed);
        for (seen, detection) in seen.iter_mut().zip(found) {
            if seen.is_none() && detection.score >= limits.high {
                *seen = Some(self.begin(timestamp_s, detection));
            }
        }
        seen
    }

    /// Ends all tracks: after a cut nothing is where it was.
    pub fn cut(&mut self) {
        let confirmed = self.live.drain(..).map(|live| live.track).filter(|track| track.confirmed);
        self.ended.extend(confirmed);
    }

    /// All confirmed tracks, ended or not, in the order they began.
    pub fn tracks(&self) -> Vec<Track> {
        let live = self.live.iter().map(|live| live.track).filter(|track| track.confirmed);
        let mut tracks: Vec<Track> = self.ended.iter().copied().chain(live).collect();
        tracks.sort_unstable_by_key(|track| track.id);
        tracks
    }

    /// Where the confirmed tracks are likely to be at a time at which nothing was detected: `(id, class, box)` of those
    /// that were seen in the last picture or so.
    pub fn predicted(&self, timestamp_s: f64, not_older_s: f64) -> Vec<(u32, usize, Rect)> {
        let recent = |live: &&Live| live.track.confirmed && timestamp_s - live.track.last_s <= not_older_s;
        let at = |live: &Live| (live.track.id, live.track.class, live.predicted(timestamp_s));
        self.live.iter().filter(recent).map(at).collect()
    }

    fn forget(&mut self, timestamp_s: f64) {
        let forget_s = self.limits.forget_s;
        let ended = &mut self.ended;
        self.live.retain(|live| {
            let kept = timestamp_s - live.track.last_s <= forget_s;
            if !kept && live.track.confirmed {
                ended.push(live.track);
            }
            kept
        });
    }

    fn begin(&mut self, timestamp_s: f64, detection: &Detection) -> Seen {
        self.last_id += 1;
        let confirmed = detection.score >= self.limits.sure || self.limits.hits <= 1;
        let track = Track {
            id: self.last_id,
            class: detection.class,
            confirmed,
            first_s: timestamp_s,
            last_s: timestamp_s,
            hits: 1,
            best_score: detection.score,
            rect: detection.rect,
        };
        self.live.push(Live { track, motion: Motion::new(&detection.rect) });
        Seen { id: self.last_id, confirmed }
    }
}

impl Live {
    fn predicted(&self, timestamp_s: f64) -> Rect {
        self.motion.predicted((timestamp_s - self.track.last_s) as f32)
    }

    fn see(&mut self, timestamp_s: f64, detection: &Detection, limits: &Limits) -> Seen {
        let since = (timestamp_s - self.track.last_s).max(0.0) as f32;
        self.motion.seen(&detection.rect, since);
        let track = &mut self.track;
        track.last_s = timestamp_s;
        track.hits += 1;
        track.best_score = track.best_score.max(detection.score);
        track.rect = detection.rect;
        track.confirmed |= track.hits >= limits.hits || detection.score >= limits.sure;
        Seen { id: track.id, confirmed: track.confirmed }
    }
}
