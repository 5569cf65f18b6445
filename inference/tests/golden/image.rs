//! Resizing, turning, letterboxing and normalising beside Pillow, OpenCV and numpy.

use serde::Deserialize;
use va_inference::geometry::Affine;
use va_inference::image::{Filter, Fit, Image, Layout, Normalise, Order, Painter, View, warp};

use crate::reference;

#[derive(Deserialize)]
struct Pictures {
    cases: Vec<Case>,
    normalised: Vec<Normalised>,
}

#[derive(Deserialize)]
struct Case {
    kind: String,
    what: String,
    width: usize,
    height: usize,
    out_width: usize,
    out_height: usize,
    out: String,
    #[serde(default)]
    matrix: Option<[[f64; 3]; 2]>,
}

#[derive(Deserialize)]
struct Normalised {
    name: String,
    out: Vec<f32>,
}

/// Largest and mean difference in levels.
#[derive(Debug, Clone, Copy)]
struct Off {
    most: u8,
    mean: f64,
}

fn off(found: &[u8], expected: &[u8]) -> Off {
    assert_eq!(found.len(), expected.len());
    let each = || found.iter().zip(expected).map(|(a, b)| a.abs_diff(*b));
    Off {
        most: each().max().unwrap_or(0),
        mean: each().map(f64::from).sum::<f64>() / expected.len().max(1) as f64,
    }
}

/// The reference's picture, by the same formula.
fn picture(kind: &str, width: usize, height: usize) -> Vec<u8> {
    let level = |x: usize, y: usize, c: usize| match kind {
        "soft" => {
            let (x, y, c) = (x as f64, y as f64, c as f64);
            (127.5 + 60.0 * (x / 7.0 + c).sin() + 60.0 * (y / 5.0 - c * x / 40.0).cos()).floor() as u8
        }
        _ => ((x * 3 + y * 5 * (c + 1) + (x / 8 + y / 8) % 2 * 90) % 256) as u8,
    };
    (0..width * height * 3).map(|i| level(i / 3 % width, i / 3 / width, i % 3)).collect()
}

impl Case {
    /// How far what we make is from what the other tool made.
    fn off(&self, make: impl Fn(&Self, &View<'_>) -> Vec<u8>) -> Off {
        let pixels = picture(&self.kind, self.width, self.height);
        let view = View::rgb(&pixels, self.width, self.height).expect("whole");
        off(&make(self, &view), &reference::bytes(&self.out))
    }

    fn to(&self) -> (usize, usize) {
        (self.out_width, self.out_height)
    }
}

fn resized(filter: Filter) -> impl Fn(&Case, &View<'_>) -> Vec<u8> {
    move |case, view| {
        let mut out = vec![0; case.out_width * case.out_height * 3];
        let fit = Fit::stretch(view.size(), case.to());
        Painter::new().filter(filter).bytes(view, &fit, &mut out).expect("fits");
        out
    }
}

/// Asserts for all cases of a tool. `most` and `mean` are what was seen, rounded up.
fn assert_near(what: &str, most: u8, mean: f64, make: impl Fn(&Case, &View<'_>) -> Vec<u8>) {
    let cases = reference::read::<Pictures>("pictures").cases;
    let mut seen = 0;
    for case in cases.iter().filter(|case| case.what == what) {
        let off = case.off(&make);
        println!("{what} {} {}x{} to {:?}: {off:?}", case.kind, case.width, case.height, case.to());
        assert!(off.most <= most && off.mean <= mean, "{what} {} {:?}: {off:?}", case.kind, case.to());
        seen += 1;
    }
    assert!(seen >= 2, "{what}: {seen} cases");
}

/// Both round to 8 bits between the two directions; each is at most one level from the exact value.
#[test]
fn bilinear_is_pillows() {
    assert_near("pillow_bilinear", 2, 0.15, resized(Filter::Bilinear));
}

/// OpenCV rounds once, after both directions.
#[test]
fn linear_is_opencvs() {
    assert_near("opencv_linear", 1, 0.3, resized(Filter::Linear));
}

#[test]
fn area_is_opencvs_for_whole_ratios() {
    assert_near("opencv_area", 1, 0.3, resized(Filter::Area));
}

/// Weights are rounded to 1/256 here, which is a level between neighbours that are 250 apart. (OpenCV before 5 rounds
/// positions to 1/32 of a pixel: up to eight levels there.)
#[test]
fn a_turned_crop_is_opencvs() {
    assert_near("opencv_warp", 2, 0.06, |case, view| {
        let to_crop = Affine::of_opencv(case.matrix.expect("a warp has a matrix"));
        let mut out = Image::default();
        warp(view, &to_crop, case.to(), &mut out).expect("not flat");
        out.view().data().to_vec()
    });
}

/// As [`bilinear_is_pillows`].
#[test]
fn a_letterbox_is_that_of_ultralytics() {
    assert_near("letterbox", 2, 0.15, |case, view| {
        let fit = Fit::letterbox(view.size(), case.to()).pad(114.0);
        let mut out = vec![0; case.out_width * case.out_height * 3];
        Painter::new().bytes(view, &fit, &mut out).expect("fits");
        out
    });
}

/// Division and multiplication by the inverse differ in the last bits of single precision.
#[test]
fn normalised_numbers_are_numpys() {
    let pixels = picture("soft", 6, 4);
    let view = View::rgb(&pixels, 6, 4).expect("whole");
    for expected in reference::read::<Pictures>("pictures").normalised {
        let normalise = match expected.name.as_str() {
            "imagenet_rgb_chw" => Normalise::imagenet(),
            "imagenet_bgr_chw" => Normalise::imagenet().order(Order::Bgr),
            "signed_rgb_hwc" => Normalise::signed().layout(Layout::Pixels),
            other => panic!("{other}"),
        };
        let mut out = vec![0.0; expected.out.len()];
        normalise.write(&view, &mut out).expect("fits");
        let worst = out.iter().zip(&expected.out).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 2e-6, "{}: {worst}", expected.name);
    }
}
