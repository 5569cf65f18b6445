//! How a picture goes into a model's input, and back.

use super::axis::Axis;
use crate::geometry::Rect;

/// A region of a picture goes to a region of a model's input; the rest of the input is padded. Only the part of the
/// region that lies inside the picture is painted: a crop that hangs over the edge is padded there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    picture: (usize, usize),
    input: (usize, usize),
    pad: f32,
    /// Input pixels for a picture pixel, and where the picture's corner is in the input.
    across: Axis,
    down: Axis,
}

impl Fit {
    /// The region `from` of a picture of size `picture` to the region `to` of an input of size `input`.
    pub fn new(picture: (usize, usize), from: &Rect, input: (usize, usize), to: &Rect) -> Self {
        Fit {
            picture,
            input,
            pad: 0.0,
            across: Axis::new(picture.0, (from.left, from.right), input.0, (to.left, to.right)),
            down: Axis::new(picture.1, (from.top, from.bottom), input.1, (to.top, to.bottom)),
        }
    }

    /// The whole picture, its aspect kept, in the middle of the input. Sizes are rounded to whole pixels, as
    /// Ultralytics' `LetterBox` does.
    pub fn letterbox(picture: (usize, usize), input: (usize, usize)) -> Self {
        let (width, height) = inner(picture, input);
        let (left, top) = ((input.0 - width) / 2, (input.1 - height) / 2);
        Fit::new(
            picture,
            &whole(picture),
            input,
            &Rect::of_size(left as f32, top as f32, width as f32, height as f32),
        )
    }

    /// As [`Fit::letterbox`], but at the top left: padded to the right and below.
    pub fn top_left(picture: (usize, usize), input: (usize, usize)) -> Self {
        let (width, height) = inner(picture, input);
        Fit::new(picture, &whole(picture), input, &Rect::of_size(0.0, 0.0, width as f32, height as f32))
    }

    /// The whole picture over the whole input; its aspect is lost.
    pub fn stretch(picture: (usize, usize), input: (usize, usize)) -> Self {
        Fit::new(picture, &whole(picture), input, &whole(input))
    }

    /// The region `from` over the whole input; what lies outside the picture is padded.
    pub fn crop(picture: (usize, usize), from: &Rect, input: (usize, usize)) -> Self {
        Fit::new(picture, from, input, &whole(input))
    }

    /// The square round a box: its side is `factor` times the longer side.
    pub fn square(picture: (usize, usize), round: &Rect, factor: f32, side: usize) -> Self {
        Fit::crop(picture, &round.square(factor), (side, side))
    }

    /// The largest square in the middle of the picture.
    pub fn centre_square(picture: (usize, usize), side: usize) -> Self {
        let short = picture.0.min(picture.1);
        let (left, top) = ((picture.0 - short) as f32 / 2.0, (picture.1 - short) as f32 / 2.0);
        Fit::crop(picture, &Rect::of_size(left, top, short as f32, short as f32), (side, side))
    }

    /// The region round a box, grown by `factor`, its aspect kept, in the middle of the input.
    pub fn letterbox_of(picture: (usize, usize), of: &Rect, factor: f32, input: (usize, usize)) -> Self {
        let grown = of.grown(factor);
        let scale = (input.0 as f32 / grown.width().max(1e-6)).min(input.1 as f32 / grown.height().max(1e-6));
        let (width, height) = (input.0 as f32 / scale, input.1 as f32 / scale);
        let [x, y] = grown.centre();
        let mut fit = Fit::crop(picture, &Rect::of_centre(x, y, width, height), input);
        // What the grown box does not reach stays empty, even where the picture goes on.
        fit.across.keep(picture.0, (grown.left, grown.right), input.0);
        fit.down.keep(picture.1, (grown.top, grown.bottom), input.1);
        fit
    }

    /// The level (0..255) round the picture; 0 if not said.
    #[must_use]
    pub fn pad(mut self, level: f32) -> Self {
        self.pad = level;
        self
    }

    /// Width and height of the input.
    pub fn input(&self) -> (usize, usize) {
        self.input
    }

    /// From the picture to the input.
    pub fn to_input(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [self.across.to_input(x), self.down.to_input(y)]
    }

    /// From the input to the picture.
    pub fn to_picture(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [self.across.to_picture(x), self.down.to_picture(y)]
    }

    /// A box of the input in the picture; it may reach out of it.
    pub fn rect_to_picture(&self, rect: &Rect) -> Rect {
        let [left, top] = self.to_picture([rect.left, rect.top]);
        let [right, bottom] = self.to_picture([rect.right, rect.bottom]);
        Rect { left, top, right, bottom }
    }

