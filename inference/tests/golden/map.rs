//! Components and smallest rectangles beside OpenCV.

use serde::Deserialize;
use va_inference::text::{Components, least_area_rectangle};

use crate::reference;

#[derive(Deserialize)]
struct Shapes {
    components: Vec<Found>,
    least_rectangles: Vec<Rectangle>,
}

#[derive(Deserialize)]
struct Found {
    width: usize,
    height: usize,
    threshold: f32,
    /// Cells, left, top, right, bottom, mean; sorted.
    found: Vec<(usize, usize, usize, usize, usize, f64)>,
}

#[derive(Deserialize)]
struct Rectangle {
    points: Vec<[f32; 2]>,
    sides: [f32; 2],
}

/// The reference's map, by the same formula.
pub(crate) fn blobs(width: usize, height: usize) -> Vec<f32> {
    let value = |x: f64, y: f64| {
        let waves = (x * 0.31).sin() * (y * 0.43).sin() + 0.5 * (x * 0.11 + y * 0.17).sin();
        (0.5 + 0.4 * waves).clamp(0.0, 1.0) as f32
    };
    (0..width * height).map(|i| value((i % width) as f64, (i / width) as f64)).collect()
}

#[test]
fn components_are_opencvs() {
    for case in reference::read::<Shapes>("shapes").components {
        let map = blobs(case.width, case.height);
        let mut found: Vec<_> = Components::new()
            .find(&map, case.width, case.threshold)
            .iter()
            .map(|c| (c.cells, c.left, c.top, c.right, c.bottom, f64::from(c.mean())))
            .collect();
        found.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
        assert!(found.len() > 3, "{} components", found.len());
        assert_eq!(found.len(), case.found.len());
        for (a, b) in found.iter().zip(&case.found) {
            assert_eq!((a.0, a.1, a.2, a.3, a.4), (b.0, b.1, b.2, b.3, b.4));
            assert!((a.5 - b.5).abs() < 1e-6, "{a:?} {b:?}");
        }
    }
}

/// Single precision over coordinates of up to 100.
#[test]
fn smallest_rectangles_are_opencvs() {
    for case in reference::read::<Shapes>("shapes").least_rectangles {
        let [a, b, c, _] = least_area_rectangle(&case.points).expect("has points");
        let mut sides = [(b[0] - a[0]).hypot(b[1] - a[1]), (c[0] - b[0]).hypot(c[1] - b[1])];
        sides.sort_by(f32::total_cmp);
        let off = (sides[0] - case.sides[0]).abs().max((sides[1] - case.sides[1]).abs());
        assert!(off < 1e-2, "{sides:?} {:?}", case.sides);
    }
}
