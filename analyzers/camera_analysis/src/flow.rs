//! Where a point went: pyramidal Lucas-Kanade, with a check on the way back and on the likeness of the two windows.
//!
//! Bouguet, "Pyramidal Implementation of the Lucas Kanade Feature Tracker", 2001; forward-backward error: Kalal et
//! al., ICPR 2010. Unlike the former, the mean of each window is taken off, so that a change of exposure moves nothing.

use crate::pyramid::{Level, Plane, Pyramid, TRACKED_LEVELS};

/// Half the window: it spans 15 x 15 pixels of each level.
const RADIUS: i32 = 7;
const ROWS: usize = 15;
/// One column more than counts, so that rows fill vector registers; its gradient is zero.
const COLUMNS: usize = 16;
const PIXELS: f32 = (ROWS * ROWS) as f32;
/// Steps of a level at most, and the step in its pixels below which it is done: the finest level, and the others.
const STEPS: usize = 12;
const DONE: f32 = 0.01;
const DONE_COARSE: f32 = 0.05;
/// The smaller eigenvalue of a window's mean tensor below which its motion cannot be told.
const MIN_EIGENVALUE: f32 = 0.15;
/// The way there and back may miss the start by this many pixels, and by this share of the way.
const BACK_PX: f32 = 0.5;
const BACK_SHARE: f32 = 0.02;
/// Normalised correlation of the two windows, at least.
const MIN_LIKENESS: f32 = 0.75;

type Window = [[f32; COLUMNS]; ROWS];

/// The displacement of a point (full-size pixels), or `None` where it was lost. `guess` is where to begin.
pub fn track(from: &Pyramid, to: &Pyramid, point: [f32; 2], guess: [f32; 2]) -> Option<[f32; 2]> {
    let moved = one_way(from, to, point, guess)?;
    let there = [point[0] + moved[0], point[1] + moved[1]];
    if likeness(&from.levels[0].luma, point, &to.levels[0].luma, there) < MIN_LIKENESS {
        return None;
    }
    let back = one_way(to, from, there, [-guess[0], -guess[1]])?;
    let miss = (moved[0] + back[0]).hypot(moved[1] + back[1]);
    let allowed = BACK_PX + BACK_SHARE * moved[0].hypot(moved[1]);
    (miss <= allowed).then_some(moved)
}

/// Forward only: from the coarsest level down, each refining the displacement of the one above.
pub fn one_way(from: &Pyramid, to: &Pyramid, point: [f32; 2], guess: [f32; 2]) -> Option<[f32; 2]> {
    let levels = from.levels.len().min(TRACKED_LEVELS);
    let scale = (1u32 << (levels - 1)) as f32;
    let mut moved = [guess[0] / scale, guess[1] / scale];
    for at in (0..levels).rev() {
        let scale = (1u32 << at) as f32;
        let start = [point[0] / scale, point[1] / scale];
        let done = if at == 0 { DONE } else { DONE_COARSE };
        match refine(&from.levels[at], &to.levels[at].luma, start, moved, done) {
            Refined::Moved(refined) => moved = refined,
            Refined::Plain if at > 0 => {}
            _ => return None,
        }
        if at > 0 {
            moved = [moved[0] * 2.0, moved[1] * 2.0];
        }
    }
    Some(moved)
}

enum Refined {
    Moved([f32; 2]),
    /// The window has too little texture to tell.
    Plain,
    /// The window left the picture.
    Outside,
}

fn refine(from: &Level, to: &Plane, start: [f32; 2], mut moved: [f32; 2], done: f32) -> Refined {
    let (Some(template), Some(mut gx), Some(mut gy)) =
        (window(&from.luma, start), window(&from.gradient_x, start), window(&from.gradient_y, start))
    else {
        return Refined::Outside;
    };
    centre(&mut gx);
    centre(&mut gy);
    let (xx, xy, yy) = (dot(&gx, &gx), dot(&gx, &gy), dot(&gy, &gy));
    let smaller = (xx + yy) * 0.5 - ((xx - yy) * 0.5).hypot(xy);
    if smaller < MIN_EIGENVALUE * PIXELS {
        return Refined::Plain;
    }
    let determinant = xx * yy - xy * xy;
    for _ in 0..STEPS {
        let Some(seen) = window(to, [start[0] + moved[0], start[1] + moved[1]]) else {
            return Refined::Outside;
        };
        let (x, y) = mismatch(&template, &seen, &gx, &gy);
        let step = [(yy * x - xy * y) / determinant, (xx * y - xy * x) / determinant];
        moved = [moved[0] + step[0], moved[1] + step[1]];
        if step[0].hypot(step[1]) < done {
            break;
        }
    }
    let end = [start[0] + moved[0], start[1] + moved[1]];
    if inside(to, end) { Refined::Moved(moved) } else { Refined::Outside }
}

/// Whether a window around this point lies within the padded plane.
fn inside(plane: &Plane, [x, y]: [f32; 2]) -> bool {
    x >= -1.0 && y >= -1.0 && x <= plane.width as f32 && y <= plane.height as f32
}

