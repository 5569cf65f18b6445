//! What the pixels of a frame, or of a whole video, come to: sums for the plain measures, and a coarse histogram
//! whose cells keep the exact mean colour of their pixels, which is what k-means works on.

use va_inference::image::{Lab, linear_of_srgb, xyz_of_linear};

use crate::kmeans::Point;

/// Bits of each channel that choose the cell.
const BITS: u32 = 5;
const CELLS: usize = 1 << (3 * BITS);
/// Mean of the largest channel (0..1) below which a picture counts as black, with no saturation to speak of.
const BLACK: f64 = 0.01;

/// Pixels, counted. Equal pixels in another order or split over several frames give the same but for rounding.
#[derive(Debug, Clone)]
pub struct Pixels {
    count: u64,
    /// L* and its square.
    lightness: [f64; 2],
    /// Linear red, green, blue.
    linear: [f64; 3],
    /// The largest channel, and the largest less the smallest; 0..255 each.
    extremes: [u64; 2],
    /// L*, a*, b* and number, summed over the pixels of a cell.
    cells: Vec<[f64; 4]>,
    /// Cells with pixels, in the order of their first pixel.
    filled: Vec<u16>,
}

impl Default for Pixels {
    fn default() -> Self {
        Pixels {
            count: 0,
            lightness: [0.0; 2],
            linear: [0.0; 3],
            extremes: [0; 2],
            cells: vec![[0.0; 4]; CELLS],
            filled: Vec::new(),
        }
    }
}

impl Pixels {
    /// Forgets all pixels, and keeps the memory.
    pub fn clear(&mut self) {
        for cell in self.filled.drain(..) {
            self.cells[usize::from(cell)] = [0.0; 4];
        }
        (self.count, self.lightness, self.linear, self.extremes) = (0, [0.0; 2], [0.0; 3], [0; 2]);
    }

    /// Adds pixels: red, green, blue, a byte each.
    pub fn add_rgb(&mut self, rgb: &[u8]) {
        let table = linear_of_srgb();
        for pixel in rgb.chunks_exact(3) {
            let (red, green, blue) = (pixel[0], pixel[1], pixel[2]);
            let linear = [red, green, blue].map(|level| table[usize::from(level)]);
            let Lab { l, a, b } = Lab::of_xyz(xyz_of_linear(linear));
            let (l, a, b) = (f64::from(l), f64::from(a), f64::from(b));
            self.lightness[0] += l;
            self.lightness[1] += l * l;
            for (sum, linear) in self.linear.iter_mut().zip(linear) {
                *sum += f64::from(linear);
            }
            let (largest, smallest) = (red.max(green).max(blue), red.min(green).min(blue));
            self.extremes[0] += u64::from(largest);
            self.extremes[1] += u64::from(largest - smallest);
            self.add_to_cell(cell_of(red, green, blue), [l, a, b, 1.0]);
        }
        self.count += (rgb.len() / 3) as u64;
    }

    /// Adds all pixels that `other` has counted.
    pub fn add(&mut self, other: &Pixels) {
        for &cell in &other.filled {
            self.add_to_cell(cell, other.cells[usize::from(cell)]);
        }
        self.count += other.count;
        add_each(&mut self.lightness, other.lightness);
        add_each(&mut self.linear, other.linear);
        self.extremes = [0, 1].map(|i| self.extremes[i] + other.extremes[i]);
    }

