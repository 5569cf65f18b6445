//! The luma of a frame, and how much a place of it looks like a place of another: by its edges, which a caption keeps
//! while the picture below it moves.

use va_inference::geometry::Rect;
use va_inference::image::{View, luma_plane};

/// The luma of a frame.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    pub luma: Vec<u8>,
}

impl Plane {
    /// Takes the place of what was there; the memory is reused.
    pub fn fill(&mut self, view: &View<'_>) {
        (self.width, self.height) = view.size();
        luma_plane(view.data(), &mut self.luma);
    }

    pub fn row(&self, y: usize) -> &[u8] {
        &self.luma[y * self.width..][..self.width]
    }

    /// The whole pixels of a box that have neighbours on all sides: left, top, width, height. `None` where there is none.
    fn inside(&self, rect: &Rect) -> Option<(usize, usize, usize, usize)> {
        let (left, top) = (rect.left.floor().max(1.0) as usize, rect.top.floor().max(1.0) as usize);
        let right = (rect.right.ceil().max(0.0) as usize).min(self.width.saturating_sub(1));
        let bottom = (rect.bottom.ceil().max(0.0) as usize).min(self.height.saturating_sub(1));
        (left < right && top < bottom).then(|| (left, top, right - left, bottom - top))
    }
}

/// How a place of a frame looked: the differences across and down at every pixel.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    across: Vec<i16>,
    down: Vec<i16>,
}

/// How alike two places are.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Likeness {
    /// Normalised correlation of the differences, -1..1: 1 the same edges, 0 unrelated ones.
    pub whole: f32,
    /// The same for the least alike of the pieces (about a letter each) that have edges to compare.
    pub weakest: f32,
    /// The same for the piece in the middle of their order.
    pub typical: f32,
    /// The energy of the edges over that of the patch: below 1 where the text fades out.
    pub strength: f32,
}

/// Sums of products of a piece.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    both: f64,
    mine: f64,
    theirs: f64,
}

impl Sums {
    fn add(&mut self, other: Sums) {
        self.both += other.both;
        self.mine += other.mine;
        self.theirs += other.theirs;
    }

    fn correlation(&self) -> f32 {
        let scale = (self.mine * self.theirs).sqrt();
        if scale > 0.0 { (self.both / scale) as f32 } else { 0.0 }
    }
}

impl Patch {
    /// `None` where the box has no pixel inside the frame.
    pub fn of(plane: &Plane, rect: &Rect) -> Option<Self> {
        let (left, top, width, height) = plane.inside(rect)?;
        let mut across = Vec::with_capacity(width * height);
        let mut down = Vec::with_capacity(width * height);
        for y in top..top + height {
            let (above, here, below) = (plane.row(y - 1), plane.row(y), plane.row(y + 1));
            for x in left..left + width {
                across.push(i16::from(here[x + 1]) - i16::from(here[x - 1]));
                down.push(i16::from(below[x]) - i16::from(above[x]));
            }
        }
        Some(Patch { left, top, width, height, across, down })
    }

    /// Compares with the same place of another frame, or with one that lies `(across, down)` pixels beside it. Nothing
    /// is alike outside of the frame.
    pub fn likeness(&self, plane: &Plane, (across, down): (i64, i64)) -> Likeness {
        let (left, top) = (self.left as i64 + across, self.top as i64 + down);
        let fits = left >= 1
            && top >= 1
            && left + (self.width as i64) < plane.width as i64
            && top + (self.height as i64) < plane.height as i64;
        if !fits {
            return Likeness::default();
        }
        let pieces = self.compare(plane, left as usize, top as usize);
        let mut whole = Sums::default();
        pieces.iter().for_each(|piece| whole.add(*piece));
        let mean = whole.mine / pieces.len().max(1) as f64;
        let telling = pieces.iter().filter(|piece| piece.mine > 0.3 * mean);
        let mut each: Vec<f32> = telling.map(Sums::correlation).collect();
        each.sort_by(f32::total_cmp);
        Likeness {
            whole: whole.correlation(),
            weakest: each.first().copied().unwrap_or(0.0),
            typical: each.get(each.len() / 2).copied().unwrap_or(0.0),
            strength: if whole.mine > 0.0 { (whole.theirs / whole.mine) as f32 } else { 0.0 },
        }
    }

