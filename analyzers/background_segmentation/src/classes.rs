//! Names of classes, and which of them are foreground: people, animals, vehicles and things that are held or shown.
//! Furniture, plants and all that a place is made of are its background.

use std::path::Path;

use va_analyzer_sdk::{Error, ErrorKind, Result};

/// Of PASCAL VOC (Everingham et al. 2010) and of ADE20K (Zhou et al. 2017).
#[rustfmt::skip]
const FOREGROUND: [&str; 36] = [
    // VOC
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "cow", "dog", "horse", "motorbike", "person",
    "sheep", "train",
    // ADE20K, without those above
    "airplane", "animal", "apparel", "bag", "ball", "barrel", "basket", "cradle", "flower", "food", "glass", "minibike",
    "plate", "plaything", "pot", "sculpture", "ship", "tank", "tray", "truck", "van",
];

/// A class that a model knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// The model's first name of it.
    pub name: String,
    pub foreground: bool,
}

impl Class {
    fn of(line: &str) -> Self {
        // Lists of ADE20K give several names: "person;individual;someone", or with commas.
        let name = line.split([';', ',']).next().unwrap_or_default().trim().to_owned();
        let foreground = FOREGROUND.contains(&name.to_lowercase().as_str());
        Class { name, foreground }
    }

    /// Whether it is people, for whom there is a model of their own.
    pub fn is_person(&self) -> bool {
        self.name.eq_ignore_ascii_case("person")
    }
}

/// The lines of a model's list of names, the class's number the line's.
///
/// # Errors
/// [`ErrorKind::Unavailable`] where the file is missing.
pub fn lines_of(folder: &Path) -> Result<Vec<String>> {
    let path = folder.join("labels.txt");
    let text = std::fs::read_to_string(&path).map_err(|e| {
        let why =
            format!("cannot read the names of classes in {}: {e}; install the model again", path.display());
        Error::of(ErrorKind::Unavailable, why)
    })?;
    Ok(text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect())
}

/// The classes of a segmentation model.
///
/// # Errors
/// As [`lines_of`].
pub fn classes_of(folder: &Path) -> Result<Vec<Class>> {
    Ok(lines_of(folder)?.iter().map(|line| Class::of(line)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn furniture_and_plants_are_background() {
        let foreground = |name| Class::of(name).foreground;
        assert!(["person", "cat", "bottle", "minibike;motorbike"].into_iter().all(foreground));
        let background = ["background", "dining table", "sofa", "tv", "potted plant", "wall", "sky"];
        assert!(!background.into_iter().any(foreground));
    }

    #[test]
    fn the_first_of_several_names_counts() {
        let class = Class::of("person, individual, someone");
        assert!(class.is_person() && class.foreground);
        assert_eq!(class.name, "person");
    }
}
