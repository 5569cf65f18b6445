//! Numbers as people read them.

/// A few digits that matter: `0.0123`, `3.142`, `44.1`, `1500`.
pub(super) fn number(value: f64) -> String {
    let decimals = match value.abs() {
        // Exactly so, or too small to be told in decimals.
        0.0 => 0,
        size if size < 0.001 => return format!("{value:.1e}"),
        size if size < 10.0 => 3,
        size if size < 100.0 => 2,
        size if size < 1000.0 => 1,
        _ => 0,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// `0.31 s`, `50 s`, `1 min 05 s`, `2 h 03 min`.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 10.0 {
        return format!("{} s", number((seconds * 100.0).round() / 100.0));
    }
    if seconds < 60.0 {
        return format!("{} s", number((seconds * 10.0).round() / 10.0));
    }
    let whole = seconds.round() as u64;
    match whole {
        ..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// Decimal multiples of a byte.
pub(crate) fn bytes(count: u64) -> String {
    let (size, unit) = match count {
        0..1_000 => return format!("{count} bytes"),
        1_000..1_000_000 => (1e3, "kB"),
        1_000_000..1_000_000_000 => (1e6, "MB"),
        _ => (1e9, "GB"),
    };
    format!("{:.1} {unit}", count as f64 / size)
}

/// `1 segment`, `2 segments`.
pub(crate) fn counted(count: u64, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_matter() {
        let told = [0.0, 1.0, -0.5, 0.01234, 0.00004, 9.87654, -14.2361, 123.456, 44100.4].map(number);
        assert_eq!(told, ["0", "1", "-0.5", "0.012", "4.0e-5", "9.877", "-14.24", "123.5", "44100"]);
    }

    #[test]
    fn durations_have_one_or_two_units() {
        let told = [0.0, 0.3149, 5.5, 9.999, 50.04, 59.99, 65.4, 3599.8, 7385.0].map(duration);
        assert_eq!(
            told,
            ["0 s", "0.31 s", "5.5 s", "10 s", "50 s", "60 s", "1 min 05 s", "1 h 00 min", "2 h 03 min"]
        );
    }

    #[test]
    fn sizes_are_decimal() {
        assert_eq!(
            [0, 999, 12_345, 12_400_000, 3_210_000_000].map(bytes),
            ["0 bytes", "999 bytes", "12.3 kB", "12.4 MB", "3.2 GB"]
        );
    }
}
