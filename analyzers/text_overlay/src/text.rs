//! A line of text as it stands in the picture: where, since when, how it was read, how it behaved.

use va_inference::geometry::Rect;

use crate::plane::{Likeness, Patch, Plane};
use crate::reading::{self, believable};
use crate::recogniser::Reading;

/// Correlation of the edges from which a place still shows the same text.
const ALIKE: f32 = 0.6;
/// A letter has changed where a piece is less alike than the typical one by more, and that one all but the same: where
/// the picture moves between letters without outline or panel, pieces differ anyhow.
const LETTER: f32 = 0.3;
const CLEAR: f32 = 0.97;
/// The share of the edges' energy below which a text has faded away.
const FADED: f32 = 0.15;
/// Readings of one text at most, and the confidence that needs no further one.
const READINGS: usize = 3;
const SURE: f32 = 0.95;

/// A line as it stands.
#[derive(Debug, Clone)]
pub struct Text {
    pub start_s: f64,
    /// The first frame that came without it.
    pub end_s: Option<f64>,
    /// Where it is, pixels of the frames that come.
    pub rect: Rect,
    pub patch: Patch,
    pub readings: Vec<Reading>,
    pub behaviour: Behaviour,
    /// Whether more than one frame showed it in one place.
    pub stood: bool,
    /// Since when its place looks different.
    pub lost_s: Option<f64>,
    /// Since when the detector misses it, though its place looks the same.
    pub missed_s: Option<f64>,
}

/// What tells a graphic from something filmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Behaviour {
    /// Frames through which it stood still while the picture moved.
    pub still: u32,
    /// Frames through which it moved.
    pub moved: u32,
    /// Readings at which it had the style of a caption, and all.
    pub styled: u32,
    pub judged: u32,
}

impl Behaviour {
    pub fn add(&mut self, other: Behaviour) {
        self.still += other.still;
        self.moved += other.moved;
        self.styled += other.styled;
        self.judged += other.judged;
    }
}

impl Text {
    pub fn new(start_s: f64, rect: Rect, patch: Patch, reading: Reading) -> Self {
        Text {
            start_s,
            end_s: None,
            rect,
            patch,
            readings: vec![reading],
            behaviour: Behaviour::default(),
            stood: false,
            lost_s: None,
            missed_s: None,
        }
    }

    /// Sees whether it is in a further frame; `moves` says whether the picture moved to it.
    pub fn follow(&mut self, plane: &Plane, time_s: f64, moves: bool) {
        if self.is_in(plane) {
            self.behaviour.still += u32::from(moves);
            self.stood = true;
            self.lost_s = None;
        } else {
            self.lost_s = self.lost_s.or(Some(time_s));
        }
    }

    /// It was found again, where it was.
    pub fn found(&mut self, styled: bool) {
        (self.lost_s, self.missed_s) = (None, None);
        self.behaviour.styled += u32::from(styled);
        self.behaviour.judged += 1;
    }

    /// It was found again, elsewhere or changed.
    pub fn found_at(&mut self, rect: Rect, patch: Patch, styled: bool) {
        self.behaviour.moved += u32::from(!self.is_at(&rect));
        (self.rect, self.patch) = (rect, patch);
        self.found(styled);
    }

    /// A further reading of it; where it has grown, the first of the whole.
    pub fn read(&mut self, reading: Reading) {
        if self.best().is_some_and(|best| !reading::same(best, &reading)) {
            self.readings.clear();
        }
        self.readings.push(reading);
    }

    /// Whether a frame shows it, where it was.
    pub fn is_in(&self, plane: &Plane) -> bool {
        let alike = self.patch.likeness(plane, (0, 0));
        alike.whole >= ALIKE && alike.strength >= FADED && has_all_letters(&alike)
    }

    /// Whether it is what a frame shows in another place: the same size and the same edges, give or take three pixels.
    pub fn moved_to(&self, rect: &Rect, plane: &Plane) -> bool {
        let slack = 0.15 * self.rect.height() + 2.0;
        if (self.rect.width() - rect.width()).abs() > 2.0 * slack
            || (self.rect.height() - rect.height()).abs() > slack
        {
            return false;
        }
        let ([x, y], [then_x, then_y]) = (rect.centre(), self.rect.centre());
        let (across, down) = ((x - then_x).round() as i64, (y - then_y).round() as i64);
        let places = (-3..=3).flat_map(|i| (-3..=3).map(move |j| (across + i, down + j)));
        let alike = places.map(|place| self.patch.likeness(plane, place));
        let best = alike.max_by(|a, b| a.whole.total_cmp(&b.whole)).unwrap_or_default();
        best.whole > ALIKE && has_all_letters(&best)
    }

