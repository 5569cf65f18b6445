//! Follows the texts of one video from frame to frame: searches and reads as seldom as it can, and keeps what stands.

use std::sync::Arc;

use va_analyzer_sdk::Result;
use va_inference::image::View;
use va_inference::text::db::Region;

use crate::blocks::{Blocks, Change, MOVES};
use crate::eyes::Eyes;
use crate::looks::{Looks, Reason};
use crate::matching::Known;
use crate::plane::{Patch, Plane};
use crate::reading::tidy;
use crate::recogniser::Reading;
use crate::settings::Settings;
use crate::style;
use crate::text::Text;

/// Frames that are kept to find out since when a text stands.
const RECENT: usize = 32;

/// A frame that was seen.
#[derive(Debug)]
struct Seen {
    time_s: f64,
    blocks: Blocks,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub frames: u64,
    /// Frames that were searched: runs of the detector.
    pub looks: u64,
    /// Lines that were read: runs of the recogniser.
    pub readings: u64,
}

/// The texts of one video.
#[derive(Debug)]
pub struct Reader {
    settings: Settings,
    looks: Looks,
    /// From the frame that was searched last on.
    recent: Vec<Arc<Seen>>,
    searched: Option<Arc<Seen>>,
    spare: Vec<Plane>,
    standing: Vec<Text>,
    gone: Vec<Text>,
    counts: Counts,
}

/// A frame that is searched.
#[derive(Debug, Clone, Copy)]
struct Look<'a> {
    view: &'a View<'a>,
    seen: &'a Seen,
    reason: Reason,
}

