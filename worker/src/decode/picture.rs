//! Paints a decoded frame the way a view wants it: size, pixel format, upright.
//!
//! Scaling is done on the planes as they were decoded (the chroma planes are small) and colours are converted at the
//! target's size, which costs a fraction of converting first. Shrinking averages the area of each new pixel: first by
//! whole blocks, then exactly. FFmpeg's own scaler is used only to bring rare pixel formats into one of the plain ones.

mod planes;

use anyhow::{Context, Result, anyhow};
use fast_image_resize as fr;
use ffmpeg_next as ffmpeg;
use va_protocol::worker::description::PixelFormat;

use self::planes::{Colours, Plain, Plane, Planes};
use super::rotate;

/// What a view shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    /// Upright.
    pub(super) width: u32,
    /// Upright.
    pub(super) height: u32,
    pub(super) format: PixelFormat,
    /// Clockwise turn still to be made.
    pub(super) rotation: u16,
}

#[derive(Default)]
pub(super) struct Painter {
    resizer: fr::Resizer,
    /// Brings rare pixel formats into a plain one.
    plainer: Option<ffmpeg::software::scaling::Context>,
    plain: Option<Plain>,
    plain_is_current: bool,
    scaled: [Vec<u8>; 3],
    blocks: Vec<u8>,
    packed: Vec<u8>,
    sums: Vec<u16>,
    unturned: Vec<u8>,
}

impl Painter {
    /// What was prepared for the last frame is of no more use.
    pub(super) fn next_frame(&mut self) {
        self.plain_is_current = false;
    }

    /// `out` has exactly the bytes of the target.
    pub(super) fn paint(
        &mut self,
        frame: &ffmpeg::frame::Video,
        target: &Target,
        out: &mut [u8],
    ) -> Result<()> {
        if target.rotation == 0 {
            return self.paint_unturned(frame, target.width, target.height, target.format, out);
        }
        let sideways = !target.rotation.is_multiple_of(180);
        let (width, height) =
            if sideways { (target.height, target.width) } else { (target.width, target.height) };
        let mut unturned = std::mem::take(&mut self.unturned);
        unturned.resize(out.len(), 0);
        self.paint_unturned(frame, width, height, target.format, &mut unturned)?;
        let channels = PixelFormat::channels(target.format);
        rotate::turn(&unturned, width as usize, height as usize, channels, target.rotation, out);
        self.unturned = unturned;
        Ok(())
    }

    fn paint_unturned(
        &mut self,
        frame: &ffmpeg::frame::Video,
        width: u32,
        height: u32,
        format: PixelFormat,
        out: &mut [u8],
    ) -> Result<()> {
        let colours = Colours::of(frame);
        if let Some(planes) = Planes::of(frame) {
            return self.paint_planes(&planes, colours, width, height, format, out);
        }
        self.make_plain(frame)?;
        let plain = self.plain.take().context("a plain frame was made")?;
        let planes = plain.planes().context("a plain frame has plain planes")?;
        let painted = self.paint_planes(&planes, colours, width, height, format, out);
        self.plain = Some(plain);
        painted
    }

    fn paint_planes(
        &mut self,
        planes: &Planes<'_>,
        colours: Colours,
        width: u32,
        height: u32,
        format: PixelFormat,
        out: &mut [u8],
    ) -> Result<()> {
        match (planes, format) {
            (Planes::Gray(luma) | Planes::Yuv([luma, ..]), PixelFormat::Gray8) => {
                self.scale(luma, width, height, out)?;
                colours.stretch(out);
            }
            (Planes::Gray(luma), PixelFormat::Rgb8) => {
                let mut gray = std::mem::take(&mut self.scaled[0]);
                gray.resize(width as usize * height as usize, 0);
                self.scale(luma, width, height, &mut gray)?;
                colours.stretch(&mut gray);
                out.chunks_exact_mut(3).zip(&gray).for_each(|(pixel, luma)| pixel.fill(*luma));
                self.scaled[0] = gray;
            }
            (Planes::Yuv(yuv), PixelFormat::Rgb8) if (yuv[0].width, yuv[0].height) == (width, height) => {
                colours.to_rgb(yuv, width, height, out)?;
            }
            (Planes::Yuv(yuv), PixelFormat::Rgb8) => {
                let mut scaled = std::mem::take(&mut self.scaled);
                for (plane, scaled) in yuv.iter().zip(&mut scaled) {
                    scaled.resize(width as usize * height as usize, 0);
                    self.scale(plane, width, height, scaled)?;
                }
                let stride = width as usize;
                let [y, u, v] = scaled.each_ref().map(|data| Plane { data, stride, width, height });
                colours.to_rgb(&[y, u, v], width, height, out)?;
                self.scaled = scaled;
            }
            (Planes::Rgb { pixels, width: w, height: h }, PixelFormat::Rgb8) => {
                self.scale_rgb(pixels, *w, *h, width, height, out)?;
            }
            (Planes::Rgb { pixels, width: w, height: h }, PixelFormat::Gray8) => {
                let mut rgb = std::mem::take(&mut self.scaled[0]);
                rgb.resize(out.len() * 3, 0);
                self.scale_rgb(pixels, *w, *h, width, height, &mut rgb)?;
                out.iter_mut().zip(rgb.chunks_exact(3)).for_each(|(luma, rgb)| *luma = planes::luma(rgb));
                self.scaled[0] = rgb;
            }
        }
        Ok(())
    }

