//! The measured speeds against the exact ones of clips made by ffmpeg, to 3 % and a small floor.

use std::path::Path;

use va_analyzer_camera_analysis::{motion::Follower, path::Scene, path::Step};

use crate::clips::{filmed, gray_frames};

/// The steps of a clip of 30 frames per second, every fifth frame looked at.
fn steps(path: &Path) -> Vec<Step> {
    let (width, height) = (384, 216);
    let scene = Scene::new(width as f64, height as f64);
    let mut follower = Follower::default();
    let frames = gray_frames(path, width, height, 5);
    let follow = |(i, frame): (usize, &Vec<u8>)| {
        let found = follower.next(frame, width, height)?;
        Some(scene.step(&found.model, (i as f64 - 1.0) / 6.0, i as f64 / 6.0))
    };
    let steps: Vec<Step> = frames.iter().enumerate().filter_map(follow).collect();
    assert_eq!(steps.len() + 1, frames.len(), "every interval of {} is followed", path.display());
    steps
}

/// Mean of what each step says, and its largest distance from `truth`.
fn check(what: &str, steps: &[Step], value: impl Fn(&Step) -> f64, truth: f64, floor: f64) {
    let mean = steps.iter().map(&value).sum::<f64>() / steps.len() as f64;
    println!("{what}: {mean:.5} for {truth:.5}");
    assert!((mean - truth).abs() <= 0.03 * truth.abs() + floor, "{what}: {mean} is not {truth}");
}

/// A picture size of a 16:9 picture is 0.75 widths.
const SIZES_PER_WIDTH: f64 = 4.0 / 3.0;

#[test]
fn pan_and_tilt_have_their_true_speed() {
    for (name, share) in [("slow", 0.02), ("medium", 0.12), ("fast", 0.7), ("fastest", 0.85)] {
        let px = 1280.0 * share;
        let filter = format!("scale=2560:-2,hold,crop=1280:720:100+{px}*t:100+{}*t,scale=640:360", px / 2.0);
        let steps = steps(&filmed(
            &format!("truth_pan_{name}.mp4"),
            "RainDrops.jpg",
            &filter,
            if share > 0.5 { 0.6 } else { 2.0 },
        ));
        check(name, &steps, |step| step.pan, share * SIZES_PER_WIDTH, 0.002);
        check(name, &steps, |step| step.tilt, -share * SIZES_PER_WIDTH / 2.0, 0.002);
        check(name, &steps, |step| step.zoom, 0.0, 0.003);
        check(name, &steps, |step| step.roll, 0.0, 0.2);
    }
}

#[test]
fn zoom_has_its_true_speed() {
    for (name, rate) in [("slow", 0.03f64), ("medium", 0.12), ("fast", 0.5), ("out", -0.2)] {
        let start = if rate < 0.0 { 1.8 } else { 1.0 };
        let filter = format!(
            "scale=3840:2400,crop=3840:2160,hold,zoompan=z='{start}*exp({rate}*on/30)':x='iw/2-iw/zoom/2':y='ih/2-ih/zoom/2':d=1:s=640x360:fps=30"
        );
        let steps = steps(&filmed(&format!("truth_zoom_{name}.mp4"), "RainDrops.jpg", &filter, 2.0));
        check(name, &steps, |step| step.zoom, rate, 0.003);
        check(name, &steps, |step| step.pan, 0.0, 0.004);
        check(name, &steps, |step| step.tilt, 0.0, 0.004);
    }
}

/// ffmpeg's `rotate` turns the picture clockwise, which is what a camera sees that turns the other way.
#[test]
fn roll_has_its_true_speed() {
    for (name, degrees) in [("slow", 3.0), ("medium", -12.0), ("fast", 40.0)] {
        let filter = format!("scale=1440:900,hold,rotate=a='{degrees}*PI/180*(t-1)',crop=640:360");
        let steps = steps(&filmed(&format!("truth_roll_{name}.mp4"), "RainDrops.jpg", &filter, 2.0));
        check(name, &steps, |step| step.roll, -degrees, 0.1);
        check(name, &steps, |step| step.zoom, 0.0, 0.003);
    }
}
