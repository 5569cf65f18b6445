//! A whole detector on a real picture, beside the same of Pillow, onnxruntime, numpy and OpenCV.

use serde::Deserialize;
use va_inference::detect::{non_maximum_suppression, yolo::Candidates};
use va_inference::image::{Fit, Normalise, Painter, View};
use va_inference::onnx::{Input, Model, Options};

use crate::models::astronaut;
use crate::{host, reference};

#[derive(Deserialize)]
struct Expected {
    class_: usize,
    score: f32,
    rect: [f32; 4],
}

/// Pixels differ by up to two levels between the two ways of resizing; 0.01 of score and 1 pixel is what they make.
#[test]
fn finds_in_the_astronaut_what_a_python_pipeline_finds() {
    let pixels = astronaut();
    let picture = View::rgb(&pixels[..512 * 400 * 3], 512, 400).expect("whole");
    let fit = Fit::letterbox(picture.size(), (640, 640)).pad(114.0);
    let mut input = vec![0.0; 3 * 640 * 640];
    Painter::new().tensor(&picture, &fit, &Normalise::unit(), &mut input).expect("fits");

    let model = Model::load(&host::host(), "yolo11n", "model.onnx", &Options::default()).expect("installed");
    let outputs = model.run(&[Input::f32("images", &[1, 3, 640, 640], &input)]).expect("runs");
    let (shape, output) = outputs.f32("output0").expect("there");
    let mut found = Candidates::of(shape, output, 0, 80).expect("a detector's output").detections(0.3);
    non_maximum_suppression(&mut found, 0.45);

    let expected = reference::read::<Vec<Expected>>("pipeline");
    assert!(expected.iter().any(|each| each.class_ == 0), "the reference sees a person");
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(&expected) {
        let rect = fit.rect_to_picture(&found.rect);
        let off = [rect.left, rect.top, rect.right, rect.bottom].into_iter().zip(expected.rect);
        let off = off.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        println!("class {} {:.3} {rect:?}, {off:.3} pixels off", found.class, found.score);
        assert_eq!(found.class, expected.class_);
        assert!((found.score - expected.score).abs() < 0.01, "{found:?} {}", expected.score);
        assert!(off < 1.0, "{rect:?} {:?}", expected.rect);
    }
}
