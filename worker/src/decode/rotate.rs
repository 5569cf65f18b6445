//! The turn that makes a picture upright, and the turning.

use ffmpeg::codec::packet::side_data::Type;
use ffmpeg_next as ffmpeg;

/// The clockwise turn (0, 90, 180, 270) that makes the stream's pictures upright.
pub(super) fn rotation_of(stream: &ffmpeg::Stream<'_>) -> u16 {
    let matrix = stream.side_data().find(|data| data.kind() == Type::DisplayMatrix);
    matrix.map_or(0, |data| from_display_matrix(data.data()))
}

/// Reads a display matrix: nine 32-bit numbers, of which the first two columns of the first two rows hold cosine and
/// sine in 16.16 fixed point (ISO/IEC 14496-12, 8.2.2). To the nearest quarter turn; mirroring is not undone.
fn from_display_matrix(bytes: &[u8]) -> u16 {
    let number =
        |at: usize| bytes.get(at * 4..at * 4 + 4).map(|b| i32::from_ne_bytes([b[0], b[1], b[2], b[3]]));
    let (Some(a), Some(b)) = (number(0), number(1)) else { return 0 };
    if a == 0 && b == 0 {
        return 0;
    }
    let degrees = f64::from(b).atan2(f64::from(a)).to_degrees();
    let quarters = (degrees / 90.0).round() as i32;
    (quarters.rem_euclid(4) * 90) as u16
}

/// Turns a picture of `width` x `height` clockwise. `to` has room for as many bytes as `from`.
pub(super) fn turn(from: &[u8], width: usize, height: usize, channels: usize, clockwise: u16, to: &mut [u8]) {
    // A pixel of the target at (x, y) comes from here in the source.
    let source = |x: usize, y: usize| match clockwise {
        90 => (y, height - 1 - x),
        180 => (width - 1 - x, height - 1 - y),
        270 => (width - 1 - y, x),
        _ => (x, y),
    };
    let target_width = if clockwise.is_multiple_of(180) { width } else { height };
    for (at, pixel) in to.chunks_exact_mut(channels).enumerate() {
        let (x, y) = source(at % target_width, at / target_width);
        pixel.copy_from_slice(&from[(y * width + x) * channels..][..channels]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(degrees: f64) -> Vec<u8> {
        let fixed = |value: f64| ((value * 65536.0).round() as i32).to_ne_bytes();
        let (sin, cos) = degrees.to_radians().sin_cos();
        [fixed(cos), fixed(sin), [0; 4], fixed(-sin), fixed(cos)].concat()
    }

    #[test]
    fn display_matrices_are_read_as_quarter_turns() {
        for degrees in [0u16, 90, 180, 270] {
            assert_eq!(from_display_matrix(&matrix(f64::from(degrees))), degrees);
        }
        assert_eq!(from_display_matrix(&matrix(-90.0)), 270);
        assert_eq!(from_display_matrix(&[]), 0);
        assert_eq!(from_display_matrix(&[0; 36]), 0);
    }

    #[test]
    fn pictures_turn_clockwise() {
        // 1 2 3
        // 4 5 6
        let picture = [1, 2, 3, 4, 5, 6];
        let turned = |clockwise| {
            let mut to = [0; 6];
            turn(&picture, 3, 2, 1, clockwise, &mut to);
            to
        };
        assert_eq!(turned(90), [4, 1, 5, 2, 6, 3]);
        assert_eq!(turned(180), [6, 5, 4, 3, 2, 1]);
        assert_eq!(turned(270), [3, 6, 2, 5, 1, 4]);
    }
}
