//! Frames into a model's input.

use va_inference::geometry::Rect;
use va_inference::image::Fit;

/// A person's box is enlarged by this: limbs reach out of it, and the models were trained on loose crops.
const MARGIN: f32 = 1.25;

/// A person (in the frame's pixels) into a square input: enlarged, letterboxed with black. Neighbours beside the enlarged
/// box are not shown.
pub fn crop(frame: (usize, usize), person: &Rect, side: usize) -> Fit {
    Fit::letterbox_of(frame, person, MARGIN, (side, side))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_enlarged_and_its_neighbours_are_not_shown() {
        let fit = crop((640, 360), &Rect::of_size(100.0, 100.0, 40.0, 160.0), 256);
        // 200 rows of the picture over 256 of the input; 50 columns over 64, in the middle.
        assert_eq!(fit.painted(), (96, 0, 64, 256));
        assert_eq!(fit.to_picture([96.0, 0.0]), [95.0, 80.0]);
    }

    #[test]
    fn a_person_at_the_edge_is_padded_there() {
        let fit = crop((640, 360), &Rect::new(0.0, 100.0, 80.0, 180.0), 200);
        assert_eq!(fit.painted(), (20, 0, 180, 200));
    }
}
