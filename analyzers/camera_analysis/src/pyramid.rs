//! A picture as a pyramid of padded float planes, with the gradients that tracking and corners need.

/// Pixels repeated around each plane, so that a tracking window may hang over the picture's edge.
pub const PAD: usize = 12;
/// Levels that have gradients: full size, half and quarter.
pub const TRACKED_LEVELS: usize = 3;
/// The last level of the pyramid is the first whose longer side is not above this.
const COARSE_SIDE: usize = 64;

/// One channel of floats, `PAD` pixels wider on each side than the picture.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    pub stride: usize,
    /// `height + 2 * PAD` rows of `stride = width + 2 * PAD` values.
    pub data: Vec<f32>,
}

impl Plane {
    fn resize(&mut self, width: usize, height: usize) {
        (self.width, self.height, self.stride) = (width, height, width + 2 * PAD);
        self.data.resize(self.stride * (height + 2 * PAD), 0.0);
    }

    /// Where pixel (0, 0) of the picture's row `y` stands in `data`.
    fn row_start(&self, y: usize) -> usize {
        (y + PAD) * self.stride + PAD
    }

    /// One row of the picture, without the padding.
    pub fn row(&self, y: usize) -> &[f32] {
        &self.data[self.row_start(y)..][..self.width]
    }

    pub(crate) fn row_mut(&mut self, y: usize) -> &mut [f32] {
        let start = self.row_start(y);
        &mut self.data[start..][..self.width]
    }

    /// Repeats the outermost pixels into the padding.
    fn fill_padding(&mut self) {
        for y in 0..self.height {
            let start = self.row_start(y);
            let (first, last) = (self.data[start], self.data[start + self.width - 1]);
            self.data[start - PAD..start].fill(first);
            self.data[start + self.width..][..PAD].fill(last);
        }
        let row = |y: usize| (y + PAD) * self.stride..(y + PAD + 1) * self.stride;
        let (top, bottom) = (row(0), row(self.height - 1));
        for y in 0..PAD {
            self.data.copy_within(top.clone(), y * self.stride);
            self.data.copy_within(bottom.clone(), (self.height + PAD + y) * self.stride);
        }
    }
}

/// One level of the pyramid. Gradients are grey levels per pixel; empty above [`TRACKED_LEVELS`].
#[derive(Debug, Clone, Default)]
pub struct Level {
    pub luma: Plane,
    pub gradient_x: Plane,
    pub gradient_y: Plane,
}

/// The picture at full size, half, quarter and so on down to a thumbnail. Pixel (x, y) of a level lies at
/// (2x, 2y) of the one before.
#[derive(Debug, Clone, Default)]
pub struct Pyramid {
    pub levels: Vec<Level>,
}

impl Pyramid {
    /// Builds the pyramid of a grey picture: `height` rows of `width` bytes. Buffers are used again.
    pub fn update(&mut self, gray: &[u8], width: usize, height: usize) {
        let count = level_count(width, height);
        self.levels.resize_with(count, Level::default);
        let first = &mut self.levels[0].luma;
        first.resize(width, height);
        for (y, source) in gray.chunks_exact(width).take(height).enumerate() {
            for (to, &from) in first.row_mut(y).iter_mut().zip(source) {
                *to = f32::from(from);
            }
        }
        first.fill_padding();
        for at in 1..count {
            let (finer, coarser) = self.levels.split_at_mut(at);
            halve(&finer[at - 1].luma, &mut coarser[0].luma);
        }
        for level in self.levels.iter_mut().take(TRACKED_LEVELS) {
            gradients(&level.luma, &mut level.gradient_x, &mut level.gradient_y);
        }
    }

    /// A pyramid of its own.
    pub fn of(gray: &[u8], width: usize, height: usize) -> Self {
        let mut pyramid = Pyramid::default();
        pyramid.update(gray, width, height);
        pyramid
    }

    /// The smallest level and how many full-size pixels one of its pixels spans.
    pub fn thumbnail(&self) -> (&Plane, f32) {
        let last = self.levels.len() - 1;
        (&self.levels[last].luma, (1u32 << last) as f32)
    }

