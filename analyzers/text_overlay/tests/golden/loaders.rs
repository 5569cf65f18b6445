//! The contract of EasyOCR's models, by tiny graphs whose answers are known (`reference/tiny_models.py`).

use std::path::{Path, PathBuf};

use serde_json::json;
use va_analyzer_sdk::testing::{Clip, Picture, Run};
use va_analyzer_text_overlay::TextOverlay;

use super::{installed, texts};

const BLUE: [u8; 3] = [0, 0, 255];
const WHITE: [u8; 3] = [255; 3];

fn tiny(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name)
}

/// A bar for each letter, 32 by 32 from (100, 200), with a link between; letters are white, which is red, too.
fn bars(letters: u32) -> Clip {
    let picture = Picture::from_fn(640, 384, |x, y| {
        let inside = (200..232).contains(&y) && (100..100 + 64 * letters - 32).contains(&x);
        match inside {
            true if (x - 100) / 32 % 2 == 0 => WHITE,
            true => BLUE,
            false => [0; 3],
        }
    });
    Clip::from_pictures(25.0, [picture])
}

fn run() -> Run {
    Run::new::<TextOverlay>().model("onnxruntime", installed("onnxruntime"))
}

#[test]
fn easyocr_comes_first_and_is_no_stand_in() {
    let run = run()
        .model("ppocrv6-tiny", installed("ppocrv6-tiny"))
        .model("craft-mlt-25k", tiny("craft-mlt-25k"))
        .model("english-g2", tiny("english-g2"));
    let seen = run.on(&bars(3)).expect("analysed");
    assert_eq!(texts(&seen), ["AAA"]);
    // The bars are 160 by 32; a quarter of their height is added on every side.
    let expected = json!({ "x": 92.0, "y": 192.0, "width": 176.0, "height": 48.0 });
    assert_eq!(seen.segments[0]["bounding_box"], expected);
    assert_eq!((seen.model.as_deref(), seen.degraded), (Some("craft-mlt-25k"), None));
}

#[test]
fn words_apart_are_read_apart_and_told_in_one_line() {
    let picture = Picture::from_fn(640, 384, |x, y| {
        let on = |left: u32, right: u32| (left..right).contains(&x) && (200..232).contains(&y);
        if on(100, 132) || on(164, 196) || on(244, 276) {
            WHITE
        } else if on(132, 164) {
            BLUE
        } else {
            [0; 3]
        }
    });
    let run = run().model("craft-mlt-25k", tiny("craft-mlt-25k")).model("english-g2", tiny("english-g2"));
    let seen = run.on(&Clip::from_pictures(25.0, [picture])).expect("analysed");
    assert_eq!(texts(&seen), ["AA A"]);
}

#[test]
fn a_detector_without_its_recogniser_leaves_the_work_to_the_next_model() {
    let with = |run: Run| run.model("craft-mlt-25k", tiny("craft-mlt-25k")).on(&bars(3));
    let seen = with(run().model("ppocrv6-tiny", installed("ppocrv6-tiny"))).expect("analysed");
    assert_eq!(seen.model.as_deref(), Some("ppocrv6-tiny"));
    let error = with(run()).expect_err("no model that can read");
    assert_eq!(error.kind, va_analyzer_sdk::ErrorKind::Unavailable);
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let run = run().model("craft-mlt-25k", tiny("english-g2")).model("english-g2", tiny("english-g2"));
    assert!(run.on(&bars(1)).is_err());
}
