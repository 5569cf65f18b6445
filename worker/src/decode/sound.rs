//! The sound stream: packets in, chunks of a second out, once for each view that wants it.

use anyhow::{Context, Result, anyhow};
use ffmpeg::ChannelLayout;
use ffmpeg::format::sample::{Sample, Type};
use ffmpeg_next as ffmpeg;
use va_protocol::worker::frames::{Content, FromDecoder};

use super::defects::Evidence;
use super::output::Output;
use super::plan::Plan;
use super::views::all_of;

/// A jump of the timestamps by more than this is a hole in the sound, which is filled with silence.
const HOLE_S: f64 = 0.1;
/// No hole is filled beyond this: a timestamp may be nonsense.
const LONGEST_HOLE_S: f64 = 600.0;

pub(super) struct Sound {
    stream: usize,
    time_base: f64,
    decoder: ffmpeg::decoder::Audio,
    views: Vec<SoundView>,
    /// When the picture starts, in the container's time.
    zero_s: Option<f64>,
    /// When the first sample sounds, in the container's time.
    first_s: Option<f64>,
    /// Samples of each channel that were decoded, holes included.
    samples: u64,
    evidence: Evidence,
}

/// A view of the plan that holds sound.
struct SoundView {
    view: usize,
    rate: u32,
    channels: u16,
    wanted: Vec<u64>,
    resampler: Option<Resampler>,
    /// Samples that are not yet handed out, interleaved.
    waiting: Vec<f32>,
    /// Samples of each channel that were handed out.
    handed_out: u64,
}

struct Resampler {
    context: ffmpeg::software::resampling::Context,
    from: (Sample, ChannelLayout, u32),
}

impl Sound {
    pub(super) fn new(input: &ffmpeg::format::context::Input, stream: &usize, plan: &Plan) -> Result<Self> {
        let stream = input.stream(*stream).context("the sound's stream is gone")?;
        let decoder =
            super::decoder_of(&stream, 1)?.decoder().audio().context("the sound cannot be decoded")?;
        let mut views = Vec::new();
        for (view, (content, subscribers)) in
            plan.views.iter().map(|view| view.content).zip(&plan.subscribers).enumerate()
        {
            let Content::Audio { sample_rate: rate, channels } = content else { continue };
            views.push(SoundView {
                view,
                rate,
                channels,
                wanted: all_of(subscribers),
                resampler: None,
                waiting: Vec::new(),
                handed_out: 0,
            });
        }
        Ok(Sound {
            stream: stream.index(),
            time_base: f64::from(stream.time_base()),
            decoder,
            views,
            zero_s: None,
            first_s: None,
            samples: 0,
            evidence: Evidence::default(),
        })
    }

    pub(super) fn stream(&self) -> usize {
        self.stream
    }

    /// Tells when the picture starts; nothing is handed out before that is known.
    pub(super) fn start_at(&mut self, zero_s: Option<f64>) {
        self.zero_s = self.zero_s.or(zero_s);
    }

    /// Seconds of sound so far.
    pub(super) fn duration_s(&self) -> f64 {
        self.samples as f64 / f64::from(self.decoder.rate().max(1))
    }

    pub(super) fn is_out_of_memory(&self) -> bool {
        self.evidence.out_of_memory
    }

    pub(super) fn evidence(&mut self) -> Evidence {
        std::mem::take(&mut self.evidence)
    }

    /// Decodes a packet; `None` gives out all that is left.
    pub(super) fn decode(&mut self, packet: Option<&ffmpeg::Packet>, output: &mut Output) -> Result<()> {
        let sent = match packet {
            Some(packet) => self.decoder.send_packet(packet),
            None => self.decoder.send_eof(),
        };
        if let Err(error) = sent {
            self.evidence.refused(error);
        }
        let mut frame = ffmpeg::frame::Audio::empty();
        loop {
            match self.decoder.receive_frame(&mut frame) {
                Ok(()) => self.take(&mut frame)?,
                Err(error) => {
                    self.evidence.gives_nothing(error);
                    break;
                }
            }
        }
        let Some(zero_s) = self.zero_s else { return Ok(()) };
        let start_s = self.first_s.unwrap_or(zero_s) - zero_s;
        for view in &mut self.views {
            if packet.is_none() {
                view.drain()?;
            }
            view.hand_out(start_s, packet.is_none(), output)?;
        }
        Ok(())
    }

    fn take(&mut self, frame: &mut ffmpeg::frame::Audio) -> Result<()> {
        place_channels(frame);
        let rate = f64::from(self.decoder.rate().max(1));
        let pts_s = frame.timestamp().map(|pts| pts as f64 * self.time_base);
        let first_s = *self.first_s.get_or_insert(pts_s.or(self.zero_s).unwrap_or(0.0));
        let hole_s = pts_s.map_or(0.0, |pts| pts - first_s - self.samples as f64 / rate);
        if hole_s > HOLE_S {
            let hole_s = hole_s.min(LONGEST_HOLE_S);
            self.samples += (hole_s * rate) as u64;
            for view in &mut self.views {
                let silent = (hole_s * f64::from(view.rate)) as usize * usize::from(view.channels);
                view.waiting.resize(view.waiting.len() + silent, 0.0);
            }
        }
        self.samples += frame.samples() as u64;
        self.views.iter_mut().try_for_each(|view| view.take(frame))
    }
}

