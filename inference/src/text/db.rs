//! Text regions of a differentiable-binarization map (Liao et al. 2020), as PP-OCR's detectors put it out.

use super::components::{Component, Components};
use super::hull::least_area_rectangle;
use crate::geometry::Rect;

/// What counts as a region, and how it is grown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Regions {
    /// Probability from which a cell is text.
    pub threshold: f32,
    /// Least cells of a region.
    pub least_cells: usize,
    /// Least mean probability of a region's cells.
    pub least_score: f32,
    /// The map shows text shrunk: it is grown by `area * unclip / perimeter` on every side.
    pub unclip: f32,
}

impl Default for Regions {
    fn default() -> Self {
        Regions { threshold: 0.3, least_cells: 30, least_score: 0.5, unclip: 1.5 }
    }
}

/// A region of text, in cells of the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// The upright box, grown; it may reach out of the map.
    pub rect: Rect,
    /// The smallest rectangle at any angle, grown: the corner nearest to the top left, then clockwise.
    pub corners: [[f32; 2]; 4],
    /// Mean probability, 0..1.
    pub score: f32,
    pub cells: usize,
}

impl Region {
    /// How much the text leans, in radians: 0 where its long side lies, clockwise. In -π/2..=π/2.
    pub fn angle(&self) -> f32 {
        let [a, b, c, _] = self.corners;
        let (across, down) = ([b[0] - a[0], b[1] - a[1]], [c[0] - b[0], c[1] - b[1]]);
        let long = if across[0].hypot(across[1]) >= down[0].hypot(down[1]) { across } else { down };
        let long = if long[0] < 0.0 { [-long[0], -long[1]] } else { long };
        long[1].atan2(long[0])
    }

    /// Times a factor: from the map to the picture.
    #[must_use]
    pub fn scaled(&self, across: f32, down: f32) -> Self {
        Region {
            rect: self.rect.scaled(across, down),
            corners: self.corners.map(|[x, y]| [x * across, y * down]),
            ..*self
        }
    }
}

impl Regions {
    /// The regions of a map, `width` wide, from the top.
    pub fn find(&self, components: &mut Components, map: &[f32], width: usize) -> Vec<Region> {
        let found = components.find(map, width, self.threshold);
        let large = found.into_iter().filter(|component| component.cells >= self.least_cells);
        large
            .filter(|component| component.mean() > self.least_score)
            .map(|component| self.region(&component))
            .collect()
    }

    fn region(&self, component: &Component) -> Region {
        let rect = Rect::new(
            component.left as f32,
            component.top as f32,
            component.right as f32,
            component.bottom as f32,
        );
        let outline: Vec<[f32; 2]> = component
            .runs
            .iter()
            .flat_map(|&(row, from, until)| {
                let (top, bottom) = (row as f32, row as f32 + 1.0);
                [from as f32, until as f32].into_iter().flat_map(move |x| [[x, top], [x, bottom]])
            })
            .collect();
        let corners = least_area_rectangle(&outline).unwrap_or([[rect.left, rect.top]; 4]);
        let grown = self.growth(rect.width(), rect.height());
        Region {
            rect: Rect::new(rect.left - grown, rect.top - grown, rect.right + grown, rect.bottom + grown),
            corners: self.grown(from_top_left(corners)),
            score: component.mean(),
            cells: component.cells,
        }
    }

    fn growth(&self, width: f32, height: f32) -> f32 {
        width * height * self.unclip / (2.0 * (width + height)).max(1e-6)
    }

    /// The rectangle's sides, moved outwards.
    fn grown(&self, corners: [[f32; 2]; 4]) -> [[f32; 2]; 4] {
        let [a, b, c, _] = corners;
        let (across, down) = ((b[0] - a[0]).hypot(b[1] - a[1]), (c[0] - b[0]).hypot(c[1] - b[1]));
        let by = self.growth(across, down);
        let unit = |from: [f32; 2], to: [f32; 2], length: f32| {
            if length > 0.0 { [(to[0] - from[0]) / length, (to[1] - from[1]) / length] } else { [0.0; 2] }
        };
        let (u, v) = (unit(a, b, across), unit(b, c, down));
        let signs = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
        let moved = |i: usize| {
            let (su, sv) = signs[i];
            [corners[i][0] + by * (su * u[0] + sv * v[0]), corners[i][1] + by * (su * u[1] + sv * v[1])]
        };
        [moved(0), moved(1), moved(2), moved(3)]
    }
}

/// Clockwise (y points down) from the corner nearest to the top left.
fn from_top_left(mut corners: [[f32; 2]; 4]) -> [[f32; 2]; 4] {
    let [a, b, c, _] = corners;
    if (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]) < 0.0 {
        corners.reverse();
    }
    let nearest =
        (0..4).min_by(|&i, &j| (corners[i][0] + corners[i][1]).total_cmp(&(corners[j][0] + corners[j][1])));
    corners.rotate_left(nearest.unwrap_or(0));
    corners
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map with one upright bar of 20 x 6 at (10, 4).
    fn bar() -> Vec<f32> {
        let mut map = vec![0.05; 40 * 20];
        (4..10).for_each(|y| map[y * 40 + 10..y * 40 + 30].fill(0.9));
        map
    }

    #[test]
    fn an_upright_bar_is_grown_by_its_area_over_its_perimeter() {
        let found = Regions::default().find(&mut Components::new(), &bar(), 40);
        assert_eq!(found.len(), 1);
        let by = 120.0 * 1.5 / 52.0;
        let expected = Rect::new(10.0 - by, 4.0 - by, 30.0 + by, 10.0 + by);
        let rect = found[0].rect;
        assert!(
            (rect.left - expected.left).abs() < 1e-4 && (rect.bottom - expected.bottom).abs() < 1e-4,
            "{rect:?}"
        );
        assert!((found[0].score - 0.9).abs() < 1e-5 && found[0].cells == 120);
        let corner = found[0].corners[0];
        assert!(
            (corner[0] - expected.left).abs() < 1e-3 && (corner[1] - expected.top).abs() < 1e-3,
            "{corner:?}"
        );
        assert!(found[0].angle().abs() < 1e-4);
    }

    #[test]
    fn the_faint_and_the_small_are_no_text() {
        let faint: Vec<f32> = bar().iter().map(|value| value * 0.5).collect();
        assert!(Regions::default().find(&mut Components::new(), &faint, 40).is_empty());
        let few = Regions { least_cells: 121, ..Regions::default() };
        assert!(few.find(&mut Components::new(), &bar(), 40).is_empty());
        assert!(Regions::default().find(&mut Components::new(), &vec![0.0; 800], 40).is_empty());
    }

    #[test]
    fn a_slanted_bar_says_how_it_leans() {
        let mut map = vec![0.0; 100 * 100];
        let angle = -15f32.to_radians();
        for y in 0..100 {
            for x in 0..100 {
                let (dx, dy) = (x as f32 + 0.5 - 50.0, y as f32 + 0.5 - 50.0);
                let (u, v) = (dx * angle.cos() + dy * angle.sin(), dy * angle.cos() - dx * angle.sin());
                if u.abs() < 30.0 && v.abs() < 5.0 {
                    map[y * 100 + x] = 0.8;
                }
            }
        }
        let found = Regions::default().find(&mut Components::new(), &map, 100);
        assert!((found[0].angle() - angle).abs() < 2f32.to_radians(), "{:?}", found[0]);
        let [a, b, ..] = found[0].corners;
        assert!(a[0] < b[0] && a[1] > b[1], "{:?}", found[0].corners);
    }
}
