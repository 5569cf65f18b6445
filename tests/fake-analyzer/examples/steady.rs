//! Sees every frame as it is, and hears the sound at 16 kHz.

use va_analyzer_sdk::prelude::*;

va_fake_analyzer::fake!(
    Description::new("steady", "1.2.3", "tells what every frame is like")
        .frames(FrameRequest {
            sampling: Sampling::EveryFrame,
            size: FrameSize::Native,
            format: PixelFormat::Rgb8,
        })
        .audio(AudioRequest::Mono16k)
        .batch(4)
);
