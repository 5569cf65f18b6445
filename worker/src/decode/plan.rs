//! What to make of each frame: the union of what all analyzers asked for. Pure.
//!
//! Requests of the same size and format share a view: the frame is painted once for all of them.

use va_analyzer_sdk::Sampler;
use va_protocol::worker::control::Consumer;
use va_protocol::worker::description::{AudioRequest, FrameRequest};
use va_protocol::worker::frames::{Content, VideoInfo, View};

use crate::translate;

/// A slot of sound holds a second, and a little more for rates that do not divide.
const SOUND_SLOTS: usize = 8;
/// Beyond this many slots a view gains nothing.
const MOST_SLOTS: usize = 96;
const PAGE: u64 = 4096;

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) views: Vec<View>,
    /// For each view, who looks at it.
    pub(super) subscribers: Vec<Vec<Subscriber>>,
    pub(super) memory: u64,
}

/// One analyzer looking at one view.
#[derive(Debug, Clone)]
pub(super) struct Subscriber {
    pub(super) consumer: usize,
    /// Position of the analyzer in its consumer's list.
    pub(super) analyzer: usize,
    /// Which frames; for sound, all of it.
    pub(super) sampler: Sampler,
    batch: u32,
}

impl Plan {
    /// `memory`: what all slots together may take, bytes; a view never gets fewer slots than it needs to make progress.
    pub(super) fn new(video: &VideoInfo, consumers: &[Consumer], memory: u64) -> Self {
        let mut plan = Plan { views: Vec::new(), subscribers: Vec::new(), memory: 0 };
        for (consumer, Consumer { analyzers }) in consumers.iter().enumerate() {
            for (analyzer, request) in analyzers.iter().enumerate() {
                let subscriber = |sampling| Subscriber {
                    consumer,
                    analyzer,
                    sampler: Sampler::new(sampling),
                    batch: request.batch.max(1),
                };
                if let Some(frames) = request.frames.filter(|_| video.has_video) {
                    plan.subscribe(
                        frames_of(video, &frames),
                        subscriber(translate::sampling(frames.sampling)),
                    );
                }
                if let Some(audio) = request.audio.filter(|_| video.has_audio) {
                    plan.subscribe(sound_of(video, audio), subscriber(va_analyzer_sdk::Sampling::EveryFrame));
                }
            }
        }
        plan.share_out(memory);
        plan
    }

    pub(super) fn wants_sound(&self) -> bool {
        self.views.iter().any(|view| matches!(view.content, Content::Audio { .. }))
    }

    fn subscribe(&mut self, content: Content, subscriber: Subscriber) {
        if let Some(at) = self.views.iter().position(|view| view.content == content) {
            self.subscribers[at].push(subscriber);
            return;
        }
        let slot_bytes = bytes_of(content).next_multiple_of(PAGE);
        self.views.push(View { content, offset: 0, slot_bytes, slots: 0, batch_limit: 1 });
        self.subscribers.push(vec![subscriber]);
    }

    /// Gives each view its slots. A view with n subscribers has at least n + 1, and one call never holds more than a
    /// share of 1/(n + 1) of them: so even where n - 1 subscribers never come back from a call, a slot is left.
    fn share_out(&mut self, memory: u64) {
        let wish = |view: &View, subscribers: &[Subscriber]| match view.content {
            Content::Audio { .. } => SOUND_SLOTS.max(subscribers.len() + 1),
            Content::Frames { .. } => {
                let batch = subscribers.iter().map(|subscriber| subscriber.batch).max().unwrap_or(1) as usize;
                (batch * (subscribers.len() + 1)).clamp(subscribers.len() + 3, MOST_SLOTS)
            }
        };
        let wishes: Vec<usize> = self.views.iter().zip(&self.subscribers).map(|(v, s)| wish(v, s)).collect();
        let wished: u64 =
            self.views.iter().zip(&wishes).map(|(view, slots)| view.slot_bytes * *slots as u64).sum();
        let share = (memory as f64 / wished.max(1) as f64).min(1.0);
        for ((view, subscribers), wish) in self.views.iter_mut().zip(&self.subscribers).zip(wishes) {
            let least = subscribers.len() + 1;
            view.slots = ((wish as f64 * share) as usize).max(least);
            view.batch_limit = (view.slots / least) as u32;
            view.offset = self.memory;
            self.memory += view.slot_bytes * view.slots as u64;
        }
    }
}

