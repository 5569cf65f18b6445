//! Logits into the logarithms of probabilities, and which token to write.

/// What may not be written, whatever the model says.
#[derive(Debug, Clone)]
pub struct Barred {
    /// Tokens that are never written.
    pub never: Vec<u32>,
    /// Tokens that are not written first.
    pub never_first: Vec<u32>,
    /// Nothing above this token, which ends the text.
    pub end: u32,
}

impl Barred {
    /// Takes what is barred out of the logits.
    pub fn apply(&self, logits: &mut [f32], first: bool) {
        let out = |logits: &mut [f32], tokens: &[u32]| {
            tokens.iter().for_each(|token| logits[*token as usize] = f32::NEG_INFINITY);
        };
        logits[self.end as usize + 1..].fill(f32::NEG_INFINITY);
        out(logits, &self.never);
        if first {
            out(logits, &self.never_first);
        }
    }
}

/// The logarithm of the sum of the exponentials: what is taken from each logit to make it a log-probability.
pub fn log_sum_exp(logits: &[f32]) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    // What is 17 below the largest adds less than f32 resolves, also 50 000 times.
    let sum: f64 = logits
        .iter()
        .filter(|logit| **logit > most - 30.0)
        .map(|logit| f64::from((logit - most).exp()))
        .sum();
    most + sum.ln() as f32
}

/// The place of the largest value, the first of equals.
pub fn likeliest(values: &[f32]) -> usize {
    let larger = |best: usize, at: usize| if values[at] > values[best] { at } else { best };
    (1..values.len()).fold(0, larger)
}

/// The places of the `count` largest values, largest first.
pub fn likeliest_of(values: &[f32], count: usize) -> Vec<usize> {
    let mut best: Vec<usize> = Vec::with_capacity(count + 1);
    for (at, value) in values.iter().enumerate() {
        if best.len() == count && best.last().is_none_or(|last| *value <= values[*last]) {
            continue;
        }
        let place = best.partition_point(|other| values[*other] >= *value);
        best.insert(place, at);
        best.truncate(count);
    }
    best
}

/// Draws tokens by their probabilities; the same tokens for the same seed.
#[derive(Debug, Clone)]
pub struct Draw {
    state: u64,
}

impl Draw {
    pub fn new(seed: u64) -> Self {
        Draw { state: seed.wrapping_add(0x9E37_79B9_7F4A_7C15) }
    }

    /// A token by its probability, as the temperature levels them.
    pub fn token(&mut self, logits: &[f32], temperature: f32) -> usize {
        let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weight = |logit: f32| f64::from(((logit - most) / temperature).exp());
        let total: f64 = logits.iter().map(|logit| weight(*logit)).sum();
        let mut left = self.uniform() * total;
        for (at, logit) in logits.iter().enumerate() {
            left -= weight(*logit);
            if left < 0.0 {
                return at;
            }
        }
        likeliest(logits)
    }

    /// 0..1, by SplitMix64 (Steele et al. 2014).
    fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_sum_up_to_one() {
        let logits = [1.0, 2.0, f32::NEG_INFINITY, -3.0];
        let all = log_sum_exp(&logits);
        let sum: f32 = logits.iter().map(|logit| (logit - all).exp()).sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    }

    #[test]
    fn the_end_is_barred_at_first_only_and_times_always() {
        let barred = Barred { never: vec![1], never_first: vec![2], end: 2 };
        let mut logits = [0.0; 5];
        barred.apply(&mut logits, true);
        assert_eq!(logits.map(f32::is_finite), [true, false, false, false, false]);
        let mut logits = [0.0; 5];
        barred.apply(&mut logits, false);
        assert_eq!(logits.map(f32::is_finite), [true, false, true, false, false]);
    }

    #[test]
    fn the_best_come_first() {
        assert_eq!(likeliest(&[1.0, 3.0, 3.0, 2.0]), 1);
        assert_eq!(likeliest_of(&[1.0, 3.0, 0.0, 2.0, 3.0], 3), [1, 4, 3]);
        assert_eq!(likeliest_of(&[1.0], 3), [0]);
    }

    #[test]
    fn draws_by_probability_and_the_same_for_the_same_seed() {
        let logits = [0.0, (3.0f32).ln(), f32::NEG_INFINITY];
        let counted = |seed| {
            let mut draw = Draw::new(seed);
            (0..4000).filter(|_| draw.token(&logits, 1.0) == 1).count()
        };
        // Three of four; a deviation of 27 is one standard deviation.
        assert!((counted(1) as i64 - 3000).abs() < 110, "{}", counted(1));
        assert_eq!(counted(7), counted(7));
        let mut draw = Draw::new(3);
        assert!((0..200).all(|_| draw.token(&logits, 0.05) == 1), "a low temperature takes the likeliest");
    }
}
