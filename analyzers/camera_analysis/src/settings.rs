//! What an operator may set: from what speed on the camera counts as moving.

use serde::{Deserialize, Serialize};

/// The analyzer's table of the configuration. A picture size is the geometric mean of width and height.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Pan and tilt: picture sizes per second.
    pub pan_per_s: f64,
    /// Zoom: change of scale per second.
    pub zoom_per_s: f64,
    /// Roll: degrees per second.
    pub roll_deg_per_s: f64,
    /// Shake: picture sizes per second of to and fro.
    pub shake_per_s: f64,
    /// What a change of movement costs, in seconds of a movement at its threshold.
    pub change_cost_s: f64,
    /// An unknown stretch up to this long is shared out between its neighbours, seconds.
    pub longest_gap_s: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            pan_per_s: 0.012,
            zoom_per_s: 0.015,
            roll_deg_per_s: 1.5,
            shake_per_s: 0.04,
            change_cost_s: 0.3,
            longest_gap_s: 1.0,
        }
    }
}

impl Settings {
    /// The name and value of the first setting that is out of range, in words.
    pub fn problem(&self) -> Option<String> {
        let thresholds = [
            ("pan_per_s", self.pan_per_s),
            ("zoom_per_s", self.zoom_per_s),
            ("roll_deg_per_s", self.roll_deg_per_s),
            ("shake_per_s", self.shake_per_s),
        ];
        let durations = [("change_cost_s", self.change_cost_s), ("longest_gap_s", self.longest_gap_s)];
        let not_above = thresholds.into_iter().find(|(_, value)| !(value.is_finite() && *value > 0.0));
        let below = durations.into_iter().find(|(_, value)| !(value.is_finite() && *value >= 0.0));
        not_above
            .map(|(name, value)| format!("{name} is {value}, but must be above 0"))
            .or_else(|| below.map(|(name, value)| format!("{name} is {value}, but must be 0 or more")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_in_range_and_nonsense_is_named() {
        assert_eq!(Settings::default().problem(), None);
        let wrong = Settings { roll_deg_per_s: 0.0, ..Settings::default() };
        assert!(wrong.problem().is_some_and(|problem| problem.starts_with("roll_deg_per_s is 0")));
        let wrong = Settings { longest_gap_s: -1.0, ..Settings::default() };
        assert!(wrong.problem().is_some_and(|problem| problem.starts_with("longest_gap_s is -1")));
    }
}
