//! Colours: luma, sRGB and linear light, CIELAB and colour differences.
//!
//! Pixels are three bytes (red, green, blue), full range. White is D65 everywhere, as in sRGB (IEC 61966-2-1).

use std::sync::LazyLock;

/// D65 for the CIE 1931 2 degree observer, relative to Y = 1: what linear sRGB (1, 1, 1) is in XYZ.
pub const WHITE_XYZ: [f32; 3] = [0.950_47, 1.0, 1.088_83];

/// Linear sRGB to XYZ, IEC 61966-2-1.
const XYZ_OF_LINEAR: [[f32; 3]; 3] = [
    [0.412_456_4, 0.357_576_1, 0.180_437_5],
    [0.212_672_9, 0.715_152_2, 0.072_175],
    [0.019_333_9, 0.119_192, 0.950_304_1],
];

/// The inverse of [`XYZ_OF_LINEAR`].
const LINEAR_OF_XYZ: [[f32; 3]; 3] = [
    [3.240_454_2, -1.537_138_5, -0.498_531_4],
    [-0.969_266, 1.876_010_8, 0.041_556],
    [0.055_643_4, -0.204_025_9, 1.057_225_2],
];

static LINEAR_OF_SRGB: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|level| {
        let encoded = level as f64 / 255.0;
        let linear =
            if encoded <= 0.040_45 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) };
        linear as f32
    })
});

/// Linear light 0..1 of each sRGB level, IEC 61966-2-1.
pub fn linear_of_srgb() -> &'static [f32; 256] {
    &LINEAR_OF_SRGB
}

/// The sRGB level of linear light; outside 0..1 is clipped.
pub fn srgb_of_linear(linear: f32) -> u8 {
    let linear = linear.clamp(0.0, 1.0);
    let encoded = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (encoded * 255.0).round() as u8
}

/// Luma of a pixel, ITU-R BT.601 weights in 1/256 (77, 150, 29), rounded: within one level of the exact one.
pub fn luma(rgb: [u8; 3]) -> u8 {
    let [red, green, blue] = rgb.map(u16::from);
    ((77 * red + 150 * green + 29 * blue + 128) >> 8) as u8
}

/// Luma of every pixel of `rgb`, into `plane`, which takes the length that is needed.
pub fn luma_plane(rgb: &[u8], plane: &mut Vec<u8>) {
    plane.resize(rgb.len() / 3, 0);
    for (luma_of_pixel, pixel) in plane.iter_mut().zip(rgb.chunks_exact(3)) {
        *luma_of_pixel = luma([pixel[0], pixel[1], pixel[2]]);
    }
}

/// XYZ (white has Y = 1) of linear sRGB.
pub fn xyz_of_linear(linear: [f32; 3]) -> [f32; 3] {
    product(&XYZ_OF_LINEAR, linear)
}

/// A colour in CIELAB, D65: `l` 0..100, `a` (green to red) and `b` (blue to yellow) about -128..127.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Lab {
    pub l: f32,
    pub a: f32,
    pub b: f32,
}

impl Lab {
    /// Of an sRGB pixel. CIE 15:2004.
    pub fn of_srgb(rgb: [u8; 3]) -> Self {
        let table = linear_of_srgb();
        Lab::of_xyz(xyz_of_linear(rgb.map(|level| table[usize::from(level)])))
    }

    /// Of XYZ, where white has Y = 1.
    pub fn of_xyz(xyz: [f32; 3]) -> Self {
        let [x, y, z] = [0, 1, 2].map(|i| compressed(xyz[i] / WHITE_XYZ[i]));
        Lab { l: 116.0 * y - 16.0, a: 500.0 * (x - y), b: 200.0 * (y - z) }
    }

    /// The nearest sRGB pixel, each channel clipped where the colour lies outside.
    pub fn to_srgb(self) -> [u8; 3] {
        let y = (self.l + 16.0) / 116.0;
        let ratios = [y + self.a / 500.0, y, y - self.b / 200.0];
        let xyz = [0, 1, 2].map(|i| expanded(ratios[i]) * WHITE_XYZ[i]);
        product(&LINEAR_OF_XYZ, xyz).map(srgb_of_linear)
    }

