//! Which points are worth tracking: corners by the smaller eigenvalue of the structure tensor, a few in each cell of a
//! grid, so that all of the picture has a say.
//!
//! Shi & Tomasi, "Good Features to Track", CVPR 1994. Found at half size: cheaper, and less moved by noise.

use crate::pyramid::{Plane, Pyramid};

/// The smaller eigenvalue that a corner has at least: mean squared gradient, (grey levels per pixel)².
const MIN_EIGENVALUE: f32 = 0.5;
/// Corners of one cell at most.
const PER_CELL: usize = 2;
/// Cells of the grid, about.
const CELLS: f32 = 60.0;
/// Half the side of the structure tensor's window, and how far corners keep from the edge, in half-size pixels.
const RADIUS: usize = 2;

/// The picture's division into cells of about equal sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    pub columns: usize,
    pub rows: usize,
    width: f32,
    height: f32,
}

impl Grid {
    /// For a picture of this size, pixels.
    pub fn new(width: usize, height: usize) -> Self {
        let (w, h) = (width as f32, height as f32);
        let columns = ((CELLS * w / h).sqrt().round() as usize).clamp(2, CELLS as usize / 2);
        let rows = ((CELLS / columns as f32).round() as usize).max(2);
        Grid { columns, rows, width: w, height: h }
    }

    pub fn cells(&self) -> usize {
        self.columns * self.rows
    }

    /// The cell that a point lies in.
    pub fn cell_of(&self, [x, y]: [f32; 2]) -> usize {
        let column = ((x / self.width * self.columns as f32) as usize).min(self.columns - 1);
        let row = ((y / self.height * self.rows as f32) as usize).min(self.rows - 1);
        row * self.columns + column
    }

    /// Whether the cell touches the picture's edge.
    pub fn is_border(&self, cell: usize) -> bool {
        let (row, column) = (cell / self.columns, cell % self.columns);
        row == 0 || column == 0 || row == self.rows - 1 || column == self.columns - 1
    }

    /// The cell's centre from the picture's centre, in half picture sides: each -1..1.
    pub fn offset(&self, cell: usize) -> [f32; 2] {
        let along = |at: usize, of: usize| (2 * at + 1) as f32 / of as f32 - 1.0;
        [along(cell % self.columns, self.columns), along(cell / self.columns, self.rows)]
    }
}

/// Corners as full-size pixels, cell by cell.
pub fn corners(pyramid: &Pyramid, grid: &Grid) -> Vec<[f32; 2]> {
    let Some(half) = pyramid.levels.get(1) else { return Vec::new() };
    let strength = strength(&half.gradient_x, &half.gradient_y);
    let (width, height) = (half.luma.width, half.luma.height);
    let mut of_cell: Vec<Vec<(f32, [f32; 2])>> = vec![Vec::new(); grid.cells()];
    for y in RADIUS + 1..height.saturating_sub(RADIUS + 1) {
        for x in RADIUS + 1..width - (RADIUS + 1).min(width) {
            let here = strength[y * width + x];
            if here > MIN_EIGENVALUE && is_peak(&strength, width, x, y) {
                let point = [2.0 * x as f32, 2.0 * y as f32];
                of_cell[grid.cell_of(point)].push((here, point));
            }
        }
    }
    let (full_width, full_height) = pyramid.size();
    let apart = (full_width as f32 / grid.columns as f32).min(full_height as f32 / grid.rows as f32) / 4.0;
    of_cell.into_iter().flat_map(|found| strongest_apart(found, apart)).collect()
}

/// The strongest few that keep their distance from each other.
fn strongest_apart(mut found: Vec<(f32, [f32; 2])>, apart: f32) -> Vec<[f32; 2]> {
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut kept: Vec<[f32; 2]> = Vec::with_capacity(PER_CELL);
    for (_, point) in found {
        let near = |other: &[f32; 2]| (other[0] - point[0]).hypot(other[1] - point[1]) < apart;
        if kept.len() < PER_CELL && !kept.iter().any(near) {
            kept.push(point);
        }
    }
    kept
}

