//! The picture stream: packets in, frames out, each painted once for every view that wants it.

use anyhow::{Context, Result};
use ffmpeg_next as ffmpeg;
use va_protocol::worker::frames::VideoInfo;

use super::defects::Evidence;
use super::output::Output;
use super::picture::Painter;
use super::plan::Plan;
use super::views::FrameViews;

pub(super) struct Pictures {
    stream: usize,
    time_base: f64,
    decoder: ffmpeg::decoder::Video,
    frame: ffmpeg::frame::Video,
    painter: Painter,
    views: FrameViews,
    clock: Clock,
    evidence: Evidence,
}

impl Pictures {
    pub(super) fn new(
        input: &ffmpeg::format::context::Input,
        stream: &usize,
        info: &VideoInfo,
        plan: &Plan,
        threads: usize,
    ) -> Result<Self> {
        let stream = input.stream(*stream).context("the picture's stream is gone")?;
        let decoder = super::decoder_of(&stream, threads)?
            .decoder()
            .video()
            .context("the picture cannot be decoded")?;
        Ok(Pictures {
            stream: stream.index(),
            time_base: f64::from(stream.time_base()),
            decoder,
            frame: ffmpeg::frame::Video::empty(),
            painter: Painter::default(),
            views: FrameViews::of(plan, info.rotation),
            clock: Clock { frame_s: if info.fps > 0.0 { 1.0 / info.fps } else { 0.04 }, ..Clock::default() },
            evidence: Evidence::default(),
        })
    }

    pub(super) fn stream(&self) -> usize {
        self.stream
    }

    /// Frames so far.
    pub(super) fn frames(&self) -> u64 {
        self.clock.frames
    }

    /// Seconds from the first frame to the end of the last one so far.
    pub(super) fn duration_s(&self) -> f64 {
        self.clock.end_s()
    }

    /// When the first frame is shown, in the container's own time; `None` until it was decoded.
    pub(super) fn first_pts_s(&self) -> Option<f64> {
        self.clock.first_s
    }

    pub(super) fn is_out_of_memory(&self) -> bool {
        self.evidence.out_of_memory
    }

    pub(super) fn evidence(&mut self) -> Evidence {
        std::mem::take(&mut self.evidence)
    }

    /// Decodes a packet; `None` gives out what the decoder still holds.
    pub(super) fn decode(&mut self, packet: Option<&ffmpeg::Packet>, output: &mut Output) -> Result<()> {
        let sent = match packet {
            Some(packet) => self.decoder.send_packet(packet),
            None => self.decoder.send_eof(),
        };
        if let Err(error) = sent {
            self.evidence.refused(error);
        }
        let mut frame = std::mem::replace(&mut self.frame, ffmpeg::frame::Video::empty());
        loop {
            match self.decoder.receive_frame(&mut frame) {
                Ok(()) => self.hand_out(&frame, output)?,
                Err(error) => {
                    self.evidence.gives_nothing(error);
                    break;
                }
            }
        }
        self.frame = frame;
        Ok(())
    }

    fn hand_out(&mut self, frame: &ffmpeg::frame::Video, output: &mut Output) -> Result<()> {
        self.evidence.corrupt_frames += u64::from(frame.is_corrupt() || frame.has_decode_errors());
        let pts_s = frame.timestamp().map(|pts| pts as f64 * self.time_base);
        let at = self.clock.tick(pts_s);
        self.painter.next_frame();
        let painter = &mut self.painter;
        self.views.hand_out(at, output, |target, slot| painter.paint(frame, target, slot))
    }
}

/// Numbers frames, and gives each its seconds from the first.
#[derive(Debug, Default)]
struct Clock {
    first_s: Option<f64>,
    frames: u64,
    last_s: f64,
    /// How long a frame stands, where nothing tells.
    frame_s: f64,
}

impl Clock {
    /// Times never run backwards: a frame without a time, or with one before its predecessor's, follows that one.
    fn tick(&mut self, pts_s: Option<f64>) -> (u64, f64) {
        let index = self.frames;
        let first_s = *self.first_s.get_or_insert(pts_s.unwrap_or(0.0));
        let expected = if index == 0 { 0.0 } else { self.last_s + self.frame_s };
        let time = pts_s.map_or(expected, |pts| pts - first_s);
        self.last_s = if index > 0 && time <= self.last_s { expected } else { time };
        self.frames += 1;
        (index, self.last_s)
    }

    fn end_s(&self) -> f64 {
        if self.frames == 0 { 0.0 } else { self.last_s + self.frame_s }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variable_rates_keep_their_times_and_broken_ones_run_forward() {
        let mut clock = Clock { frame_s: 0.1, ..Clock::default() };
        let times = [Some(5.0), Some(5.1), Some(5.9), None, Some(5.2), Some(7.0)];
        let seen: Vec<f64> =
            times.into_iter().map(|pts| (clock.tick(pts).1 * 1000.0).round() / 1000.0).collect();
        assert_eq!(seen, [0.0, 0.1, 0.9, 1.0, 1.1, 2.0]);
        assert_eq!((clock.frames, clock.first_s), (6, Some(5.0)));
        assert!((clock.end_s() - 2.1).abs() < 1e-9);
    }
}
