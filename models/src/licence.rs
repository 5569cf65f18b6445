//! Which licences a model may come with: what must be accepted by name before it is fetched, and what the operator lets
//! be used at all. Pure.

use serde::{Deserialize, Serialize};

/// What a licence lets one do, as far as it decides anything here. It is no legal advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Terms {
    /// Any use.
    Permissive,
    /// Any use; who passes the model or a service on has duties.
    Copyleft,
    /// Research and other non-commercial use.
    Research,
    /// Nobody states the terms.
    Unknown,
}

impl Terms {
    pub const fn name(self) -> &'static str {
        match self {
            Terms::Permissive => "permissive",
            Terms::Copyleft => "copyleft",
            Terms::Research => "research",
            Terms::Unknown => "unknown",
        }
    }

    /// Whether a person must have named the licence before such a model is installed.
    pub const fn must_be_accepted(self) -> bool {
        matches!(self, Terms::Research | Terms::Unknown)
    }
}

/// `[models] licences` of the configuration: names of licences, or words for [`Terms`], that may be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// All where it is empty.
    listed: Vec<String>,
}

impl Allowed {
    pub fn new<S: Into<String>>(listed: impl IntoIterator<Item = S>) -> Self {
        Allowed { listed: listed.into_iter().map(Into::into).collect() }
    }

    pub fn allows(&self, licence: &str, terms: Terms) -> bool {
        let names_it = |listed: &String| listed == licence || listed == terms.name();
        self.listed.is_empty() || self.listed.iter().any(names_it)
    }

    /// Words of the list that are neither terms nor one of these licences, so probably slips.
    pub fn unknown<'a>(&'a self, licences: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let terms = [Terms::Permissive, Terms::Copyleft, Terms::Research, Terms::Unknown].map(Terms::name);
        let known: Vec<&str> = licences.into_iter().chain(terms).collect();
        self.listed.iter().map(String::as_str).filter(|word| !known.contains(word)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_list_all_may_be_used() {
        assert!(Allowed::default().allows("AGPL-3.0", Terms::Copyleft));
        assert!(Allowed::default().allows("unstated", Terms::Unknown));
    }

    #[test]
    fn a_list_names_licences_or_what_they_let_one_do() {
        let allowed = Allowed::new(["permissive", "CC-BY-SA-3.0"]);
        assert!(allowed.allows("MIT", Terms::Permissive));
        assert!(allowed.allows("CC-BY-SA-3.0", Terms::Copyleft));
        assert!(!allowed.allows("AGPL-3.0", Terms::Copyleft));
        assert!(!allowed.allows("mit", Terms::Research));
    }

    #[test]
    fn a_slip_in_the_list_is_found() {
        let allowed = Allowed::new(["MIT", "Apache2", "copyleft"]);
        assert_eq!(allowed.unknown(["MIT", "Apache-2.0"]), ["Apache2"]);
    }

    #[test]
    fn research_and_unstated_terms_must_be_accepted() {
        let asked = [Terms::Permissive, Terms::Copyleft, Terms::Research, Terms::Unknown];
        assert_eq!(asked.map(Terms::must_be_accepted), [false, false, true, true]);
    }
}
