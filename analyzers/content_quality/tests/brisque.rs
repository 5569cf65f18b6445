//! BRISQUE against the Python package whose regression it reads (`reference/brisque_scores.py`), and what it makes of the
//! technical score: worse with every step of blur, noise, compression and bad light.

use serde_json::Value;
use va_analyzer_content_quality::ContentQuality;
use va_analyzer_content_quality::brisque::{self, Brisque, Room};
use va_analyzer_content_quality::plane::Plane;
use va_analyzer_sdk::testing::{Clip, Picture, Run, Seen};
use va_test_media::{made, media, model};

fn seen(clip: &Clip) -> Seen {
    Run::new::<ContentQuality>().model(brisque::NAME, model(brisque::NAME)).on(clip).expect("analysed")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

/// The first frame of a real file, as it is.
fn luma_of(name: &str) -> Plane {
    let path = media(name);
    let probe = std::process::Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-select_streams",
            "v:0",
            "-show_entries",
            "stream=width,height",
            "-of",
            "csv=p=0",
        ])
        .arg(&path)
        .output()
        .expect("ffprobe");
    let text = String::from_utf8(probe.stdout).expect("text");
    let size: Vec<usize> = text.trim().split(',').filter_map(|word| word.parse().ok()).collect();
    let scale = format!("scale={}:{}:flags=area:out_range=full,format=rgb24", size[0], size[1]);
    let input = path.to_str().expect("a path");
    let raw = made("first.rgb", &["-i", input, "-frames:v", "1", "-vf", &scale, "-f", "rawvideo"]);
    let mut plane = Plane::default();
    plane.set_to_luma_of(size[0], size[1], &std::fs::read(raw).expect("pixels"));
    plane
}

/// The package computes in double, this in single precision, and in flat parts rounding alone says on which side of 0 a
/// pixel is, which moves the sides' variances. Seen: features within 0.0026, scores within 0.19 of 100.
#[test]
fn features_and_scores_are_those_of_the_package() {
    let reference: Value = serde_json::from_str(include_str!("reference/brisque_scores.json")).expect("JSON");
    let loaded = Brisque::read(&model(brisque::NAME)).expect("a model");
    let mut room = Room::default();
    for (name, expected) in reference.as_object().expect("frames") {
        let luma = luma_of(name);
        let features = brisque::features(&luma, &mut room).expect("a picture");
        let mut most = 0f64;
        for (at, (feature, expected)) in
            features.iter().zip(expected["features"].as_array().expect("features")).enumerate()
        {
            let off = (feature - number(expected)).abs();
            most = most.max(off);
            assert!(off < 0.004, "{name} feature {at}: {feature} against {expected}");
        }
        let score = loaded.score(&luma, &mut room).expect("a picture");
        println!("{name}: {score}, package {}; features differ by {most:.1e}", expected["score"]);
        assert!(
            (score - number(&expected["score"])).abs() < 0.3,
            "{name}: {score} against {}",
            expected["score"]
        );
    }
}

/// The technical score of the first two frames of a real clip through a filter.
fn technical(source: &str, filter: &str, crf: &str) -> f64 {
    let source = media(source);
    let input = ["-i", source.to_str().expect("a path"), "-t", "1.2", "-an", "-vf", filter];
    let codec = ["-c:v", "libx264", "-preset", "veryfast", "-crf", crf, "-pix_fmt", "yuv420p"];
    number(
        &seen(&Clip::from_file(made("clip.mkv", &[&input[..], &codec].concat())).expect("read")).summary["technical"],
    )
}

#[track_caller]
fn assert_falls(source: &str, what: &str, values: &[f64]) {
    println!("{source} {what}: {values:.3?}");
    assert!(values.is_sorted_by(|better, worse| better > worse), "{source} {what}: {values:.3?}");
}

const SOURCES: [&str; 6] = [
    "bigbuckbunny.mp4",
    "vtest.avi",
    "wolfgang_langer.mp4",
    "obama_speech.mp4",
    "bikes.mp4",
    "carphone_pristine.mp4",
];

#[test]
fn technical_falls_with_every_blur() {
    for source in SOURCES {
        let blurs = ["null", "gblur=sigma=1", "gblur=sigma=2", "gblur=sigma=4", "gblur=sigma=8"];
        assert_falls(source, "blur", &blurs.map(|blur| technical(source, blur, "18")));
    }
}

#[test]
fn technical_falls_with_every_step_of_noise() {
    for source in SOURCES {
        // In a soft picture a little noise reads as sharpness.
        let from = usize::from(source == "bikes.mp4");
        let noises = ["0", "10", "20", "40"].map(|alls| format!("noise=alls={alls}:allf=t:all_seed=7"));
        assert_falls(source, "noise", &noises.each_ref().map(|noise| technical(source, noise, "18"))[from..]);
    }
}

#[test]
fn technical_falls_with_every_step_of_compression() {
    for source in SOURCES {
        let crfs = ["20", "30", "40", "50"];
        assert_falls(source, "crf", &crfs.map(|crf| technical(source, "null", crf)));
    }
}

#[test]
fn technical_falls_towards_dark_and_towards_bright() {
    // The others are dark themselves, so that a little light does them good.
    for source in ["bigbuckbunny.mp4", "vtest.avi", "obama_speech.mp4", "carphone_pristine.mp4"] {
        for by in [["0", "-0.2", "-0.3", "-0.5"], ["0", "0.3", "0.4", "0.5"]] {
            let values = by.map(|by| technical(source, &format!("eq=brightness={by}"), "18"));
            assert_falls(source, "brightness", &values);
        }
    }
}

#[test]
fn plain_pictures_are_judged_without_it() {
    let grey = || Clip::from_pictures(25.0, [Picture::filled(320, 240, [128; 3])]);
    let with = seen(&grey());
    let without = Run::new::<ContentQuality>().on(&grey()).expect("analysed");
    assert_eq!((&with.segments, &with.summary), (&without.segments, &without.summary));
    assert_eq!((with.model.as_deref(), without.model), (Some(brisque::NAME), None));
}
