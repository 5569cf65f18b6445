//! Mean-subtracted, contrast-normalised luma: what is left of a pixel when the mean of its surroundings is taken away and
//! their deviation divided by (Ruderman 1994; Mittal, Moorthy, Bovik 2012, section III-A).

/// Reach of the Gaussian window to each side.
const REACH: usize = 3;
const TAPS: usize = 2 * REACH + 1;
/// Standard deviation of the window, pixels.
const SPREAD: f64 = 7.0 / 6.0;
/// Levels added to the deviation, so that a flat part does not divide by nothing.
const FLOOR: f32 = 1.0;

/// Numbers in rows from the top, without padding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Map {
    pub width: usize,
    pub height: usize,
    pub data: Vec<f32>,
}

impl Map {
    pub fn row(&self, y: usize) -> &[f32] {
        &self.data[y * self.width..][..self.width]
    }

    fn reshape(&mut self, width: usize, height: usize) {
        (self.width, self.height) = (width, height);
        self.data.resize(width * height, 0.0);
    }

    /// Half the width and height, halves rounded to even, by a cubic through four pixels (a = -0.75): OpenCV's
    /// `INTER_CUBIC` at one half.
    pub fn halve_into(&self, half: &mut Map) {
        const OUTER: f32 = -0.09375;
        const INNER: f32 = 0.59375;
        let size = |full: usize| (full as f64 / 2.0).round_ties_even() as usize;
        half.reshape(size(self.width), size(self.height));
        let taps = |at: usize, full: usize| {
            [0, 1, 2, 3].map(|tap| (2 * at + tap).saturating_sub(1).min(full.saturating_sub(1)))
        };
        let mut column = vec![0.0; self.width];
        for (y, out) in half.data.chunks_exact_mut(half.width.max(1)).enumerate() {
            let [a, b, c, d] = taps(y, self.height).map(|row| self.row(row));
            for ((((sum, a), b), c), d) in column.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *sum = OUTER * (a + d) + INNER * (b + c);
            }
            for (x, out) in out.iter_mut().enumerate() {
                let [a, b, c, d] = taps(x, self.width).map(|at| column[at]);
                *out = OUTER * (a + d) + INNER * (b + c);
            }
        }
    }
}

/// Memory for [`normalise`], kept from frame to frame.
#[derive(Debug, Default)]
pub struct Room {
    padded: Vec<f32>,
    /// Rows of the picture and of its squares after the window across, the last [`TAPS`] of them.
    across: [Vec<f32>; TAPS],
    across_squares: [Vec<f32>; TAPS],
}

/// Normalises `picture`, levels of 0..255. Outside of the picture all is 0.
pub fn normalise(picture: &Map, room: &mut Room, out: &mut Map) {
    out.reshape(picture.width, picture.height);
    let window = window();
    let rows = room.across.iter_mut().chain(&mut room.across_squares);
    for row in rows {
        row.clear();
        row.resize(picture.width, 0.0);
    }
    for y in 0..picture.height + REACH {
        let slot = y % TAPS;
        if y < picture.height {
            filter(picture.row(y), |level| level, &window, &mut room.padded, &mut room.across[slot]);
            filter(
                picture.row(y),
                |level| level * level,
                &window,
                &mut room.padded,
                &mut room.across_squares[slot],
            );
        } else {
            room.across[slot].fill(0.0);
            room.across_squares[slot].fill(0.0);
        }
        if let Some(y) = y.checked_sub(REACH) {
            let out = &mut out.data[y * picture.width..][..picture.width];
            down(picture.row(y), y, room, &window, out);
        }
    }
}

/// The window's middle and the weights beside it, summing up to 1.
fn window() -> [f32; REACH + 1] {
    let weight = |at: usize| (-((at * at) as f64) / (2.0 * SPREAD * SPREAD)).exp();
    let sum = weight(0) + 2.0 * (1..=REACH).map(weight).sum::<f64>();
    std::array::from_fn(|at| (weight(at) / sum) as f32)
}

