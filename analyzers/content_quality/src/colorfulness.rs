//! How colourful a picture is.
//!
//! Hasler, Süsstrunk 2003, "Measuring colourfulness in natural images": deviation and mean of the two opponent
//! colours red - green and yellow - blue.

/// The paper's "extremely colourful" (its scale: 15 slightly, 33 moderately, 59 quite, 82 highly): 1 from here on.
const EXTREMELY: f64 = 109.0;
/// Pixels whose sums fit into 32 bits: 510^2 * 8192 < 2^31.
const PIXELS: usize = 1024;

/// 0 grey to 1 extremely colourful, of pixels of three bytes. `None` without pixels.
pub fn colorfulness(rgb: &[u8]) -> Option<f64> {
    let pixels = (rgb.len() / 3) as f64;
    if pixels == 0.0 {
        return None;
    }
    let mut sums = Opponents::<i64>::default();
    for part in rgb.chunks(3 * PIXELS) {
        sums.add(opponents(part));
    }
    // Yellow - blue was summed doubled, to stay with integers.
    let mean = [sums.mean[0] as f64 / pixels, sums.mean[1] as f64 / pixels / 2.0];
    let square = [sums.square[0] as f64 / pixels, sums.square[1] as f64 / pixels / 4.0];
    let variance = |i: usize| (square[i] - mean[i].powi(2)).max(0.0);
    let metric = (variance(0) + variance(1)).sqrt() + 0.3 * mean[0].hypot(mean[1]);
    Some((metric / EXTREMELY).min(1.0))
}

/// Sums of red - green and of red + green - 2 blue, and of their squares.
#[derive(Default)]
struct Opponents<T> {
    mean: [T; 2],
    square: [T; 2],
}

impl Opponents<i64> {
    fn add(&mut self, part: Opponents<i32>) {
        for i in 0..2 {
            self.mean[i] += i64::from(part.mean[i]);
            self.square[i] += i64::from(part.square[i]);
        }
    }
}

fn opponents(rgb: &[u8]) -> Opponents<i32> {
    let (mut red_green, mut yellow_blue) = ([0i16; PIXELS], [0i16; PIXELS]);
    for ((red_green, yellow_blue), pixel) in
        red_green.iter_mut().zip(&mut yellow_blue).zip(rgb.chunks_exact(3))
    {
        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(i16::from);
        *red_green = red - green;
        *yellow_blue = red + green - 2 * blue;
    }
    let sum = |values: &[i16]| values.iter().map(|&value| i32::from(value)).sum();
    let squares = |values: &[i16]| values.iter().map(|&value| i32::from(value) * i32::from(value)).sum();
    Opponents {
        mean: [sum(&red_green), sum(&yellow_blue)],
        square: [squares(&red_green), squares(&yellow_blue)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_has_no_colour() {
        assert_eq!(colorfulness(&[0, 0, 0, 90, 90, 90, 255, 255, 255]), Some(0.0));
        assert_eq!(colorfulness(&[]), None);
    }

    #[test]
    fn two_colours_by_hand() {
        // Red - green: 100 and -100; yellow - blue: 50 and 50. Deviation 100, mean 0 and 50.
        let found = colorfulness(&[100, 0, 0, 0, 100, 0]).expect("it has pixels");
        assert!((found - (100.0 + 0.3 * 50.0) / 109.0_f64).abs() < 1e-12 || found == 1.0);
        let half = colorfulness(&[50, 0, 0, 0, 50, 0]).expect("it has pixels");
        assert!((half - (50.0 + 0.3 * 25.0) / 109.0).abs() < 1e-12);
    }

    #[test]
    fn saturated_colours_are_at_the_top() {
        assert_eq!(colorfulness(&[255, 0, 0, 0, 255, 0, 0, 0, 255]), Some(1.0));
    }

    #[test]
    fn large_pictures_do_not_overflow() {
        let blue = [0, 0, 255].repeat(100_000);
        let found = colorfulness(&blue).expect("it has pixels");
        assert!((found - 0.3 * 255.0 / 109.0).abs() < 1e-9);
    }
}
