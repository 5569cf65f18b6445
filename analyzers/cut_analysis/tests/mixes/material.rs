//! What mixes are made of.

/// Pictures and footage of one set of mixes. No two sets share any.
#[derive(Debug)]
pub(crate) struct Material {
    /// Part of a mix's name.
    pub(crate) name: &'static str,
    /// The first [`WIDE`] are large enough to pan across.
    pub(crate) pictures: [&'static str; 8],
    /// Footage without a cut in it, and how many seconds of it are used at most.
    pub(crate) footage: &'static [(&'static str, u32)],
}

pub(crate) const WIDE: usize = 4;

/// What the classical detector was tuned on (seeds 1 to 3).
pub(crate) static TUNED: Material = Material {
    name: "",
    pictures: [
        "Garden.jpg",
        "RainDrops.jpg",
        "TwoWings.jpg",
        "FreshFlower.jpg",
        "fruits.jpg",
        "rocket.jpg",
        "chelsea.png",
        "astronaut.png",
    ],
    footage: &[
        ("bigbuckbunny.mp4", 5),
        ("obama_speech.mp4", 8),
        ("small.mp4", 5),
        ("wolfgang_langer.mp4", 19),
        ("vtest.avi", 60),
        ("tree.avi", 25),
    ],
};

/// What the rules between the two detectors were tuned on (seeds 1 to 3).
pub(crate) static JOINED: Material = Material {
    name: "joined-",
    pictures: [
        "Dune.jpg",
        "LadyBird.jpg",
        "GreenMeadow.jpg",
        "Elephants.jpg",
        "Storm.jpg",
        "tower.jpg",
        "groot.jpeg",
        "multi_face.jpg",
    ],
    footage: &[("single_face.mp4", 2), ("earth.mp4", 5)],
};

/// What nothing was tuned on.
pub(crate) static FRESH: Material = Material {
    name: "fresh-",
    pictures: [
        "Aqua.jpg",
        "Blinds.jpg",
        "YellowFlower.jpg",
        "sample6.jpg",
        "sample1.jpg",
        "sample2.jpg",
        "cheetah.jpg",
        "lion.jpg",
    ],
    footage: &[("world.mp4", 25), ("carphone_pristine.mp4", 4), ("no_face.mp4", 3)],
};
