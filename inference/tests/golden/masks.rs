//! Run lengths beside pycocotools, enlarged maps beside OpenCV.

use serde::Deserialize;
use va_inference::mask::{RunLengths, resize_map};

use crate::map::blobs;
use crate::reference;

#[derive(Deserialize)]
struct Shapes {
    run_lengths: Vec<Encoded>,
    resized: Vec<Resized>,
}

#[derive(Deserialize)]
struct Encoded {
    width: usize,
    height: usize,
    threshold: f32,
    text: String,
    area: u64,
}

#[derive(Deserialize)]
struct Resized {
    width: usize,
    height: usize,
    to: (usize, usize),
    out: Vec<f32>,
}

#[test]
fn run_lengths_are_pycocotools_to_the_letter() {
    for case in reference::read::<Shapes>("shapes").run_lengths {
        let mask: Vec<u8> =
            blobs(case.width, case.height).iter().map(|value| u8::from(*value > case.threshold)).collect();
        let runs = RunLengths::encode(&mask, case.width, case.height);
        assert_eq!((runs.text(), runs.area()), (case.text.clone(), case.area));
        let read = RunLengths::of_text(&case.text, case.width as u32, case.height as u32).expect("readable");
        assert_eq!(read.decode().expect("whole"), mask);
    }
}

#[test]
fn an_enlarged_map_is_opencvs() {
    for case in reference::read::<Shapes>("shapes").resized {
        let mut out = Vec::new();
        resize_map(&blobs(case.width, case.height), (case.width, case.height), case.to, &mut out);
        assert_eq!(out.len(), case.out.len());
        let worst = out.iter().zip(&case.out).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-6, "{:?}: {worst}", case.to);
    }
}
