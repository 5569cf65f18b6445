//! The output: one column for each candidate.
//!
//! Rows: centre x, centre y, width, height in pixels of the input, then a score for each class (0..1), then what else
//! there is (for poses 17 times x, y, confidence). The table is read row by row, as it lies; nothing is transposed.

use va_analyzer_sdk::{Error, Result};

use crate::detect::Detection;
use crate::geometry::Rect;

/// Rows before the scores.
const BOX: usize = 4;

/// One picture's table.
#[derive(Debug, Clone, Copy)]
pub struct Candidates<'a> {
    data: &'a [f32],
    columns: usize,
    classes: usize,
}

impl<'a> Candidates<'a> {
    /// Picture `i` of an output `[pictures, rows, columns]` with `classes` rows of scores.
    ///
    /// # Errors
    /// Where the output has not that shape.
    pub fn of(shape: &[usize], data: &'a [f32], i: usize, classes: usize) -> Result<Self> {
        match *shape {
            [pictures, rows, columns]
                if i < pictures
                    && rows >= BOX + classes
                    && classes > 0
                    && data.len() == pictures * rows * columns =>
            {
                Ok(Candidates { data: &data[i * rows * columns..][..rows * columns], columns, classes })
            }
            _ => Err(Error::new(format!(
                "expected a detector's output of [pictures, {} or more, candidates], {shape:?} came",
                BOX + classes
            ))),
        }
    }

    /// The number in a row and column. Panics where there is none.
    pub fn at(&self, row: usize, column: usize) -> f32 {
        self.data[row * self.columns + column]
    }

    /// Candidates whose best class scores above `least`, with their columns.
    pub fn above(&self, least: f32) -> Vec<(usize, Detection)> {
        let mut best = vec![least; self.columns];
        let mut class_of = vec![u32::MAX; self.columns];
        for (class, scores) in self.rows().skip(BOX).take(self.classes).enumerate() {
            let class = class as u32;
            for ((best, class_of), &score) in best.iter_mut().zip(&mut class_of).zip(scores) {
                let better = score > *best;
                *best = if better { score } else { *best };
                *class_of = if better { class } else { *class_of };
            }
        }
        let found = class_of.iter().enumerate().filter(|(_, class)| **class != u32::MAX);
        found.map(|(column, &class)| (column, self.detection(column, class as usize, best[column]))).collect()
    }

    /// As [`Candidates::above`], without the columns.
    pub fn detections(&self, least: f32) -> Vec<Detection> {
        self.above(least).into_iter().map(|(_, detection)| detection).collect()
    }

    /// `[x, y, confidence]` of a candidate's keypoint, which follow the scores.
    pub fn keypoint(&self, column: usize, keypoint: usize) -> [f32; 3] {
        let row = BOX + self.classes + 3 * keypoint;
        [0, 1, 2].map(|i| self.at(row + i, column))
    }

    fn rows(&self) -> std::slice::ChunksExact<'a, f32> {
        self.data.chunks_exact(self.columns.max(1))
    }

    fn detection(&self, column: usize, class: usize, score: f32) -> Detection {
        let [x, y, width, height] = [0, 1, 2, 3].map(|row| self.at(row, column));
        Detection { rect: Rect::of_centre(x, y, width, height), score, class }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three candidates, two classes.
    const OUTPUT: [f32; 18] = [
        10.0, 20.0, 30.0, // centre x
        11.0, 21.0, 31.0, // centre y
        4.0, 6.0, 8.0, // width
        2.0, 4.0, 6.0, // height
        0.2, 0.9, 0.3, // class 0
        0.7, 0.1, 0.3, // class 1
    ];

    #[test]
    fn takes_the_best_class_of_each_column_above_the_least() {
        let found = Candidates::of(&[1, 6, 3], &OUTPUT, 0, 2).expect("fits").above(0.3);
        let first = Detection { rect: Rect::new(8.0, 10.0, 12.0, 12.0), score: 0.7, class: 1 };
        let second = Detection { rect: Rect::new(17.0, 19.0, 23.0, 23.0), score: 0.9, class: 0 };
        assert_eq!(found, [(0, first), (1, second)]);
    }

    #[test]
    fn reads_the_picture_asked_for_and_its_points() {
        let mut two = vec![0.0; 18];
        two.extend(OUTPUT);
        let second = Candidates::of(&[2, 6, 3], &two, 1, 1).expect("fits");
        assert_eq!(second.detections(0.5).len(), 1);
        assert_eq!(second.at(5, 0), 0.7);
        let pose = [0.0, 0.0, 0.0, 0.0, 1.0, 5.0, 6.0, 0.5];
        let pose = Candidates::of(&[1, 8, 1], &pose, 0, 1).expect("fits");
        assert_eq!(pose.keypoint(0, 0), [5.0, 6.0, 0.5]);
    }

    #[test]
    fn not_a_number_is_no_score() {
        let output = [1.0, 1.0, 1.0, 1.0, f32::NAN];
        assert!(Candidates::of(&[1, 5, 1], &output, 0, 1).expect("fits").detections(0.1).is_empty());
    }

    #[test]
    fn another_shape_is_refused() {
        for shape in [&[1, 3, 6][..], &[6, 3], &[1, 6, 4]] {
            assert!(Candidates::of(shape, &OUTPUT, 0, 2).is_err(), "{shape:?}");
        }
        assert!(Candidates::of(&[1, 6, 3], &OUTPUT, 1, 2).is_err());
    }
}
