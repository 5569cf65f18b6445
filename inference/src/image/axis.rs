//! One direction of a [`Fit`](super::Fit).

/// How positions along a side of the picture go to a side of the input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    scale: f64,
    offset: f64,
    /// The input's pixels that are painted: from, and how many.
    pub(super) painted: (usize, usize),
    /// The picture's part that they show: from, and how much.
    pub(super) shown: (f64, f64),
}

impl Axis {
    pub(super) fn new(picture: usize, from: (f32, f32), input: usize, to: (f32, f32)) -> Self {
        let (from, to) = ((f64::from(from.0), f64::from(from.1)), (f64::from(to.0), f64::from(to.1)));
        let scale = (to.1 - to.0) / (from.1 - from.0).max(1e-9);
        let offset = to.0 - from.0 * scale;
        let mut axis = Axis { scale, offset, painted: (0, 0), shown: (0.0, 0.0) };
        axis.paint(picture, input, to);
        axis
    }

    /// Paints only where the picture's `from` goes.
    pub(super) fn keep(&mut self, picture: usize, from: (f32, f32), input: usize) {
        let to = |x: f32| f64::from(x) * self.scale + self.offset;
        self.paint(picture, input, (to(from.0), to(from.1)));
    }

    /// Paints the pixels whose centre is in `to` and shows the picture.
    fn paint(&mut self, picture: usize, input: usize, to: (f64, f64)) {
        let end_of_picture = picture as f64 * self.scale + self.offset;
        let first = to.0.max(self.offset).max(0.0).round();
        let last = to.1.min(end_of_picture).min(input as f64).round();
        if last <= first {
            self.painted = (0, 0);
            self.shown = (0.0, 0.0);
            return;
        }
        let shown = |x: f64| snapped((x - self.offset) / self.scale).clamp(0.0, picture as f64);
        let (from, until) = (shown(first), shown(last));
        self.painted = (first as usize, (last - first) as usize);
        self.shown = (from, until - from);
    }

    pub(super) fn to_input(self, x: f32) -> f32 {
        (f64::from(x) * self.scale + self.offset) as f32
    }

    pub(super) fn to_picture(self, x: f32) -> f32 {
        ((f64::from(x) - self.offset) / self.scale) as f32
    }
}

/// A whole number where the calculation came that near to it.
fn snapped(x: f64) -> f64 {
    if (x - x.round()).abs() < 1e-6 { x.round() } else { x }
}
