//! From a segmentation model's scores to shares of classes and a foreground mask.

use va_analyzer_sdk::{Error, Result};
use va_inference::image::Layout;
use va_inference::mask::{RunLengths, resize_map};

/// A class on less than this share of the picture is taken for speckle.
pub const LEAST_AREA: f64 = 0.005;
/// Probabilities of a person's map are taken to be this far from 0 and 1: the net is never surer than that.
const DOUBT: f32 = 1e-3;
/// Every how many pixels, across and down, a class is asked how sure it is.
const STEP: usize = 4;

/// The scores of one picture, before softmax, as the model gives them.
#[derive(Debug, Clone, Copy)]
pub struct Scores<'a> {
    data: &'a [f32],
    layout: Layout,
    pub width: usize,
    pub height: usize,
    pub classes: usize,
}

/// How much of the picture a class has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    pub class: usize,
    /// Of the picture's area, 0..1.
    pub area: f64,
    /// The mean probability of the pixels that it has.
    pub sureness: f32,
}

/// Classes by what they do to a mask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sides {
    pub foreground: Vec<usize>,
    pub background: Vec<usize>,
    /// The class that a map of its own corrects.
    pub person: Option<usize>,
}

impl<'a> Scores<'a> {
    /// Of picture `i` of a batch: `[b, height, width, classes]` ([`Layout::Pixels`]) or `[b, classes, height, width]`.
    ///
    /// # Errors
    /// Where the shape is another.
    pub fn of(shape: &[usize], data: &'a [f32], i: usize, layout: Layout, classes: usize) -> Result<Self> {
        let (width, height, came) = match (shape, layout) {
            (&[_, height, width, classes], Layout::Pixels) => (width, height, classes),
            (&[_, classes, height, width], Layout::Planes) => (width, height, classes),
            _ => (0, 0, 0),
        };
        let length = width * height * classes;
        let data = data.get(i * length..(i + 1) * length).unwrap_or_default();
        if came != classes || length == 0 || data.len() != length {
            return Err(Error::new(format!("scores of {classes} classes were expected, {shape:?} came")));
        }
        Ok(Scores { data, layout, width, height, classes })
    }

    /// The class of each pixel: the one of the highest score.
    pub fn winners(&self, out: &mut Vec<u8>) {
        out.clear();
        if self.layout == Layout::Pixels {
            out.extend(self.data.chunks_exact(self.classes).map(best));
            return;
        }
        let pixels = self.width * self.height;
        out.resize(pixels, 0);
        let mut most = self.data[..pixels].to_vec();
        for (class, plane) in self.data.chunks_exact(pixels).enumerate().skip(1) {
            for ((most, winner), &score) in most.iter_mut().zip(out.iter_mut()).zip(plane) {
                if score > *most {
                    (*most, *winner) = (score, class as u8);
                }
            }
        }
    }

    /// The classes that have pixels, by number, but for the one that means none.
    pub fn shares(&self, winners: &[u8], none: Option<usize>) -> Vec<Share> {
        let mut counts = vec![0u32; self.classes];
        winners.iter().for_each(|&class| counts[usize::from(class)] += 1);
        let mut sure = vec![(0.0, 0u32); self.classes];
        for y in (0..self.height).step_by(STEP) {
            for pixel in (y * self.width..(y + 1) * self.width).step_by(STEP) {
                let class = usize::from(winners[pixel]);
                if Some(class) != none {
                    sure[class].0 += self.probability(pixel, class);
                    sure[class].1 += 1;
                }
            }
        }
        let share = |class: usize| {
            let (sum, asked) = sure[class];
            let area = f64::from(counts[class]) / winners.len() as f64;
            Share { class, area, sureness: sum / asked.max(1) as f32 }
        };
        (0..self.classes).filter(|class| counts[*class] > 0 && Some(*class) != none).map(share).collect()
    }

