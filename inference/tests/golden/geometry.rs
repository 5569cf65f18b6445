//! Fitted maps beside numpy's singular value decomposition and least squares.

use serde::Deserialize;
use va_inference::geometry::Affine;

use crate::reference;

#[derive(Deserialize)]
struct Shapes {
    fitted: Fitted,
}

#[derive(Deserialize)]
struct Fitted {
    a: Vec<[f32; 2]>,
    b: Vec<[f32; 2]>,
    similarity: [[f64; 3]; 2],
    affine: [[f64; 3]; 2],
}

/// The points are single precision.
fn assert_near(found: Option<Affine>, [x, y]: [[f64; 3]; 2]) {
    let found = found.expect("five points");
    let off = found.x.iter().chain(&found.y).zip(x.iter().chain(&y)).map(|(a, b)| (a - b).abs());
    assert!(off.fold(0.0, f64::max) < 1e-4, "{found:?} is not {x:?} {y:?}");
}

#[test]
fn fitted_maps_are_numpys() {
    let Fitted { a, b, similarity, affine } = reference::read::<Shapes>("shapes").fitted;
    assert_near(Affine::similarity(&a, &b), similarity);
    assert_near(Affine::least_squares(&a, &b), affine);
}
