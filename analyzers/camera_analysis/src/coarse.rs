//! First guesses of the shift between two pictures: every shift of their thumbnails up to a fifth of a side.
//!
//! Soft pictures are told apart by their brightness, others by their detail: a sky's slow gradient misleads the one,
//! blur leaves nothing to the other.

use crate::pyramid::{PAD, Plane, Pyramid};

/// The widest shift that is tried, as a share of each side.
const REACH: f32 = 0.2;
/// How much better than no shift at all a shift must match: mean absolute difference, as a share and in grey levels.
const BETTER_SHARE: f32 = 0.95;
const BETTER_LEVELS: f32 = 0.2;

/// The shift of the content from the first picture to the second by brightness, full-size pixels; zero where no shift
/// fits better.
pub fn shift(from: &Pyramid, to: &Pyramid) -> [f32; 2] {
    let ((a, scale), (b, _)) = (from.thumbnail(), to.thumbnail());
    best_shift(a, b).map(|steps| steps as f32 * scale)
}

/// The same by detail alone.
pub fn detail_shift(from: &Pyramid, to: &Pyramid) -> [f32; 2] {
    let ((a, scale), (b, _)) = (from.thumbnail(), to.thumbnail());
    best_shift(&detail(a), &detail(b)).map(|steps| steps as f32 * scale)
}

/// What differs from the mean of the 5 x 5 pixels around.
fn detail(plane: &Plane) -> Plane {
    let mut out = plane.clone();
    for y in 0..plane.height {
        for x in 0..plane.width {
            let around = (0..5).map(|dy| {
                let start = (y + PAD + dy - 2) * plane.stride + x + PAD - 2;
                plane.data[start..start + 5].iter().sum::<f32>()
            });
            let mean = around.sum::<f32>() / 25.0;
            out.row_mut(y)[x] -= mean;
        }
    }
    out
}

fn best_shift(a: &Plane, b: &Plane) -> [i32; 2] {
    let offset = mean(b) - mean(a);
    let reach = |side: usize| (side as f32 * REACH) as i32;
    let (reach_x, reach_y) = (reach(a.width), reach(a.height));
    let still = difference(a, b, 0, 0, offset);
    let (mut best, mut at) = (still * BETTER_SHARE - BETTER_LEVELS, [0, 0]);
    for dy in -reach_y..=reach_y {
        for dx in -reach_x..=reach_x {
            let cost = difference(a, b, dx, dy, offset);
            if cost < best {
                (best, at) = (cost, [dx, dy]);
            }
        }
    }
    at
}

fn mean(plane: &Plane) -> f32 {
    let total: f32 = (0..plane.height).map(|y| plane.row(y).iter().sum::<f32>()).sum();
    total / (plane.width * plane.height) as f32
}

/// Mean absolute difference where the pictures overlap, the second darker by `offset`.
fn difference(a: &Plane, b: &Plane, dx: i32, dy: i32, offset: f32) -> f32 {
    let overlap = |side: usize, shift: i32| {
        let shift = shift.unsigned_abs() as usize;
        side - shift.min(side)
    };
    let (width, height) = (overlap(a.width, dx), overlap(a.height, dy));
    let starts = |shift: i32| ((-shift).max(0) as usize, shift.max(0) as usize);
    let ((ax, bx), (ay, by)) = (starts(dx), starts(dy));
    let mut total = 0.0;
    for y in 0..height {
        let (a, b) = (&a.row(ay + y)[ax..][..width], &b.row(by + y)[bx..][..width]);
        let mut lanes = [0.0f32; 8];
        let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
        let rest = a8.remainder().iter().zip(b8.remainder());
        total += rest.map(|(a, b)| (b - a - offset).abs()).sum::<f32>();
        for (a, b) in a8.zip(b8) {
            for lane in 0..8 {
                lanes[lane] += (b[lane] - a[lane] - offset).abs();
            }
        }
        total += lanes.iter().sum::<f32>();
    }
    total / (width * height).max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blobs(dx: i32, dy: i32) -> Pyramid {
        let gray: Vec<u8> = (0..320 * 180)
            .map(|at| {
                let (x, y) = ((at % 320 - dx) as f32, (at / 320 - dy) as f32);
                (128.0 + 50.0 * (x * 0.03).sin() + 50.0 * (y * 0.06 + x * 0.01).cos()) as u8
            })
            .collect();
        Pyramid::of(&gray, 320, 180)
    }

    #[test]
    fn finds_a_shift_of_a_seventh_of_the_width() {
        let found = shift(&blobs(0, 0), &blobs(48, -16));
        assert!((found[0] - 48.0).abs() <= 8.0 && (found[1] + 16.0).abs() <= 8.0, "{found:?}");
    }

    #[test]
    fn detail_is_followed_under_a_shade_that_stays() {
        let shaded = |dx: usize| {
            let gray: Vec<u8> = (0..320 * 180)
                .map(|at| {
                    let (x, y) = (at % 320, at / 320);
                    let mast = if (x + 400 - dx) % 83 < 9 { 30 } else { 0 };
                    (y + mast) as u8
                })
                .collect();
            Pyramid::of(&gray, 320, 180)
        };
        let found = detail_shift(&shaded(0), &shaded(32));
        assert!((found[0] - 32.0).abs() <= 8.0 && found[1].abs() <= 8.0, "{found:?}");
    }

    #[test]
    fn plain_pictures_have_no_shift() {
        let (dark, bright) =
            (Pyramid::of(&[10; 320 * 180], 320, 180), Pyramid::of(&[200; 320 * 180], 320, 180));
        assert_eq!(shift(&dark, &bright), [0.0, 0.0]);
        assert_eq!(detail_shift(&dark, &bright), [0.0, 0.0]);
    }
}