    fn add_to_cell(&mut self, cell: u16, sums: [f64; 4]) {
        let kept = &mut self.cells[usize::from(cell)];
        if kept[3] == 0.0 {
            self.filled.push(cell);
        }
        add_each(kept, sums);
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The mean colour of each cell, weighted by its pixels.
    pub fn points(&self) -> Vec<Point> {
        let point = |&cell: &u16| {
            let [l, a, b, count] = self.cells[usize::from(cell)];
            let color = Lab { l: (l / count) as f32, a: (a / count) as f32, b: (b / count) as f32 };
            Point { color, weight: count as f32 }
        };
        self.filled.iter().map(point).collect()
    }

    /// Mean CIELAB lightness, 0 black to 1 white. NaN without pixels, as are all the measures.
    pub fn brightness(&self) -> f64 {
        self.lightness[0] / self.count as f64 / 100.0
    }

    /// RMS contrast (Peli 1990) of the lightness: its standard deviation, twice, so that half black half white is 1.
    pub fn contrast(&self) -> f64 {
        let mean_square = self.lightness[1] / self.count as f64 / 1e4;
        2.0 * (mean_square - self.brightness().powi(2)).max(0.0).sqrt()
    }

    /// HSV saturation, each pixel weighted by its HSV value: dark pixels, whose saturation is mostly noise, count
    /// little. 0 for a black picture.
    pub fn saturation(&self) -> f64 {
        let black = self.extremes[0] as f64 <= BLACK * 255.0 * self.count as f64;
        if black { 0.0 } else { self.extremes[1] as f64 / self.extremes[0] as f64 }
    }

    /// The mean in linear light, XYZ with Y = 1 for white.
    pub fn mean_xyz(&self) -> [f32; 3] {
        xyz_of_linear(self.linear.map(|sum| (sum / self.count as f64) as f32))
    }
}

fn cell_of(red: u8, green: u8, blue: u8) -> u16 {
    let part = |level: u8| u16::from(level) >> (8 - BITS);
    (part(red) << (2 * BITS)) | (part(green) << BITS) | part(blue)
}

fn add_each<const N: usize>(sums: &mut [f64; N], values: [f64; N]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pixels: &[[u8; 3]]) -> Pixels {
        let mut counted = Pixels::default();
        counted.add_rgb(&pixels.concat());
        counted
    }

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-4, "{found} is not {expected}");
    }

    #[test]
    fn black_and_white_have_full_contrast_and_no_saturation() {
        let pixels = of(&[[0, 0, 0], [255, 255, 255]]);
        near(pixels.brightness(), 0.5);
        near(pixels.contrast(), 1.0);
        near(pixels.saturation(), 0.0);
    }

    #[test]
    fn saturation_of_one_colour_is_that_of_hsv() {
        near(of(&[[128, 0, 0]]).saturation(), 1.0);
        near(of(&[[200, 150, 100]]).saturation(), 0.5);
        near(of(&[[0, 0, 1], [1, 0, 0]]).saturation(), 0.0);
    }

    #[test]
    fn cells_keep_the_mean_colour_of_their_pixels() {
        let points = of(&[[0, 0, 0], [7, 7, 7], [255, 255, 255]]).points();
        assert_eq!(points.iter().map(|point| point.weight).collect::<Vec<_>>(), [2.0, 1.0]);
        near(f64::from(points[0].color.l), f64::from(Lab::of_srgb([7, 7, 7]).l) / 2.0);
    }

    #[test]
    fn pooled_frames_equal_one_frame_with_all_pixels() {
        let (first, second) = ([[10, 20, 30], [90, 80, 70]], [[10, 20, 31], [250, 10, 10]]);
        let mut pooled = Pixels::default();
        pooled.add(&of(&first));
        pooled.add(&of(&second));
        let at_once = of(&[first, second].concat());
        assert_eq!(pooled.points(), at_once.points());
        near(pooled.contrast(), at_once.contrast());
        near(pooled.saturation(), at_once.saturation());
        assert_eq!(pooled.mean_xyz(), at_once.mean_xyz());
    }

    #[test]
    fn cleared_pixels_leave_nothing_behind() {
        let mut pixels = of(&[[1, 2, 3], [200, 100, 0]]);
        pixels.clear();
        assert!(pixels.is_empty());
        pixels.add_rgb(&[9, 9, 9]);
        assert_eq!(pixels.points(), of(&[[9, 9, 9]]).points());
        near(pixels.brightness(), of(&[[9, 9, 9]]).brightness());
    }
}
