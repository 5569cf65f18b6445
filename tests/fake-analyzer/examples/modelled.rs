//! Sees one frame a second, and runs the better of two models, in so far as it says which one it has.

use va_analyzer_sdk::prelude::*;

va_fake_analyzer::fake!(
    Description::new("modelled", "0.1.0", "tells which model it has")
        .frames(FrameRequest {
            sampling: Sampling::PerSecond(1.0),
            size: FrameSize::LongestSide(64),
            format: PixelFormat::Gray8,
        })
        .model_of(&["better", "good"])
);
