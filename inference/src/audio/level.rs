//! Levels in decibels relative to full scale (dBFS), where a power of 1 (a square wave from -1 to 1) is 0 dB.

/// Decibels of a power, never below `floor_db`: the level of digital silence is the floor.
pub fn power_to_db(power: f64, floor_db: f64) -> f64 {
    // NaN and negative powers, which no sound has, are silence, too.
    if power > 0.0 { (10.0 * power.log10()).max(floor_db) } else { floor_db }
}

/// Decibels of an amplitude such as an RMS value, never below `floor_db`.
pub fn amplitude_to_db(amplitude: f64, floor_db: f64) -> f64 {
    power_to_db(amplitude * amplitude, floor_db)
}

/// Mean of the squares; 0 of no samples.
pub fn mean_power(samples: &[f32]) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    // Sums of a few thousand squares keep enough digits in f32; sums of an hour would not.
    let sum: f64 = samples.chunks(4096).map(|part| f64::from(sum_of_squares(part))).sum();
    sum / samples.len() as f64
}

/// Eight sums side by side, which the compiler can put into one vector register.
fn sum_of_squares(samples: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (groups, rest) = samples.as_chunks::<8>();
    for group in groups {
        for (sum, sample) in sums.iter_mut().zip(group) {
            *sum += sample * sample;
        }
    }
    sums.iter().sum::<f32>() + rest.iter().map(|sample| sample * sample).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_amplitude_is_six_decibels_less() {
        assert!((amplitude_to_db(1.0, -120.0)).abs() < 1e-9);
        assert!((amplitude_to_db(0.5, -120.0) + 6.0206).abs() < 1e-4);
    }

    #[test]
    fn silence_has_the_level_of_the_floor() {
        assert_eq!(power_to_db(0.0, -120.0), -120.0);
        assert_eq!(power_to_db(f64::NAN, -120.0), -120.0);
        assert_eq!(power_to_db(mean_power(&[]), -90.0), -90.0);
    }

    #[test]
    fn mean_power_of_a_long_sine_is_one_half() {
        let sine: Vec<f32> = (0..480_000).map(|i| (i as f64 * 0.1).sin() as f32).collect();
        assert!((mean_power(&sine) - 0.5).abs() < 1e-5);
    }
}
