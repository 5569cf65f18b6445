//! Detector and recogniser against the same pipeline in Python (`../reference/ocr.py`), on the same frames.

use std::process::Command;

use serde::Deserialize;
use va_analyzer_text_overlay::detector::{self, Detector};
use va_analyzer_text_overlay::recogniser::{self, Recogniser};
use va_inference::image::View;
use va_inference::text::db::Region;
use va_test_media::media;

use crate::with;

/// Pixels. The two resize in other arithmetic (8 against 11 bits of weight), so a cell at the threshold may fall on the
/// other side; a cell is one pixel, or half a pixel of a small picture.
const BOX: f32 = 1.6;
/// Of a region's mean probability.
const SCORE: f32 = 0.05;
/// Of a line's confidence, for the same reason.
const CONFIDENCE: f32 = 0.05;

#[derive(Debug, Deserialize)]
struct Known {
    model: String,
    media: String,
    filter: String,
    size: (usize, usize),
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
struct Line {
    #[serde(rename = "box")]
    rect: [f32; 4],
    score: f32,
    text: String,
    confidence: f32,
}

fn frame(known: &Known) -> Vec<u8> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(media(&known.media))
        .args(["-map", "0:v:0", "-vf", &known.filter, "-frames:v", "1", "-f", "rawvideo", "-"])
        .output()
        .expect("ffmpeg starts");
    assert!(!output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn boxes_and_texts_are_those_of_the_python_pipeline() {
    let known: Vec<Known> =
        serde_json::from_str(include_str!("../reference/ocr.json")).expect("the reference is JSON");
    let (mut lines, mut furthest) = (0, 0f32);
    for known in known {
        let host = with(&known.model).host();
        let detector = Detector::pp_ocr(&host, &known.model).expect("loaded");
        let recogniser = Recogniser::pp_ocr(&host, &known.model).expect("loaded");
        let (mut finding, mut reading) = (detector::Scratch::default(), recogniser::Scratch::default());
        let pixels = frame(&known);
        let view = View::rgb(&pixels, known.size.0, known.size.1).expect("whole");
        let mut found = detector.find(&view, &mut finding).expect("found");
        let of = format!("{} of {}", known.model, known.media);
        for line in &known.lines {
            let off = |region: &Region| {
                let rect = region.rect;
                let sides = [rect.left, rect.top, rect.right, rect.bottom];
                sides.iter().zip(line.rect).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
            };
            let nearest = (0..found.len()).min_by(|&i, &j| off(&found[i]).total_cmp(&off(&found[j])));
            // A spot in a pattern comes and goes with a rounding: only lines that can be read are compared.
            let legible = line.confidence >= 0.8;
            let Some(nearest) = nearest.filter(|&i| off(&found[i]) <= BOX) else {
                assert!(!legible, "{of}: nothing for {line:?}, only {found:?}");
                continue;
            };
            let region = found.swap_remove(nearest);
            assert!((region.score - line.score).abs() < SCORE, "{of}: {region:?} {line:?}");
            if legible {
                let read = recogniser.read(&view, &region, &mut reading).expect("read");
                assert_eq!(read.text, line.text, "{of}");
                assert!((read.confidence - line.confidence).abs() < CONFIDENCE, "{of}: {read:?} {line:?}");
                furthest = furthest.max(off(&region));
                lines += 1;
            }
        }
        let more = found
            .iter()
            .filter(|region| recogniser.read(&view, region, &mut reading).expect("read").confidence > 0.9);
        assert_eq!(more.count(), 0, "{of}: more than the reference: {found:?}");
    }
    println!("{lines} lines, boxes off by {furthest} pixels at most");
    assert!(lines > 30, "the reference has lines");
}
