//! Which of the texts that stood is the line that was found: by its place, its edges, or what it says. Pure decisions.

use va_inference::geometry::Rect;

use crate::plane::Plane;
use crate::reading::{grown, same};
use crate::recogniser::Reading;
use crate::text::Text;

/// How much taller or lower a text may be when it was seen somewhere else.
const HEIGHTS: std::ops::Range<f32> = 0.75..1.35;

/// The texts that stood when a frame is searched, and which of them were found again.
#[derive(Debug)]
pub struct Known {
    pub texts: Vec<Text>,
    pub found: Vec<bool>,
}

impl Known {
    pub fn new(texts: Vec<Text>) -> Self {
        Known { found: vec![false; texts.len()], texts }
    }

    fn position(&self, wanted: impl Fn(&Text) -> bool) -> Option<usize> {
        self.texts.iter().zip(&self.found).position(|(text, found)| !found && wanted(text))
    }

    /// The one that still stands in this place.
    pub fn standing_at(&self, rect: &Rect) -> Option<usize> {
        self.position(|text| text.lost_s.is_none() && text.is_at(rect))
    }

    /// The lost one whose edges are here now.
    pub fn moved_to(&self, rect: &Rect, plane: &Plane) -> Option<usize> {
        self.position(|text| text.lost_s.is_some() && text.moved_to(rect, plane))
    }

    /// The one of which this is a further reading: in its place the same words, more, or (where it still stands) a part of
    /// them; elsewhere the same words of one that was lost.
    pub fn read_as(&self, reading: &Reading, rect: &Rect) -> Option<usize> {
        self.position(|text| {
            let Some(best) = text.best() else { return false };
            let (lost, alike) = (text.lost_s.is_some(), same(best, reading));
            if text.meets(rect) {
                return alike
                    || grown(&best.text, &reading.text)
                    || (!lost && grown(&reading.text, &best.text));
            }
            lost && alike && HEIGHTS.contains(&(text.rect.height() / rect.height().max(1.0)))
        })
    }

    /// Whether a line takes the place of one that was lost.
    pub fn replaces(&self, rect: &Rect) -> bool {
        self.texts.iter().any(|text| text.lost_s.is_some() && text.meets(rect))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plane::Patch;

    const PLACE: Rect = Rect { left: 20.0, top: 20.0, right: 120.0, bottom: 44.0 };

    fn reading(text: &str) -> Reading {
        Reading { text: text.to_owned(), confidence: 0.97 }
    }

    fn known(text: &str, lost: bool) -> Known {
        let plane = Plane { width: 400, height: 80, luma: vec![0; 32_000] };
        let patch = Patch::of(&plane, &PLACE).expect("inside");
        let mut text = Text::new(0.0, PLACE, patch, reading(text));
        text.lost_s = lost.then_some(1.0);
        Known::new(vec![text])
    }

    #[test]
    fn a_line_in_its_place_is_known_unless_it_was_lost_or_found_already() {
        assert_eq!(known("one", false).standing_at(&PLACE.moved(3.0, 1.0)), Some(0));
        assert_eq!(known("one", true).standing_at(&PLACE), None);
        assert_eq!(known("one", false).standing_at(&PLACE.moved(60.0, 0.0)), None);
        let mut found = known("one", false);
        found.found[0] = true;
        assert_eq!(found.standing_at(&PLACE), None);
    }

    #[test]
    fn a_lost_text_is_known_by_its_words_wherever_it_went() {
        let away = PLACE.moved(200.0, 20.0);
        assert_eq!(known("BAKERY", true).read_as(&reading("BAKERY"), &away), Some(0));
        assert_eq!(known("BAKERY", false).read_as(&reading("BAKERY"), &away), None);
        assert_eq!(known("BAKERY", true).read_as(&reading("BUTCHER"), &PLACE), None);
        assert_eq!(known("BAKERY", true).read_as(&reading("BAKERY"), &away.grown(2.0)), None);
    }

    #[test]
    fn a_text_in_its_place_may_grow_and_only_a_lost_one_is_replaced_by_a_part() {
        assert_eq!(known("Three", true).read_as(&reading("Three things"), &PLACE), Some(0));
        assert_eq!(known("Three things", false).read_as(&reading("Three"), &PLACE), Some(0));
        assert_eq!(known("Three things", true).read_as(&reading("Three"), &PLACE), None);
        assert!(known("Three", true).replaces(&PLACE) && !known("Three", false).replaces(&PLACE));
    }

    #[test]
    fn a_price_that_changed_is_another_text() {
        assert_eq!(known("$18.99", true).read_as(&reading("$19.99"), &PLACE), None);
    }
}
