//! For tests: pages of `docs/` that are written from the code, and must say what it says.

use std::path::Path;

/// Read by these tests alone.
pub(crate) const UPDATE: &str = "VA_UPDATE_DOCS";

/// Compares a file of `docs/` with what it must be, or writes it where `$VA_UPDATE_DOCS` is set.
pub(crate) fn must_be(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    if std::env::var_os(UPDATE).is_some() {
        return std::fs::write(&path, text).expect("docs/ can be written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    let (mut old, mut new) = (there.lines(), text.lines());
    let first = (1..=there.lines().count().max(text.lines().count()))
        .map(|number| (number, old.next().unwrap_or("nothing"), new.next().unwrap_or("nothing")))
        .find(|(_, old, new)| old != new);
    if let Some((number, old, new)) = first {
        panic!(
            "docs/{name} is out of date from line {number} on:\n  there is  {old}\n  should be {new}\n\
             write it anew: {UPDATE}=1 cargo nextest run --release -p va-daemon documentation"
        );
    }
    assert_eq!(there, text, "docs/{name}: only the ends of lines differ");
}

/// Text as it may stand in a cell of a table.
pub(crate) fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}
