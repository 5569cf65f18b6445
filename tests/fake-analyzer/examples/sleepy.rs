//! Sees one small gray frame a second, and hears the sound as it was recorded.

use va_analyzer_sdk::prelude::*;

va_fake_analyzer::fake!(
    Description::new("sleepy", "0.1.0", "tells what one frame a second is like")
        .frames(FrameRequest {
            sampling: Sampling::PerSecond(1.0),
            size: FrameSize::LongestSide(64),
            format: PixelFormat::Gray8,
        })
        .audio(AudioRequest::Native)
);