    /// Whether a box is where it stands: the same line, its ends no further away than its height.
    pub fn is_at(&self, rect: &Rect) -> bool {
        let height = self.rect.height().min(rect.height());
        let shared = self.rect.bottom.min(rect.bottom) - self.rect.top.max(rect.top);
        shared > 0.6 * height
            && (self.rect.left - rect.left).abs() < 0.7 * height
            && (self.rect.right - rect.right).abs() < 0.7 * height
    }

    /// Whether a box lies on it, if only in part.
    pub fn meets(&self, rect: &Rect) -> bool {
        let both = self.rect.intersection(rect).area();
        both > 0.3 * self.rect.area().min(rect.area())
    }

    /// Whether a reading is a part of what was read before.
    pub fn is_whole_of(&self, part: &Reading) -> bool {
        self.best().is_some_and(|best| !reading::same(best, part) && reading::grown(&part.text, &best.text))
    }

    pub fn wants_another_reading(&self) -> bool {
        self.readings.len() < READINGS && self.best().is_none_or(|best| best.confidence < SURE)
    }

    pub fn best(&self) -> Option<&Reading> {
        reading::best(&self.readings)
    }

    pub fn is_believable(&self, least: f32) -> bool {
        self.best().is_some_and(|best| believable(best, least))
    }
}

fn has_all_letters(alike: &Likeness) -> bool {
    alike.typical < CLEAR || alike.weakest >= alike.typical - LETTER
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(shift: usize) -> Plane {
        let luma = (0..200 * 60)
            .map(|i| {
                let (x, y) = (i % 200 + shift, i / 200);
                if (20..40).contains(&y) && (40..160).contains(&x) && (x * x / 7) % 9 < 4 { 240 } else { 30 }
            })
            .collect();
        Plane { width: 200, height: 60, luma }
    }

    fn text(plane: &Plane) -> Text {
        let rect = Rect::new(36.0, 16.0, 164.0, 44.0);
        let patch = Patch::of(plane, &rect).expect("inside");
        Text::new(0.0, rect, patch, Reading { text: "HELLO".to_owned(), confidence: 0.9 })
    }

    #[test]
    fn a_text_is_in_the_frame_it_was_found_in_and_not_in_an_empty_one() {
        let (here, empty) = (plane(0), Plane { width: 200, height: 60, luma: vec![30; 200 * 60] });
        assert!(text(&here).is_in(&here));
        assert!(!text(&here).is_in(&empty));
    }

    #[test]
    fn a_text_that_moved_is_known_by_its_edges() {
        let (here, there) = (plane(0), plane(15));
        assert!(!text(&here).is_in(&there));
        assert!(text(&here).moved_to(&Rect::new(20.0, 16.0, 148.0, 45.0), &there));
        assert!(!text(&here).moved_to(&Rect::new(20.0, 16.0, 108.0, 45.0), &there));
        assert!(!text(&here).moved_to(&Rect::new(60.0, 16.0, 188.0, 44.0), &there));
    }

    #[test]
    fn a_text_is_lost_since_the_first_frame_without_it_until_it_is_back() {
        let (here, empty) = (plane(0), Plane { width: 200, height: 60, luma: vec![30; 200 * 60] });
        let mut text = text(&here);
        text.follow(&here, 1.0, true);
        assert!(text.stood && text.lost_s.is_none() && text.behaviour.still == 1);
        text.follow(&empty, 2.0, true);
        text.follow(&empty, 3.0, true);
        assert_eq!((text.lost_s, text.behaviour.still), (Some(2.0), 1));
        text.follow(&here, 4.0, false);
        assert_eq!((text.lost_s, text.behaviour.still), (None, 1));
    }

    #[test]
    fn boxes_that_jitter_are_at_its_place_and_longer_ones_only_meet_it() {
        let text = text(&plane(0));
        assert!(text.is_at(&Rect::new(40.0, 18.0, 160.0, 44.0)));
        let longer = Rect::new(36.0, 16.0, 190.0, 44.0);
        assert!(!text.is_at(&longer) && text.meets(&longer));
        assert!(!text.meets(&Rect::new(36.0, 46.0, 164.0, 60.0)));
    }

    #[test]
    fn a_sure_reading_is_enough_and_three_are_in_any_case() {
        let mut text = text(&plane(0));
        assert!(text.wants_another_reading());
        text.readings[0].confidence = 0.97;
        assert!(!text.wants_another_reading());
        text.readings = vec![Reading { text: "a".to_owned(), confidence: 0.3 }; 3];
        assert!(!text.wants_another_reading() && !text.is_believable(0.6));
    }
}
