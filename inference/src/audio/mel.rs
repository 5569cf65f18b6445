//! Mel bands: a spectrum as the ear resolves it.

/// Triangular bands, evenly spaced on a mel scale.
#[derive(Debug, Clone)]
pub struct MelBands {
    bands: Vec<Band>,
}

#[derive(Debug, Clone)]
struct Band {
    first_bin: usize,
    weights: Vec<f32>,
}

impl MelBands {
    /// `count` bands between `low_hz` and `high_hz` (at most half the rate) over the bins of frames of `length`
    /// samples, on the scale `2595 log10(1 + f / 700)` (O'Shaughnessy 1987), each with the height 1. A band narrower
    /// than two bins still gets its share of the nearest ones by interpolation.
    pub fn new(sample_rate: u32, length: usize, count: usize, low_hz: f64, high_hz: f64) -> Self {
        let bin_hz = f64::from(sample_rate) / length as f64;
        let high_hz = high_hz.min(f64::from(sample_rate) / 2.0).max(low_hz);
        let (low, high) = (mel(low_hz), mel(high_hz));
        let edge = |i: usize| hz(low + (high - low) * i as f64 / (count + 1) as f64);
        let bands =
            (0..count).map(|i| Band::new([edge(i), edge(i + 1), edge(i + 2)], bin_hz, length / 2)).collect();
        MelBands { bands }
    }

    /// `count` bands between 0 Hz and half the rate on the scale of Slaney's Auditory Toolbox (1998): linear below
    /// 1 kHz, logarithmic above; each with the area 1 (per Hz). The filters of `librosa.filters.mel` with its defaults,
    /// and of Whisper.
    pub fn slaney(sample_rate: u32, length: usize, count: usize) -> Self {
        let bin_hz = f64::from(sample_rate) / length as f64;
        let high = slaney_mel(f64::from(sample_rate) / 2.0);
        let edge = |i: usize| slaney_hz(high * i as f64 / (count + 1) as f64);
        let band = |i| {
            let edges = [edge(i), edge(i + 1), edge(i + 2)];
            Band::triangle(edges, bin_hz, length / 2, 2.0 / (edges[2] - edges[0]))
        };
        MelBands { bands: (0..count).map(band).collect() }
    }

    /// Number of bands.
    pub fn len(&self) -> usize {
        self.bands.len()
    }

    pub fn is_empty(&self) -> bool {
        self.bands.is_empty()
    }

    /// Weighted sums of a power spectrum, one a band, low to high, written to `out` (of [`MelBands::len`] values).
    pub fn sums(&self, power: &[f32], out: &mut [f32]) {
        for (band, out) in self.bands.iter().zip(out) {
            let bins = &power[band.first_bin..band.first_bin + band.weights.len()];
            *out = bins.iter().zip(&band.weights).map(|(power, weight)| power * weight).sum();
        }
    }
}

impl Band {
    fn new([from, peak, to]: [f64; 3], bin_hz: f64, last_bin: usize) -> Self {
        // At least one bin on each side of the peak, or a low band would see nothing.
        Band::triangle([from.min(peak - bin_hz), peak, to.max(peak + bin_hz)], bin_hz, last_bin, 1.0)
    }

    fn triangle([from, peak, to]: [f64; 3], bin_hz: f64, last_bin: usize, tip: f64) -> Self {
        let first_bin = ((from / bin_hz).floor().max(0.0) as usize).min(last_bin);
        let final_bin = ((to / bin_hz).ceil().max(0.0) as usize).clamp(first_bin, last_bin);
        let weight = |bin: usize| {
            let hz = bin as f64 * bin_hz;
            let height = if hz < peak { (hz - from) / (peak - from) } else { (to - hz) / (to - peak) };
            (height.max(0.0) * tip) as f32
        };
        Band { first_bin, weights: (first_bin..=final_bin).map(weight).collect() }
    }
}

fn mel(hz: f64) -> f64 {
    2595.0 * (1.0 + hz / 700.0).log10()
}

fn hz(mel: f64) -> f64 {
    700.0 * (10f64.powf(mel / 2595.0) - 1.0)
}

/// Where the linear part of Slaney's scale ends: 1 kHz, 15 mel.
const SLANEY_HZ: f64 = 1000.0;
const SLANEY_MEL: f64 = 15.0;

/// A factor of 6.4 in frequency is 27 mel in the logarithmic part.
fn slaney_step() -> f64 {
    6.4f64.ln() / 27.0
}

fn slaney_mel(hz: f64) -> f64 {
    if hz < SLANEY_HZ {
        hz * SLANEY_MEL / SLANEY_HZ
    } else {
        SLANEY_MEL + (hz / SLANEY_HZ).ln() / slaney_step()
    }
}

fn slaney_hz(mel: f64) -> f64 {
    if mel < SLANEY_MEL {
        mel * SLANEY_HZ / SLANEY_MEL
    } else {
        SLANEY_HZ * ((mel - SLANEY_MEL) * slaney_step()).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_hertz_are_a_thousand_mel() {
        assert!((mel(1000.0) - 1000.0).abs() < 0.1);
        assert!((hz(mel(440.0)) - 440.0).abs() < 1e-6);
    }

    #[test]
    fn the_two_parts_of_slaneys_scale_meet() {
        for hz in [0.0, 200.0, 999.9, 1000.0, 6400.0] {
            assert!((slaney_hz(slaney_mel(hz)) - hz).abs() < 1e-9);
        }
        assert!((slaney_mel(200.0) - 3.0).abs() < 1e-12);
        assert!((slaney_mel(6400.0) - 42.0).abs() < 1e-12);
    }

    #[test]
    fn slaneys_bands_have_the_area_of_one() {
        let bands = MelBands::slaney(16_000, 16_000, 80);
        let mut sums = vec![0.0; bands.len()];
        bands.sums(&vec![1.0; 8001], &mut sums);
        // Bins of 1 Hz: the sum is the area, up to the corners that fall between bins.
        assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 2e-3), "{sums:?}");
    }

    #[test]
    fn a_tone_is_loudest_in_its_band() {
        let bands = MelBands::new(48_000, 2048, 40, 30.0, 11_000.0);
        let mut sums = vec![0.0; bands.len()];
        let mut last = None;
        for bin in [4, 20, 60, 200, 400] {
            let mut power = vec![0.0; 1025];
            power[bin] = 1.0;
            bands.sums(&power, &mut sums);
            let (loudest, height) = sums.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
            assert!(*height > 0.4, "bin {bin}: {height}");
            assert!(Some(loudest) > last, "bands rise with the tone");
            last = Some(loudest);
        }
    }

    #[test]
    fn every_band_sees_something_at_any_rate() {
        for (rate, length) in [(8_000, 512), (11_025, 512), (48_000, 2048), (192_000, 8192)] {
            let bands = MelBands::new(rate, length, 40, 30.0, 11_000.0);
            let mut sums = vec![0.0; bands.len()];
            bands.sums(&vec![1.0; length / 2 + 1], &mut sums);
            assert!(sums.iter().all(|&sum| sum > 0.0), "{rate} Hz: {sums:?}");
        }
    }
}
