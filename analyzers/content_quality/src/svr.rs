//! Support vector regression as libsvm writes it to a text file (Chang, Lin 2011): epsilon-SVR, radial basis functions.

use std::path::Path;

use va_analyzer_sdk::{Error, ErrorKind, Result};

/// A regression over `N` features.
#[derive(Debug)]
pub struct Svr<const N: usize> {
    gamma: f64,
    rho: f64,
    /// Weight and place of each support vector.
    vectors: Vec<(f64, [f64; N])>,
}

impl<const N: usize> Svr<N> {
    /// # Errors
    /// Where the file is missing, or of another kind, with the line.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| {
            let why = format!("cannot read {}: {e}; install the model again", path.display());
            Error::of(ErrorKind::Unavailable, why)
        })?;
        Svr::parse(&text).map_err(|e| Error::new(format!("cannot use {}: {e}", path.display())))
    }

    /// # Errors
    /// Where the text is of another kind, with the line.
    pub fn parse(text: &str) -> Result<Self> {
        let mut lines = (1..).zip(text.lines());
        let mut svr = Svr { gamma: f64::NAN, rho: f64::NAN, vectors: Vec::new() };
        for (number, line) in &mut lines {
            let (key, value) = line.split_once(' ').unwrap_or((line.trim(), ""));
            match key {
                "svm_type" => expect(number, key, value, "epsilon_svr")?,
                "kernel_type" => expect(number, key, value, "rbf")?,
                "gamma" => svr.gamma = self::number(number, value)?,
                "rho" => svr.rho = self::number(number, value)?,
                "SV" => break,
                _ => {}
            }
        }
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            svr.vectors.push(vector(number, line)?);
        }
        if svr.gamma.is_nan() || svr.rho.is_nan() || svr.vectors.is_empty() {
            return Err(Error::new("it has no gamma, no rho or no support vector"));
        }
        Ok(svr)
    }

    pub fn predict(&self, features: &[f64; N]) -> f64 {
        let kernel = |vector: &[f64; N]| {
            let distance: f64 = vector.iter().zip(features).map(|(a, b)| (a - b) * (a - b)).sum();
            (-self.gamma * distance).exp()
        };
        self.vectors.iter().map(|(weight, vector)| weight * kernel(vector)).sum::<f64>() - self.rho
    }
}

fn vector<const N: usize>(line: usize, text: &str) -> Result<(f64, [f64; N])> {
    let mut words = text.split_whitespace();
    let weight = number(line, words.next().unwrap_or_default())?;
    let mut place = [0.0; N];
    for word in words {
        let bad = || Error::new(format!("line {line}: {word:?} is no feature 1 to {N}"));
        let (index, value) = word.split_once(':').ok_or_else(bad)?;
        let index: usize = index.parse().map_err(|_| bad())?;
        *index.checked_sub(1).and_then(|index| place.get_mut(index)).ok_or_else(bad)? = number(line, value)?;
    }
    Ok((weight, place))
}

fn number(line: usize, text: &str) -> Result<f64> {
    text.trim().parse().map_err(|_| Error::new(format!("line {line}: {text:?} is no number")))
}

fn expect(line: usize, key: &str, came: &str, expected: &str) -> Result<()> {
    if came.trim() == expected {
        return Ok(());
    }
    Err(Error::new(format!("line {line}: {key} is {came:?}, only {expected} is known here")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "svm_type epsilon_svr\nkernel_type rbf\ngamma 0.5\nnr_class 2\ntotal_sv 2\nrho -3\nSV\n\
                       2 1:1 2:0 \n-1 2:2 \n";

    #[test]
    fn predicts_by_hand() {
        let svr: Svr<2> = Svr::parse(TWO).expect("a model");
        let expected = 2.0 * f64::exp(-0.5) - f64::exp(-2.0) + 3.0;
        assert!((svr.predict(&[0.0, 0.0]) - expected).abs() < 1e-12);
    }

    #[test]
    fn refuses_another_kind_by_its_line() {
        let refused = |text: &str| Svr::<2>::parse(text).expect_err("refused").message;
        assert!(refused(&TWO.replace("rbf", "linear")).contains("line 2: kernel_type"));
        assert!(refused(&TWO.replace("2:2", "3:2")).contains("line 9: \"3:2\""));
        assert!(refused(&TWO.replace("gamma 0.5", "gamma x")).contains("line 3"));
        assert!(refused("").contains("no gamma"));
    }
}
