//! Sees every fifth frame, and gets what `steady` finds in it and what `steady` and `listener` find in the whole video.

use va_analyzer_sdk::prelude::*;

va_fake_analyzer::fake!(
    Description::new("follower", "0.1.0", "counts what others found")
        .frames(FrameRequest {
            sampling: Sampling::EveryNth(5),
            size: FrameSize::Exact { width: 32, height: 32 },
            format: PixelFormat::Gray8,
        })
        .findings_of("steady", FindingsScope::PerFrame)
        .findings_of("steady", FindingsScope::PerVideo)
        .findings_of("listener", FindingsScope::PerVideo)
);
