//! The loops of [`Normalise`]: rows of pixels to where they go, and the padding round them.

use super::colour::luma;
use super::{Layout, Normalise, Order};

/// Where rows of pixels go in an input of `width` by `height`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) left: usize,
    pub(super) top: usize,
}

impl Normalise {
    /// Fills what is not painted: all but `width` by `height` pixels at `place`.
    pub(super) fn pad(&self, level: f32, width: usize, height: usize, place: &Place, out: &mut [f32]) {
        let values = self.of_level(level);
        let fill = |part: &mut [f32], channel: Option<usize>| match channel {
            Some(channel) => part.fill(values[channel]),
            None => part.chunks_exact_mut(3).for_each(|pixel| pixel.copy_from_slice(&values)),
        };
        // A plane is one channel of one number a pixel; pixels of three numbers are one plane of all channels.
        let (numbers, planes) = match (self.layout, self.channels()) {
            (Layout::Pixels, 3) => (3, 1),
            (_, channels) => (1, channels),
        };
        let row = place.width * numbers;
        for (channel, plane) in out.chunks_exact_mut(row * place.height).take(planes).enumerate() {
            let channel = (numbers == 1).then_some(channel);
            let (above, rest) = plane.split_at_mut(place.top * row);
            let (beside, below) = rest.split_at_mut(height * row);
            fill(above, channel);
            fill(below, channel);
            for row in beside.chunks_exact_mut(row) {
                let (before, rest) = row.split_at_mut(place.left * numbers);
                fill(before, channel);
                fill(&mut rest[width * numbers..], channel);
            }
        }
    }

    /// Rows of `width` pixels, one below the other, to `place`.
    pub(super) fn rows(&self, pixels: &[u8], channels: usize, width: usize, place: &Place, out: &mut [f32]) {
        if width == 0 {
            return;
        }
        let rows = pixels.chunks_exact(width * channels);
        match self.layout {
            Layout::Planes => self.rows_to_planes(rows, channels, width, place, out),
            Layout::Pixels => {
                let numbers = self.channels();
                let outs = out.chunks_exact_mut(place.width * numbers).skip(place.top);
                for (row, out) in rows.zip(outs) {
                    self.row_to_pixels(row, channels, &mut out[place.left * numbers..][..width * numbers]);
                }
            }
        }
    }

    fn rows_to_planes<'p>(
        &self,
        rows: impl Iterator<Item = &'p [u8]>,
        channels: usize,
        width: usize,
        place: &Place,
        out: &mut [f32],
    ) {
        let plane = place.width * place.height;
        let at = |y: usize| (place.top + y) * place.width + place.left;
        if self.order == Order::Gray {
            for (y, row) in rows.enumerate() {
                self.row_to_pixels(row, channels, &mut out[at(y)..][..width]);
            }
            return;
        }
        let (first, rest) = out.split_at_mut(plane);
        let (second, third) = rest.split_at_mut(plane);
        for (y, row) in rows.enumerate() {
            let outs =
                [&mut first[at(y)..][..width], &mut second[at(y)..][..width], &mut third[at(y)..][..width]];
            self.row_to_planes(row, channels, outs);
        }
    }

    fn row_to_planes(&self, row: &[u8], channels: usize, [first, second, third]: [&mut [f32]; 3]) {
        let ([a, b, c], [d, e, f]) = (self.scale, self.shift);
        let outs = first.iter_mut().zip(second).zip(third);
        if channels == 1 {
            for (&level, ((x, y), z)) in row.iter().zip(outs) {
                let level = f32::from(level);
                (*x, *y, *z) = (level * a + d, level * b + e, level * c + f);
            }
            return;
        }
        let swap = self.order == Order::Bgr;
        let (r, b_) = if swap { (2, 0) } else { (0, 2) };
        for (pixel, ((x, y), z)) in row.as_chunks::<3>().0.iter().zip(outs) {
            *x = f32::from(pixel[r]) * a + d;
            *y = f32::from(pixel[1]) * b + e;
            *z = f32::from(pixel[b_]) * c + f;
        }
    }

    fn row_to_pixels(&self, row: &[u8], channels: usize, out: &mut [f32]) {
        let (scale, shift) = (self.scale, self.shift);
        match (self.order, channels) {
            (Order::Gray, 1) => {
                for (out, &level) in out.iter_mut().zip(row) {
                    *out = f32::from(level) * scale[0] + shift[0];
                }
            }
            (Order::Gray, _) => {
                for (out, &pixel) in out.iter_mut().zip(row.as_chunks::<3>().0) {
                    *out = f32::from(luma(pixel)) * scale[0] + shift[0];
                }
            }
            (_, 1) => {
                for (out, &level) in out.as_chunks_mut::<3>().0.iter_mut().zip(row) {
                    *out = self.of_level(f32::from(level));
                }
            }
            (order, _) => {
                let (first, last) = if order == Order::Bgr { (2, 0) } else { (0, 2) };
                for (out, pixel) in out.as_chunks_mut::<3>().0.iter_mut().zip(row.as_chunks::<3>().0) {
                    out[0] = f32::from(pixel[first]) * scale[0] + shift[0];
                    out[1] = f32::from(pixel[1]) * scale[1] + shift[1];
                    out[2] = f32::from(pixel[last]) * scale[2] + shift[2];
                }
            }
        }
    }
}