/// Along a row.
fn filter(
    row: &[f32],
    of: impl Fn(f32) -> f32,
    window: &[f32; REACH + 1],
    padded: &mut Vec<f32>,
    out: &mut [f32],
) {
    padded.clear();
    padded.resize(row.len() + 2 * REACH, 0.0);
    padded[REACH..][..row.len()].iter_mut().zip(row).for_each(|(to, level)| *to = of(*level));
    let at = |tap: usize| &padded[tap..][..row.len()];
    let [a, b, c, d, e, f, g] = [0, 1, 2, 3, 4, 5, 6].map(at);
    for (x, out) in out.iter_mut().enumerate() {
        *out = window[0] * d[x]
            + window[1] * (c[x] + e[x])
            + window[2] * (b[x] + f[x])
            + window[3] * (a[x] + g[x]);
    }
}

/// Down the columns, for row `y`, whose last tap is the row that was filtered last.
fn down(row: &[f32], y: usize, room: &Room, window: &[f32; REACH + 1], out: &mut [f32]) {
    let width = row.len();
    // Row y - 3 is in the slot after that of y + 3; before the first row, slots still hold zeros.
    let slots = [0, 1, 2, 3, 4, 5, 6].map(|tap| (y + TAPS - REACH + tap) % TAPS);
    let [a, b, c, d, e, f, g] = slots.map(|slot| &room.across[slot][..width]);
    let [i, j, k, l, m, n, o] = slots.map(|slot| &room.across_squares[slot][..width]);
    for (x, out) in out[..width].iter_mut().enumerate() {
        let mean = window[0] * d[x]
            + window[1] * (c[x] + e[x])
            + window[2] * (b[x] + f[x])
            + window[3] * (a[x] + g[x]);
        let square = window[0] * l[x]
            + window[1] * (k[x] + m[x])
            + window[2] * (j[x] + n[x])
            + window[3] * (i[x] + o[x]);
        *out = (row[x] - mean) / ((square - mean * mean).abs().sqrt() + FLOOR);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(width: usize, height: usize, of: impl Fn(usize, usize) -> f32) -> Map {
        Map { width, height, data: (0..width * height).map(|at| of(at % width, at / width)).collect() }
    }

    #[test]
    fn is_nothing_in_a_flat_part_and_forgets_contrast() {
        let (mut room, mut out) = (Room::default(), Map::default());
        normalise(&map(20, 20, |_, _| 90.0), &mut room, &mut out);
        assert!(out.row(10)[5..15].iter().all(|value| value.abs() < 1e-2), "{:?}", out.row(10));
        let texture = |by: f32| move |x: usize, y: usize| 128.0 + by * (((x * 7 + y * 13) % 11) as f32 - 5.0);
        let (mut weak, mut strong) = (Map::default(), Map::default());
        normalise(&map(20, 20, texture(5.0)), &mut room, &mut weak);
        normalise(&map(20, 20, texture(20.0)), &mut room, &mut strong);
        for (weak, strong) in weak.row(9)[4..16].iter().zip(&strong.row(9)[4..16]) {
            assert!((weak - strong).abs() < 0.12, "{weak} {strong}");
        }
    }

    #[test]
    fn rows_of_another_picture_leave_no_trace() {
        let (mut room, mut first, mut again) = (Room::default(), Map::default(), Map::default());
        let picture = map(9, 11, |x, y| (x * 20 + y * 3) as f32);
        normalise(&picture, &mut room, &mut first);
        normalise(&map(30, 5, |x, _| 8.0 * x as f32), &mut room, &mut again);
        normalise(&picture, &mut room, &mut again);
        assert_eq!(first, again);
    }

    #[test]
    fn half_of_a_ramp_is_a_ramp() {
        let mut half = Map::default();
        map(10, 7, |x, _| x as f32).halve_into(&mut half);
        assert_eq!((half.width, half.height), (5, 4));
        assert_eq!(half.row(1)[1..4], [2.5, 4.5, 6.5]);
    }
}
