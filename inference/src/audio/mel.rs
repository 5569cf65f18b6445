//! Mel bands: a spectrum as the ear resolves it.

use std::ops::Range;

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
        let edge = between_mels(low_hz, high_hz, count);
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

    /// `count` bands between `low_hz` and `high_hz` as SIDEKIT lays them (Larcher, Lee & Meignier 2016): on the scale of
    /// [`MelBands::new`], each with the area 1 (per Hz), and without the last bin of its falling side. Edges below
    /// half the rate.
    pub fn sidekit(sample_rate: u32, length: usize, count: usize, low_hz: f64, high_hz: f64) -> Self {
        let bin_hz = f64::from(sample_rate) / length as f64;
        let edge = between_mels(low_hz, high_hz, count);
        let band = |i: usize| {
            let edges = [edge(i), edge(i + 1), edge(i + 2)];
            let [first, end] = [edges[0], edges[2]].map(|hz| (hz / bin_hz).floor() as usize);
            let mut band = Band::triangle(edges, bin_hz, length / 2, 2.0 / (edges[2] - edges[0]));
            band.keep(first + 1..end);
            band
        };
        MelBands { bands: (0..count).map(band).collect() }
    }

    /// `count` bands between `low_hz` and `high_hz` whose sides are straight over mel, not over Hz, on the scale of
    /// [`MelBands::new`], each with the height 1, and without the bin of 0 Hz: `tf.signal.linear_to_mel_weight_matrix`,
    /// the filters of VGGish and YAMNet.
    pub fn straight_over_mel(
        sample_rate: u32,
        length: usize,
        count: usize,
        low_hz: f64,
        high_hz: f64,
    ) -> Self {
        let bin_hz = f64::from(sample_rate) / length as f64;
        let edge = between_mels(low_hz, high_hz, count);
        let band = |i: usize| {
            let [from, peak, to] = [edge(i), edge(i + 1), edge(i + 2)].map(mel);
            let weight = |bin: usize| {
                let at = mel(bin as f64 * bin_hz);
                ((at - from) / (peak - from)).min((to - at) / (to - peak)).max(0.0) as f32
            };
            let mut band = Band { first_bin: 0, weights: (0..=length / 2).map(weight).collect() };
            band.keep(1..length / 2 + 1);
            band
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

    /// Leaves out the weights of all other bins, and what is 0 at both ends.
    fn keep(&mut self, bins: Range<usize>) {
        let weights = (self.first_bin..).zip(self.weights.iter().copied());
        let kept: Vec<(usize, f32)> =
            weights.filter(|(bin, weight)| bins.contains(bin) && *weight > 0.0).collect();
        self.first_bin = kept.first().map_or(0, |(bin, _)| *bin);
        self.weights = kept.into_iter().map(|(_, weight)| weight).collect();
    }
}

/// The Hz of edge 0 (`low_hz`) to edge `count + 1` (`high_hz`), evenly spaced in mel.
fn between_mels(low_hz: f64, high_hz: f64, count: usize) -> impl Fn(usize) -> f64 {
    let (low, high) = (mel(low_hz), mel(high_hz));
    move |i| hz(low + (high - low) * i as f64 / (count + 1) as f64)
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
    fn sidekits_bands_lack_the_last_bin_of_their_fall() {
        let bands = MelBands::sidekit(16_000, 512, 24, 100.0, 8000.0);
        assert_eq!(bands.len(), 24);
        let (first, last) = (&bands.bands[0], &bands.bands[23]);
        // 100, 180.13 and 268.29 Hz: bins of 31.25 Hz from 125 on, the one of 250 Hz left out.
        assert_eq!((first.first_bin, first.weights.len()), (4, 4));
        assert!(
            (first.weights[0] - (25.0 / 80.13 * 2.0 / 168.29) as f32).abs() < 1e-6,
            "{:?}",
            first.weights
        );
        assert_eq!(last.first_bin + last.weights.len(), 256);
    }

    #[test]
    fn bands_straight_over_mel_share_each_bin_between_two() {
        let bands = MelBands::straight_over_mel(16_000, 512, 64, 125.0, 7500.0);
        let mut sums = vec![0.0; 257];
        for band in &bands.bands {
            for (bin, weight) in (band.first_bin..).zip(&band.weights) {
                sums[bin] += weight;
            }
        }
        // From the first peak to the last one the two sides that meet add up to 1.
        assert!(sums[5..=230].iter().all(|sum| (sum - 1.0).abs() < 1e-5), "{sums:?}");
        assert!(sums[..=4].iter().chain(&sums[240..]).all(|sum| *sum < 1e-5), "{sums:?}");
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