    /// By how much the foreground's best score exceeds the background's in each pixel: above 0 is foreground. `person`
    /// is the probability of a person by another net, at this size: where there is one, its log-odds are added to those
    /// of the class, which is the mean of two opinions that weigh alike. `winners` are this picture's.
    pub fn margin(&self, winners: &[u8], sides: &Sides, person: Option<&[f32]>, out: &mut Vec<f32>) {
        match self.layout {
            Layout::Pixels => self.margin_of_pixels(winners, sides, person, out),
            Layout::Planes => self.margin_of_planes(sides, person, out),
        }
    }

    fn margin_of_pixels(&self, winners: &[u8], sides: &Sides, person: Option<&[f32]>, out: &mut Vec<f32>) {
        let is_background: Vec<bool> =
            (0..self.classes).map(|class| sides.background.contains(&class)).collect();
        let pixels = self.data.chunks_exact(self.classes).zip(winners).enumerate();
        out.clear();
        out.extend(pixels.map(|(pixel, (scores, &winner))| {
            let best =
                |classes: &[usize]| classes.iter().map(|&class| scores[class]).fold(f32::MIN, f32::max);
            let winner = usize::from(winner);
            let background = if is_background[winner] { scores[winner] } else { best(&sides.background) };
            let of_person = sides.person.map_or(f32::MIN, |class| {
                scores[class] + person.map_or(0.0, |person| log_odds(person[pixel]))
            });
            best(&sides.foreground).max(of_person) - background
        }));
    }

    fn margin_of_planes(&self, sides: &Sides, person: Option<&[f32]>, out: &mut Vec<f32>) {
        *out = self.best_of(&sides.foreground);
        if let Some(class) = sides.person {
            let odds = |pixel: usize| person.map_or(0.0, |person| log_odds(person[pixel]));
            let of_person = self.best_of(&[class]);
            for (pixel, (out, score)) in out.iter_mut().zip(of_person).enumerate() {
                *out = out.max(score + odds(pixel));
            }
        }
        let background = self.best_of(&sides.background);
        out.iter_mut().zip(background).for_each(|(out, score)| *out -= score);
    }

    /// The highest score of some classes in each pixel, of planes.
    fn best_of(&self, classes: &[usize]) -> Vec<f32> {
        let pixels = self.width * self.height;
        let mut most = vec![f32::MIN; pixels];
        for &class in classes {
            let plane = &self.data[class * pixels..][..pixels];
            most.iter_mut().zip(plane).for_each(|(most, &score)| *most = most.max(score));
        }
        most
    }

    /// Softmax of one class in one pixel.
    fn probability(&self, pixel: usize, class: usize) -> f32 {
        let (step, start) = match self.layout {
            Layout::Pixels => (1, pixel * self.classes),
            Layout::Planes => (self.width * self.height, pixel),
        };
        let score = self.data[start + class * step];
        let others = self.data[start..].iter().step_by(step).take(self.classes);
        1.0 / others.map(|other| (other - score).exp()).sum::<f32>()
    }
}

/// The class of the highest score.
fn best(scores: &[f32]) -> u8 {
    let (mut best, mut most) = (0, f32::MIN);
    for (class, &score) in scores.iter().enumerate() {
        if score > most {
            (best, most) = (class, score);
        }
    }
    best as u8
}

fn log_odds(probability: f32) -> f32 {
    let most = ((1.0 - DOUBT) / DOUBT).ln();
    match probability {
        _ if probability <= DOUBT => -most,
        _ if probability >= 1.0 - DOUBT => most,
        _ => (probability / (1.0 - probability)).ln(),
    }
}

/// A foreground mask as it is reported.
#[derive(Debug, Clone, PartialEq)]
pub struct Mask {
    /// Height and width.
    pub size: [u32; 2],
    /// As COCO compresses it.
    pub counts: String,
    /// The share that is inside.
    pub ratio: f64,
}

impl Mask {
    /// What lies above `threshold` in a map, at another size (width and height).
    pub fn of(
        map: &[f32],
        from: (usize, usize),
        threshold: f32,
        size: (u32, u32),
        room: &mut Vec<f32>,
    ) -> Self {
        let (width, height) = (size.0 as usize, size.1 as usize);
        resize_map(map, from, (width, height), room);
        let inside: Vec<u8> = room.iter().map(|&value| u8::from(value > threshold)).collect();
        let runs = RunLengths::encode(&inside, width, height);
        Mask { size: [size.1, size.0], counts: runs.text(), ratio: runs.ratio() }
    }

