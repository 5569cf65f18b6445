//! Embeddings and palettes of real pictures, against Python (`reference/likeness.py`).

use std::sync::Arc;

use serde_json::Value;
use va_analyzer_scene_segmentation::SceneSegmentation;
use va_analyzer_scene_segmentation::model::{Embedder, Waiting};
use va_analyzer_scene_segmentation::preprocess::Shrinker;
use va_analyzer_scene_segmentation::similarity::{Look, Moment};
use va_analyzer_sdk::prelude::*;
use va_analyzer_sdk::testing::{Clip, Run};
use va_test_media::{media, model};

use super::MODEL;

/// Reports what the analyzer remembers of each frame.
struct Remembering(Embedder);

struct RememberingOfOneVideo(Arc<Remembering>);

impl Analyzer for Remembering {
    type Session = RememberingOfOneVideo;

    fn description() -> Description {
        SceneSegmentation::description()
    }

    fn load(host: &Host) -> Result<Self> {
        Embedder::load(host).map(Remembering)
    }

    fn open(self: &Arc<Self>, _video: &Video, _host: &Host) -> Result<Self::Session> {
        Ok(RememberingOfOneVideo(Arc::clone(self)))
    }
}

impl Session for RememberingOfOneVideo {
    fn frames(&mut self, batch: &FrameBatch<'_>, findings: &mut Findings) -> Result<()> {
        for frame in batch {
            let palette = Shrinker::default().shrink(frame)?.palette();
            let mut waiting = Waiting::default();
            waiting.add(frame)?;
            let embedding = self.0.0.embed(&mut waiting)?.remove(0);
            findings.segment(&json!({ "embedding": embedding, "palette": palette }))?;
        }
        Ok(())
    }

    fn finish(&mut self, _findings: &mut Findings) -> Result<Summary> {
        Summary::of(&json!({}))
    }
}

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().expect("numbers").iter().map(|x| x.as_f64().expect("a number") as f32).collect()
}

fn first_moment(name: &str) -> Moment {
    let seen = Run::new::<Remembering>()
        .model("onnxruntime", model("onnxruntime"))
        .model(MODEL, model(MODEL))
        .on(&Clip::from_file(media(name)).expect("read"))
        .expect("embedded");
    let first = &seen.segments[0];
    Moment { time_s: 0.0, embedding: numbers(&first["embedding"]), palette: numbers(&first["palette"]) }
}

#[test]
fn likenesses_are_those_of_the_reference() {
    let reference: Value = serde_json::from_str(include_str!("../reference/likeness.json")).expect("JSON");
    let files: Vec<&str> =
        reference["files"].as_array().expect("names").iter().filter_map(Value::as_str).collect();
    let moments: Vec<Moment> = files.iter().map(|name| first_moment(name)).collect();
    let (mut most_shown, mut most_colours) = (0f32, 0f32);
    for (i, one) in moments.iter().enumerate() {
        // The same runtime on pictures that two libraries resized, a level of 255 apart here and there.
        let theirs = numbers(&reference["embeddings"][files[i]]);
        for (ours, theirs) in one.embedding.iter().step_by(40).zip(&theirs) {
            assert!((ours - theirs).abs() < 0.005, "{}: {ours}, not {theirs}", files[i]);
        }
        let shown_by_them = numbers(&reference["shown"][i]);
        let colours_by_them = numbers(&reference["colours"][i]);
        for (j, other) in moments.iter().enumerate() {
            let shown: f32 = one.embedding.iter().zip(&other.embedding).map(|(a, b)| a * b).sum();
            let colours: f32 = one.palette.iter().zip(&other.palette).map(|(a, b)| (a * b).sqrt()).sum();
            most_shown = most_shown.max((shown - shown_by_them[j]).abs());
            most_colours = most_colours.max((colours - colours_by_them[j]).abs());
            let looks = [one, other].map(|moment| Look::of(&[moment]).expect("one"));
            let likeness = looks[0].likeness(&looks[1]);
            assert!((likeness - (0.7 * shown + 0.3 * colours)).abs() < 1e-4);
        }
    }
    println!("largest difference: shown {most_shown}, colours {most_colours}");
    assert_eq!(moments.len(), 10);
    assert!(most_shown < 0.01, "{most_shown}");
    // A colour at the edge of two bins falls into either by a level.
    assert!(most_colours < 0.03, "{most_colours}");
}