    /// Chroma: the distance from grey.
    pub fn chroma(self) -> f32 {
        self.a.hypot(self.b)
    }

    /// Hue angle in degrees, 0..360; 0 for grey.
    pub fn hue_deg(self) -> f32 {
        self.b.atan2(self.a).to_degrees().rem_euclid(360.0)
    }

    /// The squared Euclidean distance, that is the CIE 1976 difference squared.
    pub fn distance_squared(self, other: Lab) -> f32 {
        let (l, a, b) = (self.l - other.l, self.a - other.a, self.b - other.b);
        l * l + a * a + b * b
    }

    /// The CIEDE2000 difference (CIE 142-2001, as Sharma, Wu and Dalal 2005 write it), all weights 1. About 1 is
    /// just visible.
    pub fn delta_e_2000(self, other: Lab) -> f32 {
        ciede2000(self.widened(), other.widened()) as f32
    }

    fn widened(self) -> [f64; 3] {
        [self.l, self.a, self.b].map(f64::from)
    }
}

fn product(matrix: &[[f32; 3]; 3], vector: [f32; 3]) -> [f32; 3] {
    matrix.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
}

/// CIELAB's cube root with its straight piece near black.
fn compressed(ratio: f32) -> f32 {
    if ratio > 216.0 / 24389.0 { ratio.cbrt() } else { (24389.0 / 27.0 * ratio + 16.0) / 116.0 }
}

/// The inverse of [`compressed`].
fn expanded(root: f32) -> f32 {
    if root > 6.0 / 29.0 { root.powi(3) } else { (116.0 * root - 16.0) * 27.0 / 24389.0 }
}

