//! How different two frames are: in colours, in blocks, and in structure where motion is forgiven.

use crate::film::{Film, Histogram};

/// Side of the blocks that are looked for in the other picture.
pub const TILE: usize = 8;
/// How far a block may have moved in each direction, pixels of the small frame.
pub const REACH: isize = 6;
/// Added to the cost of a tile's pixel from itself: what coding noise makes of a flat tile.
const NOISE: f32 = 3.0;
/// Mean and standard deviation that pictures are brought to before their structure is compared.
const NORMAL: (f32, f32) = (128.0, 40.0);
/// A picture of less contrast is not stretched further: what is left in it is mostly coding noise.
const LEAST_DEVIATION: f32 = 12.0;
/// Below this no other way of comparing is tried.
const SURELY_SAME: f32 = 0.15;
/// Share of the picture that a shift of the whole must leave in common.
const LEAST_COMMON: f32 = 0.4;

/// Half the sum of absolute differences of the shares in each bin, mean of the three channels, 0..1.
pub fn histogram(a: &Histogram, b: &Histogram) -> f32 {
    let pixels: u32 = a[0].iter().sum();
    let moved: u32 = a.iter().flatten().zip(b.iter().flatten()).map(|(&a, &b)| a.abs_diff(b)).sum();
    moved as f32 / (6.0 * pixels.max(1) as f32)
}

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
/// intra cost); the mean over all tiles of both pictures, none counting for more than 1. Besides places nearby, a
/// shift of the whole picture is tried, so that a whip pan is followed. The least of two ways counts: each picture
/// brought to the same brightness and contrast, so that a change of exposure is none; and both treated alike, so
/// that a caption, which changes the brightness of the whole, does not spoil the rest.
pub fn structure(film: &Film, a: usize, b: usize) -> f32 {
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
    let compare = |shift: (isize, isize)| {
        let back = (-shift.0, -shift.1);
        tiles.ratio(&tiles.inter(&b, &a, shift), &cost_b, &tiles.inter(&a, &b, back), &cost_a)
    };
    let near = compare((0, 0));
    if near < SURELY_SAME { near } else { near.min(compare(shift(&a, &b, film.width, film.height))).min(1.0) }
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
        let level = |y: usize| (NORMAL.0 + (y as f32 - self.mean) * self.factor).round().clamp(0.0, 255.0) as u8;
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
    /// [`REACH`] from `shift`; `None` where no such place lies within `other` wholly.
    fn inter(&self, picture: &[u8], other: &[u8], shift: (isize, isize)) -> Vec<Option<u32>> {
        let mut best = vec![None; self.columns() * self.rows()];
        let mut columns = vec![0u16; self.width];
        for dy in shift.1 - REACH..=shift.1 + REACH {
            for dx in shift.0 - REACH..=shift.0 + REACH {
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
        let to = (self.width as isize - dx).clamp(from as isize, self.width as isize) as usize;
        columns.fill(0);
        for y in top..bottom {
            let other_y = (y as isize + dy) as usize;
            let mine = &picture[y * self.width..][from..to];
            let start = (other_y * self.width) as isize + from as isize + dx;
            let other = &other[start.max(0) as usize..][..to - from];
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
