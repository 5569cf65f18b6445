//! How natural a picture's statistics are: BRISQUE (Mittal, Moorthy, Bovik 2012, "No-reference image quality assessment
//! in the spatial domain"), a regression over 36 features of normalised luma at two scales.
//!
//! As the PyPI package `brisque` 0.2.0 computes it, whose regression this reads, but for the fit's method: that searches
//! from one starting point, this between bounds.

use std::borrow::Cow;
use std::path::Path;

use va_analyzer_sdk::Result;

use crate::aggd::Moments;
use crate::mscn::{self, Map};
use crate::plane::Plane;
use crate::svr::Svr;

/// The model's name, and its file.
pub const NAME: &str = "brisque-svm";
const FILE: &str = "svm.txt";
const FEATURES: usize = 36;
/// The regression learned from pictures of about 768x512; a picture whose shorter side has this many pixels is halved.
const LARGE: usize = 1080;
/// Below this, half the size has hardly anything to fit.
const LEAST_SIDE: usize = 32;

/// The least and greatest value of each feature that the regression learned from: the numbers of
/// `brisque/models/normalize.pickle` in that package (Apache-2.0).
const LEAST: [f64; FEATURES] = [
    0.336999, 0.019667, 0.23, -0.125959, 0.000167, 0.000616, 0.231, -0.125873, 0.000165, 0.0006, 0.241,
    -0.128814, 0.000179, 0.000386, 0.243, -0.13308, 0.000182, 0.000421, 0.436998, 0.016929, 0.247, -0.200231,
    0.000104, 0.000834, 0.257, -0.200017, 0.000112, 0.000876, 0.257, -0.155072, 0.000112, 0.000356, 0.258,
    -0.154374, 0.000117, 0.000351,
];
const GREATEST: [f64; FEATURES] = [
    9.999411, 0.807472, 1.644021, 0.202917, 0.712384, 0.468672, 1.644021, 0.169548, 0.713132, 0.467896,
    1.553016, 0.101368, 0.687324, 0.533087, 1.554016, 0.101, 0.689177, 0.533133, 3.639918, 0.800955,
    1.096995, 0.175286, 0.755547, 0.39927, 1.095995, 0.155928, 0.751488, 0.402398, 1.041992, 0.093209,
    0.623516, 0.532925, 1.042992, 0.093714, 0.621958, 0.534484,
];

/// The loaded regression.
#[derive(Debug)]
pub struct Brisque {
    svr: Svr<FEATURES>,
}

/// Memory that is kept from frame to frame.
#[derive(Debug, Default)]
pub struct Room {
    picture: Map,
    half: Map,
    normalised: Map,
    rows: mscn::Room,
}

impl Brisque {
    /// From the model's folder.
    ///
    /// # Errors
    /// As [`Svr::read`].
    pub fn read(folder: &Path) -> Result<Self> {
        Ok(Brisque { svr: Svr::read(&folder.join(FILE))? })
    }

    /// About 0 natural to 100 badly distorted; some pictures are a little beyond. `None` where there is nothing to fit:
    /// in a flat picture, or below 32 pixels a side. Black bars at the edges do not count.
    pub fn score(&self, luma: &Plane, room: &mut Room) -> Option<f64> {
        let features = features(luma, room)?;
        let scaled = |i: usize| 2.0 * (features[i] - LEAST[i]) / (GREATEST[i] - LEAST[i]) - 1.0;
        Some(self.svr.predict(&std::array::from_fn(scaled)))
    }
}

/// The 36 features: 18 of the picture, 18 of half its size.
pub fn features(luma: &Plane, room: &mut Room) -> Option<[f64; FEATURES]> {
    room.picture = between_bars(&usual_size(luma), std::mem::take(&mut room.picture));
    if room.picture.width.min(room.picture.height) < LEAST_SIDE {
        return None;
    }
    room.picture.halve_into(&mut room.half);
    let mut features = [0.0; FEATURES];
    for (picture, features) in
        [&room.picture, &room.half].into_iter().zip(features.chunks_exact_mut(FEATURES / 2))
    {
        mscn::normalise(picture, &mut room.rows, &mut room.normalised);
        of_one_scale(&room.normalised, features)?;
    }
    Some(features)
}

/// Halved as often as it is large.
fn usual_size(luma: &Plane) -> Cow<'_, Plane> {
    let mut luma = Cow::Borrowed(luma);
    while luma.width.min(luma.height) >= LARGE {
        luma = Cow::Owned(luma.halved());
    }
    luma
}

fn between_bars(luma: &Plane, mut picture: Map) -> Map {
    let (columns, rows) = luma.between_bars();
    (picture.width, picture.height) = (columns.len(), rows.len());
    picture.data.clear();
    for y in rows {
        picture.data.extend(luma.row(y)[columns.clone()].iter().map(|&level| f32::from(level)));
    }
    picture
}

/// Of the normalised luma the shape and variance; of its products with the right, the lower and the two lower diagonal
/// neighbours the shape, mean and both variances.
fn of_one_scale(normalised: &Map, features: &mut [f64]) -> Option<()> {
    let mut moments = [Moments::default(); 5];
    let ones = vec![1.0; normalised.width];
    for y in 0..normalised.height {
        let row = normalised.row(y);
        moments[0].add_products(row, &ones);
        moments[1].add_products(&row[..row.len() - 1], &row[1..]);
        if y + 1 < normalised.height {
            let lower = normalised.row(y + 1);
            moments[2].add_products(row, lower);
            moments[3].add_products(&row[..row.len() - 1], &lower[1..]);
            moments[4].add_products(&lower[..row.len() - 1], &row[1..]);
        }
    }
    let own = moments[0].fit()?;
    features[0] = own.shape;
    features[1] = (own.variance.0 + own.variance.1) / 2.0;
    for (moments, features) in moments[1..].iter().zip(features[2..].chunks_exact_mut(4)) {
        let fit = moments.fit()?;
        features.copy_from_slice(&[fit.shape, fit.mean, fit.variance.0, fit.variance.1]);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(width: usize, height: usize, luma: impl Fn(usize, usize) -> u8) -> Plane {
        Plane { width, height, data: (0..width * height).map(|at| luma(at % width, at / width)).collect() }
    }

    #[test]
    fn a_flat_or_tiny_picture_says_nothing() {
        let mut room = Room::default();
        assert_eq!(features(&plane(64, 64, |_, _| 0), &mut room), None);
        assert_eq!(features(&plane(31, 64, |x, y| (x * y) as u8), &mut room), None);
        assert_eq!(features(&Plane::default(), &mut room), None);
    }

    #[test]
    fn bars_do_not_count() {
        let texture = |x: usize, y: usize| 40 + ((x * 37) ^ (y * 91)) as u8 % 200;
        let plain = features(&plane(64, 48, texture), &mut Room::default());
        let boxed = |x: usize, y: usize| if (20..68).contains(&y) { texture(x, y - 20) } else { 0 };
        assert!(plain.is_some());
        assert_eq!(features(&plane(64, 88, boxed), &mut Room::default()), plain);
    }
}