/// The window around a point by bilinear interpolation.
fn window(plane: &Plane, point: [f32; 2]) -> Option<Window> {
    if !inside(plane, point) {
        return None;
    }
    let (left, top) = (point[0].floor(), point[1].floor());
    let (fx, fy) = (point[0] - left, point[1] - top);
    let weights = [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy];
    let pad = crate::pyramid::PAD as i32;
    let first = (top as i32 - RADIUS + pad) as usize * plane.stride + (left as i32 - RADIUS + pad) as usize;
    let mut out = [[0.0; COLUMNS]; ROWS];
    for (y, out) in out.iter_mut().enumerate() {
        let above = &plane.data[first + y * plane.stride..][..COLUMNS + 1];
        let below = &plane.data[first + (y + 1) * plane.stride..][..COLUMNS + 1];
        for x in 0..COLUMNS {
            out[x] = weights[0] * above[x]
                + weights[1] * above[x + 1]
                + weights[2] * below[x]
                + weights[3] * below[x + 1];
        }
    }
    Some(out)
}

/// Takes off the mean over the columns that count, and empties the one that does not.
fn centre(values: &mut Window) {
    for row in values.iter_mut() {
        row[COLUMNS - 1] = 0.0;
    }
    let mean = sum(values) / PIXELS;
    for row in values.iter_mut() {
        for value in &mut row[..COLUMNS - 1] {
            *value -= mean;
        }
    }
}

fn sum(values: &Window) -> f32 {
    let mut lanes = [0.0; COLUMNS];
    for row in values {
        for x in 0..COLUMNS {
            lanes[x] += row[x];
        }
    }
    lanes.iter().sum()
}

fn dot(a: &Window, b: &Window) -> f32 {
    let mut lanes = [0.0; COLUMNS];
    for (a, b) in a.iter().zip(b) {
        for x in 0..COLUMNS {
            lanes[x] += a[x] * b[x];
        }
    }
    lanes.iter().sum()
}

/// The difference of the windows projected on the gradients. These are centred, so the windows need not be.
fn mismatch(template: &Window, seen: &Window, gx: &Window, gy: &Window) -> (f32, f32) {
    let (mut along_x, mut along_y) = ([0.0; COLUMNS], [0.0; COLUMNS]);
    for y in 0..ROWS {
        let (template, seen, gx, gy) = (&template[y], &seen[y], &gx[y], &gy[y]);
        for x in 0..COLUMNS {
            let difference = template[x] - seen[x];
            along_x[x] += difference * gx[x];
            along_y[x] += difference * gy[x];
        }
    }
    (along_x.iter().sum(), along_y.iter().sum())
}

/// Normalised cross-correlation of two windows, -1..1; 0 where one is plain.
fn likeness(a: &Plane, at: [f32; 2], b: &Plane, bt: [f32; 2]) -> f32 {
    let (Some(mut a), Some(mut b)) = (window(a, at), window(b, bt)) else { return 0.0 };
    centre(&mut a);
    centre(&mut b);
    let norm = (dot(&a, &a) * dot(&b, &b)).sqrt();
    if norm > 0.0 { dot(&a, &b) / norm } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A smooth texture whose value is known between pixels, too.
    fn texture(dx: f32, dy: f32, gain: f32) -> Pyramid {
        let gray: Vec<u8> = (0..160 * 120)
            .map(|at| {
                let (x, y) = ((at % 160) as f32 - dx, (at / 160) as f32 - dy);
                let value = (x * 0.21).sin() * (y * 0.17).cos() + 0.5 * (x * 0.05 + y * 0.33).sin();
                (128.0 + gain * 60.0 * value).round() as u8
            })
            .collect();
        Pyramid::of(&gray, 160, 120)
    }

    #[test]
    fn follows_a_shift_to_a_tenth_of_a_pixel() {
        let (before, after) = (texture(0.0, 0.0, 1.0), texture(3.3, -2.6, 1.0));
        for point in [[80.0, 60.0], [20.0, 30.0], [140.0, 100.0]] {
            let moved = track(&before, &after, point, [0.0, 0.0]).expect("tracked");
            assert!((moved[0] - 3.3).abs() < 0.1 && (moved[1] + 2.6).abs() < 0.1, "{moved:?}");
        }
    }

    #[test]
    fn a_change_of_contrast_moves_nothing() {
        let (before, after) = (texture(0.0, 0.0, 1.0), texture(0.0, 0.0, 0.8));
        let moved = track(&before, &after, [75.0, 52.0], [0.0, 0.0]).expect("tracked");
        assert!(moved[0].hypot(moved[1]) < 0.5, "{moved:?}");
    }

    #[test]
    fn loses_a_point_whose_picture_is_gone() {
        let before = texture(0.0, 0.0, 1.0);
        let plain = Pyramid::of(&[90; 160 * 120], 160, 120);
        assert_eq!(track(&before, &plain, [80.0, 60.0], [0.0, 0.0]), None);
        assert_eq!(track(&plain, &before, [80.0, 60.0], [0.0, 0.0]), None);
    }

    #[test]
    fn loses_a_point_that_leaves_the_picture() {
        let before = texture(0.0, 0.0, 1.0);
        assert_eq!(track(&before, &before, [80.0, 60.0], [200.0, 0.0]), None);
    }
}
