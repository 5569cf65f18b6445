//! The whole analyzer: its measures against a Python reference, scenes of clips whose truth is known, and the edges.

mod clips;
mod edges;
mod known;
mod reference;

use va_analyzer_scene_segmentation::SceneSegmentation;
use va_analyzer_sdk::testing::Run;
use va_test_media::model;

const MODEL: &str = "efficientnet-lite0";

/// With the runtime and the model installed, as `make models` does it.
fn installed_run() -> Run {
    Run::new::<SceneSegmentation>().model("onnxruntime", model("onnxruntime")).model(MODEL, model(MODEL))
}
