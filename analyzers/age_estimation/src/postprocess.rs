//! A net's numbers into age and gender. Pure.

use serde::Serialize;

/// Below this a gender is a guess, and none is said.
const LEAST_CONFIDENCE: f64 = 0.2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    Female,
    Male,
}

/// What a face says; `None` where it does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Judgement {
    /// Years, to a tenth.
    pub age: Option<f64>,
    pub gender: Option<Gender>,
    /// 0..1.
    pub gender_confidence: Option<f64>,
}

impl Judgement {
    /// `male` is how likely a man is, 0..1.
    fn of(age: f64, male: f64) -> Self {
        let confidence = (2.0 * (male - 0.5).abs()).min(1.0);
        let gender = (confidence >= LEAST_CONFIDENCE).then_some(if male > 0.5 {
            Gender::Male
        } else {
            Gender::Female
        });
        let gender_confidence = gender.map(|_| (confidence * 1000.0).round() / 1000.0);
        let age = age.is_finite().then(|| (age.clamp(0.0, 150.0) * 10.0).round() / 10.0);
        Judgement { age, gender, gender_confidence }
    }
}

/// FaceRes says a probability for each year of 0 to 99, of which the mean is taken, and 1 for a man.
pub fn of_faceres(gender: f32, ages: &[f32; 100]) -> Judgement {
    let age = ages.iter().enumerate().map(|(years, &p)| years as f64 * f64::from(p)).sum();
    Judgement::of(age, f64::from(gender))
}

/// InsightFace's net says a number for a woman, one for a man, of which the larger counts, and the age in centuries.
pub fn of_genderage(&[female, male, age]: &[f32; 3]) -> Judgement {
    let male = 1.0 / (1.0 + f64::from(female - male).exp());
    Judgement::of(f64::from(age) * 100.0, male)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_the_years_is_the_age() {
        let mut ages = [0.0; 100];
        (ages[30], ages[40]) = (0.75, 0.25);
        let judged = of_faceres(0.1, &ages);
        assert_eq!(
            judged,
            Judgement { age: Some(32.5), gender: Some(Gender::Female), gender_confidence: Some(0.8) }
        );
    }

    #[test]
    fn a_doubtful_gender_is_not_said() {
        let judged = of_faceres(0.55, &[0.01; 100]);
        assert_eq!((judged.gender, judged.gender_confidence), (None, None));
        assert_eq!(of_genderage(&[1.0, 1.1, 0.3]).gender, None);
    }

    #[test]
    fn the_larger_number_is_the_gender() {
        let judged = of_genderage(&[-2.0, 3.0, 0.42]);
        assert_eq!((judged.age, judged.gender), (Some(42.0), Some(Gender::Male)));
        assert!(judged.gender_confidence.is_some_and(|confidence| confidence > 0.98));
        assert_eq!(
            of_genderage(&[3.0, -2.0, -0.1]),
            Judgement { age: Some(0.0), gender: Some(Gender::Female), ..judged }
        );
    }
}