    /// A box of the picture in the input.
    pub fn rect_to_input(&self, rect: &Rect) -> Rect {
        let [left, top] = self.to_input([rect.left, rect.top]);
        let [right, bottom] = self.to_input([rect.right, rect.bottom]);
        Rect { left, top, right, bottom }
    }

    /// The painted part of the input: left, top, width, height.
    pub fn painted(&self) -> (usize, usize, usize, usize) {
        (self.across.painted.0, self.down.painted.0, self.across.painted.1, self.down.painted.1)
    }

    /// The part of the picture that is shown: left, top, width, height.
    pub(super) fn shown(&self) -> (f64, f64, f64, f64) {
        (self.across.shown.0, self.down.shown.0, self.across.shown.1, self.down.shown.1)
    }

    /// Width and height of the picture.
    pub fn picture(&self) -> (usize, usize) {
        self.picture
    }

    pub(super) fn pad_level(&self) -> f32 {
        self.pad
    }
}

fn whole((width, height): (usize, usize)) -> Rect {
    Rect::new(0.0, 0.0, width as f32, height as f32)
}

/// The size of the picture when it just fits.
fn inner(picture: (usize, usize), input: (usize, usize)) -> (usize, usize) {
    let scale = (input.0 as f64 / picture.0.max(1) as f64).min(input.1 as f64 / picture.1.max(1) as f64);
    let side =
        |picture: usize, input: usize| ((picture as f64 * scale).round() as usize).clamp(1, input.max(1));
    (side(picture.0, input.0), side(picture.1, input.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letterbox_keeps_the_aspect_and_centres() {
        let fit = Fit::letterbox((1280, 720), (640, 640));
        assert_eq!(fit.painted(), (0, 140, 640, 360));
        assert_eq!(fit.shown(), (0.0, 0.0, 1280.0, 720.0));
        assert_eq!(fit.to_input([640.0, 360.0]), [320.0, 320.0]);
        assert_eq!(fit.to_picture([640.0, 500.0]), [1280.0, 720.0]);
        assert_eq!(Fit::top_left((1280, 720), (640, 640)).painted(), (0, 0, 640, 360));
    }

    #[test]
    fn a_letterbox_enlarges_a_small_picture() {
        let fit = Fit::letterbox((176, 144), (640, 640));
        assert_eq!(fit.painted(), (0, 58, 640, 524));
    }

    #[test]
    fn boxes_come_back_from_where_they_went() {
        let fit = Fit::square((640, 480), &Rect::new(100.0, 50.0, 180.0, 170.0), 1.25, 256);
        let rect = Rect::new(110.0, 60.0, 150.0, 90.0);
        let back = fit.rect_to_picture(&fit.rect_to_input(&rect));
        let off =
            [back.left - rect.left, back.top - rect.top, back.right - rect.right, back.bottom - rect.bottom];
        assert!(off.iter().all(|off| off.abs() < 1e-3), "{back:?}");
    }

    #[test]
    fn a_crop_over_the_edge_paints_only_what_is_there() {
        // A square of 100 whose left fifth is outside.
        let fit = Fit::crop((300, 200), &Rect::of_size(-20.0, 50.0, 100.0, 100.0), (50, 50));
        assert_eq!(fit.painted(), (10, 0, 40, 50));
        assert_eq!(fit.shown(), (0.0, 50.0, 80.0, 100.0));
        assert_eq!(fit.to_input([0.0, 50.0]), [10.0, 0.0]);
    }

    #[test]
    fn a_crop_outside_paints_nothing() {
        let fit = Fit::crop((300, 200), &Rect::of_size(400.0, 0.0, 10.0, 10.0), (50, 50));
        assert_eq!(fit.painted(), (0, 0, 0, 50));
    }

    #[test]
    fn a_letterboxed_region_does_not_show_its_neighbours() {
        // A box of 40 x 80 into a square: the box fills half of it, though the picture goes on.
        let fit = Fit::letterbox_of((400, 400), &Rect::of_size(100.0, 100.0, 40.0, 80.0), 1.0, (64, 64));
        assert_eq!(fit.painted(), (16, 0, 32, 64));
        assert_eq!(fit.shown(), (100.0, 100.0, 40.0, 80.0));
    }

    #[test]
    fn the_centre_square_is_the_short_side() {
        let fit = Fit::centre_square((400, 300), 224);
        assert_eq!(fit.shown(), (50.0, 0.0, 300.0, 300.0));
        assert_eq!(fit.painted(), (0, 0, 224, 224));
    }
}