/// Whether none of the eight neighbours is stronger; the first of equals wins.
fn is_peak(strength: &[f32], width: usize, x: usize, y: usize) -> bool {
    let at = y * width + x;
    let here = strength[at];
    let before = [at - width - 1, at - width, at - width + 1, at - 1];
    let after = [at + 1, at + width - 1, at + width, at + width + 1];
    before.iter().all(|&other| strength[other] < here) && after.iter().all(|&other| strength[other] <= here)
}

/// The smaller eigenvalue of the mean structure tensor around each pixel, row by row without padding.
fn strength(gradient_x: &Plane, gradient_y: &Plane) -> Vec<f32> {
    let (width, height, stride) = (gradient_x.width, gradient_x.height, gradient_x.stride);
    let mut out = Vec::with_capacity(width * height);
    let mut sums = [vec![0.0f32; stride], vec![0.0f32; stride], vec![0.0f32; stride]];
    let side = 2 * RADIUS + 1;
    let scale = 1.0 / (side * side) as f32;
    for y in 0..height {
        let [xx, xy, yy] = &mut sums;
        for sum in [&mut *xx, &mut *xy, &mut *yy] {
            sum.fill(0.0);
        }
        for offset in 0..side {
            let start = (y + crate::pyramid::PAD + offset - RADIUS) * stride;
            let (gx, gy) = (&gradient_x.data[start..][..stride], &gradient_y.data[start..][..stride]);
            let (xx, xy, yy) = (&mut xx[..stride], &mut xy[..stride], &mut yy[..stride]);
            for x in 0..stride {
                xx[x] += gx[x] * gx[x];
                xy[x] += gx[x] * gy[x];
                yy[x] += gy[x] * gy[x];
            }
        }
        let from = crate::pyramid::PAD - RADIUS;
        let across = |sum: &[f32], x: usize| sum[from + x..from + x + side].iter().sum::<f32>() * scale;
        for x in 0..width {
            let (xx, xy, yy) = (across(xx, x), across(xy, x), across(yy, x));
            let half_difference = (xx - yy) * 0.5;
            out.push((xx + yy) * 0.5 - (half_difference * half_difference + xy * xy).sqrt());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(width: usize, height: usize, gray: impl Fn(usize, usize) -> u8) -> Vec<[f32; 2]> {
        let data: Vec<u8> = (0..width * height).map(|at| gray(at % width, at / width)).collect();
        corners(&Pyramid::of(&data, width, height), &Grid::new(width, height))
    }

    #[test]
    fn finds_the_four_corners_of_a_square_and_not_its_sides() {
        let points =
            found(160, 120, |x, y| if (60..100).contains(&x) && (40..80).contains(&y) { 220 } else { 30 });
        for corner in [[60.0, 40.0], [100.0, 40.0], [60.0, 80.0], [100.0, 80.0f32]] {
            assert!(points.iter().any(|p| (p[0] - corner[0]).hypot(p[1] - corner[1]) < 6.0), "{corner:?}");
        }
        assert!(!points.iter().any(|p| (p[0] - 80.0).abs() < 8.0), "{points:?}");
    }

    #[test]
    fn a_plain_picture_and_a_plain_edge_have_no_corners() {
        assert!(found(160, 120, |_, _| 128).is_empty());
        assert!(found(160, 120, |x, _| if x < 80 { 20 } else { 200 }).is_empty());
    }

    #[test]
    fn a_grid_has_about_square_cells_and_knows_its_border() {
        let grid = Grid::new(384, 216);
        assert_eq!((grid.columns, grid.rows), (10, 6));
        assert_eq!(grid.cell_of([383.9, 215.9]), 59);
        assert!(grid.is_border(0) && grid.is_border(59) && grid.is_border(19) && !grid.is_border(11));
        assert_eq!(Grid::new(1, 1).cell_of([0.0, 0.0]), 0);
    }
}
