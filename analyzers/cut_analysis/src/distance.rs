//! How different two frames are: in the colours of their blocks, and in structure, where motion is forgiven.

use crate::film::{Film, ONE_COLOUR};

/// Side of the blocks that are looked for in the other picture.
pub const TILE: usize = 8;
/// How far a block may have moved in each direction, pixels of the small frame.
pub const REACH: isize = 6;
/// The same around a shift of the whole picture, which is known to four pixels.
pub const REACH_OF_SHIFT: isize = 3;
/// Added to the cost of a tile's pixel from itself: what coding noise makes of a flat tile.
const NOISE: f32 = 3.0;
/// Mean and standard deviation that pictures are brought to before their structure is compared.
const NORMAL: (f32, f32) = (128.0, 40.0);
/// A picture of less contrast is not stretched further: what is left in it is mostly coding noise.
const LEAST_DEVIATION: f32 = 12.0;
/// Difference of block means from which on two colours have nothing in common.
const OTHER_COLOUR: f32 = 25.0;
/// Below this no other way of comparing is tried.
const SURELY_SAME: f32 = 0.3;
/// Share of the picture that a shift of the whole must leave in common.
const LEAST_COMMON: f32 = 0.4;

/// Mean absolute difference of the block means over all three channels, 0..255.
pub fn blocks(film: &Film, a: usize, b: usize) -> f32 {
    let (a, b) = (film.blocks(a), film.blocks(b));
    let sum: f32 = a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum();
    sum / a.len().max(1) as f32
}

/// How badly each of two pictures can be put together from tiles of the other, 0 (one and the same) .. 1 (nothing in
/// common).
///
/// The cost of predicting a tile from the best place of the other picture nearby is set against the cost of
/// predicting it from its own mean, which is how encoders find scene changes (x264's `scenecut`: inter against
/// intra cost); the mean over all tiles of both pictures, none counting for more than 1. Nearby is
/// meant twice: around the shift of the whole picture, so that a whip pan is followed, and around where the tile is,
/// so that things may move. The least of two ways counts: each picture
/// brought to the same brightness and contrast, so that a change of exposure is none; and both treated alike, so
/// that a caption, which changes the brightness of the whole, does not spoil the rest.
///
/// Two frames of one colour each have no structure: there the colours are compared.
pub fn structure(film: &Film, a: usize, b: usize) -> f32 {
    if film.contrast[a].max(film.contrast[b]) < ONE_COLOUR {
        return (blocks(film, a, b) / OTHER_COLOUR).min(1.0);
    }
    let own = [a, b].map(|t| Levels::of(film.brightness[t], film.contrast[t]));
    let least = normalised_structure(film, [a, b], own);
    if least < SURELY_SAME {
        return least;
    }
    let middle = |values: &[f32]| (values[a] + values[b]) / 2.0;
    let common = Levels::of(middle(&film.brightness), middle(&film.contrast));
    least.min(normalised_structure(film, [a, b], [common, common]))
}

fn normalised_structure(film: &Film, [a, b]: [usize; 2], [of_a, of_b]: [Levels; 2]) -> f32 {
    let tiles = Tiles { width: film.width, height: film.height };
    let (a, b) = (of_a.apply(film.luma(a)), of_b.apply(film.luma(b)));
    let (cost_a, cost_b) = (tiles.intra(&a), tiles.intra(&b));
    let compare = |shift: (isize, isize), reach: isize| {
        let back = (-shift.0, -shift.1);
        tiles.ratio(&tiles.inter(&b, &a, shift, reach), &cost_b, &tiles.inter(&a, &b, back, reach), &cost_a)
    };
    let shifted = compare(shift(&a, &b, film.width, film.height), REACH_OF_SHIFT);
    if shifted < SURELY_SAME { shifted } else { shifted.min(compare((0, 0), REACH)) }
}

/// Brings luma to one mean and deviation.
#[derive(Debug, Clone, Copy)]
struct Levels {
    mean: f32,
    factor: f32,
}

impl Levels {
    fn of(mean: f32, deviation: f32) -> Self {
        Levels { mean, factor: NORMAL.1 / deviation.max(LEAST_DEVIATION) }
    }

    fn apply(self, luma: &[u8]) -> Vec<u8> {
        let level =
            |y: usize| (NORMAL.0 + (y as f32 - self.mean) * self.factor).round().clamp(0.0, 255.0) as u8;
        let table: [u8; 256] = std::array::from_fn(level);
        luma.iter().map(|&y| table[usize::from(y)]).collect()
    }
}

