//! How a line of text lies in the picture, and how it is made upright.

use std::f32::consts::{FRAC_PI_2, PI};

use va_inference::geometry::{Affine, Rect};
use va_inference::text::db::Region;

/// Leaning less is taken for upright, radians: 4 degrees.
const UPRIGHT: f32 = 0.07;
/// Only a region this many times longer than high says how it lies.
const TELLING: f32 = 2.0;

/// Lines lower than this many pixels are read with [`AIR`] (of their height) round them.
const SMALL: f32 = 24.0;
const AIR: f32 = 0.12;

/// How a line lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lie {
    Upright,
    /// Its reading direction, radians clockwise from the right.
    Turned(f32),
}

/// A line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// The upright box round it.
    pub rect: Rect,
    pub lie: Lie,
    /// The centre, length and height of its own rectangle.
    centre: [f32; 2],
    length: f32,
    height: f32,
}

impl Line {
    /// Text that stands is read from the top.
    pub fn of(region: &Region) -> Self {
        let [a, b, c, _] = region.corners;
        let (one, other) = ((b[0] - a[0]).hypot(b[1] - a[1]), (c[0] - b[0]).hypot(c[1] - b[1]));
        let (length, height) = (one.max(other), one.min(other));
        let centre = [(a[0] + c[0]) / 2.0, (a[1] + c[1]) / 2.0];
        let angle =
            if region.angle() < -(FRAC_PI_2 - UPRIGHT) { region.angle() + PI } else { region.angle() };
        if angle.abs() < UPRIGHT || length < TELLING * height {
            let rect = region.rect;
            let (length, height) = (rect.width(), rect.height());
            return Line { rect, lie: Lie::Upright, centre: rect.centre(), length, height };
        }
        Line { rect: region.rect, lie: Lie::Turned(angle), centre, length, height }
    }

    /// The box to read: small letters want some air, as half a pixel is much of them.
    pub fn with_margin(&self) -> Rect {
        let margin = if self.height < SMALL { AIR * self.height } else { 0.0 };
        let Rect { left, top, right, bottom } = self.rect;
        Rect::new(left - margin, top - margin, right + margin, bottom + margin)
    }

    pub fn is_long(&self) -> bool {
        self.length >= 2.5 * self.height
    }

    /// Pixels of the upright line: width and height.
    pub fn size(&self) -> (usize, usize) {
        ((self.length.round() as usize).max(1), (self.height.round() as usize).max(1))
    }

    /// The same line, read from its other end.
    #[must_use]
    pub fn on_its_head(&self) -> Self {
        Line { lie: Lie::Turned(self.angle() + PI), ..*self }
    }

    fn angle(&self) -> f32 {
        match self.lie {
            Lie::Upright => 0.0,
            Lie::Turned(angle) => angle,
        }
    }

    /// From the picture to the upright line.
    pub fn to_upright(&self) -> Affine {
        let (sin, cos) = f64::from(self.angle()).sin_cos();
        let [x, y] = self.centre.map(f64::from);
        let (width, height) = self.size();
        let (across, down) = (width as f64 / 2.0, height as f64 / 2.0);
        Affine::new([cos, sin, across - cos * x - sin * y], [-sin, cos, down + sin * x - cos * y])
    }
}

/// The box of whole pixels nearest to a box.
pub fn whole_pixels(rect: &Rect) -> Rect {
    Rect::new(rect.left.round(), rect.top.round(), rect.right.round(), rect.bottom.round())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A region of 100 x 20 round (200, 100), turned.
    fn region(angle: f32) -> Region {
        let (sin, cos) = angle.sin_cos();
        let corner = |u: f32, v: f32| [200.0 + u * cos - v * sin, 100.0 + u * sin + v * cos];
        let mut corners =
            [corner(-50.0, -10.0), corner(50.0, -10.0), corner(50.0, 10.0), corner(-50.0, 10.0)];
        let first = (0..4)
            .min_by(|&i, &j| (corners[i][0] + corners[i][1]).total_cmp(&(corners[j][0] + corners[j][1])));
        corners.rotate_left(first.expect("four"));
        Region { rect: Rect::round(&corners), corners, score: 1.0, cells: 2000 }
    }

    fn assert_near(found: [f32; 2], expected: [f32; 2]) {
        assert!(
            (found[0] - expected[0]).hypot(found[1] - expected[1]) < 1.2,
            "{found:?} is not {expected:?}"
        );
    }

    #[test]
    fn a_nearly_level_line_is_upright() {
        assert_eq!(Line::of(&region(0.05)).lie, Lie::Upright);
        assert_eq!(Line::of(&region(0.0)).size(), (100, 20));
    }

    #[test]
    fn a_slanted_line_begins_at_its_left() {
        for angle in [-0.5, 0.3, 0.6, -0.9] {
            let line = Line::of(&region(angle));
            assert_eq!(line.size(), (100, 20));
            let begin = [200.0 - 50.0 * angle.cos(), 100.0 - 50.0 * angle.sin()];
            assert_near(line.to_upright().apply(begin), [0.0, 10.0]);
            assert_near(line.on_its_head().to_upright().apply(begin), [100.0, 10.0]);
        }
    }

    #[test]
    fn a_standing_line_is_read_from_the_top() {
        for angle in [FRAC_PI_2, -FRAC_PI_2, 1.55, -1.55] {
            let line = Line::of(&region(angle));
            assert_near(line.to_upright().apply([200.0, 50.0]), [0.0, 10.0]);
        }
    }

    #[test]
    fn a_nearly_square_region_is_upright_whatever_its_rectangle() {
        let square =
            Region { corners: [[0.0, 10.0], [10.0, 0.0], [20.0, 10.0], [10.0, 20.0]], ..region(0.0) };
        assert_eq!(Line::of(&square).lie, Lie::Upright);
    }
}
