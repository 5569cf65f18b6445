//! How warm a picture looks, and its correlated colour temperature where it has one.

use serde::Serialize;
use va_inference::image::Lab;

/// A mean luminance (Y, white 1) below which the chromaticity is mostly noise: about level 13 of 255.
const DARK: f32 = 0.004;
/// CIE 15:2004, 9.5: no correlated colour temperature further than this from the Planckian locus (CIE 1960 u, v).
const FURTHEST_FROM_LOCUS: f64 = 0.05;
/// Where both McCamy's and Krystek's formulas hold, K.
const RANGE_K: std::ops::RangeInclusive<f64> = 1_700.0..=15_000.0;
/// D65, the white of sRGB: a picture of this mean is neutral. Mired, that is a million by K.
const NEUTRAL_MIRED: f64 = 1e6 / 6_504.0;
/// Within so many mired of it, too: from 5755 K to 7477 K.
const NEUTRAL_WITHIN_MIRED: f64 = 20.0;
/// A warm-cool score by hue that is plain to see, of about -1..1.
const PLAIN: f32 = 0.1;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Temperature {
    Warm,
    Neutral,
    Cool,
}

/// Of the mean colour in linear light (XYZ, white Y = 1): the word, and K where that is meaningful.
///
/// By the colour temperature where there is one: warm below 5755 K, cool above 7477 K (20 mired from D65). Else by
/// hue: the chromatic term of the warm-cool scale of Ou et al. 2004 ("A study of colour emotion and colour
/// preference", part I), 0.02 C^1.07 cos(h - 50 degrees), warm above 0.1, cool below -0.1.
pub fn temperature(mean_xyz: [f32; 3]) -> (Temperature, Option<f64>) {
    let kelvin = correlated(mean_xyz);
    let above = match kelvin {
        Some(kelvin) => (1e6 / kelvin - NEUTRAL_MIRED) / NEUTRAL_WITHIN_MIRED,
        None if mean_xyz[1] < DARK => 0.0,
        None => f64::from(warmth_of_hue(Lab::of_xyz(mean_xyz)) / PLAIN),
    };
    let word = match above {
        above if above > 1.0 => Temperature::Warm,
        above if above < -1.0 => Temperature::Cool,
        _ => Temperature::Neutral,
    };
    (word, kelvin)
}

/// Correlated colour temperature, K: McCamy 1992 ("Correlated color temperature as an explicit function of
/// chromaticity coordinates"). `None` for a dark colour, one far from the Planckian locus, or one outside 1700 K
/// to 15000 K.
fn correlated([x, y, z]: [f32; 3]) -> Option<f64> {
    if y < DARK {
        return None;
    }
    let sum = f64::from(x + y + z);
    let (x, y) = (f64::from(x) / sum, f64::from(y) / sum);
    let n = (x - 0.3320) / (0.1858 - y);
    let kelvin = 449.0 * n.powi(3) + 3525.0 * n.powi(2) + 6823.3 * n + 5520.33;
    if !RANGE_K.contains(&kelvin) {
        return None;
    }
    let (locus_u, locus_v) = planckian(kelvin);
    let (u, v) = (4.0 * x / (-2.0 * x + 12.0 * y + 3.0), 6.0 * y / (-2.0 * x + 12.0 * y + 3.0));
    ((u - locus_u).hypot(v - locus_v) <= FURTHEST_FROM_LOCUS).then_some(kelvin)
}

/// The chromaticity of a black body, CIE 1960 u and v: Krystek 1985, 1000 K to 15000 K.
fn planckian(kelvin: f64) -> (f64, f64) {
    let t = kelvin;
    let u = (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t * t)
        / (1.0 + 8.42420235e-4 * t + 7.08145163e-7 * t * t);
    let v = (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t * t)
        / (1.0 - 2.89741816e-5 * t + 1.61456053e-7 * t * t);
    (u, v)
}

fn warmth_of_hue(color: Lab) -> f32 {
    0.02 * color.chroma().powf(1.07) * (color.hue_deg() - 50.0).to_radians().cos()
}

#[cfg(test)]
mod tests {
    use super::*;
    use va_inference::image::{linear_of_srgb, xyz_of_linear};

    fn of_srgb(rgb: [u8; 3]) -> (Temperature, Option<f64>) {
        temperature(xyz_of_linear(rgb.map(|level| linear_of_srgb()[usize::from(level)])))
    }

    fn xyz_of_chromaticity(x: f32, y: f32) -> [f32; 3] {
        [x / y * 0.5, 0.5, (1.0 - x - y) / y * 0.5]
    }

    /// Chromaticities and temperatures of CIE standard illuminants (CIE 15:2004); McCamy's formula is within 2 %.
    #[test]
    fn illuminants_have_their_temperature() {
        let illuminants = [
            (0.44757, 0.40745, 2856.0),
            (0.34567, 0.35850, 5003.0),
            (0.33242, 0.34743, 5503.0),
            (0.31271, 0.32902, 6504.0),
            (0.29902, 0.31485, 7504.0),
        ];
        for (x, y, expected) in illuminants {
            let (_, kelvin) = temperature(xyz_of_chromaticity(x, y));
            let kelvin = kelvin.expect("an illuminant lies near the locus");
            assert!((kelvin / expected - 1.0).abs() < 0.02, "{kelvin} is not {expected}");
        }
    }

    #[test]
    fn greys_are_neutral_at_the_white_of_srgb() {
        for level in [40, 128, 255] {
            let (word, kelvin) = of_srgb([level; 3]);
            assert_eq!(word, Temperature::Neutral);
            assert!((kelvin.expect("grey has one") - 6504.0).abs() < 20.0);
        }
    }

    #[test]
    fn colours_far_from_the_locus_have_no_temperature_but_a_word() {
        assert_eq!(of_srgb([0, 200, 0]).1, None);
        assert_eq!(of_srgb([255, 0, 0]), (Temperature::Warm, None));
        assert_eq!(of_srgb([0, 0, 255]), (Temperature::Cool, None));
        assert_eq!(of_srgb([255, 0, 255]).1, None);
    }

    #[test]
    fn black_says_nothing() {
        assert_eq!(of_srgb([0, 0, 0]), (Temperature::Neutral, None));
        assert_eq!(of_srgb([3, 0, 0]), (Temperature::Neutral, None));
    }

    #[test]
    fn tinted_greys_are_warm_or_cool() {
        assert_eq!(of_srgb([255, 220, 180]).0, Temperature::Warm);
        assert_eq!(of_srgb([180, 205, 255]).0, Temperature::Cool);
    }
}
