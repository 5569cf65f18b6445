//! Greedy non-maximum suppression.

use super::Detection;

/// Keeps the best of those that overlap: a detection goes where a better one *of the same class* shares more than
/// `most_iou` with it. What stays is sorted, best first; equals keep their order.
pub fn non_maximum_suppression(found: &mut Vec<Detection>, most_iou: f32) {
    let kept: Vec<Detection> = kept(found, most_iou).into_iter().map(|i| found[i]).collect();
    *found = kept;
}

/// As [`non_maximum_suppression`], but which stay, best first: for detections that carry more, such as points.
pub fn kept(found: &[Detection], most_iou: f32) -> Vec<usize> {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|&a, &b| found[b].score.total_cmp(&found[a].score));
    let mut kept: Vec<usize> = Vec::new();
    for i in order {
        let candidate = &found[i];
        let hidden = kept.iter().any(|&better| {
            found[better].class == candidate.class && found[better].rect.iou(&candidate.rect) > most_iou
        });
        if !hidden {
            kept.push(i);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;

    fn at(left: f32, score: f32, class: usize) -> Detection {
        Detection { rect: Rect::of_size(left, 0.0, 10.0, 10.0), score, class }
    }

    #[test]
    fn the_best_of_a_class_hides_its_neighbours() {
        let mut found = vec![at(1.0, 0.6, 0), at(0.0, 0.9, 0), at(30.0, 0.5, 0)];
        non_maximum_suppression(&mut found, 0.45);
        assert_eq!(found, [at(0.0, 0.9, 0), at(30.0, 0.5, 0)]);
    }

    #[test]
    fn another_class_hides_nothing() {
        let mut found = vec![at(0.0, 0.9, 0), at(0.0, 0.8, 1)];
        non_maximum_suppression(&mut found, 0.45);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn what_was_hidden_hides_nothing_itself() {
        // The second shares much with the first and the third, the third little with the first.
        let found = [at(0.0, 0.9, 0), at(3.0, 0.8, 0), at(6.0, 0.7, 0)];
        assert_eq!(kept(&found, 0.45), [0, 2]);
    }

    #[test]
    fn exactly_the_limit_stays() {
        let found = [at(0.0, 0.9, 0), at(5.0, 0.8, 0)];
        assert_eq!(kept(&found, 1.0 / 3.0), [0, 1]);
        assert_eq!(kept(&found, 0.33), [0]);
        assert_eq!(kept(&[], 0.5), [] as [usize; 0]);
    }
}