    /// Scales one plane into `out`, rows without padding.
    fn scale(&mut self, plane: &Plane<'_>, width: u32, height: u32, out: &mut [u8]) -> Result<()> {
        if (plane.width, plane.height) == (width, height) {
            plane.copy_to(out);
            return Ok(());
        }
        // Blocks take the picture to between twice and four times the target; the exact average does the rest.
        let ratio = (plane.width / width).min(plane.height / height);
        let block = (ratio / 2).min(planes::MOST_BLOCK);
        if block >= 2 {
            let blocks = plane.average_blocks(block, &mut self.blocks, &mut self.sums);
            let (across, down) =
                (f64::from(plane.width) / f64::from(block), f64::from(plane.height) / f64::from(block));
            return resize(&mut self.resizer, &blocks, across, down, width, height, out);
        }
        // The resizer looks beyond the edge of what it is told to take: there must be no padding.
        let packed = plane.without_padding(&mut self.packed);
        let plane = &packed;
        let (across, down) = (f64::from(plane.width), f64::from(plane.height));
        resize(&mut self.resizer, plane, across, down, width, height, out)
    }

    fn scale_rgb(
        &mut self,
        pixels: &[u8],
        w: u32,
        h: u32,
        width: u32,
        height: u32,
        out: &mut [u8],
    ) -> Result<()> {
        let from = fr::images::ImageRef::new(w, h, pixels, fr::PixelType::U8x3)?;
        let mut to = fr::images::Image::from_slice_u8(width, height, out, fr::PixelType::U8x3)?;
        Ok(self.resizer.resize(&from, &mut to, &options(w > width || h > height))?)
    }

    /// Converts a frame of a rare pixel format, once for all views of it.
    fn make_plain(&mut self, frame: &ffmpeg::frame::Video) -> Result<()> {
        if self.plain_is_current {
            return Ok(());
        }
        let (width, height) = (frame.width(), frame.height());
        let format = planes::plain_format(frame.format());
        let fits = |context: &ffmpeg::software::scaling::Context| {
            let input = context.input();
            (input.format, input.width, input.height) == (frame.format(), width, height)
        };
        let context = match self.plainer.take().filter(fits) {
            Some(context) => context,
            None => {
                let flags = ffmpeg::software::scaling::Flags::BILINEAR;
                ffmpeg::software::scaling::Context::get(
                    frame.format(),
                    width,
                    height,
                    format,
                    width,
                    height,
                    flags,
                )
                .map_err(|e| anyhow!("cannot convert pixels of format {:?}: {e}", frame.format()))?
            }
        };
        let context = self.plainer.insert(context);
        let mut plain = ffmpeg::frame::Video::empty();
        context.run(frame, &mut plain).context("cannot convert pixels")?;
        self.plain = Some(Plain::new(plain));
        self.plain_is_current = true;
        Ok(())
    }
}

/// `across` and `down`: how much of the plane is picture, in its pixels; blocks at the edges may be partial.
fn resize(
    resizer: &mut fr::Resizer,
    plane: &Plane<'_>,
    across: f64,
    down: f64,
    width: u32,
    height: u32,
    out: &mut [u8],
) -> Result<()> {
    let from =
        fr::images::ImageRef::new(plane.stride as u32, plane.height, plane.whole(), fr::PixelType::U8)?;
    let mut to = fr::images::Image::from_slice_u8(width, height, out, fr::PixelType::U8)?;
    let options = options(plane.width > width || plane.height > height).crop(0.0, 0.0, across, down);
    Ok(resizer.resize(&from, &mut to, &options)?)
}

