//! Weighted k-means in CIELAB: Lloyd's iteration, seeded by greedy k-means++, the best of a few starts.
//!
//! Lloyd 1982; Arthur and Vassilvitskii 2007 (k-means++). The same points give the same clusters, always.

use va_inference::image::Lab;

/// Starts of which the best counts.
const STARTS: u64 = 4;
/// Candidates for each further seed, of which the best is taken.
const TRIALS: usize = 3;
const ITERATIONS: usize = 40;
/// No centre moved further than this (delta E) in an iteration: done.
const STILL: f32 = 0.02;

/// Pixels of nearly one colour: their mean, and how many they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub color: Lab,
    pub weight: f32,
}

/// At most `k` clusters, each with the weighted mean of its points and their weight. None is empty.
pub fn clusters(points: &[Point], k: usize) -> Vec<Point> {
    (0..STARTS)
        .map(|start| {
            let mut random = Random(start);
            let mut centres = seeds(points, k, &mut random);
            refine(points, &mut centres)
        })
        .min_by(|one, other| one.inertia.total_cmp(&other.inertia))
        .map_or_else(Vec::new, |best| best.clusters)
}

struct Fit {
    clusters: Vec<Point>,
    /// The weighted sum of squared distances to the centres.
    inertia: f64,
}

/// Seeds that lie apart: each drawn with a chance that grows with the squared distance to those before it, the best
/// of a few draws.
fn seeds(points: &[Point], k: usize, random: &mut Random) -> Vec<Lab> {
    let mut nearest: Vec<f32> = points.iter().map(|point| point.weight).collect();
    let Some(first) = random.draw(&nearest) else { return Vec::new() };
    let mut centres = vec![points[first].color];
    nearest = costs_with(points, None, points[first].color).0;
    while centres.len() < k {
        let best = (0..TRIALS)
            .filter_map(|_| random.draw(&nearest))
            .map(|at| (at, costs_with(points, Some(&nearest), points[at].color)))
            .min_by(|(_, one), (_, other)| one.1.total_cmp(&other.1));
        // No draw: every point lies on a centre already.
        let Some((at, (costs, _))) = best else { break };
        centres.push(points[at].color);
        nearest = costs;
    }
    centres
}

/// What each point costs (weighted squared distance to its nearest centre) once `centre` is added, and the sum.
fn costs_with(points: &[Point], before: Option<&[f32]>, centre: Lab) -> (Vec<f32>, f64) {
    let mut costs: Vec<f32> =
        points.iter().map(|point| point.weight * point.color.distance_squared(centre)).collect();
    for (cost, &before) in costs.iter_mut().zip(before.unwrap_or_default()) {
        *cost = cost.min(before);
    }
    let sum = costs.iter().map(|&cost| f64::from(cost)).sum();
    (costs, sum)
}

/// Lloyd's iteration until the centres stand still.
fn refine(points: &[Point], centres: &mut [Lab]) -> Fit {
    for _ in 0..ITERATIONS {
        let moved = assign(points, centres).clusters;
        let mut furthest = 0f32;
        for (centre, cluster) in centres.iter_mut().zip(&moved).filter(|(_, cluster)| cluster.weight > 0.0) {
            furthest = furthest.max(centre.distance_squared(cluster.color));
            *centre = cluster.color;
        }
        if furthest < STILL * STILL {
            break;
        }
    }
    let mut fit = assign(points, centres);
    fit.clusters.retain(|cluster| cluster.weight > 0.0);
    fit
}

/// Gives each point to its nearest centre.
fn assign(points: &[Point], centres: &[Lab]) -> Fit {
    // l, a, b and weight, summed over the points of each centre.
    let mut sums = vec![[0f64; 4]; centres.len()];
    let mut inertia = 0f64;
    for point in points {
        let (mut nearest, mut distance) = (0, f32::INFINITY);
        for (at, centre) in centres.iter().enumerate() {
            let to_centre = point.color.distance_squared(*centre);
            if to_centre < distance {
                (nearest, distance) = (at, to_centre);
            }
        }
        let weight = f64::from(point.weight);
        let Lab { l, a, b } = point.color;
        for (sum, value) in sums[nearest].iter_mut().zip([l, a, b, 1.0]) {
            *sum += f64::from(value) * weight;
        }
        inertia += f64::from(distance) * weight;
    }
    let mean = |[l, a, b, weight]: [f64; 4]| {
        let color = Lab { l: (l / weight) as f32, a: (a / weight) as f32, b: (b / weight) as f32 };
        Point { color, weight: weight as f32 }
    };
    Fit { clusters: sums.into_iter().map(mean).collect(), inertia }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// An index, with a chance in proportion to its weight; `None` where all weights are 0.
    fn draw(&mut self, weights: &[f32]) -> Option<usize> {
        let total: f64 = weights.iter().map(|&weight| f64::from(weight)).sum();
        let mut left = (self.next() >> 11) as f64 / (1u64 << 53) as f64 * total;
        let mut last = None;
        for (at, &weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            last = Some(at);
            left -= f64::from(weight);
            if left < 0.0 {
                break;
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(l: f32, a: f32, b: f32, weight: f32) -> Point {
        Point { color: Lab { l, a, b }, weight }
    }

    #[test]
    fn finds_groups_that_lie_apart_with_their_weights() {
        let points: Vec<Point> = (0..300)
            .map(|i| {
                let off = (i % 7) as f32 * 0.3;
                match i % 3 {
                    0 => point(20.0 + off, 0.0, off, 1.0),
                    1 => point(60.0, 50.0 + off, off, 2.0),
                    _ => point(90.0, off, -60.0 + off, 3.0),
                }
            })
            .collect();
        let mut found = clusters(&points, 3);
        found.sort_by(|one, other| one.weight.total_cmp(&other.weight));
        assert_eq!(found.iter().map(|cluster| cluster.weight).collect::<Vec<_>>(), [100.0, 200.0, 300.0]);
        assert!(found[1].color.distance_squared(Lab { l: 60.0, a: 50.9, b: 0.9 }) < 0.1);
    }

    #[test]
    fn weight_counts_like_repetition() {
        let heavy = [point(10.0, 0.0, 0.0, 3.0), point(20.0, 0.0, 0.0, 1.0)];
        let cluster = clusters(&heavy, 1)[0];
        assert!((cluster.color.l - 12.5).abs() < 1e-4 && cluster.weight == 4.0);
    }

    #[test]
    fn fewer_colours_than_clusters_give_no_empty_cluster() {
        assert_eq!(clusters(&[point(50.0, 0.0, 0.0, 7.0); 4], 5), [point(50.0, 0.0, 0.0, 28.0)]);
        assert!(clusters(&[], 5).is_empty());
    }

    #[test]
    fn the_same_points_give_the_same_clusters() {
        let mut random = Random(7);
        let mut next = || (random.next() % 1000) as f32 / 10.0;
        let points: Vec<Point> = (0..500).map(|_| point(next(), next(), next(), 1.0 + next())).collect();
        assert_eq!(clusters(&points, 5), clusters(&points, 5));
    }
}
