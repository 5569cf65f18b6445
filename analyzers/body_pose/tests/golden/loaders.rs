//! The contract of the reference model's export, by a tiny graph whose answers are known (`reference/tiny_model.py`).

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use va_analyzer_body_pose::BodyPose;
use va_analyzer_body_pose::skeleton::NAMES;
use va_analyzer_sdk::testing::{Clip, Picture, Run};

use super::{installed, number, people, persons, point};

fn tiny() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/yolov8x-pose")
}

/// Of 1280 x 720, which comes as 640 x 360 and goes into 640 x 640 with 140 rows above: cell (column, row) of 32 input
/// pixels is 64 source pixels wide, from (64 column, 64 row - 280).
fn red_cells(cells: &[(u32, u32)]) -> Clip {
    let of_cell = |x: u32, y: u32| cells.contains(&(x / 64, (y + 280) / 64));
    let picture = Picture::from_fn(1280, 720, |x, y| if of_cell(x, y) { [255, 0, 0] } else { [128; 3] });
    Clip::from_pictures(25.0, [picture])
}

fn run() -> Run {
    Run::new::<BodyPose>()
        .model("onnxruntime", installed("onnxruntime"))
        .model("yolov8x-pose", tiny())
        .model("movenet-thunder", installed("movenet-thunder"))
}

/// A box of 48 x 40 input pixels round the middle of the cell; a point k input pixels right of and 2 k below its corner,
/// of which every other is seen.
#[test]
fn a_yolov8x_pose_export_comes_first_and_finds_people_by_itself() {
    let findings =
        persons([(0, vec![([620.0, 30.0, 722.0, 110.0], json!(7)), ([20.0, 500.0, 90.0, 700.0], json!(9))])]);
    let seen = run().frame_findings("object_detection", findings).on(&red_cells(&[(10, 5), (4, 9)]));
    let seen = seen.expect("analysed");
    let found = people(&seen.segments[0]);
    assert_eq!((found.len(), seen.summary["people_max"].as_u64()), (2, Some(2)), "{found:?}");
    for ([left, top], track) in [([624.0, 32.0], json!(7)), ([240.0, 288.0], Value::Null)] {
        let bounding_box = json!({ "x": left, "y": top, "width": 96.0, "height": 80.0 });
        let person = found.iter().find(|person| person["bounding_box"] == bounding_box).expect("found");
        assert_eq!(person["track_id"], track);
        for (k, name) in NAMES.iter().enumerate() {
            let place = (k % 2 == 0).then_some([left + 2.0 * k as f64, top + 4.0 * k as f64]);
            assert_eq!(point(person, name), place, "{name}");
            let confidence = number(&person["keypoints"][k]["confidence"]);
            assert!((confidence - if k % 2 == 0 { 0.9 } else { 0.2 }).abs() < 1e-6);
        }
    }
    assert_eq!((seen.model.as_deref(), seen.degraded), (Some("yolov8x-pose"), None));
}

/// Also where object_detection saw nobody, or did not look.
#[test]
fn its_people_need_no_boxes() {
    for findings in [persons([(0, vec![])]), persons([])] {
        let seen =
            run().frame_findings("object_detection", findings).on(&red_cells(&[(3, 6)])).expect("analysed");
        assert_eq!(people(&seen.segments[0])[0]["track_id"], Value::Null);
    }
    let seen = run().on(&red_cells(&[])).expect("analysed");
    assert!(seen.segments.is_empty());
}

#[test]
fn a_file_of_another_kind_is_refused_when_it_is_loaded() {
    let detector = Path::new(env!("CARGO_MANIFEST_DIR")).join("../object_detection/tests/reference/yolov8x");
    for (name, file, words) in [
        ("yolov8x-pose", installed("movenet-thunder"), "i32 [1,256,256,3]"),
        ("yolov8x-pose", detector, "gives [1, 84, 8400]"),
        ("movenet-thunder", tiny(), "f32 [1,3,640,640]"),
    ] {
        let run = Run::new::<BodyPose>().model("onnxruntime", installed("onnxruntime"));
        let error = run.model(name, file).on(&red_cells(&[])).expect_err("refused").to_string();
        assert!(error.contains(name) && error.contains(words), "{error}");
    }
}
