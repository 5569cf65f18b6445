//! What was probably meant by a name that is in no table.

use std::collections::BTreeSet;

use va_models::table::{Model, Table};

/// By the pairs of letters that two names have in common (Dice's coefficient), where that is much.
pub(crate) fn similar(table: &Table, name: &str) -> Option<String> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', '.', ' '], "");
    let pairs = |text: &str| -> BTreeSet<String> {
        let letters: Vec<char> = plain(text).chars().collect();
        letters.windows(2).map(|pair| pair.iter().collect()).collect()
    };
    let asked = pairs(name);
    let likeness = |model: &Model| {
        let other = pairs(&model.name);
        let common = asked.intersection(&other).count();
        200 * common / (asked.len() + other.len()).max(1)
    };
    let best = table.models.iter().max_by_key(|model| likeness(model))?;
    (likeness(best) >= 60).then(|| best.name.clone())
}
