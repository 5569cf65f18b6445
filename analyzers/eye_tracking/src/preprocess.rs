//! Turned crops out of a frame into a net's input.

use va_analyzer_sdk::{Error, Result};
use va_inference::geometry::{Affine, Rect};
use va_inference::image::{Fit, Image, Layout, Normalise, Painter, View, warp};

/// Memory that serves every frame.
#[derive(Debug, Default)]
pub struct Buffers {
    painter: Painter,
    shrunk: Image,
    crop: Image,
    input: Vec<f32>,
}

/// As much of a frame as is needed.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    pub view: View<'a>,
    /// Where its left upper pixel lies in the frame.
    pub corner: (usize, usize),
}

impl Buffers {
    /// The input for these crops (a piece of a frame, and the map from the frame to the crop), each `side` pixels wide and high, red, green, blue of 0..1,
    /// pixel by pixel; with room for `room`, of which what is over is left as it was.
    ///
    /// # Errors
    /// Where a map has no inverse.
    pub fn fill(&mut self, crops: &[(Piece<'_>, Affine)], side: usize, room: usize) -> Result<&[f32]> {
        let one = side * side * 3;
        let normalise = Normalise::unit().layout(Layout::Pixels);
        self.input.resize(room * one, 0.0);
        for (i, (Piece { view, corner: (left, top) }, to_crop)) in crops.iter().enumerate() {
            let to_frame = Affine::new([1.0, 0.0, *left as f64], [0.0, 1.0, *top as f64]);
            self.cut(view, &to_frame.then(to_crop), side)?;
            normalise.write(&self.crop.view(), &mut self.input[i * one..][..one])?;
        }
        Ok(&self.input[..room * one])
    }

    /// Two pixels of the frame or more for one of the crop would be skipped by the linear look-up: what the crop shows is
    /// made smaller by a whole factor first.
    fn cut(&mut self, view: &View<'_>, to_crop: &Affine, side: usize) -> Result<()> {
        let scale = to_crop.x[0].hypot(to_crop.x[1]);
        let times = (1.0 / scale) as usize;
        if times < 2 {
            return warp(view, to_crop, (side, side), &mut self.crop);
        }
        let part = part(view.size(), to_crop, side, times)?;
        let size = ((part.width() as usize / times).max(1), (part.height() as usize / times).max(1));
        self.shrunk.reshape(size.0, size.1, view.channels());
        let fit = Fit::crop(view.size(), &part, size);
        self.painter.bytes(view, &fit, self.shrunk.data_mut())?;
        let times = [part.width() as f64 / size.0 as f64, part.height() as f64 / size.1 as f64];
        let enlarge =
            Affine::new([times[0], 0.0, f64::from(part.left)], [0.0, times[1], f64::from(part.top)]);
        warp(&self.shrunk.view(), &enlarge.then(to_crop), (side, side), &mut self.crop)
    }
}

/// The part of a picture that a crop shows, with what the look-up needs round it, in whole steps of `times` pixels from the
/// picture's corner.
fn part((width, height): (usize, usize), to_crop: &Affine, side: usize, times: usize) -> Result<Rect> {
    let back =
        to_crop.inverse().ok_or_else(|| Error::new("cannot cut a face out: its map has no inverse"))?;
    let side = side as f32;
    let seen =
        Rect::round(&[[0.0, 0.0], [side, 0.0], [0.0, side], [side, side]].map(|corner| back.apply(corner)));
    let step = times as f32;
    let from = |at: f32, end: usize| ((at / step).floor() - 2.0).clamp(0.0, (end / times) as f32) * step;
    // The last step of a picture takes what is left of it.
    let to = |at: f32, end: usize| match ((at / step).ceil() + 2.0).max(1.0) * step {
        far if far + step > end as f32 => end as f32,
        near => near,
    };
    let (left, top) = (from(seen.left, width), from(seen.top, height));
    let (right, bottom) = (to(seen.right, width), to(seen.bottom, height));
    Ok(Rect::new(left.min(right - 1.0).max(0.0), top.min(bottom - 1.0).max(0.0), right, bottom))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(view: View<'_>) -> Piece<'_> {
        Piece { view, corner: (0, 0) }
    }

    #[test]
    fn a_crop_is_the_same_out_of_a_piece_as_out_of_the_frame() {
        let (width, height) = (400, 300);
        let pixels: Vec<u8> = (0..width * height * 3).map(|i| (i * 7919 % 251) as u8).collect();
        let frame = View::rgb(&pixels, width, height).expect("whole");
        let (left, top, across, down) = (60, 120, 300, 170);
        let rows = (top..top + down).flat_map(|y| &frame.row(y)[left * 3..(left + across) * 3]);
        let piece: Vec<u8> = rows.copied().collect();
        let piece = Piece { view: View::rgb(&piece, across, down).expect("whole"), corner: (left, top) };
        for (middle, size) in [([200.0, 210.0], 90.0), ([230.0, 205.0], 110.0), ([130.3, 190.2], 40.0)] {
            let to_crop = Affine::of_turned_square(middle, size, 0.3, 32);
            let of_frame = Buffers::default().fill(&[(whole(frame), to_crop)], 32, 1).expect("cut").to_vec();
            let mut buffers = Buffers::default();
            assert_eq!(buffers.fill(&[(piece, to_crop)], 32, 1).expect("cut"), of_frame);
        }
    }

    #[test]
    fn a_large_face_is_made_smaller_before_it_is_cut_out() {
        // Stripes of one pixel: skipped over they would be black or white, made smaller they are grey.
        let (width, height) = (240, 200);
        let pixels: Vec<u8> =
            (0..width * height).flat_map(|i| [if i % width % 2 == 0 { 255 } else { 0 }; 3]).collect();
        let view = View::rgb(&pixels, width, height).expect("whole");
        let to_crop = Affine::of_turned_square([120.0, 100.0], 160.0, 0.2, 40);
        let mut buffers = Buffers::default();
        let input = buffers.fill(&[(whole(view), to_crop)], 40, 1).expect("not flat");
        assert_eq!(input.len(), 40 * 40 * 3);
        assert!(input.iter().all(|level| (level - 0.5).abs() < 0.05), "not grey");
    }

    #[test]
    fn a_crop_beyond_the_picture_is_black_there_at_any_scale() {
        let view = View::rgb(&[255; 3 * 100 * 60], 100, 60).expect("whole");
        let mut buffers = Buffers::default();
        for (centre, size) in [([0.0, 0.0], 40.0), ([100.0, 60.0], 90.0), ([50.0, 30.0], 400.0)] {
            let to_crop = Affine::of_turned_square(centre, size, 0.0, 16);
            let input = buffers.fill(&[(whole(view), to_crop)], 16, 1).expect("not flat");
            let white = input.iter().filter(|level| **level > 0.5).count() as f32 / input.len() as f32;
            let to_right = (centre[0] + size / 2.0).min(100.0) - (centre[0] - size / 2.0).max(0.0);
            let down = (centre[1] + size / 2.0).min(60.0) - (centre[1] - size / 2.0).max(0.0);
            assert!((white - to_right * down / size / size).abs() < 0.07, "{centre:?} {size}: {white}");
        }
        let far = Affine::of_turned_square([-500.0, -500.0], 100.0, 0.0, 16);
        assert!(
            buffers.fill(&[(whole(view), far)], 16, 1).expect("not flat").iter().all(|level| *level == 0.0)
        );
    }

    #[test]
    fn room_that_is_over_is_there_all_the_same() {
        let view = View::rgb(&[255; 12], 2, 2).expect("whole");
        let to_crop = Affine::of_turned_square([1.0, 1.0], 2.0, 0.0, 2);
        let mut buffers = Buffers::default();
        let input = buffers.fill(&[(whole(view), to_crop)], 2, 3).expect("not flat");
        assert_eq!((input.len(), input[0]), (36, 1.0));
    }
}
