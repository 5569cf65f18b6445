//! Sees every frame at a middle size. The one that misbehaves in tests, and does nothing in benchmarks.

use va_analyzer_sdk::prelude::*;

va_fake_analyzer::fake!(
    Description::new("faulty", "0.0.1", "misbehaves as its settings say")
        .frames(FrameRequest {
            sampling: Sampling::EveryFrame,
            size: FrameSize::LongestSide(640),
            format: PixelFormat::Rgb8,
        })
        .batch(4)
);