    fn compare(&self, plane: &Plane, left: usize, top: usize) -> Vec<Sums> {
        let piece = (self.height / 2).max(8);
        let mut pieces = vec![Sums::default(); self.width.div_ceil(piece)];
        for y in 0..self.height {
            let row = |y: usize, x: usize, length: usize| &plane.luma[y * plane.width + x..][..length];
            let at = top + y;
            let (above, below) = (row(at - 1, left, self.width), row(at + 1, left, self.width));
            let (before, after) = (row(at, left - 1, self.width), row(at, left + 1, self.width));
            let mine = y * self.width..(y + 1) * self.width;
            let (across, down) = (&self.across[mine.clone()], &self.down[mine]);
            for (i, sums) in pieces.iter_mut().enumerate() {
                let part = i * piece..((i + 1) * piece).min(self.width);
                sums.add(products(across, down, [before, after, above, below], part));
            }
        }
        pieces
    }
}

/// A row's sums. At most 960 columns or so of products of 9 bits: 32 bits hold them.
fn products(across: &[i16], down: &[i16], neighbours: [&[u8]; 4], part: std::ops::Range<usize>) -> Sums {
    let [before, after, above, below] = neighbours.map(|row| &row[part.clone()]);
    let (across, down) = (&across[part.clone()], &down[part]);
    let (mut both, mut mine, mut theirs) = (0i32, 0i32, 0i32);
    for i in 0..across.len() {
        let (ax, ay) = (i32::from(across[i]), i32::from(down[i]));
        let bx = i32::from(after[i]) - i32::from(before[i]);
        let by = i32::from(below[i]) - i32::from(above[i]);
        both += ax * bx + ay * by;
        mine += ax * ax + ay * ay;
        theirs += bx * bx + by * by;
    }
    Sums { both: f64::from(both), mine: f64::from(mine), theirs: f64::from(theirs) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bars of `level` over a background that `noise` makes.
    fn plane(level: u8, noise: impl Fn(usize, usize) -> u8) -> Plane {
        let luma = (0..40 * 120)
            .map(|i| {
                let (x, y) = (i % 120, i / 120);
                if (12..28).contains(&y) && x % 8 < 3 { level } else { noise(x, y) }
            })
            .collect();
        Plane { width: 120, height: 40, luma }
    }

    const BOX: Rect = Rect { left: 10.0, top: 10.0, right: 110.0, bottom: 30.0 };

    fn patch(plane: &Plane) -> Patch {
        Patch::of(plane, &BOX).expect("inside")
    }

    #[test]
    fn text_is_the_same_over_another_background() {
        let one = plane(250, |x, y| ((x * 7 + y * 13) % 60) as u8);
        let other = plane(250, |x, y| ((x * 11 + y * 5) % 60) as u8);
        let alike = patch(&one).likeness(&other, (0, 0));
        assert!(alike.whole > 0.85 && alike.weakest > 0.7, "{alike:?}");
        assert_eq!(patch(&one).likeness(&one, (0, 0)).whole, 1.0);
    }

    #[test]
    fn a_background_alone_is_not_alike() {
        let text = plane(250, |_, _| 40);
        let bare = Plane { luma: (0..4800).map(|i| ((i * 7919) % 251) as u8).collect(), ..text.clone() };
        assert!(patch(&text).likeness(&bare, (0, 0)).whole.abs() < 0.2);
    }

    #[test]
    fn a_single_changed_letter_shows_in_the_weakest_piece() {
        let text = plane(250, |_, _| 40);
        let mut changed = text.clone();
        (12..28).for_each(|y| changed.luma[y * 120 + 48..y * 120 + 72].fill(40));
        let alike = patch(&text).likeness(&changed, (0, 0));
        assert!(alike.whole > 0.7 && alike.weakest < 0.3, "{alike:?}");
    }

    #[test]
    fn faint_text_is_alike_but_weak() {
        let (full, faint) = (plane(240, |_, _| 40), plane(60, |_, _| 40));
        let alike = patch(&full).likeness(&faint, (0, 0));
        assert!(alike.whole > 0.99 && alike.strength < 0.02, "{alike:?}");
    }

    #[test]
    fn moved_text_is_found_where_it_went_and_nothing_outside() {
        let text = plane(250, |_, _| 40);
        let moved =
            Plane { luma: text.luma.iter().skip(2).chain(&[40, 40]).copied().collect(), ..text.clone() };
        assert!(patch(&text).likeness(&moved, (-2, 0)).whole > 0.99);
        assert!(patch(&text).likeness(&moved, (0, 0)).whole < 0.5);
        assert_eq!(patch(&text).likeness(&text, (20, 0)), Likeness::default());
        assert_eq!(Patch::of(&text, &Rect::new(200.0, 0.0, 300.0, 20.0)), None);
    }
}
