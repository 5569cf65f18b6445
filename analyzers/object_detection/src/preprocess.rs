//! Frames into a detector's input.

use va_inference::image::Fit;

/// Sides of YOLO's input are whole multiples of this, its coarsest stride.
const STRIDE: usize = 32;
/// Pixels of the longer side of the input where the model leaves it free: what the models were trained on.
const SIDE: usize = 640;
/// The grey round a letterboxed picture in training (Ultralytics).
const GREY: f32 = 114.0;

/// How a frame of this width and height goes into the input: letterboxed, padded with grey. Into the model's own width
/// and height where they are fixed, else into the smallest rectangle of whole strides whose longer side is 640.
pub fn letterbox(frame: (usize, usize), fixed: Option<(usize, usize)>) -> Fit {
    Fit::letterbox(frame, fixed.unwrap_or_else(|| rectangle(frame))).pad(GREY)
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
    fn a_fixed_input_is_filled_with_grey_round_the_frame() {
        assert_eq!(letterbox((640, 360), Some((640, 640))).painted(), (0, 140, 640, 360));
        assert_eq!(letterbox((640, 360), None).painted(), (0, 12, 640, 360));
    }
}
