//! Greedy reading of connectionist temporal classification (Graves et al. 2006).

/// How a recogniser's output is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ctc {
    /// The class that stands for "nothing new".
    pub blank: usize,
    /// Whether the softmax is still to be taken.
    pub logits: bool,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    pub symbols: Vec<Symbol>,
    /// The mean probability of the symbols, 0..1; 0 where there is none.
    pub confidence: f32,
}

/// One symbol, in the order of reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Symbol {
    pub class: usize,
    /// The step at which it began: where in the line it is.
    pub step: usize,
    pub probability: f32,
}

impl Ctc {
    /// Reads one line: `steps` has `classes` numbers for each step. Takes the best class of each step, drops repeats,
    /// then blanks.
    pub fn read(&self, steps: &[f32], classes: usize) -> Reading {
        let mut symbols = Vec::new();
        let mut last = self.blank;
        for (step, values) in steps.chunks_exact(classes.max(1)).enumerate() {
            let (class, best) = largest(values);
            if class != self.blank && class != last {
                symbols.push(Symbol { class, step, probability: self.probability(values, best) });
            }
            last = class;
        }
        let sum: f32 = symbols.iter().map(|symbol: &Symbol| symbol.probability).sum();
        let confidence = if symbols.is_empty() { 0.0 } else { sum / symbols.len() as f32 };
        Reading { symbols, confidence }
    }

    fn probability(&self, values: &[f32], best: f32) -> f32 {
        if !self.logits {
            return best;
        }
        1.0 / values.iter().map(|value| (value - best).exp()).sum::<f32>()
    }
}

/// The first of the largest numbers. Eight at a time: there are up to 18 710 classes in each step.
fn largest(values: &[f32]) -> (usize, f32) {
    let (eights, rest) = values.as_chunks::<8>();
    let mut lanes = [f32::MIN; 8];
    for eight in eights {
        for (lane, &value) in lanes.iter_mut().zip(eight) {
            *lane = if value > *lane { value } else { *lane };
        }
    }
    let best =
        lanes.iter().chain(rest).fold(f32::MIN, |best, &value| if value > best { value } else { best });
    (values.iter().position(|&value| value == best).unwrap_or(0), best)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CTC: Ctc = Ctc { blank: 0, logits: false };

    fn steps(classes: &[usize]) -> Vec<f32> {
        classes.iter().flat_map(|&class| (0..3).map(move |i| if i == class { 0.8 } else { 0.1 })).collect()
    }

    fn read(classes: &[usize]) -> Vec<usize> {
        CTC.read(&steps(classes), 3).symbols.iter().map(|symbol| symbol.class).collect()
    }

    #[test]
    fn repeats_are_one_and_a_blank_parts_them() {
        assert_eq!(read(&[0, 1, 1, 0, 1, 2, 2, 0]), [1, 1, 2]);
        assert_eq!(read(&[0, 0, 0]), [] as [usize; 0]);
        assert_eq!(read(&[]), [] as [usize; 0]);
    }

    #[test]
    fn confidence_is_the_mean_of_the_symbols_alone() {
        let reading = CTC.read(&[0.9, 0.1, 0.0, 0.2, 0.6, 0.2, 0.0, 0.0, 1.0], 3);
        assert_eq!(reading.symbols.iter().map(|symbol| symbol.step).collect::<Vec<_>>(), [1, 2]);
        assert!((reading.confidence - 0.8).abs() < 1e-6);
        assert_eq!(CTC.read(&steps(&[0]), 3).confidence, 0.0);
    }

    #[test]
    fn logits_are_made_probabilities() {
        let reading = Ctc { blank: 0, logits: true }.read(&[0.0, 2.0, 1.0], 3);
        let expected = 2f32.exp() / (1.0 + 2f32.exp() + 1f32.exp());
        assert!((reading.confidence - expected).abs() < 1e-6);
    }

    #[test]
    fn finds_the_first_largest_anywhere() {
        for n in 1..40 {
            for place in 0..n {
                let mut values = vec![-3.0; n];
                values[place] = -1.0;
                assert_eq!(largest(&values), (place, -1.0));
            }
        }
        assert_eq!(largest(&[1.0, 5.0, 5.0]).0, 1);
    }
}
