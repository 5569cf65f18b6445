//! A hint at the place, out of a classifier of ImageNet's 1000 things.
//!
//! Some of its classes are places (a seashore, a library), some stand in one kind of place only (a four-poster, a
//! trolleybus). What they have together is the place's probability. Most pictures show no such thing, and most
//! classes hint at no place; then there is no hint.

/// A place and the classes that speak for it.
type Place = (&'static str, &'static [&'static str]);

/// Probability that a place needs.
const SURE: f32 = 0.5;

/// The grouping is our own.
#[rustfmt::skip]
const PLACES: [Place; 22] = [
    ("barbershop", &["barbershop"]),
    ("bathroom", &["bathtub", "tub", "washbasin", "shower curtain", "toilet seat", "medicine chest"]),
    ("bedroom", &["four-poster", "quilt", "crib", "wardrobe"]),
    ("bridge", &["suspension bridge", "steel arch bridge", "viaduct"]),
    ("castle", &["castle", "palace"]),
    ("church", &["church", "altar", "monastery", "mosque", "bell cote", "vault"]),
    ("cinema", &["cinema", "home theater"]),
    ("coast", &["seashore", "sandbar", "promontory", "breakwater", "beacon", "pier"]),
    ("farm", &["barn", "hay", "rapeseed", "harvester", "thresher"]),
    ("greenhouse", &["greenhouse"]),
    ("harbour", &["dock", "container ship", "drilling platform"]),
    ("kitchen", &["stove", "refrigerator", "microwave", "dishwasher"]),
    ("lake", &["lakeside", "boathouse"]),
    ("library", &["library"]),
    ("living room", &["studio couch", "entertainment center", "fire screen"]),
    ("mountains", &["alp", "valley", "cliff", "volcano"]),
    ("office", &["desk", "desktop computer", "monitor", "photocopier"]),
    ("railway", &["passenger car", "freight car", "bullet train", "electric locomotive", "steam locomotive"]),
    ("restaurant", &["restaurant"]),
    ("shop", &["bakery", "bookshop", "butcher shop", "confectionery", "grocery store", "shoe shop", "tobacco shop", "toyshop"]),
    ("stage", &["stage", "theater curtain"]),
    ("street", &["cab", "minibus", "parking meter", "streetcar", "street sign", "traffic light", "trolleybus"]),
];

/// Which class speaks for which place.
#[derive(Debug, Clone)]
pub struct Places {
    /// For each class of the classifier.
    of_class: Vec<Option<usize>>,
}

impl Places {
    /// `names` are the classes', by number.
    pub fn of(names: &[String]) -> Self {
        let place = |name: &String| PLACES.iter().position(|(_, classes)| classes.contains(&name.as_str()));
        Places { of_class: names.iter().map(place).collect() }
    }

    /// How many classes the classifier must have.
    pub fn classes(&self) -> usize {
        self.of_class.len()
    }

    /// The place that these probabilities of classes speak for, if they do.
    pub fn hint(&self, probabilities: &[f32]) -> Option<&'static str> {
        let mut sums = [0.0; PLACES.len()];
        for (place, probability) in self.of_class.iter().zip(probabilities) {
            place.iter().for_each(|&place| sums[place] += probability);
        }
        let best = (0..sums.len()).max_by(|a, b| sums[*a].total_cmp(&sums[*b]))?;
        (sums[best] >= SURE).then_some(PLACES[best].0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_one_place_speak_together_and_others_do_not_count() {
        let names = ["stove", "refrigerator", "cab", "tench"].map(str::to_owned);
        let places = Places::of(&names);
        assert_eq!(places.classes(), 4);
        assert_eq!(places.hint(&[0.3, 0.3, 0.2, 0.2]), Some("kitchen"));
        assert_eq!(places.hint(&[0.3, 0.1, 0.4, 0.2]), None);
        assert_eq!(places.hint(&[0.0, 0.0, 0.0, 1.0]), None);
    }
}
