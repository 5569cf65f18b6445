//! Whether letters look drawn by a computer: pure white or a pure colour, flat, on something darker; or on a white panel.

use va_inference::geometry::Rect;
use va_inference::image::View;

use crate::line::whole_pixels;

/// A channel from which all three together are white.
const WHITE: u8 = 228;
/// The difference of the strongest and weakest channel of a pure colour.
const PURE: u8 = 130;
/// The strongest channel of a bright colour.
const BRIGHT: u8 = 190;
/// The least and the most of a box that letters cover.
const LETTERS: std::ops::Range<f32> = 0.03..0.5;
/// A white panel covers more of a box than this, and less of what is round it than [`ROUND_PANEL`].
const PANEL: f32 = 0.5;
const ROUND_PANEL: f32 = 0.35;
/// Paint is flat where this share of it is nearer to its middle colour than [`NEAR`] levels in each channel.
const FLAT: f32 = 0.7;
const NEAR: u8 = 28;

/// Whether what is in `rect` has the style of a caption.
pub fn is_caption(view: &View<'_>, rect: &Rect) -> bool {
    is_lettered(&Paint::of(view, rect, is_pure)) || {
        let white = Paint::of(view, rect, is_white);
        is_lettered(&white) || is_panel(&white, view, rect)
    }
}

fn is_lettered(paint: &Paint) -> bool {
    LETTERS.contains(&paint.share()) && paint.is_flat
}

fn is_panel(inside: &Paint, view: &View<'_>, rect: &Rect) -> bool {
    if inside.share() < PANEL || !inside.is_flat {
        return false;
    }
    let margin = rect.height();
    let Rect { left, top, right, bottom } = *rect;
    let around = Rect::new(left - margin, top - margin, right + margin, bottom + margin);
    let around = Paint::of(view, &around, is_white);
    let round = around.pixels - inside.pixels;
    round > 0 && ((around.painted - inside.painted) as f32) < ROUND_PANEL * round as f32
}

/// How much of a box has a drawn colour.
#[derive(Debug, Default)]
struct Paint {
    pixels: usize,
    painted: usize,
    is_flat: bool,
}

impl Paint {
    fn of(view: &View<'_>, rect: &Rect, is_drawn: impl Fn([u8; 3]) -> bool) -> Self {
        let (width, height) = (view.width() as f32, view.height() as f32);
        let rect = whole_pixels(rect).clipped(width, height);
        if rect.is_empty() || view.channels() != 3 {
            return Paint::default();
        }
        let (left, right) = (rect.left as usize * 3, rect.right as usize * 3);
        let rows = rect.top as usize..rect.bottom as usize;
        let pixels = rows.flat_map(|y| view.row(y)[left..right].as_chunks::<3>().0);
        let drawn: Vec<[u8; 3]> = pixels.clone().copied().filter(|pixel| is_drawn(*pixel)).collect();
        Paint { pixels: pixels.count(), painted: drawn.len(), is_flat: is_flat(&drawn) }
    }

    fn share(&self) -> f32 {
        self.painted as f32 / self.pixels.max(1) as f32
    }
}

/// Whether most pixels are near the middle one of each channel.
fn is_flat(drawn: &[[u8; 3]]) -> bool {
    if drawn.is_empty() {
        return false;
    }
    let middle: [u8; 3] = std::array::from_fn(|channel| {
        let mut levels: Vec<u8> = drawn.iter().map(|pixel| pixel[channel]).collect();
        let half = levels.len() / 2;
        *levels.select_nth_unstable(half).1
    });
    let near =
        |pixel: &&[u8; 3]| pixel.iter().zip(middle).all(|(level, middle)| level.abs_diff(middle) < NEAR);
    drawn.iter().filter(near).count() as f32 >= FLAT * drawn.len() as f32
}

fn is_white(rgb: [u8; 3]) -> bool {
    rgb.iter().all(|level| *level >= WHITE)
}

fn is_pure([r, g, b]: [u8; 3]) -> bool {
    let (least, most) = (r.min(g).min(b), r.max(g).max(b));
    most >= BRIGHT && most - least >= PURE
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Rect = Rect { left: 20.0, top: 20.0, right: 140.0, bottom: 40.0 };

    fn picture(pixel: impl Fn(usize, usize) -> [u8; 3]) -> Vec<u8> {
        (0..160 * 60).flat_map(|i| pixel(i % 160, i / 160)).collect()
    }

    fn judged(pixel: impl Fn(usize, usize) -> [u8; 3]) -> bool {
        is_caption(&View::rgb(&picture(pixel), 160, 60).expect("whole"), &BOX)
    }

    fn stroke(x: usize, y: usize) -> bool {
        (24..36).contains(&y) && (24..136).contains(&x) && x % 6 < 2
    }

    #[test]
    fn white_and_yellow_letters_over_a_picture_are_a_caption() {
        let texture = |x: usize, y: usize| [(x * 7 % 120) as u8, (y * 5 % 120) as u8, 60];
        assert!(judged(|x, y| if stroke(x, y) { [250, 251, 249] } else { texture(x, y) }));
        assert!(judged(|x, y| if stroke(x, y) { [252, 248, 20] } else { texture(x, y) }));
    }

    #[test]
    fn paint_on_a_wall_is_none() {
        let wall = |x: usize, y: usize| [(90 + x * 3 % 40) as u8, (90 + y * 3 % 40) as u8, 100];
        let paint = |x: usize| [(150 + x % 50) as u8, (140 + x % 40) as u8, 150];
        assert!(!judged(|x, y| if stroke(x, y) { paint(x) } else { wall(x, y) }));
        assert!(!judged(wall));
    }

    #[test]
    fn black_letters_are_a_caption_on_a_panel_and_none_on_a_page() {
        let ink = |x: usize, y: usize| if stroke(x, y) { [10; 3] } else { [248; 3] };
        let in_panel = |x: usize, y: usize| (18..142).contains(&x) && (18..42).contains(&y);
        assert!(judged(|x, y| if in_panel(x, y) { ink(x, y) } else { [90, 110, 70] }));
        assert!(!judged(ink));
    }

    #[test]
    fn a_blown_out_sky_is_none() {
        assert!(!judged(|x, y| if stroke(x, y) { [60; 3] } else { [255; 3] }));
        let outside = is_caption(
            &View::rgb(&picture(|_, _| [255; 3]), 160, 60).expect("whole"),
            &BOX.moved(500.0, 0.0),
        );
        assert!(!outside);
    }
}
