//! Sees every tenth frame, and finds less without what `steady` finds in the whole video.

use va_analyzer_sdk::prelude::*;

va_fake_analyzer::fake!(
    Description::new("wanting", "0.1.0", "counts what steady found, where it found anything")
        .frames(FrameRequest {
            sampling: Sampling::EveryNth(10),
            size: FrameSize::Exact { width: 32, height: 32 },
            format: PixelFormat::Gray8,
        })
        .wants_findings_of("steady", FindingsScope::PerVideo)
);