/// A picture's tiles.
struct Tiles {
    width: usize,
    height: usize,
}

impl Tiles {
    fn columns(&self) -> usize {
        self.width.div_ceil(TILE)
    }

    fn rows(&self) -> usize {
        self.height.div_ceil(TILE)
    }

    /// For each tile the sum of absolute differences to its own mean, plus the noise.
    fn intra(&self, picture: &[u8]) -> Vec<f32> {
        let mut costs = Vec::with_capacity(self.columns() * self.rows());
        for y in (0..self.height).step_by(TILE) {
            for x in (0..self.width).step_by(TILE) {
                let pixels = || {
                    let rows = picture.chunks_exact(self.width).skip(y).take(TILE);
                    rows.flat_map(move |row| row[x..].iter().take(TILE).map(|&luma| f32::from(luma)))
                };
                let count = pixels().count() as f32;
                let mean = pixels().sum::<f32>() / count;
                costs.push(pixels().map(|luma| (luma - mean).abs()).sum::<f32>() + NOISE * count);
            }
        }
        costs
    }

    /// For each tile of `picture` the least sum of absolute differences to a place of `other` no further than
    /// `reach` from `shift`; `None` where no such place lies within `other` wholly.
    fn inter(&self, picture: &[u8], other: &[u8], shift: (isize, isize), reach: isize) -> Vec<Option<u32>> {
        let mut best = vec![None; self.columns() * self.rows()];
        let mut columns = vec![0u16; self.width];
        for dy in shift.1 - reach..=shift.1 + reach {
            for dx in shift.0 - reach..=shift.0 + reach {
                for (row, best) in best.chunks_exact_mut(self.columns()).enumerate() {
                    self.row_of_tiles(picture, other, (dx, dy), row, &mut columns, best);
                }
            }
        }
        best
    }

    fn row_of_tiles(
        &self,
        picture: &[u8],
        other: &[u8],
        (dx, dy): (isize, isize),
        row: usize,
        columns: &mut [u16],
        best: &mut [Option<u32>],
    ) {
        let (top, bottom) = (row * TILE, (row * TILE + TILE).min(self.height));
        if top as isize + dy < 0 || bottom as isize + dy > self.height as isize {
            return;
        }
        let from = (-dx).clamp(0, self.width as isize) as usize;
        let to = (self.width as isize - dx).clamp(0, self.width as isize) as usize;
        if from >= to {
            return;
        }
        columns.fill(0);
        for y in top..bottom {
            let other_y = (y as isize + dy) as usize;
            let mine = &picture[y * self.width..][from..to];
            let start = other_y * self.width + (from as isize + dx) as usize;
            let other = &other[start..][..to - from];
            for ((sum, &a), &b) in columns[from..to].iter_mut().zip(mine).zip(other) {
                *sum += u16::from(a.abs_diff(b));
            }
        }
        for ((x, sums), best) in (0..).step_by(TILE).zip(columns.chunks(TILE)).zip(best) {
            if x >= from && x + sums.len() <= to {
                let sum: u32 = sums.iter().map(|&sum| u32::from(sum)).sum();
                *best = Some(best.map_or(sum, |best| best.min(sum)));
            }
        }
    }

    /// Inter over intra cost, mean of the tiles of both pictures that have an inter cost; infinite for too few.
    fn ratio(&self, inter_b: &[Option<u32>], b: &[f32], inter_a: &[Option<u32>], a: &[f32]) -> f32 {
        let pairs = inter_b.iter().zip(b).chain(inter_a.iter().zip(a));
        let (mut sum, mut known) = (0.0, 0);
        for (inter, intra) in pairs {
            if let Some(inter) = inter {
                sum += (*inter as f32 / intra).min(1.0);
                known += 1;
            }
        }
        let enough = known as f32 >= LEAST_COMMON * 2.0 * b.len() as f32;
        if enough { sum / known as f32 } else { f32::INFINITY }
    }
}

