//! The contract of the reference model's export, by a tiny graph whose answers are known (`reference/tiny_model.py`).

use std::path::{Path, PathBuf};

use serde_json::json;
use va_analyzer_sdk::testing::{Clip, Picture};
use va_analyzer_sdk::{Error, ErrorKind};

use super::{mask, with};

fn tiny() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/segformer")
}

/// The left quarter red, a band below the rest blue, grey else.
fn picture() -> Picture {
    Picture::from_fn(640, 320, |x, y| match (x, y) {
        (..160, _) => [255, 0, 0],
        (_, 240..) => [0, 0, 255],
        _ => [128; 3],
    })
}

#[test]
fn a_segformer_export_comes_first_and_is_no_stand_in() {
    let clip = Clip::from_pictures(25.0, [picture()]);
    let seen = with(&["deeplab-v3-voc"]).model("segformer", tiny()).on(&clip).expect("analysed");
    assert_eq!((seen.model.as_deref(), seen.degraded), (Some("segformer"), None));
    let segment = &seen.segments[0];
    let classes = json!([
        { "name": "wall", "area_ratio": 0.5625 },
        { "name": "person", "area_ratio": 0.25 },
        { "name": "car", "area_ratio": 0.1875 },
    ]);
    assert_eq!(segment["classes"], classes);
    assert_eq!(
        (&segment["foreground_ratio"], &segment["mask"]["size"]),
        (&json!(0.4375), &json!([128, 256]))
    );
    let inside = |x: usize, y: usize| u8::from(x < 64 || y >= 96);
    let expected: Vec<u8> = (0..128 * 256).map(|i| inside(i % 256, i / 256)).collect();
    assert_eq!(mask(segment), expected);
}

#[test]
fn a_person_by_segformer_is_outlined_by_both_nets() {
    let clip = Clip::from_pictures(25.0, [picture()]);
    let seen = with(&["selfie-segmenter"]).model("segformer", tiny()).on(&clip).expect("analysed");
    // The net of near persons sees none in plain red, and is as sure of it as the other one of the contrary.
    let mask = mask(&seen.segments[0]);
    assert_eq!(seen.segments[0]["classes"][1], json!({ "name": "person", "area_ratio": 0.25 }));
    assert!(mask[127 * 256 + 200] == 1 && mask[200] == 0);
}

fn refused(labels: Option<&str>) -> Error {
    let folder =
        std::env::temp_dir().join(format!("va-segformer-{}-{}", std::process::id(), labels.is_some()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::copy(tiny().join("model.onnx"), folder.join("model.onnx")).expect("copied");
    if let Some(labels) = labels {
        std::fs::write(folder.join("labels.txt"), labels).expect("written");
    }
    let clip = Clip::from_pictures(25.0, [picture()]);
    let error = with(&[]).model("segformer", &folder).on(&clip).expect_err("not the contract");
    std::fs::remove_dir_all(folder).expect("removed");
    error
}

#[test]
fn names_must_be_there_and_as_many_as_classes() {
    let missing = refused(None);
    assert_eq!(missing.kind, ErrorKind::Unavailable);
    assert!(missing.message.contains("labels.txt"), "{missing}");
    let few = refused(Some("wall\nbuilding\n"));
    assert!(few.message.contains("2 classes") && few.message.contains("[1, 150, 128, 128]"), "{few}");
}