    /// Of nothing.
    pub fn empty(size: (u32, u32)) -> Self {
        let runs = RunLengths { height: size.1, width: size.0, counts: vec![size.0 * size.1] };
        Mask { size: [size.1, size.0], counts: runs.text(), ratio: 0.0 }
    }
}

/// The mean of what lies above the threshold; `None` where nothing does.
pub fn mean_above(map: &[f32], threshold: f32) -> Option<f32> {
    let above = map.iter().filter(|value| **value > threshold);
    let (sum, count) = above.fold((0.0f64, 0u32), |(sum, count), &value| (sum + f64::from(value), count + 1));
    (count > 0).then(|| (sum / f64::from(count)) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two pixels beside each other, three classes; pixel by pixel and in planes.
    const PIXELS: [f32; 6] = [0.0, 2.0, 1.0, 3.0, 0.0, 0.0];
    const PLANES: [f32; 6] = [0.0, 3.0, 2.0, 0.0, 1.0, 0.0];

    fn both() -> [Scores<'static>; 2] {
        [
            Scores::of(&[1, 1, 2, 3], &PIXELS, 0, Layout::Pixels, 3).expect("fits"),
            Scores::of(&[1, 3, 1, 2], &PLANES, 0, Layout::Planes, 3).expect("fits"),
        ]
    }

    #[test]
    fn the_layout_changes_nothing() {
        let sides = Sides { foreground: vec![1], background: vec![0], person: Some(2) };
        for scores in both() {
            let mut winners = Vec::new();
            scores.winners(&mut winners);
            assert_eq!(winners, [1, 0]);
            let shares = scores.shares(&[1, 1], Some(0));
            assert_eq!((shares.len(), shares[0].class, shares[0].area), (1, 1, 1.0));
            // The first pixel speaks for both: e^2 / (e^0 + e^2 + e^1).
            assert!((shares[0].sureness - 0.6652).abs() < 1e-3, "{shares:?}");
            let mut margin = Vec::new();
            scores.margin(&winners, &sides, Some(&[0.5, 0.5]), &mut margin);
            assert_eq!(margin, [2.0, -3.0]);
        }
    }

    #[test]
    fn a_second_opinion_adds_its_log_odds() {
        let sides = Sides { foreground: vec![], background: vec![0, 1], person: Some(2) };
        let mut margin = Vec::new();
        both()[0].margin(&[1, 2], &sides, Some(&[0.5, 1.0]), &mut margin);
        assert_eq!(margin[0], -1.0);
        assert!((margin[1] - (999f32.ln() - 3.0)).abs() < 1e-3, "{margin:?}");
        both()[0].margin(&[1, 2], &sides, None, &mut margin);
        assert_eq!(margin, [-1.0, -3.0]);
    }

    #[test]
    fn scores_of_another_shape_are_refused() {
        assert!(Scores::of(&[1, 1, 2, 3], &PIXELS, 0, Layout::Pixels, 4).is_err());
        assert!(Scores::of(&[1, 1, 2, 3], &PIXELS, 1, Layout::Pixels, 3).is_err());
        assert!(Scores::of(&[6], &PIXELS, 0, Layout::Planes, 3).is_err());
    }

    #[test]
    fn a_mask_is_what_lies_above() {
        let mut room = Vec::new();
        let mask = Mask::of(&[1.0, -1.0, 1.0, -1.0], (2, 2), 0.0, (2, 2), &mut room);
        assert_eq!((mask.size, mask.ratio), ([2, 2], 0.5));
        let runs = RunLengths::of_text(&mask.counts, 2, 2).expect("readable");
        assert_eq!(runs.decode().expect("whole"), [1, 0, 1, 0]);
        assert_eq!(Mask::empty((3, 2)).counts, RunLengths::encode(&[0; 6], 3, 2).text());
        assert_eq!(mean_above(&[0.2, 0.6, 1.0], 0.5), Some(0.8));
        assert_eq!(mean_above(&[0.2], 0.5), None);
    }
}
