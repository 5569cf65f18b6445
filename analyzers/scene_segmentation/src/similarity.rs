//! How alike two shots are: by what they show, and by their colours.

use crate::model::unit;

/// The weight of colours; what is shown has the rest. Of the weights 0, 0.15, 0.3 and 0.45 this and the next one told
/// shots of one picture or footage from those of another best.
const OF_COLOURS: f32 = 0.3;

/// A frame, remembered.
#[derive(Debug, Clone)]
pub struct Moment {
    pub time_s: f64,
    /// Of length 1.
    pub embedding: Vec<f32>,
    /// Shares that make 1.
    pub palette: Vec<f32>,
}

/// The mean of some moments.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Of length 1.
    pub embedding: Vec<f32>,
    pub palette: Vec<f32>,
}

impl Look {
    /// `None` of no moments.
    pub fn of(moments: &[&Moment]) -> Option<Self> {
        let first = moments.first()?;
        let (mut embedding, mut palette) = (vec![0.0; first.embedding.len()], vec![0.0; first.palette.len()]);
        for moment in moments {
            embedding.iter_mut().zip(&moment.embedding).for_each(|(sum, x)| *sum += x);
            palette.iter_mut().zip(&moment.palette).for_each(|(sum, x)| *sum += x / moments.len() as f32);
        }
        Some(Look { embedding: unit(embedding), palette })
    }

    /// 0 to 1: the cosine of the embeddings and the Bhattacharyya coefficient of the palettes (1943), weighted.
    pub fn likeness(&self, other: &Look) -> f32 {
        let shown = product(&self.embedding, &other.embedding);
        let colours: f32 = self.palette.iter().zip(&other.palette).map(|(a, b)| (a * b).sqrt()).sum();
        (1.0 - OF_COLOURS) * shown + OF_COLOURS * colours
    }

    /// The moment that shows most nearly this.
    pub fn nearest<'a>(&self, moments: &[&'a Moment]) -> Option<&'a Moment> {
        let near = |moment: &Moment| product(&self.embedding, &moment.embedding);
        moments.iter().copied().max_by(|a, b| near(a).total_cmp(&near(b)).then(b.time_s.total_cmp(&a.time_s)))
    }
}

fn product(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(time_s: f64, embedding: [f32; 2], palette: [f32; 2]) -> Moment {
        Moment { time_s, embedding: unit(embedding.to_vec()), palette: palette.to_vec() }
    }

    #[test]
    fn likeness_is_of_what_is_shown_and_of_colours() {
        let (one, same) = (moment(0.0, [1.0, 0.0], [1.0, 0.0]), moment(1.0, [2.0, 0.0], [0.0, 1.0]));
        let looks = [&one, &same].map(|moment| Look::of(&[moment]).expect("one moment"));
        assert!((looks[0].likeness(&looks[0]) - 1.0).abs() < 1e-6);
        assert!((looks[0].likeness(&looks[1]) - 0.7).abs() < 1e-6);
        assert_eq!(Look::of(&[]), None);
    }

    #[test]
    fn the_nearest_moment_is_the_first_of_equals() {
        let moments = [
            moment(0.0, [1.0, 0.0], [1.0, 0.0]),
            moment(1.0, [1.0, 1.0], [1.0, 0.0]),
            moment(2.0, [0.0, 1.0], [1.0, 0.0]),
        ];
        let all: Vec<&Moment> = moments.iter().collect();
        let look = Look::of(&all).expect("moments");
        assert_eq!(look.nearest(&all).expect("moments").time_s, 1.0);
        assert_eq!(look.nearest(&[&moments[0], &moments[0].clone()]).expect("moments").time_s, 0.0);
    }
}