/// Gives channels that are only counted, as in WAV files, their usual places. In place, and before anything else:
/// a clone of a frame without a layout has no room for its samples, and copying into it is a memory fault.
fn place_channels(frame: &mut ffmpeg::frame::Audio) {
    let channels = i32::from(frame.channels());
    if frame.channel_layout().channels() != channels {
        frame.set_channel_layout(ChannelLayout::default(channels));
    }
}

impl Resampler {
    /// A frame for all that comes out when so many samples go in, with what is still held back.
    fn room_for(&self, samples: usize) -> ffmpeg::frame::Audio {
        let to = self.context.output();
        let held = self.context.delay().map_or(0, |delay| delay.output.max(0) as usize);
        let more = samples as u64 * u64::from(to.rate) / u64::from(self.context.input().rate.max(1));
        // A filter may give out a few samples earlier or later.
        ffmpeg::frame::Audio::new(to.format, held + more as usize + 32, to.channel_layout)
    }
}

impl SoundView {
    fn take(&mut self, frame: &ffmpeg::frame::Audio) -> Result<()> {
        let layout = frame.channel_layout();
        let from = (frame.format(), layout, frame.rate());
        if self.resampler.as_ref().is_none_or(|resampler| resampler.from != from) {
            self.drain()?;
            let to_layout = ChannelLayout::default(i32::from(self.channels));
            let to_layout = if self.channels == frame.channels() { layout } else { to_layout };
            let context = ffmpeg::software::resampling::Context::get(
                from.0,
                from.1,
                from.2,
                Sample::F32(Type::Packed),
                to_layout,
                self.rate,
            )
            .map_err(|e| {
                anyhow!("cannot resample sound of {} Hz, {} channels: {e}", from.2, frame.channels())
            })?;
            self.resampler = Some(Resampler { context, from });
        }
        let Some(resampler) = &mut self.resampler else { return Ok(()) };
        let mut resampled = resampler.room_for(frame.samples());
        resampler.context.run(frame, &mut resampled).context("cannot resample sound")?;
        self.keep(&resampled);
        Ok(())
    }

    /// Takes what the resampler still holds.
    fn drain(&mut self) -> Result<()> {
        let Some(mut resampler) = self.resampler.take() else { return Ok(()) };
        loop {
            let mut rest = resampler.room_for(0);
            let left = resampler.context.flush(&mut rest);
            self.keep(&rest);
            if left.is_err() || rest.samples() == 0 || left.is_ok_and(|left| left.is_none()) {
                return Ok(());
            }
        }
    }

    fn keep(&mut self, frame: &ffmpeg::frame::Audio) {
        let bytes = frame.samples() * usize::from(self.channels) * 4;
        if frame.samples() > 0 && frame.data(0).len() >= bytes {
            let sample = |bytes: &[u8]| f32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            self.waiting.extend(frame.data(0)[..bytes].chunks_exact(4).map(sample));
        }
    }

    /// Hands out whole seconds; at the end, the rest.
    fn hand_out(&mut self, start_s: f64, all: bool, output: &mut Output) -> Result<()> {
        let second = self.rate as usize * usize::from(self.channels);
        let mut from = 0;
        while self.waiting.len() - from >= second || all && from < self.waiting.len() {
            let chunk = &self.waiting[from..self.waiting.len().min(from + second)];
            let start_s = start_s + self.handed_out as f64 / f64::from(self.rate);
            let bytes: &[u8] = bytemuck::cast_slice(chunk);
            let announce = |slot, consumer: usize| FromDecoder::Audio {
                view: self.view,
                slot,
                start_s,
                samples: chunk.len(),
                wanted_by: self.wanted[consumer],
            };
            let fill = |slot: &mut [u8]| {
                slot.copy_from_slice(bytes);
                Ok(())
            };
            output.put(self.view, bytes.len(), &self.wanted, fill, announce)?;
            self.handed_out += (chunk.len() / usize::from(self.channels.max(1))) as u64;
            from += chunk.len();
        }
        self.waiting.drain(..from);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_that_names_no_channel_layout_is_resampled() {
        // As WAV files are decoded: channels are counted, but not placed.
        let mono = ChannelLayout::default(1);
        let mut frame = ffmpeg::frame::Audio::new(Sample::I16(Type::Packed), 1600, mono);
        frame.set_rate(16_000);
        frame.data_mut(0)[..3200]
            .chunks_exact_mut(2)
            .for_each(|s| s.copy_from_slice(&16_384i16.to_ne_bytes()));
        frame.set_channel_layout(ChannelLayout::empty());
        place_channels(&mut frame);
        assert_eq!(frame.channel_layout(), mono);
        // SAFETY-free: the count stays what the decoder said, as FFmpeg 5.1 keeps it apart from the layout.
        let mut view = SoundView {
            view: 0,
            rate: 16_000,
            channels: 1,
            wanted: vec![1],
            resampler: None,
            waiting: Vec::new(),
            handed_out: 0,
        };
        view.take(&frame).expect("resampled");
        view.drain().expect("drained");
        assert_eq!(view.waiting.len(), 1600);
        assert!(view.waiting.iter().all(|sample| (sample - 0.5).abs() < 1e-3));
    }
}
