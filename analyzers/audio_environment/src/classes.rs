//! The 521 classes of AudioSet that YAMNet knows: their names, and what they mean here (`data/audioset.json`).

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use va_analyzer_sdk::{Error, Result};

/// What YAMNet knows.
pub const COUNT: usize = 521;

/// By meaning: which classes are speech, music, noise or silence, which ones tell where the sound is, and which ones are
/// nothing that is heard by itself.
#[derive(Debug, Deserialize)]
struct Meanings {
    labels: BTreeMap<String, Vec<String>>,
    places: BTreeMap<String, Vec<String>>,
    not_heard: Vec<String>,
}

/// Classes by number, sorted into groups.
#[derive(Debug, PartialEq)]
pub struct Classes {
    /// What may be heard, in order of name; a class that is in no group of the table is one by itself, under its own name.
    pub labels: Vec<Group>,
    /// Where it may be.
    pub places: Vec<Group>,
}

/// Classes of one meaning.
#[derive(Debug, PartialEq)]
pub struct Group {
    pub name: String,
    pub classes: Vec<usize>,
}

impl Group {
    /// As sure as of its surest class.
    pub fn score(&self, scores: &[f32]) -> f32 {
        self.classes.iter().map(|class| scores[*class]).fold(0.0, f32::max)
    }
}

impl Classes {
    /// # Errors
    /// Where the file cannot be read, or is not the list of YAMNet's classes.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|e| Error::new(format!("cannot read the class names {}: {e}", path.display())))?;
        Classes::of(&text).map_err(|e| e.context(format!("{} is no class map of YAMNet", path.display())))
    }

    fn of(text: &str) -> Result<Self> {
        let names = names(text)?;
        let meanings: Meanings = serde_json::from_str(include_str!("../data/audioset.json"))?;
        let numbered = |wanted: &[String]| -> Vec<usize> {
            (0..COUNT).filter(|class| wanted.contains(&names[*class])).collect()
        };
        let group =
            |(name, wanted): (&String, &Vec<String>)| Group { name: name.clone(), classes: numbered(wanted) };
        let mut labels: Vec<Group> = meanings.labels.iter().map(group).collect();
        if let Some(empty) = labels.iter().find(|label| label.classes.is_empty()) {
            return Err(Error::new(format!("it has no class of {}", empty.name)));
        }
        let grouped: Vec<usize> = labels
            .iter()
            .flat_map(|label| &label.classes)
            .copied()
            .chain(numbered(&meanings.not_heard))
            .collect();
        let own = (0..COUNT).filter(|class| !grouped.contains(class));
        labels.extend(own.map(|class| Group { name: names[class].clone(), classes: vec![class] }));
        let places = meanings.places.iter().map(group).filter(|place| !place.classes.is_empty()).collect();
        Ok(Classes { labels, places })
    }
}

/// The third field of each row, `index,mid,display_name`; one with a comma stands in quotes.
fn names(text: &str) -> Result<Vec<String>> {
    let mut lines = text.lines();
    if lines.next().map(str::trim) != Some("index,mid,display_name") {
        return Err(Error::new("it does not begin with the line index,mid,display_name"));
    }
    let mut names = Vec::with_capacity(COUNT);
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let mut fields = line.splitn(3, ',');
        let (index, name) = (fields.next(), fields.nth(1));
        let name = name.filter(|_| index.and_then(|index| index.parse().ok()) == Some(names.len()));
        let Some(name) = name else {
            return Err(Error::new(format!("class {} was expected, {line:?} came", names.len())));
        };
        let name = name.trim();
        let bare = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
        names.push(bare.map_or_else(|| name.to_owned(), |bare| bare.replace("\"\"", "\"")));
    }
    match names.len() {
        COUNT => Ok(names),
        count => Err(Error::new(format!("it has {count} classes, not {COUNT}"))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// A class map with these names at these places, and others elsewhere.
    fn map(named: &[(usize, &str)]) -> String {
        let name = |class: usize| {
            let named = named.iter().find(|(at, _)| *at == class);
            named.map_or_else(|| format!("Other {class}"), |(_, name)| (*name).to_owned())
        };
        let rows = (0..COUNT).map(|class| format!("{class},/m/{class},{}\n", name(class)));
        std::iter::once("index,mid,display_name\n".to_owned()).chain(rows).collect()
    }

    const LEAST: [(usize, &str); 4] = [(0, "Speech"), (132, "Music"), (494, "Silence"), (507, "Noise")];

    #[test]
    fn classes_are_sorted_into_groups_and_others_stand_by_themselves() {
        let more = [
            (135, "Guitar"),
            (283, "Rain"),
            (500, "\"Inside, small room\""),
            (1, "\"Child speech, kid speaking\""),
        ];
        let classes = Classes::of(&map(&[&LEAST[..], &more].concat())).expect("a class map");
        let group = |groups: &[Group], name: &str| {
            groups.iter().find(|group| group.name == name).map(|group| group.classes.clone())
        };
        assert_eq!(group(&classes.labels, "speech"), Some(vec![0, 1]));
        assert_eq!(group(&classes.labels, "music"), Some(vec![132, 135]));
        assert_eq!(group(&classes.labels, "Rain"), Some(vec![283]));
        assert_eq!(group(&classes.labels, "Inside, small room"), None, "a place, not a sound");
        assert_eq!(classes.places.len(), 2);
        assert_eq!(group(&classes.places, "indoor"), Some(vec![500]));
        assert_eq!(group(&classes.places, "nature"), Some(vec![283]));
        assert_eq!(classes.labels.iter().map(|label| label.classes.len()).sum::<usize>(), COUNT - 1);
    }

    #[test]
    fn a_group_is_as_sure_as_its_surest_class() {
        let group = Group { name: String::new(), classes: vec![1, 2] };
        assert_eq!(group.score(&[0.9, 0.1, 0.4]), 0.4);
    }

    #[test]
    fn another_file_is_refused_with_what_is_wrong() {
        let refused = |text: &str| Classes::of(text).expect_err("refused").message;
        assert!(refused("Speech\nMusic\n").contains("index,mid,display_name"));
        assert!(refused("index,mid,display_name\n0,/m/0,Speech\n").contains("1 classes, not 521"));
        let swapped = map(&LEAST).replace("\n7,", "\n8,");
        assert!(refused(&swapped).contains("class 7 was expected"));
        assert!(refused(&map(&LEAST[..3])).contains("no class of noise"));
        let missing = Classes::read(Path::new("/nonexistent/map.csv")).expect_err("refused").message;
        assert!(missing.contains("/nonexistent/map.csv"), "{missing}");
    }

    #[test]
    fn the_table_names_no_class_twice() {
        let meanings: Meanings = serde_json::from_str(include_str!("../data/audioset.json")).expect("JSON");
        assert_eq!(
            meanings.places.keys().collect::<Vec<_>>(),
            ["crowd", "indoor", "nature", "outdoor", "traffic"]
        );
        assert_eq!(meanings.labels.keys().collect::<Vec<_>>(), ["music", "noise", "silence", "speech"]);
        for groups in [meanings.labels, meanings.places] {
            let all: Vec<&String> = groups.values().flatten().collect();
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        }
    }
}
