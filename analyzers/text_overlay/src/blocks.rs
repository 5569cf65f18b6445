//! What changed between frames, block by block, and whether text may be in what changed: letters are many strong
//! differences from one pixel to the next but one.

use crate::plane::Plane;

/// Pixels of a block's side.
const SIDE: usize = 16;
/// Mean difference of luma from which a block has changed; coding noise stays below.
const CHANGED: u32 = 5;
/// Difference across two pixels that may be a letter's edge.
const EDGE: i16 = 24;
/// Edge pixels in a block (of 256) from which letters may be in it.
const LETTERS: u16 = 14;
/// The share of a block's edges that another frame has in the same pixels, from which they stand still.
const STANDS: f32 = 0.75;
/// The share of blocks that change from which the picture moves, and below which it is all but still.
pub const MOVES: f32 = 0.5;
const STILL: f32 = 0.15;

/// A frame with its blocks: how many edge pixels each has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks {
    pub plane: Plane,
    across: usize,
    edges: Vec<u16>,
}

/// What is new in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Change {
    /// Blocks that changed since the frame that was searched, and may hold letters.
    pub may_be_text: usize,
    /// Of these, blocks whose edges are new and no part of what moves: they stand still since the frame before, or came
    /// out of nothing in a still picture.
    pub came: usize,
    /// The share of the blocks with edges that changed since the frame before, 0..1.
    pub moved: f32,
}

impl Blocks {
    pub fn of(plane: Plane) -> Self {
        let across = plane.width.div_ceil(SIDE);
        let mut edges = vec![0; across * plane.height.div_ceil(SIDE)];
        for y in 0..plane.height {
            let row = plane.row(y);
            let counts = &mut edges[y / SIDE * across..][..across];
            for (pixels, count) in row.chunks(SIDE).zip(counts) {
                let pairs = pixels.iter().zip(pixels.iter().skip(2));
                *count += pairs.map(|(a, b)| u16::from(a.abs_diff(*b) >= EDGE as u8)).sum::<u16>();
            }
        }
        Blocks { plane, across, edges }
    }

    /// What is new since the frame that was `searched` last, and the frame `before` this one. All of it where they are of
    /// other sizes.
    pub fn change(&self, searched: &Blocks, before: &Blocks) -> Change {
        let size = |blocks: &Blocks| (blocks.plane.width, blocks.plane.height);
        if size(self) != size(searched) || size(self) != size(before) {
            let letters = self.edges.iter().filter(|edges| **edges >= LETTERS).count();
            return Change { may_be_text: letters, came: letters, moved: 1.0 };
        }
        let moved = self.moved(before);
        let new = self.differing(searched);
        let candidates: Vec<usize> =
            (0..self.edges.len()).filter(|&i| new[i] && self.edges[i] >= LETTERS).collect();
        let came = candidates.iter().filter(|&&i| {
            let out_of_nothing = moved < STILL && self.edges[i] >= 2 * searched.most_around(i);
            (out_of_nothing || self.stands(i, before)) && !self.stands(i, searched)
        });
        Change { may_be_text: candidates.len(), came: came.count(), moved }
    }

    fn moved(&self, before: &Blocks) -> f32 {
        let differs = self.differing(before);
        let edged = (0..self.edges.len()).filter(|&i| self.edges[i].max(before.edges[i]) >= LETTERS);
        let (all, moved) = edged.fold((0, 0), |(all, moved), i| (all + 1, moved + u32::from(differs[i])));
        moved as f32 / (all as f32).max(1.0)
    }

    fn differing(&self, before: &Blocks) -> Vec<bool> {
        let mut sums = vec![0u32; self.edges.len()];
        for y in 0..self.plane.height {
            let counts = &mut sums[y / SIDE * self.across..][..self.across];
            let pixels = self.plane.row(y).chunks(SIDE).zip(before.plane.row(y).chunks(SIDE));
            for ((now, then), sum) in pixels.zip(counts) {
                *sum += now.iter().zip(then).map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>();
            }
        }
        sums.into_iter().map(|sum| sum >= CHANGED * (SIDE * SIDE) as u32).collect()
    }