fn options(shrinks: bool) -> fr::ResizeOptions {
    let filter = if shrinks { fr::FilterType::Box } else { fr::FilterType::Bilinear };
    fr::ResizeOptions::new().resize_alg(fr::ResizeAlg::Convolution(filter)).use_alpha(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ffmpeg::format::Pixel;

    /// A frame whose luma rises from left to right, and whose lower half is red.
    fn frame(format: Pixel, width: u32, height: u32) -> ffmpeg::frame::Video {
        let mut frame = ffmpeg::frame::Video::new(format, width, height);
        for plane in 0..frame.planes() {
            let (w, h) = (frame.plane_width(plane), frame.plane_height(plane));
            let stride = frame.stride(plane);
            let data = frame.data_mut(plane);
            for y in 0..h as usize {
                for x in 0..w as usize {
                    let lower = y * 2 >= h as usize;
                    data[y * stride + x] = match plane {
                        0 => 16 + ((x * 438 + w as usize - 1) / (2 * (w as usize - 1))) as u8,
                        1 => {
                            if lower {
                                90
                            } else {
                                128
                            }
                        }
                        _ => {
                            if lower {
                                240
                            } else {
                                128
                            }
                        }
                    };
                }
            }
        }
        frame
    }

    fn painted(
        frame: &ffmpeg::frame::Video,
        width: u32,
        height: u32,
        format: PixelFormat,
        rotation: u16,
    ) -> Vec<u8> {
        let mut out = vec![0; width as usize * height as usize * PixelFormat::channels(format)];
        let target = Target { width, height, format, rotation };
        Painter::default().paint(frame, &target, &mut out).expect("painted");
        out
    }

    #[test]
    fn a_ramp_stays_a_ramp_at_any_size() {
        for (width, height) in [(1080, 1920), (607, 1081), (640, 360)] {
            let frame = frame(Pixel::YUV420P, width, height);
            for (w, h) in [(64, 48), (33, 65), (width / 3, height / 3), (width, height), (width * 2, height)]
            {
                let gray = painted(&frame, w, h, PixelFormat::Gray8, 0);
                for (x, luma) in gray[..w as usize].iter().enumerate() {
                    let expected = (x as f64 + 0.5) / f64::from(w) * 255.0;
                    let slack = 1.5 + 255.0 / f64::from(w);
                    assert!(
                        (f64::from(*luma) - expected).abs() <= slack,
                        "{w}x{h} at {x}: {luma}, not {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn colours_survive_every_layout_and_size() {
        for format in [Pixel::YUV420P, Pixel::YUV422P, Pixel::YUV444P] {
            let frame = frame(format, 322, 242);
            for (w, h) in [(322, 242), (100, 80), (20, 20)] {
                let rgb = painted(&frame, w, h, PixelFormat::Rgb8, 0);
                let at = |x: u32, y: u32| &rgb[(y * w + x) as usize * 3..][..3];
                let top = at(w / 2, h / 8);
                assert!(top.iter().all(|c| c.abs_diff(top[0]) <= 3), "gray above: {top:?}");
                let low = at(w / 4, h * 7 / 8);
                assert!(low[0] > low[1].saturating_add(60), "red below: {low:?}");
            }
        }
    }

    #[test]
    fn ten_bit_and_rgb_frames_are_made_plain_first() {
        let eight = frame(Pixel::YUV420P, 64, 48);
        let expected = painted(&eight, 32, 24, PixelFormat::Rgb8, 0);
        for format in [Pixel::YUV420P10LE, Pixel::NV12, Pixel::BGRA, Pixel::GBRP] {
            let flags = ffmpeg::software::scaling::Flags::BILINEAR;
            let mut other = ffmpeg::frame::Video::empty();
            ffmpeg::software::scaling::Context::get(Pixel::YUV420P, 64, 48, format, 64, 48, flags)
                .expect("a context")
                .run(&eight, &mut other)
                .expect("converted");
            let rgb = painted(&other, 32, 24, PixelFormat::Rgb8, 0);
            // FFmpeg's filter blends chroma across the colour edge, which lies between the rows 11 and 12.
            for (at, (a, b)) in rgb.iter().zip(&expected).enumerate() {
                let row = at / (32 * 3);
                assert!(row == 11 || row == 12 || a.abs_diff(*b) <= 8, "{format:?}, row {row}: {a}, not {b}");
            }
        }
    }

    #[test]
    fn a_turned_frame_is_upright() {
        let frame = frame(Pixel::YUV420P, 640, 360);
        let gray = painted(&frame, 36, 64, PixelFormat::Gray8, 90);
        let column: Vec<u8> = gray.chunks(36).map(|row| row[10]).collect();
        assert!(column.is_sorted(), "left to right has become top to bottom");
        let gray = painted(&frame, 36, 64, PixelFormat::Gray8, 270);
        let column: Vec<u8> = gray.chunks(36).map(|row| row[10]).collect();
        assert!(column.iter().rev().is_sorted());
    }
}
