//! Times the work round a model: the best of many runs, in milliseconds. `speed.py` beside it does the same by OpenCV and
//! numpy.
//!
//! ```sh
//! cargo run --release -p va-inference --example speed
//! ```

use std::hint::black_box;
use std::time::Instant;

use va_inference::detect::{Detection, non_maximum_suppression, yolo::Candidates};
use va_inference::geometry::{Affine, Rect};
use va_inference::image::{Filter, Fit, Image, Layout, Normalise, Order, Painter, View, warp};
use va_inference::mask::{RunLengths, resize_map};
use va_inference::text::{Components, ctc::Ctc, db::Regions};
use va_inference::track::Tracker;

fn noise(i: usize) -> f64 {
    (i as u64 * 2_654_435_761 % (1 << 32)) as f64 / (1u64 << 32) as f64
}

fn time(what: &str, mut work: impl FnMut()) {
    let best = (0..40).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    });
    println!("{:8.3} ms  {what}", best.fold(f64::INFINITY, f64::min) * 1000.0);
}

fn pictures() -> va_analyzer_sdk::Result<()> {
    let pixels: Vec<u8> = (0..1080 * 1920 * 3).map(|i| (noise(i / 48) * 255.0) as u8).collect();
    let large = View::rgb(&pixels, 1080, 1920)?;
    let frame = View::rgb(&pixels[..640 * 360 * 3], 640, 360)?;
    let mut painter = Painter::new();
    let mut input = vec![0.0; 3 * 640 * 640];

    let fit = Fit::letterbox(large.size(), (640, 640)).pad(114.0);
    time("1080x1920 letterboxed to 640, 0..1, planes", || {
        painter.tensor(&large, &fit, &Normalise::unit(), &mut input).expect("fits");
    });
    let mut linear = Painter::new().filter(Filter::Linear);
    time("the same, linear as OpenCV", || {
        linear.tensor(&large, &fit, &Normalise::unit(), &mut input).expect("fits");
    });
    let fit = Fit::letterbox(frame.size(), (640, 640)).pad(114.0);
    time("640x360 letterboxed to 640, 0..1, planes (no resize)", || {
        painter.tensor(&frame, &fit, &Normalise::unit(), &mut input).expect("fits");
    });
    let small = &mut input[..640 * 360 * 3];
    let imagenet = Normalise::imagenet().order(Order::Bgr);
    time("640x360 normalised, ImageNet, BGR, planes", || imagenet.write(&frame, small).expect("fits"));
    let pixels = Normalise::signed().layout(Layout::Pixels);
    time("640x360 normalised, -1..1, pixels", || pixels.write(&frame, small).expect("fits"));
    let mut out = Image::default();
    let to_crop = Affine::of_turned_square([320.0, 180.0], 200.0, 0.3, 256);
    time("turned crop of 256x256", || warp(&frame, &to_crop, (256, 256), &mut out).expect("not flat"));
    let square = Fit::square(frame.size(), &Rect::of_centre(320.0, 180.0, 100.0, 120.0), 1.25, 256);
    let mut crop = vec![0; 256 * 256 * 3];
    time("square crop to 256x256, integers", || painter.integers(&frame, &square, &mut crop).expect("fits"));
    Ok(())
}

fn results() -> va_analyzer_sdk::Result<()> {
    let output: Vec<f32> = (0..84 * 8400).map(|i| noise(i).powi(8) as f32).collect();
    let candidates = Candidates::of(&[1, 84, 8400], &output, 0, 80)?;
    time("YOLO output 84x8400 above 0.3 (nearly all are)", || drop(black_box(candidates.detections(0.3))));
    let faint: Vec<f32> = output.iter().map(|value| value * 0.2).collect();
    let candidates = Candidates::of(&[1, 84, 8400], &faint, 0, 80)?;
    time("YOLO output 84x8400 above 0.3 (none is)", || drop(black_box(candidates.detections(0.3))));

    let boxes = |n: usize| -> Vec<Detection> {
        let number = |i: usize, k: usize, range: f64| (noise(6 * i + k) * range) as f32;
        let rect = |i| Rect::of_size(number(i, 1, 600.0), number(i, 2, 600.0), 40.0, 40.0);
        (0..n).map(|i| Detection { rect: rect(i), score: number(i, 5, 1.0), class: i % 3 }).collect()
    };
    let many = boxes(1000);
    time("suppression of 1000 boxes of 3 classes", || {
        let mut found = many.clone();
        non_maximum_suppression(&mut found, 0.45);
        black_box(found);
    });
    let (mut tracker, mut t) = (Tracker::default(), 0.0);
    let thirty = boxes(30);
    time("tracker, 30 boxes in a picture", || {
        t += 0.1;
        black_box(tracker.update(t, &thirty));
    });

    let (width, height) = (544, 960);
    let map: Vec<f32> = (0..width * height)
        .map(|i| {
            let (x, y) = ((i % width) as f32, (i / width) as f32);
            (0.5 + 0.5 * (x * 0.05).sin() * (y * 0.2).sin()).powi(2)
        })
        .collect();
    let mut components = Components::new();
    println!("{:8} regions", Regions::default().find(&mut components, &map, width).len());
    time("text regions of a map of 544x960", || {
        black_box(Regions::default().find(&mut components, &map, width));
    });
    let line: Vec<f32> = (0..40 * 18710).map(|i| noise(i) as f32).collect();
    let ctc = Ctc { blank: 0, logits: false };
    time("reading 40 steps of 18710 classes", || drop(black_box(ctc.read(&line, 18710))));

    let mut full = Vec::new();
    time("mask of 256x256 to 1080x1920, linear", || {
        resize_map(&map[..256 * 256], (256, 256), (1080, 1920), &mut full)
    });
    let mask: Vec<u8> = full.iter().map(|value| u8::from(*value > 0.5)).collect();
    time("run lengths of 1080x1920", || drop(black_box(RunLengths::encode(&mask, 1080, 1920).text())));
    Ok(())
}

fn main() -> va_analyzer_sdk::Result<()> {
    pictures()?;
    results()
}
