//! Subtitle, overlay or scene: what a text is, by stated rules.
//!
//! - *Graphic*: it stood still in two or more frames through which half of the picture moved, and longer than it moved
//!   itself; or it did not move and most readings show the style of a caption ([`crate::style`]).
//! - *Subtitle*: a graphic in the lower third, in the middle from left to right, and another such graphic with other
//!   words and lines of its height stands in its place before or after it, within `NEAR_S`.
//! - *Overlay*: any other graphic. *Scene*: all else.

use serde::Serialize;

use crate::captions::Caption;
use crate::reading::similarity;

/// Subtitles follow each other within this time.
const NEAR_S: f64 = 10.0;

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Subtitle,
    Overlay,
    Scene,
}

/// The kind of each caption, in a picture of this width and height.
pub fn kinds(captions: &[Caption], (width, height): (f32, f32)) -> Vec<Kind> {
    let graphic: Vec<bool> = captions.iter().map(is_graphic).collect();
    let low: Vec<bool> = captions
        .iter()
        .zip(&graphic)
        .map(|(caption, graphic)| *graphic && is_low_and_centred(caption, width, height))
        .collect();
    let changes =
        |i: usize| (0..captions.len()).any(|j| i != j && low[j] && takes_turns(&captions[i], &captions[j]));
    let kind = |i: usize| match (graphic[i], low[i] && changes(i)) {
        (_, true) => Kind::Subtitle,
        (true, false) => Kind::Overlay,
        (false, false) => Kind::Scene,
    };
    (0..captions.len()).map(kind).collect()
}

fn is_graphic(caption: &Caption) -> bool {
    let told = caption.behaviour;
    let stands = told.still >= 2 && told.still > 2 * told.moved;
    let styled = told.judged > 0 && 2 * told.styled > told.judged;
    stands || (styled && told.moved <= 1)
}

fn is_low_and_centred(caption: &Caption, width: f32, height: f32) -> bool {
    let [x, y] = caption.rect.centre();
    y > height * 2.0 / 3.0 && (x - width / 2.0).abs() < 0.06 * width
}

/// One after the other, in one place, with other words.
fn takes_turns(one: &Caption, other: &Caption) -> bool {
    let (first, then) = if one.start_s <= other.start_s { (one, other) } else { (other, one) };
    let apart = then.start_s - first.end_s;
    let heights = one.line_height / other.line_height.max(1.0);
    let shared = one.rect.bottom.min(other.rect.bottom) - one.rect.top.max(other.rect.top);
    (-0.5..NEAR_S).contains(&apart)
        && (0.75..1.33).contains(&heights)
        && shared > 0.5 * one.line_height.min(other.line_height)
        && similarity(&one.text, &other.text) < 0.75
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Behaviour;
    use va_inference::geometry::Rect;

    const SIZE: (f32, f32) = (960.0, 540.0);
    const STYLED: Behaviour = Behaviour { still: 0, moved: 0, styled: 1, judged: 1 };
    const PLAIN: Behaviour = Behaviour { still: 0, moved: 0, styled: 0, judged: 2 };

    fn caption(text: &str, start_s: f64, (x, y): (f32, f32), behaviour: Behaviour) -> Caption {
        let rect = Rect::of_centre(x, y, 30.0 * text.len() as f32, 40.0);
        let text = text.to_owned();
        Caption { start_s, end_s: start_s + 2.0, text, confidence: 0.9, rect, line_height: 40.0, behaviour }
    }

    fn kinds_of(captions: &[Caption]) -> Vec<Kind> {
        kinds(captions, SIZE)
    }

    #[test]
    fn low_centred_captions_that_take_turns_are_subtitles() {
        let found = kinds_of(&[
            caption("What a day", 1.0, (480.0, 480.0), STYLED),
            caption("it has been", 3.1, (485.0, 482.0), STYLED),
        ]);
        assert_eq!(found, [Kind::Subtitle, Kind::Subtitle]);
    }

    #[test]
    fn one_low_caption_alone_or_aside_or_high_is_an_overlay() {
        assert_eq!(kinds_of(&[caption("Three things", 1.0, (480.0, 480.0), STYLED)]), [Kind::Overlay]);
        let aside =
            [caption("one", 1.0, (200.0, 480.0), STYLED), caption("two", 3.0, (200.0, 480.0), STYLED)];
        assert_eq!(kinds_of(&aside), [Kind::Overlay; 2]);
        let high = [caption("one", 1.0, (480.0, 100.0), STYLED), caption("two", 3.0, (480.0, 100.0), STYLED)];
        assert_eq!(kinds_of(&high), [Kind::Overlay; 2]);
        let at_once =
            [caption("one", 1.0, (480.0, 480.0), STYLED), caption("two", 1.2, (480.0, 490.0), STYLED)];
        assert_eq!(kinds_of(&at_once), [Kind::Overlay; 2]);
    }

    #[test]
    fn what_stands_while_the_picture_moves_is_an_overlay() {
        let stands = Behaviour { still: 5, ..PLAIN };
        assert_eq!(kinds_of(&[caption("© 2026", 0.0, (100.0, 50.0), stands)]), [Kind::Overlay]);
        let once = Behaviour { still: 1, ..PLAIN };
        assert_eq!(kinds_of(&[caption("© 2026", 0.0, (100.0, 50.0), once)]), [Kind::Scene]);
    }

    #[test]
    fn a_sign_that_moves_with_the_picture_or_has_no_style_is_scene() {
        assert_eq!(kinds_of(&[caption("BAKERY", 0.0, (480.0, 480.0), PLAIN)]), [Kind::Scene]);
        let moves = Behaviour { moved: 4, still: 2, styled: 2, judged: 2 };
        assert_eq!(kinds_of(&[caption("BAKERY", 0.0, (480.0, 300.0), moves)]), [Kind::Scene]);
    }
}
