//! Sees every tenth frame, and cannot do without what `steady` finds in it.

use va_analyzer_sdk::prelude::*;

va_fake_analyzer::fake!(
    Description::new("needy", "0.1.0", "counts what steady found")
        .frames(FrameRequest {
            sampling: Sampling::EveryNth(10),
            size: FrameSize::Exact { width: 32, height: 32 },
            format: PixelFormat::Gray8,
        })
        .needs_findings_of("steady", FindingsScope::PerFrame)
);
