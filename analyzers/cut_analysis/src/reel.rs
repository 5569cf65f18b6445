//! The part of the video that is not decided yet, and what lies right before it. What is decided is forgotten, so that
//! memory does not grow with the video.

use va_analyzer_sdk::{Frame, Result};
use va_inference::image::{Painter, View};

use crate::cuts::Change;
use crate::film::Film;
use crate::gradual;
use crate::join;
use crate::settings::Settings;
use crate::shots;
use crate::transition::{Candidate, Transition};
use crate::transnet::{self, FRAME, INNER, Opinion, TransNet, WINDOW};

/// Frames that are decided at a time.
const STEP: usize = 400;
/// Frames between where one step ends and a candidate.
const CALM: usize = 3;

/// Frames are counted from the first one of the reel, unless said otherwise.
#[derive(Debug, Default)]
pub struct Reel {
    film: Film,
    changes: Vec<Change>,
    /// Each frame as the network sees it; empty where there is none.
    thumbnails: Vec<u8>,
    opinions: Vec<Option<Opinion>>,
    /// The number in the video of the reel's first frame.
    first: usize,
    /// Frames before this one are decided.
    decided: usize,
    /// Windows that the network has looked at.
    pub windows: usize,
    painter: Painter,
    window: Vec<f32>,
}

impl Reel {
    /// Width and height of the frames; `None` before the first.
    pub fn size(&self) -> Option<(usize, usize)> {
        (!self.film.is_empty()).then_some((self.film.width, self.film.height))
    }

    /// Adds a frame, of the same size as those before; tells its contrast ([`Film::contrast`]). `thumbnail`: whether the
    /// network will want to see it.
    ///
    /// # Errors
    /// Where the frame has no pixel.
    pub fn push(&mut self, frame: &Frame<'_>, thumbnail: bool) -> Result<f32> {
        let view = View::of(frame);
        if self.film.is_empty() {
            self.film = Film::new(view.width(), view.height());
        }
        self.film.push(frame.data);
        let before = self.film.len().checked_sub(2);
        self.changes.push(before.map_or(Change::default(), |t| Change::between(&self.film, t, t + 1)));
        self.opinions.push(None);
        if thumbnail {
            let start = self.thumbnails.len();
            self.thumbnails.resize(start + FRAME, 0);
            transnet::thumbnail(&mut self.painter, &view, &mut self.thumbnails[start..])?;
        }
        Ok(self.film.contrast.last().copied().unwrap_or_default())
    }

    /// Decides what can be decided so far, or all of it at the end. The transitions' frames are numbers in the video.
    ///
    /// # Errors
    /// Where the network fails.
    pub fn decide(
        &mut self,
        fps: f64,
        settings: &Settings,
        network: Option<&TransNet>,
        at_the_end: bool,
    ) -> Result<Vec<Transition>> {
        let margin = margin(fps, settings);
        if !at_the_end && self.film.len() < self.decided + STEP + margin {
            return Ok(Vec::new());
        }
        let all = shots::candidates(&self.film, &self.changes, fps, settings);
        let until =
            if at_the_end { self.film.len() } else { calm(&all, self.decided, self.film.len() - margin) };
        let ours = |candidate: &&Candidate| (self.decided..until).contains(&candidate.transition.frame);
        let ours: Vec<Candidate> = all.iter().filter(ours).copied().collect();
        if let Some(network) = network {
            self.ask(network, &ours)?;
        }
        let mut found = join::decide(&ours, |frame| self.opinions.get(frame).copied().flatten());
        for transition in &mut found {
            transition.start += self.first;
            transition.frame += self.first;
            transition.end = (transition.end.min(self.film.len() - 1)) + self.first;
        }
        self.decided = until;
        self.forget(until.saturating_sub(margin));
        Ok(found)
    }

    /// Lets the network look at all doubtful places.
    fn ask(&mut self, network: &TransNet, candidates: &[Candidate]) -> Result<()> {
        let mut wanted = vec![false; self.film.len()];
        for candidate in candidates.iter().filter(|candidate| candidate.doubtful()) {
            let frames = join::asked(candidate);
            let last = (*frames.end()).min(wanted.len() - 1);
            wanted[*frames.start()..=last].fill(true);
        }
        let unknown = (0..wanted.len()).filter(|&frame| wanted[frame] && self.opinions[frame].is_none());
        for start in transnet::plan(unknown.collect::<Vec<_>>()) {
            self.fill(start - transnet::CONTEXT as isize);
            let said = network.look(&self.window)?;
            self.windows += 1;
            for (frame, opinion) in (start..start + INNER as isize).zip(said) {
                if let Ok(frame) = usize::try_from(frame)
                    && let Some(known) = self.opinions.get_mut(frame)
                {
                    *known = Some(opinion);
                }
            }
        }
        Ok(())
    }