fn ciede2000([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let weight = |chroma: f64| (chroma.powi(7) / (chroma.powi(7) + 25f64.powi(7))).sqrt();
    let stretch = 1.0 + 0.5 * (1.0 - weight((a1.hypot(b1) + a2.hypot(b2)) / 2.0));
    let (a1, a2) = (a1 * stretch, a2 * stretch);
    let (chroma1, chroma2) = (a1.hypot(b1), a2.hypot(b2));
    let (hue1, hue2) =
        (b1.atan2(a1).to_degrees().rem_euclid(360.0), b2.atan2(a2).to_degrees().rem_euclid(360.0));
    let grey = chroma1 * chroma2 == 0.0;

    // The way round the circle that is shorter.
    let turn = match hue2 - hue1 {
        _ if grey => 0.0,
        turn if turn > 180.0 => turn - 360.0,
        turn if turn < -180.0 => turn + 360.0,
        turn => turn,
    };
    let hue = match hue1 + hue2 {
        sum if grey => sum,
        sum if (hue1 - hue2).abs() <= 180.0 => sum / 2.0,
        sum if sum < 360.0 => (sum + 360.0) / 2.0,
        sum => (sum - 360.0) / 2.0,
    };
    let (lightness, chroma) = ((l1 + l2) / 2.0, (chroma1 + chroma2) / 2.0);

    let cosine = |factor: f64, shift: f64| (factor * hue + shift).to_radians().cos();
    let hue_weight = 1.0 - 0.17 * cosine(1.0, -30.0) + 0.24 * cosine(2.0, 0.0) + 0.32 * cosine(3.0, 6.0)
        - 0.20 * cosine(4.0, -63.0);
    let from_middle = (lightness - 50.0).powi(2);
    let in_l = (l2 - l1) / (1.0 + 0.015 * from_middle / (20.0 + from_middle).sqrt());
    let in_chroma = (chroma2 - chroma1) / (1.0 + 0.045 * chroma);
    let in_hue = 2.0 * (chroma1 * chroma2).sqrt() * (turn / 2.0).to_radians().sin()
        / (1.0 + 0.015 * chroma * hue_weight);
    let rotation = 30.0 * (-((hue - 275.0) / 25.0).powi(2)).exp();
    let mixed = -(2.0 * rotation).to_radians().sin() * 2.0 * weight(chroma) * in_chroma * in_hue;
    (in_l.powi(2) + in_chroma.powi(2) + in_hue.powi(2) + mixed).max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(found: Lab, [l, a, b]: [f32; 3], tolerance: f32) {
        let off = [found.l - l, found.a - a, found.b - b];
        assert!(off.iter().all(|off| off.abs() < tolerance), "{found:?} is not {l} {a} {b}");
    }

    /// Values of scikit-image 0.26 (`rgb2lab`), D65; 0.02 covers its slightly different white.
    #[test]
    fn lab_is_that_of_another_implementation() {
        assert_near(Lab::of_srgb([255, 255, 255]), [100.0, 0.0, 0.0], 0.02);
        assert_near(Lab::of_srgb([255, 0, 0]), [53.2408, 80.0925, 67.2032], 0.02);
        assert_near(Lab::of_srgb([0, 255, 0]), [87.7347, -86.1827, 83.1793], 0.02);
        assert_near(Lab::of_srgb([0, 0, 255]), [32.2970, 79.1875, -107.8602], 0.02);
        assert_near(Lab::of_srgb([18, 52, 86]), [21.0416, 1.0523, -24.0992], 0.02);
        assert_near(Lab::of_srgb([0, 0, 0]), [0.0, 0.0, 0.0], 1e-4);
    }

    #[test]
    fn every_srgb_colour_survives_the_way_to_lab_and_back() {
        for red in (0..=255).step_by(5) {
            for green in (0..=255).step_by(5) {
                for blue in (0..=255).step_by(5) {
                    let rgb = [red, green, blue];
                    assert_eq!(Lab::of_srgb(rgb).to_srgb(), rgb);
                }
            }
        }
    }

    #[test]
    fn srgb_levels_survive_linear_light() {
        for level in 0..=255u8 {
            assert_eq!(srgb_of_linear(linear_of_srgb()[usize::from(level)]), level);
        }
    }

    /// Pairs of Sharma, Wu, Dalal: "The CIEDE2000 color-difference formula", Color Res. Appl. 30 (2005), table 1:
    /// the blue rotation, hues across 0 degrees, grey against grey, large differences.
    #[test]
    fn ciede2000_matches_the_published_pairs() {
        let pairs = [
            ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
            ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
            ([50.0, 2.49, -0.001], [50.0, -2.49, 0.0009], 7.1792),
            ([50.0, 2.49, -0.001], [50.0, -2.49, 0.0011], 7.2195),
            ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
            ([50.0, 2.5, 0.0], [58.0, 24.0, 15.0], 19.4535),
            ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
            ([22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619], 2.0373),
            ([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082),
        ];
        for (one, other, expected) in pairs {
            let found = ciede2000(one, other);
            assert!((found - expected).abs() < 1e-4, "{one:?} {other:?}: {found} is not {expected}");
            assert!((found - ciede2000(other, one)).abs() < 1e-9, "{one:?} {other:?} depends on the order");
        }
    }

    #[test]
    fn luma_is_within_a_level_of_the_exact_one() {
        for red in (0..=255u8).step_by(3) {
            for green in (0..=255u8).step_by(3) {
                for blue in (0..=255u8).step_by(3) {
                    let exact = 0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue);
                    assert!((f64::from(luma([red, green, blue])) - exact).abs() < 1.0);
                }
            }
        }
        assert_eq!(luma([255, 255, 255]), 255);
        assert_eq!(luma([0, 0, 0]), 0);
    }

    #[test]
    fn a_plane_has_the_luma_of_each_pixel() {
        let mut plane = vec![9; 100];
        luma_plane(&[255, 0, 0, 0, 255, 0], &mut plane);
        assert_eq!(plane, [luma([255, 0, 0]), luma([0, 255, 0])]);
    }
}
