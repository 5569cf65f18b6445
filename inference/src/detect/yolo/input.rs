//! The input: what a file fixes of it, and how a picture goes in.

use crate::image::Fit;
use crate::onnx::{Element, Port};

/// Sides of the input are whole multiples of this, the coarsest stride.
const STRIDE: usize = 32;
/// Pixels of the longer side of the input where the model leaves it free: what the models were trained on.
const SIDE: usize = 640;
/// The grey round a letterboxed picture in training.
const GREY: f32 = 114.0;

/// What a file fixes of its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fixed {
    /// Pictures in a run.
    pub(super) batch: Option<usize>,
    /// Width and height.
    pub(super) size: Option<(usize, usize)>,
}

impl Fixed {
    /// `None` where it is another input.
    pub(super) fn of(inputs: &[Port]) -> Option<Self> {
        let [Port { element: Element::F32, shape, .. }] = inputs else { return None };
        match shape[..] {
            [batch, None | Some(3), height, width] => Some(Fixed { batch, size: width.zip(height) }),
            _ => None,
        }
    }
}

/// How a picture of this width and height goes into the input: letterboxed, padded with grey. Into the model's own width
/// and height where they are fixed, else into the smallest rectangle of whole strides whose longer side is 640.
pub(super) fn letterbox(picture: (usize, usize), fixed: Option<(usize, usize)>) -> Fit {
    Fit::letterbox(picture, fixed.unwrap_or_else(|| rectangle(picture))).pad(GREY)
}

fn rectangle((width, height): (usize, usize)) -> (usize, usize) {
    let longer = width.max(height).max(1);
    let side = |length: usize| {
        let scaled = (length as f64 * SIDE as f64 / longer as f64).round() as usize;
        scaled.clamp(1, SIDE).next_multiple_of(STRIDE)
    };
    (side(width), side(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(element: Element, shape: &[Option<usize>]) -> Port {
        Port { name: "images".to_owned(), element, shape: shape.to_vec() }
    }

    #[test]
    fn sizes_of_an_input_may_be_free_or_fixed() {
        let free = port(Element::F32, &[None, Some(3), None, None]);
        assert_eq!(Fixed::of(&[free]), Some(Fixed { batch: None, size: None }));
        let fixed = port(Element::F32, &[Some(4), Some(3), Some(384), Some(640)]);
        let expected = Fixed { batch: Some(4), size: Some((640, 384)) };
        assert_eq!(Fixed::of(std::slice::from_ref(&fixed)), Some(expected));
        assert_eq!(Fixed::of(&[fixed.clone(), fixed]), None);
        assert_eq!(Fixed::of(&[port(Element::U8, &[None, Some(3), None, None])]), None);
        assert_eq!(Fixed::of(&[port(Element::F32, &[Some(1), Some(3)])]), None);
    }

    #[test]
    fn a_free_input_is_the_smallest_rectangle_of_whole_strides() {
        assert_eq!(rectangle((640, 360)), (640, 384));
        assert_eq!(rectangle((360, 640)), (384, 640));
        assert_eq!(rectangle((640, 480)), (640, 480));
        assert_eq!(rectangle((320, 240)), (640, 480));
        assert_eq!(rectangle((512, 512)), (640, 640));
        assert_eq!(rectangle((1, 300)), (32, 640));
    }

    #[test]
    fn a_fixed_input_is_filled_with_grey_round_the_picture() {
        assert_eq!(letterbox((640, 360), Some((640, 640))).painted(), (0, 140, 640, 360));
        assert_eq!(letterbox((640, 360), None).painted(), (0, 12, 640, 360));
        assert_eq!(letterbox((360, 640), Some((640, 640))).painted(), (140, 0, 360, 640));
    }
}