fn frames_of(video: &VideoInfo, request: &FrameRequest) -> Content {
    let (width, height) = translate::frame_size(request.size).of(video.width, video.height);
    Content::Frames { width, height, format: request.format }
}

fn sound_of(video: &VideoInfo, request: AudioRequest) -> Content {
    match request {
        AudioRequest::Mono16k => Content::Audio { sample_rate: 16_000, channels: 1 },
        AudioRequest::Native => Content::Audio { sample_rate: video.sample_rate, channels: video.channels },
    }
}

fn bytes_of(content: Content) -> u64 {
    match content {
        Content::Frames { width, height, format } => {
            u64::from(width) * u64::from(height) * format.channels() as u64
        }
        Content::Audio { sample_rate, channels } => u64::from(sample_rate) * u64::from(channels) * 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use va_protocol::worker::control::Request;
    use va_protocol::worker::description::{FrameSize, PixelFormat, Sampling};

    fn video(width: u32, height: u32) -> VideoInfo {
        VideoInfo {
            width,
            height,
            rotation: 0,
            fps: 30.0,
            duration_s: Some(50.0),
            has_video: true,
            has_audio: true,
            video_codec: None,
            audio_codec: None,
            sample_rate: 48_000,
            channels: 2,
            container: "mov".to_owned(),
        }
    }

    fn sees(size: FrameSize, batch: u32) -> Request {
        let frames = FrameRequest { sampling: Sampling::EveryFrame, size, format: PixelFormat::Rgb8 };
        Request { frames: Some(frames), audio: None, batch }
    }

    #[test]
    fn requests_that_come_to_the_same_size_share_a_view() {
        let small = sees(FrameSize::LongestSide(640), 4);
        let same = sees(FrameSize::Exact { width: 360, height: 640 }, 8);
        let consumers = [
            Consumer { analyzers: vec![small, sees(FrameSize::Native, 1)] },
            Consumer { analyzers: vec![same] },
        ];
        let plan = Plan::new(&video(1080, 1920), &consumers, 1 << 30);
        assert_eq!(plan.views.len(), 2);
        let who: Vec<(usize, usize)> = plan.subscribers[0].iter().map(|s| (s.consumer, s.analyzer)).collect();
        assert_eq!(who, [(0, 0), (1, 0)]);
        assert_eq!((plan.views[0].slots, plan.views[0].batch_limit), (24, 8));
    }

    #[test]
    fn memory_stays_within_its_limit_whatever_the_batch() {
        let consumers = [Consumer {
            analyzers: vec![sees(FrameSize::LongestSide(1920), 64), sees(FrameSize::LongestSide(640), 64)],
        }];
        let limit = 128 << 20;
        let plan = Plan::new(&video(3840, 2160), &consumers, limit);
        assert!(plan.memory <= limit, "{} MiB", plan.memory >> 20);
        assert!(plan.views.iter().all(|view| view.slots >= 2 && view.batch_limit >= 1));
    }

    #[test]
    fn slots_do_not_overlap() {
        let audio = Request { frames: None, audio: Some(AudioRequest::Native), batch: 1 };
        let consumers = [Consumer {
            analyzers: vec![sees(FrameSize::LongestSide(100), 3), audio, sees(FrameSize::Native, 1)],
        }];
        let plan = Plan::new(&video(1920, 1080), &consumers, 64 << 20);
        let mut end = 0;
        for view in &plan.views {
            assert_eq!(view.offset, end);
            assert_eq!(view.slot_bytes % PAGE, 0);
            end += view.slot_bytes * view.slots as u64;
        }
        assert_eq!(end, plan.memory);
    }

    #[test]
    fn what_the_video_does_not_have_is_not_planned() {
        let silent = VideoInfo { has_audio: false, ..video(640, 480) };
        let audio = Request { frames: None, audio: Some(AudioRequest::Mono16k), batch: 1 };
        assert!(Plan::new(&silent, &[Consumer { analyzers: vec![audio] }], 1 << 20).views.is_empty());
    }
}
