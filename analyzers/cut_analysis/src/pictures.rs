//! Pictures for the unit tests: a landscape of soft hills without end, one for each number.

use crate::film::Film;

pub(crate) const WIDTH: usize = 64;
pub(crate) const HEIGHT: usize = 36;

/// The part of landscape `number` that begins at `(x, y)`, as RGB.
pub(crate) fn scene(number: u32, x: i32, y: i32) -> Vec<u8> {
    let place = |at: usize| (x + (at % WIDTH) as i32, y + (at / WIDTH) as i32);
    let colour = |at: usize| {
        let (x, y) = place(at);
        let luma = hills(number, x, y, 9) * 0.6 + hills(number + 100, x, y, 4) * 0.4;
        let tint = hills(number + 200, x, y, 13) * 60.0 - 30.0;
        let luma = 20.0 + 200.0 * luma;
        [luma + tint, luma, luma - tint].map(|value| value.clamp(0.0, 255.0) as u8)
    };
    (0..WIDTH * HEIGHT).flat_map(colour).collect()
}

/// `(1 - weight) a + weight b`
pub(crate) fn mixed(a: &[u8], b: &[u8], weight: f32) -> Vec<u8> {
    let mix = |(&a, &b): (&u8, &u8)| (f32::from(a) * (1.0 - weight) + f32::from(b) * weight).round() as u8;
    a.iter().zip(b).map(mix).collect()
}

pub(crate) fn film_of(frames: impl IntoIterator<Item = Vec<u8>>) -> Film {
    let mut film = Film::new(WIDTH, HEIGHT);
    frames.into_iter().for_each(|frame| film.push(&frame));
    film
}

/// Value noise: random heights on a grid of this spacing, linear between, 0..1.
fn hills(number: u32, x: i32, y: i32, spacing: i32) -> f32 {
    let (column, row) = (x.div_euclid(spacing), y.div_euclid(spacing));
    let across = x.rem_euclid(spacing) as f32 / spacing as f32;
    let down = y.rem_euclid(spacing) as f32 / spacing as f32;
    let height = |dx: i32, dy: i32| {
        let mixed = (column + dx).wrapping_mul(374_761_393) ^ (row + dy).wrapping_mul(668_265_263);
        let mut hash = (mixed as u32) ^ number.wrapping_mul(0x9e37_79b9);
        hash = (hash ^ (hash >> 16)).wrapping_mul(0x7feb_352d);
        hash = (hash ^ (hash >> 15)).wrapping_mul(0x846c_a68b);
        (hash >> 8) as f32 / (1 << 24) as f32
    };
    let top = height(0, 0) * (1.0 - across) + height(1, 0) * across;
    let bottom = height(0, 1) * (1.0 - across) + height(1, 1) * across;
    top * (1.0 - down) + bottom * down
}
