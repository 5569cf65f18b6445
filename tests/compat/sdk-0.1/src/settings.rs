//! Checks of what an operator can set.

use std::fmt::Display;
use std::ops::{Bound, RangeBounds};

use crate::{Error, Result};

/// Refuses a setting that lies outside of its range, naming it, its value and the range.
///
/// ```
/// use va_analyzer_sdk::within;
///
/// assert!(within("score", 0.3, 0.0..1.0).is_ok());
/// let refused = within("score", 1.0, 0.0..1.0).unwrap_err();
/// assert_eq!(refused.message, "score is 1, but must be 0 to below 1");
/// ```
///
/// # Errors
/// Where it does; not a number lies in no range.
pub fn within<T: PartialOrd + Display>(key: &str, value: T, range: impl RangeBounds<T>) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    let range = match (range.start_bound(), range.end_bound()) {
        (Bound::Included(least), Bound::Included(most)) => format!("{least} to {most}"),
        (Bound::Included(least), Bound::Excluded(most)) => format!("{least} to below {most}"),
        (Bound::Included(least), Bound::Unbounded) => format!("{least} or more"),
        (Bound::Excluded(least), Bound::Unbounded) => format!("above {least}"),
        (Bound::Excluded(least), Bound::Included(most)) => format!("above {least} and no more than {most}"),
        (Bound::Excluded(least), Bound::Excluded(most)) => format!("above {least} and below {most}"),
        (Bound::Unbounded, Bound::Included(most)) => format!("{most} or less"),
        (Bound::Unbounded, Bound::Excluded(most)) => format!("below {most}"),
        (Bound::Unbounded, Bound::Unbounded) => "a number".to_owned(),
    };
    Err(Error::new(format!("{key} is {value}, but must be {range}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_told_with_its_range() {
        let told = |refused: Result<()>| refused.expect_err("refused").message;
        assert!(within("side", 640.0, 1.0..=640.0).is_ok());
        assert_eq!(told(within("side", f32::NAN, 1.0..=640.0)), "side is NaN, but must be 1 to 640");
        assert_eq!(told(within("every", 0, 1..)), "every is 0, but must be 1 or more");
        let above = (Bound::Excluded(0.0), Bound::Unbounded);
        assert_eq!(told(within("pause_s", 0.0, above)), "pause_s is 0, but must be above 0");
    }
}
