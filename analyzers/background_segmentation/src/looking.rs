//! One video, frame by frame: what is run on a frame, and what is kept from an earlier one.
//!
//! A frame of one colour is not looked at. A frame that is as good as the last one that was looked at has the same
//! classes and the same mask. The search for a salient foreground is dear: it is made where no class is foreground, at
//! most every few seconds, and what it found holds while the picture stays; a frame for which it is not due has no
//! mask, and is left out.

use std::sync::Arc;

use va_analyzer_sdk::{Frame, FrameSize, Result, Video};
use va_inference::mask::resize_map;

use crate::BackgroundSegmentation;
use crate::model::Room;
use crate::postprocess::{LEAST_AREA, Mask, Scores, Share, Sides, mean_above};
use crate::preprocess::{Glance, Glancer};

/// Pixels of the longer side of a mask: no model tells more.
const MASK_SIDE: u32 = 256;
/// Levels by which a cell of a frame may differ from another frame that it passes for.
const STILL: u8 = 3;
/// The same for a frame that keeps the salient foreground of another.
const LASTING: u8 = 12;
/// A mean change of this many levels is another picture.
const OTHER_PICTURE: f32 = 25.0;
/// Seconds after which a place is asked for again.
const PLACE_EVERY_S: f64 = 2.0;
/// From this share of the picture on a person is near enough for the net of near persons.
const NEAR: f64 = 0.15;
/// A salient pixel, and how sure all of them must be on the mean: U2-Net finds something in any picture with detail,
/// but in noise and in small patterns without conviction.
const SALIENT: f32 = 0.5;
const CONVINCED: f32 = 0.85;

/// What is known of a frame.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sight {
    /// The largest first.
    pub(crate) classes: Vec<Share>,
    /// `None` where it was not looked for.
    pub(crate) mask: Option<Mask>,
    pub(crate) place: Option<&'static str>,
}

/// What the networks have to do with a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Nothing,
    /// The classes of the last frame that was run.
    Still,
    Classes,
}

#[derive(Debug)]
pub(crate) struct Looking {
    analyzer: Arc<BackgroundSegmentation>,
    /// Width and height.
    mask_size: (u32, u32),
    room: Room,
    glancer: Glancer,
    winners: Vec<u8>,
    maps: [Vec<f32>; 2],
    /// The last frame whose classes were looked at.
    seen: Option<(Glance, Sight)>,
    /// The last search for a salient foreground: when, in which picture, what.
    salient: Option<(f64, Glance, Mask)>,
    place: Option<(f64, Glance, Option<&'static str>)>,
}

impl Looking {
    pub(crate) fn new(analyzer: Arc<BackgroundSegmentation>, video: &Video) -> Self {
        Looking {
            analyzer,
            mask_size: FrameSize::LongestSide(MASK_SIDE).of(video.width.max(1), video.height.max(1)),
            room: Room::default(),
            glancer: Glancer::default(),
            winners: Vec::new(),
            maps: Default::default(),
            seen: None,
            salient: None,
            place: None,
        }
    }