    /// Width and height at full size.
    pub fn size(&self) -> (usize, usize) {
        (self.levels[0].luma.width, self.levels[0].luma.height)
    }
}

fn level_count(width: usize, height: usize) -> usize {
    let mut side = width.max(height);
    let mut count = 1;
    while side > COARSE_SIDE {
        side = side.div_ceil(2);
        count += 1;
    }
    count
}

/// Every second pixel after smoothing with the binomial kernel (1 4 6 4 1)/16 in both directions
/// (Burt & Adelson 1983).
fn halve(from: &Plane, to: &mut Plane) {
    to.resize(from.width.div_ceil(2), from.height.div_ceil(2));
    let length = from.stride;
    let mut smoothed = vec![0.0f32; length];
    for y in 0..to.height {
        let row = |offset: usize| &from.data[(2 * y + PAD + offset - 2) * length..][..length];
        let (a, b, c, d, e) = (row(0), row(1), row(2), row(3), row(4));
        for x in 0..length {
            smoothed[x] = (a[x] + e[x]) + 4.0 * (b[x] + d[x]) + 6.0 * c[x];
        }
        let columns = smoothed[PAD - 2..].windows(5).step_by(2);
        for (out, s) in to.row_mut(y).iter_mut().zip(columns) {
            *out = ((s[0] + s[4]) + 4.0 * (s[1] + s[3]) + 6.0 * s[2]) * (1.0 / 256.0);
        }
    }
    to.fill_padding();
}

/// Scharr's 3x3 derivatives, scaled to grey levels per pixel; they cover the padding but its outermost pixel.
fn gradients(luma: &Plane, gradient_x: &mut Plane, gradient_y: &mut Plane) {
    gradient_x.resize(luma.width, luma.height);
    gradient_y.resize(luma.width, luma.height);
    let stride = luma.stride;
    let inner = stride - 2;
    for y in 1..luma.height + 2 * PAD - 1 {
        let row = |y: usize, shift: usize| &luma.data[y * stride + shift..][..inner];
        let above = [row(y - 1, 0), row(y - 1, 1), row(y - 1, 2)];
        let here = [row(y, 0), row(y, 2)];
        let below = [row(y + 1, 0), row(y + 1, 1), row(y + 1, 2)];
        let across = &mut gradient_x.data[y * stride + 1..][..inner];
        for x in 0..inner {
            let sides = (above[2][x] - above[0][x]) + (below[2][x] - below[0][x]);
            across[x] = (3.0 * sides + 10.0 * (here[1][x] - here[0][x])) * (1.0 / 32.0);
        }
        let down = &mut gradient_y.data[y * stride + 1..][..inner];
        for x in 0..inner {
            let sides = (below[0][x] - above[0][x]) + (below[2][x] - above[2][x]);
            down[x] = (3.0 * sides + 10.0 * (below[1][x] - above[1][x])) * (1.0 / 32.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: usize, height: usize) -> Vec<u8> {
        (0..height).flat_map(|y| (0..width).map(move |x| (2 * x + y) as u8)).collect()
    }

    #[test]
    fn gradients_of_a_ramp_are_its_slopes() {
        let pyramid = Pyramid::of(&ramp(80, 60), 80, 60);
        let level = &pyramid.levels[0];
        assert!((level.gradient_x.row(30)[40] - 2.0).abs() < 1e-5);
        assert!((level.gradient_y.row(30)[40] - 1.0).abs() < 1e-5);
    }

    #[test]
    fn halving_keeps_pixels_at_twice_their_place() {
        let pyramid = Pyramid::of(&ramp(80, 60), 80, 60);
        assert_eq!((pyramid.levels[1].luma.width, pyramid.levels[1].luma.height), (40, 30));
        assert!((pyramid.levels[1].luma.row(10)[15] - (2.0 * 30.0 + 20.0)).abs() < 1e-4);
    }

    #[test]
    fn a_single_pixel_has_a_pyramid() {
        let pyramid = Pyramid::of(&[200], 1, 1);
        assert_eq!(pyramid.levels.len(), 1);
        assert!(pyramid.levels[0].luma.data.iter().all(|&value| value == 200.0));
        assert!(pyramid.levels[0].gradient_x.data.iter().all(|&value| value == 0.0));
    }
}