impl Reader {
    pub fn new(settings: &Settings) -> Self {
        Reader {
            settings: settings.clone(),
            looks: Looks::new(settings.look_every),
            recent: Vec::new(),
            searched: None,
            spare: Vec::new(),
            standing: Vec::new(),
            gone: Vec::new(),
            counts: Counts::default(),
        }
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The next frame, in the order of display.
    ///
    /// # Errors
    /// Where a model fails.
    pub fn frame(&mut self, eyes: &mut Eyes<'_>, view: &View<'_>, number: u64, time_s: f64) -> Result<()> {
        self.counts.frames += 1;
        let mut plane = self.spare.pop().unwrap_or_default();
        plane.fill(view);
        let seen = Arc::new(Seen { time_s, blocks: Blocks::of(plane) });
        let change = match (&self.searched, self.recent.last()) {
            (Some(searched), Some(before)) => seen.blocks.change(&searched.blocks, &before.blocks),
            _ => Change::default(),
        };
        let lost = self.follow(&seen, change.moved >= MOVES);
        let reason = self.looks.reason(number, &change, lost);
        let reason = if self.settings.skip_unchanged { reason } else { reason.or(Some(Reason::Due)) };
        if let Some(reason) = reason {
            let found = self.look(eyes, Look { view, seen: &seen, reason })?;
            self.looks.looked(number, reason, found);
            self.searched = Some(Arc::clone(&seen));
            std::mem::take(&mut self.recent).into_iter().for_each(|seen| self.recycle(seen));
        }
        self.recent.push(seen);
        if self.recent.len() > RECENT {
            let oldest = self.recent.remove(0);
            self.recycle(oldest);
        }
        Ok(())
    }

    /// All texts; those that still stand until `end_s`.
    pub fn finish(&mut self, end_s: f64) -> Vec<Text> {
        let mut texts = std::mem::take(&mut self.gone);
        for text in std::mem::take(&mut self.standing) {
            let end_s = text.lost_s.unwrap_or(end_s).max(text.start_s);
            texts.push(Text { end_s: Some(end_s), ..text });
        }
        texts.retain(|text| self.believes(text));
        texts
    }

    fn believes(&self, text: &Text) -> bool {
        text.is_believable(self.settings.least_confidence)
    }

    fn recycle(&mut self, seen: Arc<Seen>) {
        if let Ok(seen) = Arc::try_unwrap(seen) {
            self.spare.push(seen.blocks.plane);
        }
    }

    /// Whether a text that stood there is lost just now. One that no two frames showed in one place, and that looks like
    /// no caption, moves with the picture: it is looked for when it is time. What was never believed is not missed at all.
    fn follow(&mut self, seen: &Seen, moves: bool) -> bool {
        let least = self.settings.least_confidence;
        let mut any_lost = false;
        self.standing.retain_mut(|text| {
            let was_there = text.lost_s.is_none();
            text.follow(&seen.blocks.plane, seen.time_s, moves);
            let believed = text.is_believable(least);
            let is_missed = text.stood || text.behaviour.styled > 0;
            any_lost |= believed && is_missed && was_there && text.lost_s.is_some();
            believed || text.lost_s.is_none()
        });
        any_lost
    }

    /// Searches a frame. Whether there was a text not known before.
    fn look(&mut self, eyes: &mut Eyes<'_>, look: Look<'_>) -> Result<bool> {
        self.counts.looks += 1;
        let mut known = Known::new(std::mem::take(&mut self.standing));
        let mut new = Vec::new();
        for region in eyes.find(look.view)? {
            if let Some(patch) = Patch::of(&look.seen.blocks.plane, &region.rect) {
                new.extend(self.assign(eyes, look, &region, patch, &mut known)?);
            }
        }
        let found = new.iter().any(|text| self.believes(text));
        self.close(known, look.seen.time_s);
        self.standing.append(&mut new);
        Ok(found)
    }

    /// Finds out which text a region is; a new one comes back.
    fn assign(
        &mut self,
        eyes: &mut Eyes<'_>,
        look: Look<'_>,
        region: &Region,
        patch: Patch,
        known: &mut Known,
    ) -> Result<Option<Text>> {
        let styled = style::is_caption(look.view, &region.rect);
        if let Some(i) = known.standing_at(&region.rect) {
            let text = &mut known.texts[i];
            text.found(styled);
            if look.reason == Reason::Due && text.wants_another_reading() {
                text.read(self.read(eyes, look, region)?);
            }
            known.found[i] = true;
            return Ok(None);
        }
        if let Some(i) = known.moved_to(&region.rect, &look.seen.blocks.plane) {
            known.texts[i].found_at(region.rect, patch, styled);
            known.found[i] = true;
            return Ok(None);
        }
        let reading = self.read(eyes, look, region)?;
        if let Some(i) = known.read_as(&reading, &region.rect) {
            let text = &mut known.texts[i];
            if text.is_whole_of(&reading) {
                text.found(styled);
            } else {
                text.found_at(region.rect, patch, styled);
                text.read(reading);
            }
            known.found[i] = true;
            return Ok(None);
        }
        let mut text = Text::new(look.seen.time_s, region.rect, patch, reading);
        text.found(styled);
        if !known.replaces(&region.rect) {
            text.start_s = self.since_when(&text);
            text.stood = text.start_s < look.seen.time_s;
        }
        Ok(Some(text))
    }

    fn read(&mut self, eyes: &mut Eyes<'_>, look: Look<'_>, region: &Region) -> Result<Reading> {
        self.counts.readings += 1;
        let reading = eyes.read(look.view, region)?;
        Ok(Reading { text: tidy(&reading.text), ..reading })
    }

    /// The first of the recent frames from which on a text that was found just now stood there.
    fn since_when(&self, text: &Text) -> f64 {
        let shows_it = self.recent.iter().rev().take_while(|seen| text.is_in(&seen.blocks.plane));
        shows_it.last().map_or(text.start_s, |seen| seen.time_s)
    }

    /// Ends what is lost, and what the detector missed twice in turn.
    fn close(&mut self, known: Known, time_s: f64) {
        for (mut text, found) in known.texts.into_iter().zip(known.found) {
            match text.lost_s.or(text.missed_s) {
                Some(end_s) if !found => self.gone.push(Text { end_s: Some(end_s), ..text }),
                _ => {
                    text.missed_s = (!found).then_some(time_s);
                    self.standing.push(text);
                }
            }
        }
    }
}
