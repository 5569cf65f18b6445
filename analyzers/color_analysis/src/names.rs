//! Words for colours.

use std::sync::LazyLock;

use va_inference::image::Lab;

/// The name whose colour is nearest by CIEDE2000.
pub fn name_of(color: Lab) -> &'static str {
    let distance = |named: &Named| named.color.delta_e_2000(color);
    let nearest = NAMED.iter().min_by(|one, other| distance(one).total_cmp(&distance(other)));
    nearest.expect("the table has names").name
}

struct Named {
    name: &'static str,
    color: Lab,
}

static NAMED: LazyLock<Vec<Named>> = LazyLock::new(|| {
    let rgb = |hex: u32| [(hex >> 16) as u8, (hex >> 8) as u8, hex as u8];
    NAMES.iter().map(|&(name, hex)| Named { name, color: Lab::of_srgb(rgb(hex)) }).collect()
});

/// A choice of the names, with their sRGB colours, that people gave most often in the xkcd colour survey (Munroe
/// 2010, public domain): the basic terms, and enough between them for what cameras see.
#[rustfmt::skip]
const NAMES: &[(&str, u32)] = &[
    ("black", 0x000000), ("charcoal", 0x343837), ("dark grey", 0x363737), ("medium grey", 0x7d7f7c),
    ("grey", 0x929591), ("silver", 0xc5c9c7), ("light grey", 0xd8dcd6), ("white", 0xffffff),
    ("off white", 0xffffe4), ("slate grey", 0x59656d), ("red", 0xe50000), ("dark red", 0x840000),
    ("crimson", 0x8c000f), ("burgundy", 0x610023), ("brick red", 0x8f1402), ("rust", 0xa83c09),
    ("scarlet", 0xbe0119), ("pink", 0xff81c0), ("light pink", 0xffd1df), ("hot pink", 0xff028d),
    ("dark pink", 0xcb416b), ("salmon", 0xff796c), ("coral", 0xfc5a50), ("dusty rose", 0xc0737a),
    ("magenta", 0xc20078), ("fuchsia", 0xed0dd9), ("mauve", 0xae7181), ("orange", 0xf97306),
    ("dark orange", 0xc65102), ("light orange", 0xfdaa48), ("yellow orange", 0xfcb001), ("peach", 0xffb07c),
    ("light peach", 0xffd8b1), ("terracotta", 0xca6641), ("brown", 0x653700), ("dark brown", 0x341c02),
    ("medium brown", 0x7f5112), ("light brown", 0xad8150), ("mocha", 0x9d7651), ("reddish brown", 0x7f2b0a),
    ("chocolate", 0x3d1c02), ("tan", 0xd1b26f), ("beige", 0xe6daa6), ("taupe", 0xb9a281),
    ("dark taupe", 0x7f684e), ("grey brown", 0x7f7053), ("cream", 0xffffc2), ("sand", 0xe2ca76),
    ("khaki", 0xaaa662), ("yellow", 0xffff14), ("gold", 0xdbb40c), ("mustard", 0xceb301),
    ("light yellow", 0xfffe7a), ("ochre", 0xbf9005), ("green", 0x15b01a), ("dark green", 0x033500),
    ("light green", 0x96f97b), ("bright green", 0x01ff07), ("lime green", 0x89fe05), ("avocado", 0x90b134),
    ("olive", 0x6e750e), ("dark olive", 0x373e02), ("forest green", 0x06470c), ("pale green", 0xc7fdb5),
    ("mint green", 0x8fff9f), ("sage", 0x87ae73), ("moss green", 0x658b38), ("yellow green", 0xc0fb2d),
    ("grass green", 0x3f9b0b), ("grey green", 0x789b73), ("teal", 0x029386), ("dark teal", 0x014d4e),
    ("turquoise", 0x06c2ac), ("cyan", 0x00ffff), ("blue", 0x0343df), ("dark blue", 0x00035b),
    ("light blue", 0x95d0fc), ("sky blue", 0x75bbfd), ("navy blue", 0x001146), ("deep blue", 0x040273),
    ("royal blue", 0x0504aa), ("steel blue", 0x5a7d9a), ("grey blue", 0x6b8ba4), ("pale blue", 0xd0fefe),
    ("purple", 0x7e1e9c), ("dark purple", 0x35063e), ("light purple", 0xbf77f6), ("violet", 0x9a0eea),
    ("indigo", 0x380282), ("lavender", 0xc79fef), ("plum", 0x580f41), ("eggplant", 0x380835),
    ("periwinkle", 0x8e82fe), ("grey purple", 0x826d8c),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_terms_are_what_everyone_calls_them() {
        let expected = [
            ([0, 0, 0], "black"),
            ([255, 255, 255], "white"),
            ([128, 128, 128], "medium grey"),
            ([255, 0, 0], "red"),
            ([0, 128, 0], "grass green"),
            ([0, 0, 255], "blue"),
            ([255, 255, 0], "yellow"),
            ([255, 120, 0], "orange"),
            ([128, 0, 128], "purple"),
            ([255, 128, 190], "pink"),
            ([100, 55, 5], "brown"),
            ([0, 255, 255], "cyan"),
            ([135, 206, 235], "light blue"),
        ];
        for (rgb, name) in expected {
            assert_eq!(name_of(Lab::of_srgb(rgb)), name, "{rgb:?}");
        }
    }

    #[test]
    fn each_colour_of_the_table_has_its_own_name() {
        for named in NAMED.iter() {
            assert_eq!(name_of(named.color), named.name);
        }
    }
}
