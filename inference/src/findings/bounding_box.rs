//! Where something is, as the result document says it.

use serde::{Deserialize, Serialize};
use va_analyzer_sdk::rounded;

use crate::geometry::Rect;

/// The part of a box that lies in the picture: pixels of the upright source frame.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BoundingBox {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl BoundingBox {
    /// Of the part of a box that lies in a picture of this size, to so many decimals. Its edges are rounded, so that it
    /// stays in the picture.
    pub fn of(rect: &Rect, (width, height): (f32, f32), decimals: i32) -> Self {
        let inside = rect.clipped(width, height);
        let [left, top, right, bottom] = [inside.left, inside.top, inside.right, inside.bottom]
            .map(|edge| rounded(f64::from(edge), decimals));
        BoundingBox {
            x: left,
            y: top,
            width: rounded(right - left, decimals),
            height: rounded(bottom - top, decimals),
        }
    }

    pub fn rect(&self) -> Rect {
        let [x, y, width, height] = [self.x, self.y, self.width, self.height].map(|side| side as f32);
        Rect::of_size(x, y, width, height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_outside_is_cut_off() {
        let inside = BoundingBox::of(&Rect::new(-4.0, 2.0, 16.0, 60.0), (40.0, 50.0), 2);
        assert_eq!(inside, BoundingBox { x: 0.0, y: 2.0, width: 16.0, height: 48.0 });
        assert_eq!(inside.rect(), Rect::new(0.0, 2.0, 16.0, 50.0));
    }

    #[test]
    fn a_rounded_box_stays_in_the_picture() {
        let rounded = BoundingBox::of(&Rect::new(0.04, 0.06, 99.96, 50.0), (100.0, 50.0), 1);
        assert_eq!(rounded, BoundingBox { x: 0.0, y: 0.1, width: 100.0, height: 49.9 });
    }
}
