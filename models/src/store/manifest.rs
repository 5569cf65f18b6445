//! `manifest.json`: what is said of an installed model.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::{MANIFEST, StoreError, failed};
use crate::digest::Sha256;
use crate::licence::Terms;
use crate::table::{Kind, Tier};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub name: String,
    pub version: String,
    pub kind: Kind,
    pub tier: Tier,
    pub licence: String,
    pub terms: Terms,
    /// Where it came from, for people.
    pub source: String,
    /// In the order of their names.
    pub files: Vec<Kept>,
    /// When it was installed, UTC, as RFC 3339 writes it.
    pub installed: String,
}

/// A file of an installed model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kept {
    pub file: String,
    pub sha256: Sha256,
    pub bytes: u64,
}

impl Manifest {
    pub(super) fn read(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read(&path).map_err(|error| failed("read", &path, error))?;
        serde_json::from_slice(&text).map_err(|error| StoreError::Manifest { path, error })
    }

    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// A time in UTC, to the second: `2026-01-31T23:59:59Z`.
pub fn utc(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second) = (seconds / 86400, seconds % 86400);
    let (year, month, day) = date(days);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}Z", second % 60)
}

/// Year, month and day of a day since 1970, by the years that begin in March (Hinnant, `civil_from_days`).
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// The times are those that `date -u -d @SECONDS` prints.
    #[test]
    fn times_are_those_of_the_calendar() {
        let told = |seconds| utc(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(told(0), "1970-01-01T00:00:00Z");
        assert_eq!(told(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(told(951_868_800), "2000-03-01T00:00:00Z");
        assert_eq!(told(1_709_210_096), "2024-02-29T12:34:56Z");
        assert_eq!(told(1_798_761_599), "2026-12-31T23:59:59Z");
        assert_eq!(told(4_107_542_400), "2100-03-01T00:00:00Z");
    }
}
