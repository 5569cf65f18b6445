//! The dominant colours of pixels: clusters, joined where they look alike, left out where they are tiny.

use serde::Serialize;
use va_inference::image::Lab;

use crate::kmeans::{Point, clusters};
use crate::names::name_of;
use va_analyzer_sdk::rounded;

/// A colour and how much of the picture has about that colour.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DominantColor {
    /// `#rrggbb`, sRGB: the mean of the colour's pixels in CIELAB.
    pub hex: String,
    /// Share of the palette's pixels, 0..1; the palette's shares sum to 1 but for rounding.
    pub ratio: f64,
    pub name: &'static str,
}

/// How a palette is made; see the analyzer's settings.
#[derive(Debug, Clone, Copy)]
pub struct PaletteRules {
    pub colors: usize,
    pub merge_delta_e: f32,
    pub min_ratio: f32,
}

/// The palette, the largest share first. Empty only where there are no points.
pub fn palette(points: &[Point], rules: PaletteRules) -> Vec<DominantColor> {
    let mut found = clusters(points, rules.colors);
    join_alike(&mut found, rules.merge_delta_e);
    found.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    leave_out_tiny(&mut found, rules.min_ratio);
    let total: f32 = found.iter().map(|cluster| cluster.weight).sum();
    let dominant = |cluster: &Point| {
        let [red, green, blue] = cluster.color.to_srgb();
        DominantColor {
            hex: format!("#{red:02x}{green:02x}{blue:02x}"),
            ratio: rounded(f64::from(cluster.weight / total), 4),
            name: name_of(cluster.color),
        }
    };
    found.iter().map(dominant).collect()
}

/// Joins the two clusters that are most alike, as long as they are nearer than `delta_e` (CIEDE2000).
fn join_alike(clusters: &mut Vec<Point>, delta_e: f32) {
    loop {
        let pairs = (1..clusters.len()).flat_map(|second| (0..second).map(move |first| (first, second)));
        let nearest = pairs
            .map(|(first, second)| {
                (first, second, clusters[first].color.delta_e_2000(clusters[second].color))
            })
            .min_by(|one, other| one.2.total_cmp(&other.2));
        let Some((first, second, _)) = nearest.filter(|(_, _, difference)| *difference < delta_e) else {
            return;
        };
        let other = clusters.remove(second);
        clusters[first] = joined(clusters[first], other);
    }
}

fn joined(one: Point, other: Point) -> Point {
    let weight = one.weight + other.weight;
    let mean = |one_part: f32, other_part: f32| (one_part * one.weight + other_part * other.weight) / weight;
    let color = Lab {
        l: mean(one.color.l, other.color.l),
        a: mean(one.color.a, other.color.a),
        b: mean(one.color.b, other.color.b),
    };
    Point { color, weight }
}

/// Keeps the largest in any case. The clusters come sorted.
fn leave_out_tiny(clusters: &mut Vec<Point>, min_ratio: f32) {
    let total: f32 = clusters.iter().map(|cluster| cluster.weight).sum();
    let kept = clusters.iter().take_while(|cluster| cluster.weight >= min_ratio * total).count();
    clusters.truncate(kept.max(1));
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: PaletteRules = PaletteRules { colors: 5, merge_delta_e: 8.0, min_ratio: 0.01 };

    fn points(colors: &[([u8; 3], f32)]) -> Vec<Point> {
        colors.iter().map(|&(rgb, weight)| Point { color: Lab::of_srgb(rgb), weight }).collect()
    }

    #[test]
    fn alike_colours_are_joined_and_their_shares_added() {
        let found =
            palette(&points(&[([200, 30, 30], 30.0), ([204, 34, 30], 30.0), ([20, 20, 200], 40.0)]), RULES);
        let ratios: Vec<f64> = found.iter().map(|color| color.ratio).collect();
        assert_eq!(ratios, [0.6, 0.4]);
        assert_eq!(found[0].hex, "#ca201e");
    }

    #[test]
    fn a_tiny_colour_is_left_out_and_the_others_share_the_whole() {
        let found =
            palette(&points(&[([255, 255, 255], 74.5), ([0, 0, 0], 25.0), ([0, 255, 0], 0.5)]), RULES);
        let seen: Vec<(&str, f64)> = found.iter().map(|color| (color.name, color.ratio)).collect();
        assert_eq!(seen, [("white", 0.7487), ("black", 0.2513)]);
    }

    #[test]
    fn nothing_has_no_colours() {
        assert_eq!(palette(&[], RULES), []);
    }
}
