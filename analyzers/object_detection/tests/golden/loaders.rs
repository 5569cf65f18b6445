//! The contract of the reference model's export, by tiny graphs whose answers are known (`reference/tiny_models.py`).

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use va_analyzer_object_detection::ObjectDetection;
use va_analyzer_sdk::testing::{Clip, Picture, Run};

use super::{installed, objects};

fn tiny(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name)
}

fn with_tiny(name: &str) -> Run {
    Run::new::<ObjectDetection>()
        .model("onnxruntime", installed("onnxruntime"))
        .model("yolov8x", tiny(name))
        .model("yolo11n", installed("yolo11n"))
}

/// Of 1280 x 720, which comes as 640 x 360 and goes into 640 x 640 with 140 rows above: cell (column, row) of 32 input
/// pixels is 64 source pixels wide, from (64 column, 64 row - 280).
fn with_cells(cells: &[(u32, u32, [u8; 3])]) -> Picture {
    Picture::from_fn(1280, 720, |x, y| {
        let at = (x / 64, (y + 280) / 64);
        cells.iter().find(|(column, row, _)| (*column, *row) == at).map_or([128; 3], |(_, _, rgb)| *rgb)
    })
}

const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];

/// The tiny model's box of a cell, 48 x 40 input pixels round its middle, in source pixels.
fn of_cell(column: f64, row: f64) -> Value {
    json!({ "x": column * 64.0 + 32.0 - 48.0, "y": row * 64.0 - 280.0 + 32.0 - 40.0, "width": 96.0, "height": 80.0 })
}

#[test]
fn a_yolov8x_export_comes_first_and_is_no_stand_in() {
    let clip = Clip::from_pictures(25.0, [with_cells(&[(10, 5, RED), (2, 10, BLUE)])]);
    let seen = with_tiny("yolov8x").on(&clip).expect("analysed");
    let found = objects(&seen.segments[0]);
    assert_eq!(found.len(), 2, "{found:?}");
    for (class, cell, position) in
        [("person", of_cell(10.0, 5.0), "top-center"), ("car", of_cell(2.0, 10.0), "middle-left")]
    {
        let object = found.iter().find(|object| object["object_class"] == class).expect(class);
        assert_eq!((&object["bounding_box"], &object["position"]), (&cell, &json!(position)), "{class}");
        assert_eq!(object["confidence_score"], 0.9);
    }
    assert_eq!((seen.model.as_deref(), seen.degraded), (Some("yolov8x"), None));
}

#[test]
fn a_box_over_the_edge_is_cut_there() {
    let clip = Clip::from_pictures(25.0, [with_cells(&[(0, 5, RED)])]);
    let seen = with_tiny("yolov8x").on(&clip).expect("analysed");
    assert_eq!(
        objects(&seen.segments[0])[0]["bounding_box"],
        json!({ "x": 0.0, "y": 32.0, "width": 80.0, "height": 80.0 })
    );
}

/// Sixty-one frames are seven looked at: a whole batch of four and one of three, in calls of any size. Every third
/// shows nothing.
#[test]
fn an_export_for_batches_gives_each_frame_its_own() {
    let pictures = (0..61).map(|i| {
        let at = i / 10;
        if at % 3 == 2 {
            with_cells(&[])
        } else {
            with_cells(&[(2 + at, 6, if at < 3 { RED } else { BLUE })])
        }
    });
    let clip = Clip::from_pictures(25.0, pictures);
    let runs = [64, 5, 1].map(|batch| with_tiny("yolov8x-batch4").batch(batch).on(&clip).expect("analysed"));
    assert_eq!(runs[0].frames, 7);
    let found: Vec<(f64, Value, Value)> = runs[0]
        .segments
        .iter()
        .flat_map(|segment| {
            objects(segment).iter().map(|o| (segment["timestamp"].as_f64().expect("s"), o.clone()))
        })
        .map(|(time, object)| (time, object["object_class"].clone(), object["bounding_box"].clone()))
        .collect();
    let expected = [(0, "person"), (1, "person"), (3, "car"), (4, "car"), (6, "car")]
        .map(|(at, class)| (f64::from(4 * at) / 10.0, json!(class), of_cell(2.0 + f64::from(at), 6.0)));
    assert_eq!(found, expected);
    for run in &runs[1..] {
        assert_eq!((&run.segments, &run.summary), (&runs[0].segments, &runs[0].summary));
    }
}

#[test]
fn a_file_of_another_kind_is_refused_when_it_is_loaded() {
    let clip = Clip::from_pictures(25.0, [with_cells(&[])]);
    for (other, words) in [
        (tiny("../../../body_pose/tests/reference/yolov8x-pose"), "gives [1, 56, 8400]"),
        (installed("coco-ssd"), "u8"),
    ] {
        let run = Run::new::<ObjectDetection>().model("onnxruntime", installed("onnxruntime"));
        let error = run.model("yolov8x", other).on(&clip).expect_err("refused").to_string();
        assert!(
            error.contains("\"yolov8x\" is another than its name says") && error.contains(words),
            "{error}"
        );
    }
}
