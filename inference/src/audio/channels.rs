//! Several channels to one, and samples that are no numbers.

use std::borrow::Cow;

/// Mean over the channels of each instant, appended to `mono`. `interleaved` holds `channels` samples for each
/// instant; samples of an unfinished last instant are left out.
pub fn mix_to_mono(interleaved: &[f32], channels: usize, mono: &mut Vec<f32>) {
    match channels {
        0 => {}
        1 => mono.extend_from_slice(interleaved),
        2 => mono.extend(interleaved.as_chunks::<2>().0.iter().map(|[left, right]| (left + right) * 0.5)),
        _ => {
            let share = 1.0 / channels as f32;
            mono.extend(
                interleaved.chunks_exact(channels).map(|instant| instant.iter().sum::<f32>() * share),
            );
        }
    }
}

/// The samples with what is no sound made harmless: NaN and infinities become 0, and what is beyond `limit` (same
/// unit as the samples) becomes the limit. Copies only where there is something to repair.
pub fn without_nonsense(samples: &[f32], limit: f32) -> Cow<'_, [f32]> {
    // No early exit, so that the loop can be done many samples at a time.
    let sound = samples.iter().fold(true, |sound, sample| sound & (sample.abs() <= limit));
    if sound {
        return Cow::Borrowed(samples);
    }
    let repaired = |&sample: &f32| if sample.is_finite() { sample.clamp(-limit, limit) } else { 0.0 };
    Cow::Owned(samples.iter().map(repaired).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mono(interleaved: &[f32], channels: usize) -> Vec<f32> {
        let mut mono = Vec::new();
        mix_to_mono(interleaved, channels, &mut mono);
        mono
    }

    #[test]
    fn mono_is_the_mean_of_the_channels() {
        assert_eq!(mono(&[1.0, 2.0], 1), [1.0, 2.0]);
        assert_eq!(mono(&[1.0, 0.0, -1.0, 1.0], 2), [0.5, 0.0]);
        assert_eq!(mono(&[3.0, 0.0, 0.0, 1.0, 1.0, 1.0], 3), [1.0, 1.0]);
    }

    #[test]
    fn an_unfinished_instant_is_left_out() {
        assert_eq!(mono(&[1.0, 1.0, 1.0], 2), [1.0]);
        assert!(mono(&[1.0], 0).is_empty());
    }

    #[test]
    fn repairs_only_what_is_broken() {
        assert!(matches!(without_nonsense(&[0.5, -2.0], 4.0), Cow::Borrowed(_)));
        let repaired = without_nonsense(&[f32::NAN, f32::INFINITY, -9.0, 0.25], 4.0);
        assert_eq!(&*repaired, [0.0, 0.0, -4.0, 0.25]);
    }
}