/// The shift of the whole picture that fits best: where `b` shows what `a` has at `(x + dx, y + dy)`. Searched at a
/// quarter of the size, over all shifts that leave at least [`LEAST_COMMON`] in common.
fn shift(a: &[u8], b: &[u8], width: usize, height: usize) -> (isize, isize) {
    let (a, columns, rows) = quarter(a, width, height);
    let (b, ..) = quarter(b, width, height);
    let (mut best, mut least) = ((0, 0), f32::INFINITY);
    let (max_x, max_y) = ((columns * 6 / 10) as isize, (rows * 6 / 10) as isize);
    for dy in -max_y..=max_y {
        for dx in -max_x..=max_x {
            let (wide, high) = (columns - dx.unsigned_abs(), rows - dy.unsigned_abs());
            if ((wide * high) as f32) < LEAST_COMMON * (columns * rows) as f32 {
                continue;
            }
            let (ax, bx) = (dx.max(0) as usize, (-dx).max(0) as usize);
            let (ay, by) = (dy.max(0) as usize, (-dy).max(0) as usize);
            let mut sum = 0u32;
            for y in 0..high {
                let a = &a[(ay + y) * columns + ax..][..wide];
                let b = &b[(by + y) * columns + bx..][..wide];
                sum += a.iter().zip(b).map(|(&a, &b)| u32::from(a.abs_diff(b))).sum::<u32>();
            }
            let cost = sum as f32 / (wide * high) as f32;
            if cost < least {
                (best, least) = ((dx * 4, dy * 4), cost);
            }
        }
    }
    best
}

/// A quarter of the width and height, by the mean of what is covered.
fn quarter(picture: &[u8], width: usize, height: usize) -> (Vec<u8>, usize, usize) {
    let (columns, rows) = ((width / 4).max(1), (height / 4).max(1));
    let (wide, high) = (width.min(4), height.min(4));
    let mut small = Vec::with_capacity(columns * rows);
    for y in 0..rows {
        for x in 0..columns {
            let covered = (0..high).flat_map(|i| &picture[(y * 4 + i) * width + x * 4..][..wide]);
            small.push((covered.map(|&luma| u32::from(luma)).sum::<u32>() / (wide * high) as u32) as u8);
        }
    }
    (small, columns, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::{HEIGHT, WIDTH, film_of, scene};

    #[test]
    fn is_zero_for_the_same_picture_and_high_for_another() {
        let film = film_of([scene(1, 0, 0), scene(1, 0, 0), scene(2, 0, 0)]);
        assert_eq!((structure(&film, 0, 1), blocks(&film, 0, 1)), (0.0, 0.0));
        assert!(structure(&film, 0, 2) > 0.7, "{}", structure(&film, 0, 2));
        assert!((structure(&film, 0, 2) - structure(&film, 2, 0)).abs() < 0.02);
    }

    #[test]
    fn forgives_motion_up_to_half_of_the_picture() {
        for (dx, dy) in [(3, 2), (-6, 4), (20, 0), (-28, 3), (0, 16)] {
            let film = film_of([scene(1, 0, 0), scene(1, dx, dy)]);
            let structure = structure(&film, 0, 1);
            assert!(structure < 0.3, "{dx} {dy}: {structure}");
        }
    }

    #[test]
    fn forgives_a_change_of_brightness() {
        let dark: Vec<u8> = scene(1, 0, 0).iter().map(|&value| value / 2 + 10).collect();
        let film = film_of([scene(1, 0, 0), dark]);
        assert!(blocks(&film, 0, 1) > 10.0);
        assert!(structure(&film, 0, 1) < 0.15, "{}", structure(&film, 0, 1));
    }

    #[test]
    fn counts_a_caption_by_its_area() {
        let mut captioned = scene(1, 0, 0);
        captioned[WIDTH * 3 * (HEIGHT - 4)..].fill(255);
        let film = film_of([scene(1, 0, 0), captioned]);
        // One of five rows of tiles is lost, and no other.
        assert!((0.1..0.25).contains(&structure(&film, 0, 1)), "{}", structure(&film, 0, 1));
    }

    #[test]
    fn compares_pictures_smaller_than_a_tile() {
        for (width, height) in [(1, 1), (2, 2), (3, 9), (13, 1)] {
            let mut film = Film::new(width, height);
            film.push(&vec![0; width * height * 3]);
            film.push(&vec![255; width * height * 3]);
            assert_eq!(structure(&film, 0, 0), 0.0);
            assert!(structure(&film, 0, 1) > 0.5, "{width}x{height}: {}", structure(&film, 0, 1));
        }
    }
}
