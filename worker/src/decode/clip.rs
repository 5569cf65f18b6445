//! The clip that is built in: two seconds of a moving picture with a cut and a tone, made in memory and shown as a
//! decoded video is.
//!
//! It has so few frames that also an analyzer with a large model is through with them soon.

use std::f64::consts::TAU;
use std::os::unix::net::UnixStream;

use anyhow::Result;
use va_protocol::worker::control::{Consumer, Request};
use va_protocol::worker::description::PixelFormat;
use va_protocol::worker::frames::{Content, FromDecoder, VideoInfo, View};

use super::output::Output;
use super::picture::Target;
use super::plan::{Plan, Subscriber};
use super::views::{FrameViews, all_of};

const FRAMES_A_SECOND: u64 = 5;
const SECONDS: u64 = 2;
/// Of all slots together, bytes.
const MEMORY: u64 = 64 << 20;

/// Shows it to the analyzers of one worker, to its end or until nobody looks any more.
pub(crate) fn show(analyzers: Vec<Request>, socket: UnixStream) -> Result<()> {
    let video = video();
    let plan = Plan::new(&video, &[Consumer { analyzers }], MEMORY);
    let mut output = Output::new(&video, &plan, vec![socket])?;
    let mut frames = FrameViews::of(&plan, video.rotation);
    for second in 0..SECONDS {
        for index in second * FRAMES_A_SECOND..(second + 1) * FRAMES_A_SECOND {
            let at = (index, index as f64 / FRAMES_A_SECOND as f64);
            frames.hand_out(at, &mut output, |target, pixels| {
                paint(index, target, pixels);
                Ok(())
            })?;
        }
        for (view, (of, subscribers)) in plan.views.iter().zip(&plan.subscribers).enumerate() {
            hand_out_sound(second, (view, of), subscribers, &mut output)?;
        }
    }
    output.end();
    Ok(())
}

fn video() -> VideoInfo {
    VideoInfo {
        width: 640,
        height: 360,
        rotation: 0,
        fps: FRAMES_A_SECOND as f64,
        duration_s: Some(SECONDS as f64),
        has_video: true,
        has_audio: true,
        video_codec: None,
        audio_codec: None,
        sample_rate: 48_000,
        channels: 2,
        container: "built in".to_owned(),
    }
}

fn hand_out_sound(
    second: u64,
    (at, view): (usize, &View),
    subscribers: &[Subscriber],
    output: &mut Output,
) -> Result<()> {
    let Content::Audio { sample_rate, channels } = view.content else { return Ok(()) };
    let samples = tone(second, sample_rate, channels);
    let wanted = all_of(subscribers);
    let announce = |slot, consumer: usize| FromDecoder::Audio {
        view: at,
        slot,
        start_s: second as f64,
        samples: samples.len(),
        wanted_by: wanted[consumer],
    };
    let bytes: &[u8] = bytemuck::cast_slice(&samples);
    let fill = |slot: &mut [u8]| {
        slot.copy_from_slice(bytes);
        Ok(())
    };
    output.put(at, bytes.len(), &wanted, fill, announce)
}

/// A second of it: 440 Hz, swelling and fading, the same on all channels.
fn tone(second: u64, sample_rate: u32, channels: u16) -> Vec<f32> {
    let sample = |at: u32| {
        let time = second as f64 + f64::from(at) / f64::from(sample_rate);
        let loudness = 0.5 * (TAU * time / 2.0).sin().abs();
        (loudness * (TAU * 440.0 * time).sin()) as f32
    };
    (0..sample_rate).flat_map(|at| std::iter::repeat_n(sample(at), usize::from(channels))).collect()
}

/// The frame of this number in any size and format.
fn paint(index: u64, target: &Target, pixels: &mut [u8]) {
    let middle = |at: u32, of: u32| (f64::from(at) + 0.5) / f64::from(of);
    let mut pixels = pixels.chunks_exact_mut(target.format.channels());
    for y in 0..target.height {
        for x in 0..target.width {
            let rgb = colour(index, middle(x, target.width), middle(y, target.height));
            let Some(pixel) = pixels.next() else { return };
            match target.format {
                PixelFormat::Rgb8 => pixel.copy_from_slice(&rgb),
                PixelFormat::Gray8 => pixel.fill(luma(rgb)),
            }
        }
    }
}

/// A bright square that goes from left to right, over one of two backgrounds. Places are 0..1.
fn colour(index: u64, x: f64, y: f64) -> [u8; 3] {
    let last = FRAMES_A_SECOND * SECONDS - 1;
    let square_x = 0.15 + 0.7 * index as f64 / last as f64;
    if (x - square_x).abs() < 0.1 && (y - 0.5).abs() < 0.18 {
        return [250, 230, 60];
    }
    let (x, y) = ((x * 255.0) as u8, (y * 255.0) as u8);
    if index < FRAMES_A_SECOND { [x, y, 96] } else { [32, x / 2, y] }
}

/// ITU-R BT.601, full range.
fn luma([r, g, b]: [u8; 3]) -> u8 {
    ((299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b) + 500) / 1000) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(index: u64, width: u32, height: u32, format: PixelFormat) -> Vec<u8> {
        let mut pixels = vec![0; width as usize * height as usize * format.channels()];
        paint(index, &Target { width, height, format, rotation: 0 }, &mut pixels);
        pixels
    }

    #[test]
    fn something_moves_between_frames_and_all_changes_at_the_cut() {
        let changed = |a: u64, b: u64| {
            let (a, b) = (frame(a, 64, 36, PixelFormat::Rgb8), frame(b, 64, 36, PixelFormat::Rgb8));
            a.chunks(3).zip(b.chunks(3)).filter(|(a, b)| a != b).count() as f64 / (64.0 * 36.0)
        };
        assert!((0.02..0.2).contains(&changed(0, 1)), "{}", changed(0, 1));
        assert!(changed(4, 5) > 0.8, "{}", changed(4, 5));
    }

    #[test]
    fn gray_is_the_luma_of_the_colour() {
        let (rgb, gray) = (frame(3, 5, 3, PixelFormat::Rgb8), frame(3, 5, 3, PixelFormat::Gray8));
        let of_colour: Vec<u8> = rgb.chunks_exact(3).map(|rgb| luma([rgb[0], rgb[1], rgb[2]])).collect();
        assert_eq!(gray, of_colour);
        assert_eq!(luma([255, 255, 255]), 255);
    }

    #[test]
    fn the_tone_goes_on_over_the_second_and_is_never_too_loud() {
        let sound: Vec<f32> = (0..SECONDS).flat_map(|second| tone(second, 16_000, 1)).collect();
        assert!(sound.iter().all(|sample| sample.abs() <= 0.5));
        let crossings = sound.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        assert!((878..=882).contains(&crossings), "{crossings}");
        let stereo = tone(0, 16_000, 2);
        assert!(stereo.chunks(2).zip(&sound).all(|(both, one)| both == [*one, *one]));
    }
}