    /// Looks at some frames, at most as many as the segmenter takes in one run.
    pub(crate) fn look_at(&mut self, frames: &[Frame<'_>]) -> Result<Vec<Sight>> {
        let analyzer = Arc::clone(&self.analyzer);
        let glances = frames.iter().map(|frame| self.glancer.glance(frame)).collect::<Result<Vec<_>>>()?;
        let needs = self.needs(&glances);
        let of_classes: Vec<&Frame<'_>> = frames
            .iter()
            .zip(&needs)
            .filter(|(_, need)| **need == Need::Classes)
            .map(|(frame, _)| frame)
            .collect();
        let outputs = match of_classes[..] {
            [] => None,
            _ => Some(analyzer.segmenter.run(&of_classes, &mut self.room)?),
        };
        let logits = outputs.as_ref().map(|outputs| outputs.f32("logits")).transpose()?;
        let (mut sights, mut ran) = (Vec::new(), 0);
        for ((frame, glance), need) in frames.iter().zip(glances).zip(needs) {
            let sight = match (need, logits) {
                (Need::Classes, Some((shape, data))) => {
                    let segmenter = &analyzer.segmenter;
                    let scores = Scores::of(shape, data, ran, segmenter.layout(), segmenter.classes().len())?;
                    ran += 1;
                    let sight = self.classes(frame, &glance, scores)?;
                    self.seen = Some((glance, sight.clone()));
                    sight
                }
                (Need::Still, _) => self.again(frame, &glance)?,
                _ => Sight { mask: Some(Mask::empty(self.mask_size)), ..Sight::default() },
            };
            sights.push(sight);
        }
        Ok(sights)
    }

    fn needs(&self, glances: &[Glance]) -> Vec<Need> {
        let mut last = self.seen.as_ref().map(|(glance, _)| glance);
        let need = |glance| {
            if Glance::is_flat(glance) {
                return Need::Nothing;
            }
            if last.is_some_and(|last| last.change(glance).most <= STILL) {
                return Need::Still;
            }
            last = Some(glance);
            Need::Classes
        };
        glances.iter().map(need).collect()
    }

    /// A frame that is as good as the last one.
    fn again(&mut self, frame: &Frame<'_>, glance: &Glance) -> Result<Sight> {
        let Some((_, mut sight)) = self.seen.clone() else { return Ok(Sight::default()) };
        if sight.mask.is_none() {
            sight.mask = self.salient(frame, glance)?;
            self.seen.iter_mut().for_each(|(_, seen)| seen.mask.clone_from(&sight.mask));
        }
        Ok(sight)
    }

    fn classes(&mut self, frame: &Frame<'_>, glance: &Glance, scores: Scores<'_>) -> Result<Sight> {
        let analyzer = Arc::clone(&self.analyzer);
        let known = analyzer.segmenter.classes();
        let least = analyzer.least_sureness();
        scores.winners(&mut self.winners);
        let mut classes = scores.shares(&self.winners, analyzer.segmenter.none());
        classes.retain(|share| share.area >= LEAST_AREA && share.sureness >= least);
        classes.sort_by(|a, b| b.area.total_cmp(&a.area));
        let mask = if classes.iter().any(|share| known[share.class].foreground) {
            Some(self.mask_of(frame, scores, &classes)?)
        } else {
            self.salient(frame, glance)?
        };
        Ok(Sight { classes, mask, place: self.place(frame, glance)? })
    }

    /// The pixels of the classes that are foreground; a near person's by two nets together.
    fn mask_of(&mut self, frame: &Frame<'_>, scores: Scores<'_>, there: &[Share]) -> Result<Mask> {
        let analyzer = Arc::clone(&self.analyzer);
        let known = analyzer.segmenter.classes();
        let is_near = |share: &&Share| known[share.class].is_person() && share.area >= NEAR;
        let near = there.iter().find(is_near).map(|share| share.class);
        let person = analyzer.person.as_ref().zip(near);
        let [map, person_map] = &mut self.maps;
        let mut sides = Sides { person: person.map(|(_, class)| class), ..Sides::default() };
        for class in (0..known.len()).filter(|class| Some(*class) != sides.person) {
            let inside = known[class].foreground && there.iter().any(|share| share.class == class);
            if inside { sides.foreground.push(class) } else { sides.background.push(class) }
        }
        let size = (scores.width, scores.height);
        if let Some((net, _)) = person {
            let from = net.size();
            net.run(frame, &mut self.room, from.0 * from.1, |mask| resize_map(mask, from, size, person_map))?;
        }
        scores.margin(&self.winners, &sides, person.map(|_| &person_map[..]), map);
        Ok(Mask::of(map, size, 0.0, self.mask_size, person_map))
    }

    /// What stands out of the picture, where it may be looked for now or was found in the same picture.
    fn salient(&mut self, frame: &Frame<'_>, glance: &Glance) -> Result<Option<Mask>> {
        let analyzer = Arc::clone(&self.analyzer);
        let Some(net) = &analyzer.salience else { return Ok(Some(Mask::empty(self.mask_size))) };
        if let Some((when, before, mask)) = &self.salient {
            if before.change(glance).most <= LASTING {
                return Ok(Some(mask.clone()));
            }
            if frame.timestamp_s - when < analyzer.settings.salience_every_s {
                return Ok(None);
            }
        }
        let (size, mask_size, room) = (net.size(), self.mask_size, &mut self.maps[0]);
        let mask = net.run(frame, &mut self.room, size.0 * size.1, |map| {
            match mean_above(map, SALIENT).is_some_and(|mean| mean >= CONVINCED) {
                true => Mask::of(map, size, SALIENT, mask_size, room),
                false => Mask::empty(mask_size),
            }
        })?;
        let mask = if mask.ratio < LEAST_AREA { Mask::empty(mask_size) } else { mask };
        self.salient = Some((frame.timestamp_s, glance.clone(), mask.clone()));
        Ok(Some(mask))
    }

    fn place(&mut self, frame: &Frame<'_>, glance: &Glance) -> Result<Option<&'static str>> {
        let analyzer = Arc::clone(&self.analyzer);
        let Some(hints) = &analyzer.hints else { return Ok(None) };
        let lasts = |when: f64, before: &Glance| {
            frame.timestamp_s - when < PLACE_EVERY_S && before.change(glance).mean < OTHER_PICTURE
        };
        if let Some((_, _, place)) = self.place.as_ref().filter(|(when, before, _)| lasts(*when, before)) {
            return Ok(*place);
        }
        let place = hints.place(frame, &mut self.room)?;
        self.place = Some((frame.timestamp_s, glance.clone(), place));
        Ok(place)
    }
}
