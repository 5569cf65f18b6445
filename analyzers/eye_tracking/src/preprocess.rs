//! Turned crops out of a frame into a net's input.

use va_analyzer_sdk::Result;
use va_inference::geometry::Affine;
use va_inference::image::{Fit, Image, Layout, Normalise, Painter, View, warp};

/// Memory that serves every frame.
#[derive(Debug, Default)]
pub struct Buffers {
    painter: Painter,
    shrunk: Image,
    crop: Image,
    input: Vec<f32>,
}

impl Buffers {
    /// The input for the crops of these maps (frame to crop), each `side` pixels wide and high, red, green, blue of 0..1,
    /// pixel by pixel; with room for `room`, of which what is over is left as it was.
    ///
    /// # Errors
    /// Where a map has no inverse.
    pub fn fill(&mut self, view: &View<'_>, to_crops: &[Affine], side: usize, room: usize) -> Result<&[f32]> {
        let one = side * side * 3;
        let normalise = Normalise::unit().layout(Layout::Pixels);
        self.input.resize(room * one, 0.0);
        for (i, to_crop) in to_crops.iter().enumerate() {
            self.cut(view, to_crop, side)?;
            normalise.write(&self.crop.view(), &mut self.input[i * one..][..one])?;
        }
        Ok(&self.input[..room * one])
    }

    /// Two pixels of the frame or more for one of the crop would be skipped by the linear look-up: such a frame is made
    /// smaller by a whole factor first.
    fn cut(&mut self, view: &View<'_>, to_crop: &Affine, side: usize) -> Result<()> {
        let scale = to_crop.x[0].hypot(to_crop.x[1]);
        let times = (1.0 / scale) as usize;
        if times < 2 {
            return warp(view, to_crop, (side, side), &mut self.crop);
        }
        let (width, height) = view.size();
        let size = ((width / times).max(1), (height / times).max(1));
        self.shrunk.reshape(size.0, size.1, view.channels());
        let fit = Fit::stretch(view.size(), size);
        self.painter.bytes(view, &fit, self.shrunk.data_mut())?;
        let enlarge =
            Affine::new([width as f64 / size.0 as f64, 0.0, 0.0], [0.0, height as f64 / size.1 as f64, 0.0]);
        warp(&self.shrunk.view(), &enlarge.then(to_crop), (side, side), &mut self.crop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_face_is_made_smaller_before_it_is_cut_out() {
        // Stripes of one pixel: skipped over they would be black or white, made smaller they are grey.
        let (width, height) = (240, 200);
        let pixels: Vec<u8> =
            (0..width * height).flat_map(|i| [if i % width % 2 == 0 { 255 } else { 0 }; 3]).collect();
        let view = View::rgb(&pixels, width, height).expect("whole");
        let to_crop = Affine::of_turned_square([120.0, 100.0], 160.0, 0.2, 40);
        let mut buffers = Buffers::default();
        let input = buffers.fill(&view, &[to_crop], 40, 1).expect("not flat");
        assert_eq!(input.len(), 40 * 40 * 3);
        assert!(input.iter().all(|level| (level - 0.5).abs() < 0.05), "not grey");
    }

    #[test]
    fn room_that_is_over_is_there_all_the_same() {
        let view = View::rgb(&[255; 12], 2, 2).expect("whole");
        let to_crop = Affine::of_turned_square([1.0, 1.0], 2.0, 0.0, 2);
        let mut buffers = Buffers::default();
        let input = buffers.fill(&view, &[to_crop], 2, 3).expect("not flat");
        assert_eq!((input.len(), input[0]), (36, 1.0));
    }
}