    /// Whether most edges of a block are in another frame, too, in the same pixels and the same direction.
    fn stands(&self, i: usize, other: &Blocks) -> bool {
        let (left, top) = (i % self.across * SIDE, i / self.across * SIDE);
        let right = (left + SIDE).min(self.plane.width);
        let mut same = 0;
        for y in top..(top + SIDE).min(self.plane.height) {
            let (now, then) = (&self.plane.row(y)[left..right], &other.plane.row(y)[left..right]);
            for (now, then) in now.windows(3).zip(then.windows(3)) {
                let step = |pixels: &[u8]| i16::from(pixels[2]) - i16::from(pixels[0]);
                let (now, then) = (step(now), step(then));
                same += u16::from(now.abs() >= EDGE && then.abs() >= EDGE && (now > 0) == (then > 0));
            }
        }
        f32::from(same) >= STANDS * f32::from(self.edges[i])
    }

    /// The most edges in the block or the eight round it.
    fn most_around(&self, i: usize) -> u16 {
        let (x, y) = (i % self.across, i / self.across);
        let rows = y.saturating_sub(1)..(y + 2).min(self.edges.len() / self.across);
        let columns = x.saturating_sub(1)..(x + 2).min(self.across);
        rows.flat_map(|y| columns.clone().map(move |x| (x, y)))
            .map(|(x, y)| self.edges[y * self.across + x])
            .max()
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(level: impl Fn(usize, usize) -> u8) -> Blocks {
        let luma = (0..320 * 160).map(|i| level(i % 320, i / 320)).collect();
        Blocks::of(Plane { width: 320, height: 160, luma })
    }

    fn letters(x: usize, y: usize) -> bool {
        (100..200).contains(&x) && (60..84).contains(&y) && x % 7 < 3
    }

    /// A busy picture, and letters over it, at some moment of a pan.
    fn pan(shift: usize, with_letters: bool) -> Blocks {
        blocks(|x, y| {
            let busy = (((x + shift) * 31 + y * 17) % 19 + ((x + shift) / 11 + y / 13) % 2 * 60) as u8;
            if with_letters && letters(x, y) { 250 } else { busy }
        })
    }

    #[test]
    fn nothing_changes_in_a_still_or_faintly_noisy_picture() {
        let still = blocks(|x, y| ((x * y) % 200) as u8);
        assert_eq!(still.change(&still, &still), Change::default());
        let noisy = blocks(|x, y| ((x * y) % 200) as u8 + (x % 3) as u8);
        assert_eq!(noisy.change(&still, &still).may_be_text, 0);
    }

    #[test]
    fn letters_that_come_into_a_still_picture_are_seen_at_once() {
        let (bare, with) = (pan(0, false), pan(0, true));
        let came = with.change(&bare, &bare);
        assert!(came.came >= 6, "{came:?}");
        let went = bare.change(&with, &with);
        assert_eq!(went.came, 0);
        assert_eq!(with.change(&with, &with).came, 0);
    }

    #[test]
    fn letters_over_a_moving_picture_are_seen_when_they_stand() {
        let (searched, first, second) = (pan(0, false), pan(20, true), pan(40, true));
        assert!(pan(20, false).change(&searched, &pan(10, false)).came <= 1);
        let just_came = first.change(&searched, &pan(10, false));
        assert!(just_came.moved > 0.9 && just_came.came <= 1, "{just_came:?}");
        let stand = second.change(&searched, &first);
        assert!(stand.came >= 6, "{stand:?}");
        let known = pan(60, true).change(&second, &pan(50, true));
        assert!(known.may_be_text > 50 && known.came <= 1, "{known:?}");
    }

    #[test]
    fn a_smooth_picture_may_move_without_any_text() {
        let smooth = |shift: usize| blocks(move |x, y| ((x + shift) / 2 + y / 4) as u8);
        assert_eq!(smooth(40).change(&smooth(0), &smooth(20)).may_be_text, 0);
    }

    #[test]
    fn another_size_is_all_new() {
        let one = blocks(|x, y| if letters(x, y) { 240 } else { 20 });
        let other = Blocks::of(Plane { width: 16, height: 16, luma: vec![0; 256] });
        let change = one.change(&other, &other);
        assert!(change.came > 5 && change.moved == 1.0);
    }
}
