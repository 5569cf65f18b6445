//! Real pictures, against the same pipeline in Python (`reference/grounds.py`), and pictures of nothing.

use serde_json::{Value, json};
use va_analyzer_sdk::ErrorKind;
use va_analyzer_sdk::testing::{Clip, Picture};
use va_test_media::{made, media};

use super::{ALL, CLASSES, iou, mask, number, pixels, with};

/// Both ends run the same runtime on the same frames, but resize them with different libraries, a level of 255 apart
/// here and there; pixels where two classes are nearly equal go either way. Of a mask of a few hundred pixels that may be
/// one in twenty, and so a share of the picture counts as well.
const SHARE: f64 = 0.006;
const OVERLAP: f64 = 0.98;
const APART: f64 = 0.002;

#[test]
fn masks_and_shares_are_those_of_the_reference() {
    let reference: Value = serde_json::from_str(include_str!("../reference/grounds.json")).expect("JSON");
    let reference = reference.as_object().expect("pictures");
    assert!(reference.len() >= 16);
    let mut empty = 0;
    for (name, expected) in reference {
        let seen = with(&ALL).on(&Clip::from_file(media(name)).expect("read")).expect("analysed");
        let first = &seen.segments[0];
        assert_eq!(first["mask"]["size"], expected["size"], "{name}");
        let truth = pixels(&expected["size"], &expected["counts"]);
        let overlap = iou(&mask(first), &truth);
        println!("{name}: {} {overlap:.4}", expected["used"]);
        let apart = mask(first).iter().zip(&truth).filter(|(one, other)| one != other).count();
        let close = apart as f64 <= APART * truth.len() as f64;
        assert!(overlap >= OVERLAP || close, "{name}: the masks share {overlap}");
        empty += usize::from(truth.iter().all(|&inside| inside == 0));
        let off = number(&first["foreground_ratio"]) - number(&expected["foreground_ratio"]);
        assert!(off.abs() < SHARE, "{name}: {}", first["foreground_ratio"]);

        let classes = first["classes"].as_array().expect("classes");
        let known = expected["classes"].as_object().expect("classes");
        assert_eq!(classes.len(), known.len(), "{name}: {classes:?}, not {known:?}");
        for class in classes {
            let share = &known[class["name"].as_str().expect("a name")];
            assert!(
                (number(&class["area_ratio"]) - number(share)).abs() < SHARE,
                "{name}: {class}, not {share}"
            );
        }
    }
    assert!(empty >= 2, "some have no foreground");
}

/// By eye: a bus on a street; the others show no place, or one that no class of the net is.
#[test]
fn a_place_is_hinted_at_only_where_things_tell() {
    let scene = |name: &str| {
        let seen = with(&ALL).on(&Clip::from_file(media(name)).expect("read")).expect("analysed");
        assert_eq!(seen.segments[0]["scene"], seen.summary["scene"], "{name}");
        seen.summary["scene"].clone()
    };
    assert_eq!(scene("bus.jpg"), "street");
    for name in ["astronaut.png", "chelsea.png", "coffee.png", "single_face.jpg", "cheetah.jpg", "Garden.jpg"]
    {
        assert_eq!(scene(name), Value::Null, "{name}");
    }
}

#[test]
fn nothing_is_in_front_of_black_grey_or_noise() {
    let plain = |level| Clip::from_pictures(25.0, (0..31).map(|_| Picture::filled(640, 360, [level; 3])));
    let noise = made(
        "noise.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "nullsrc=s=640x360:d=1.5,geq=random(1)*255:128:128,noise=alls=40:allf=t",
            "-crf",
            "20",
        ],
    );
    let coded = made("black.mp4", &["-f", "lavfi", "-i", "color=black:s=360x640:d=1.5", "-crf", "30"]);
    let clips = [plain(0), plain(100), plain(128), plain(255)]
        .into_iter()
        .chain([noise, coded].map(|path| Clip::from_file(path).expect("read")));
    for (i, clip) in clips.enumerate() {
        let seen = with(&ALL).on(&clip).expect("analysed");
        assert!(!seen.segments.is_empty(), "clip {i}");
        for segment in &seen.segments {
            assert_eq!(segment["foreground_ratio"], 0.0, "clip {i}");
            assert_eq!(segment["classes"], json!([]), "clip {i}");
            assert!(mask(segment).iter().all(|&inside| inside == 0), "clip {i}");
        }
        assert_eq!(seen.summary, json!({ "scene": null, "foreground_ratio_mean": 0.0 }), "clip {i}");
    }
}

#[test]
fn classes_alone_do_without_the_other_models() {
    let found = |name: &str| {
        let seen = with(&[CLASSES]).on(&Clip::from_file(media(name)).expect("read")).expect("analysed");
        assert_eq!(seen.model.as_deref(), Some(CLASSES));
        assert!(seen.degraded.expect("a stand-in").contains("in place of segformer"));
        assert_eq!(seen.summary["scene"], Value::Null);
        number(&seen.segments[0]["foreground_ratio"])
    };
    assert!((found("single_face.jpg") - 0.47).abs() < 0.01);
    assert_eq!(found("coffee.png"), 0.0);
}

#[test]
fn no_model_of_classes_makes_it_unavailable() {
    let clip = Clip::from_pictures(25.0, [Picture::filled(64, 64, [0; 3])]);
    let error = with(&["u2netp", "selfie-segmenter"]).on(&clip).expect_err("no classes");
    assert_eq!(error.kind, ErrorKind::Unavailable);
}
