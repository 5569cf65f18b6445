//! Between the SDK's types and the protocol's: two sets on purpose, so that plugins and API change separately.

use va_analyzer_sdk as sdk;
use va_protocol::worker::control::{FailureKind, LogLevel};
use va_protocol::worker::description as wire;
use va_protocol::worker::frames::VideoInfo;

pub(crate) fn description(from: sdk::Description) -> wire::AnalyzerDescription {
    wire::AnalyzerDescription {
        name: from.name,
        version: from.version,
        about: from.about,
        frames: from.frames.map(|frames| wire::FrameRequest {
            sampling: match frames.sampling {
                sdk::Sampling::EveryFrame => wire::Sampling::EveryFrame,
                sdk::Sampling::EveryNth(n) => wire::Sampling::EveryNth(n),
                sdk::Sampling::PerSecond(rate) => wire::Sampling::PerSecond(rate),
            },
            size: match frames.size {
                sdk::FrameSize::Native => wire::FrameSize::Native,
                sdk::FrameSize::LongestSide(side) => wire::FrameSize::LongestSide(side),
                sdk::FrameSize::Exact { width, height } => wire::FrameSize::Exact { width, height },
            },
            format: match frames.format {
                sdk::PixelFormat::Rgb8 => wire::PixelFormat::Rgb8,
                sdk::PixelFormat::Gray8 => wire::PixelFormat::Gray8,
            },
        }),
        audio: from.audio.map(|audio| match audio {
            sdk::AudioRequest::Mono16k => wire::AudioRequest::Mono16k,
            sdk::AudioRequest::Native => wire::AudioRequest::Native,
        }),
        findings: from
            .findings
            .into_iter()
            .map(|other| wire::FindingsRequest {
                analyzer: other.analyzer,
                scope: match other.scope {
                    sdk::FindingsScope::PerFrame => wire::FindingsScope::PerFrame,
                    sdk::FindingsScope::PerVideo => wire::FindingsScope::PerVideo,
                },
                needed: other.needed,
                wanted: other.wanted,
            })
            .collect(),
        batch: from.batch,
        models: from
            .models
            .into_iter()
            .map(|model| wire::ModelRequest { any_of: model.any_of, optional: model.optional })
            .collect(),
        memory_mib: from.memory_mib,
        sdk_version: from.sdk_version,
    }
}

pub(crate) fn sampling(from: wire::Sampling) -> sdk::Sampling {
    match from {
        wire::Sampling::EveryFrame => sdk::Sampling::EveryFrame,
        wire::Sampling::EveryNth(n) => sdk::Sampling::EveryNth(n),
        wire::Sampling::PerSecond(rate) => sdk::Sampling::PerSecond(rate),
    }
}

pub(crate) fn frame_size(from: wire::FrameSize) -> sdk::FrameSize {
    match from {
        wire::FrameSize::Native => sdk::FrameSize::Native,
        wire::FrameSize::LongestSide(side) => sdk::FrameSize::LongestSide(side),
        wire::FrameSize::Exact { width, height } => sdk::FrameSize::Exact { width, height },
    }
}

pub(crate) fn pixel_format(from: wire::PixelFormat) -> sdk::PixelFormat {
    match from {
        wire::PixelFormat::Rgb8 => sdk::PixelFormat::Rgb8,
        wire::PixelFormat::Gray8 => sdk::PixelFormat::Gray8,
    }
}

pub(crate) fn log_level(from: sdk::LogLevel) -> LogLevel {
    match from {
        sdk::LogLevel::Debug => LogLevel::Debug,
        sdk::LogLevel::Info => LogLevel::Info,
        sdk::LogLevel::Warn => LogLevel::Warn,
        sdk::LogLevel::Error => LogLevel::Error,
    }
}

pub(crate) fn failure(from: sdk::ErrorKind) -> FailureKind {
    match from {
        sdk::ErrorKind::OutOfMemory => FailureKind::OutOfMemory,
        sdk::ErrorKind::Panicked => FailureKind::Panicked,
        sdk::ErrorKind::Cancelled => FailureKind::Interrupted,
        _ => FailureKind::Failed,
    }
}

pub(crate) fn video(from: &VideoInfo) -> sdk::Video {
    sdk::Video {
        width: from.width,
        height: from.height,
        fps: from.fps,
        duration_s: from.duration_s,
        has_video: from.has_video,
        has_audio: from.has_audio,
        sample_rate: from.sample_rate,
        channels: from.channels,
    }
}