    /// The window that begins at a frame, the video's first and last one repeated where it reaches over.
    fn fill(&mut self, start: isize) {
        self.window.clear();
        let last = self.film.len() as isize - 1;
        for frame in start..start + WINDOW as isize {
            let frame = frame.clamp(0, last) as usize;
            let pixels = &self.thumbnails[frame * FRAME..][..FRAME];
            self.window.extend(pixels.iter().map(|&level| f32::from(level)));
        }
    }

    fn forget(&mut self, frames: usize) {
        self.film.forget(frames);
        self.changes.drain(..frames);
        self.opinions.drain(..frames);
        self.thumbnails.drain(..(frames * FRAME).min(self.thumbnails.len()));
        self.first += frames;
        self.decided -= frames;
    }
}

/// Frames on either side that a decision may depend on.
fn margin(fps: f64, settings: &Settings) -> usize {
    let second = fps.round().max(1.0) as usize;
    (gradual::longest(fps, settings) + second).max(INNER + transnet::CONTEXT)
}

/// The last place up to `latest`, and after `from`, that is apart from all candidates; `latest` where there is none.
fn calm(candidates: &[Candidate], from: usize, latest: usize) -> usize {
    let near = |at: usize, candidate: &Candidate| {
        let Transition { start, end, .. } = candidate.transition;
        (start.saturating_sub(CALM)..=end + CALM).contains(&at)
    };
    let apart = |&at: &usize| !candidates.iter().any(|candidate| near(at, candidate));
    (from + 1..=latest).rev().find(apart).unwrap_or(latest)
}

#[cfg(test)]
mod tests {
    use va_analyzer_sdk::PixelFormat;

    use super::*;
    use crate::pictures::{HEIGHT, WIDTH, mixed, scene};

    const FPS: f64 = 25.0;
    const FRAMES: usize = 1500;
    /// Frames between the middles of two transitions.
    const EACH: usize = 37;

    /// Every other transition is a cut, the others are dissolves of ten steps.
    fn pixels(t: usize) -> Vec<u8> {
        let shot = t / EACH;
        let picture = |shot: usize| scene(shot as u32 + 1, (t % 100) as i32 / 8, 0);
        if shot % 2 == 1 && t % EACH >= EACH - 10 {
            return mixed(&picture(shot), &picture(shot + 1), (t % EACH + 10 - EACH) as f32 / 10.0);
        }
        picture(shot)
    }

    fn transitions(at_once: bool) -> (Vec<Transition>, usize) {
        let (mut reel, mut found, mut most) = (Reel::default(), Vec::new(), 0);
        let settings = Settings::default();
        for t in 0..FRAMES {
            let data = pixels(t);
            let frame = Frame {
                index: t as u64,
                timestamp_s: t as f64 / FPS,
                width: WIDTH as u32,
                height: HEIGHT as u32,
                format: PixelFormat::Rgb8,
                data: &data,
                findings: &[],
            };
            reel.push(&frame, false).expect("a frame");
            if !at_once {
                found.extend(reel.decide(FPS, &settings, None, false).expect("no network"));
            }
            most = most.max(reel.film.len());
        }
        found.extend(reel.decide(FPS, &settings, None, true).expect("no network"));
        (found, most)
    }

    #[test]
    fn what_is_decided_step_by_step_is_what_is_decided_at_once() {
        let (at_once, _) = transitions(true);
        let (step_by_step, most) = transitions(false);
        assert!(at_once.len() > 35, "{at_once:?}");
        assert_eq!(step_by_step, at_once);
        assert!(most <= STEP + 2 * margin(FPS, &Settings::default()), "{most} frames were kept");
    }

    #[test]
    fn a_step_ends_apart_from_candidates() {
        let cut = |start: usize, end: usize| Candidate {
            transition: Transition {
                kind: crate::transition::Kind::Dissolve,
                start,
                frame: start,
                end,
                confidence: 1.0,
            },
            standing: crate::transition::Standing::Sure,
            calm: true,
        };
        assert_eq!(calm(&[cut(90, 99)], 10, 100), 86);
        assert_eq!(calm(&[cut(50, 60)], 10, 100), 100);
        assert_eq!(calm(&[cut(0, 200)], 10, 100), 100);
    }
}
