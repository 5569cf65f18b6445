//! An upright box.

/// An upright box in pixels. Empty where `right <= left` or `bottom <= top`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Rect {
    pub fn new(left: f32, top: f32, right: f32, bottom: f32) -> Self {
        Rect { left, top, right, bottom }
    }

    /// Of its top left corner and its size.
    pub fn of_size(left: f32, top: f32, width: f32, height: f32) -> Self {
        Rect { left, top, right: left + width, bottom: top + height }
    }

    /// Of its centre and its size.
    pub fn of_centre(x: f32, y: f32, width: f32, height: f32) -> Self {
        Rect::of_size(x - width / 2.0, y - height / 2.0, width, height)
    }

    /// The smallest box round some points; empty at the origin where there are none.
    pub fn round(points: &[[f32; 2]]) -> Self {
        let Some(&[x, y]) = points.first() else { return Rect::default() };
        points.iter().fold(Rect::new(x, y, x, y), |all, &[x, y]| Rect {
            left: all.left.min(x),
            top: all.top.min(y),
            right: all.right.max(x),
            bottom: all.bottom.max(y),
        })
    }

    pub fn width(&self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    pub fn height(&self) -> f32 {
        (self.bottom - self.top).max(0.0)
    }

    pub fn area(&self) -> f32 {
        self.width() * self.height()
    }

    pub fn is_empty(&self) -> bool {
        self.area() <= 0.0
    }

    pub fn centre(&self) -> [f32; 2] {
        [(self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0]
    }

    pub fn contains(&self, [x, y]: [f32; 2]) -> bool {
        (self.left..self.right).contains(&x) && (self.top..self.bottom).contains(&y)
    }

    /// What both cover; empty where they do not meet.
    #[must_use]
    pub fn intersection(&self, other: &Rect) -> Rect {
        Rect {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// The smallest box round both.
    #[must_use]
    pub fn union(&self, other: &Rect) -> Rect {
        Rect {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// The area both cover over the area either covers, 0..1.
    pub fn iou(&self, other: &Rect) -> f32 {
        let both = self.intersection(other).area();
        let either = self.area() + other.area() - both;
        if either > 0.0 { both / either } else { 0.0 }
    }

    /// The share of this box that lies in `other`, 0..1.
    pub fn share_in(&self, other: &Rect) -> f32 {
        if self.is_empty() { 0.0 } else { self.intersection(other).area() / self.area() }
    }

    /// The part inside a picture.
    #[must_use]
    pub fn clipped(&self, width: f32, height: f32) -> Rect {
        self.intersection(&Rect::new(0.0, 0.0, width, height))
    }

    /// All coordinates times a factor: from one size of the picture to another.
    #[must_use]
    pub fn scaled(&self, across: f32, down: f32) -> Rect {
        Rect::new(self.left * across, self.top * down, self.right * across, self.bottom * down)
    }

    #[must_use]
    pub fn moved(&self, across: f32, down: f32) -> Rect {
        Rect::new(self.left + across, self.top + down, self.right + across, self.bottom + down)
    }

    /// Both sides times `factor`, round the same centre.
    #[must_use]
    pub fn grown(&self, factor: f32) -> Rect {
        let [x, y] = self.centre();
        Rect::of_centre(x, y, self.width() * factor, self.height() * factor)
    }

    /// The square round the same centre whose side is `factor` times the longer one.
    #[must_use]
    pub fn square(&self, factor: f32) -> Rect {
        let [x, y] = self.centre();
        let side = self.width().max(self.height()) * factor;
        Rect::of_centre(x, y, side, side)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn iou_is_shared_over_total_area() {
        let half = Rect::new(5.0, 0.0, 15.0, 10.0);
        assert!((A.iou(&half) - 50.0 / 150.0).abs() < 1e-6);
        assert_eq!(A.iou(&A), 1.0);
    }

    #[test]
    fn boxes_apart_or_empty_share_nothing() {
        assert_eq!(A.iou(&Rect::new(10.0, 0.0, 20.0, 10.0)), 0.0);
        assert_eq!(A.iou(&Rect::new(20.0, 20.0, 30.0, 30.0)), 0.0);
        assert_eq!(Rect::default().iou(&Rect::default()), 0.0);
        assert_eq!(A.iou(&Rect::new(8.0, 8.0, 2.0, 2.0)), 0.0);
        assert_eq!(Rect::default().share_in(&A), 0.0);
    }

    #[test]
    fn clipping_keeps_what_is_inside() {
        assert_eq!(Rect::new(-5.0, 2.0, 50.0, 60.0).clipped(40.0, 30.0), Rect::new(0.0, 2.0, 40.0, 30.0));
        assert!(Rect::new(-5.0, 0.0, -1.0, 3.0).clipped(40.0, 30.0).is_empty());
    }

    #[test]
    fn a_square_has_the_longer_side_and_the_same_centre() {
        let square = Rect::of_size(10.0, 20.0, 4.0, 8.0).square(1.5);
        assert_eq!(square, Rect::of_centre(12.0, 24.0, 12.0, 12.0));
    }

    #[test]
    fn the_box_round_points_touches_the_outermost() {
        let round = Rect::round(&[[3.0, 4.0], [-1.0, 9.0], [2.0, 0.5]]);
        assert_eq!(round, Rect::new(-1.0, 0.5, 3.0, 9.0));
        assert!(Rect::round(&[]).is_empty());
    }
}
