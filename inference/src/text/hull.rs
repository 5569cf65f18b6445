//! The smallest rectangle round points, at any angle.

/// The corners of the smallest convex shape round points, counter-clockwise as seen with y pointing up (Andrew's
/// monotone chain, 1979). Points on its sides are left out.
pub fn convex_hull(points: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    let mut hull = half_hull(sorted.iter());
    let upper = half_hull(sorted.iter().rev());
    hull.pop();
    hull.extend(&upper[..upper.len() - 1]);
    hull
}

fn half_hull<'p>(points: impl Iterator<Item = &'p [f32; 2]>) -> Vec<[f32; 2]> {
    let mut hull: Vec<[f32; 2]> = Vec::new();
    for &point in points {
        while let [.., a, b] = hull[..]
            && (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]) <= 0.0
        {
            hull.pop();
        }
        hull.push(point);
    }
    hull
}

/// The four corners of the smallest rectangle round points: one of its sides lies on a side of their hull (Freeman and
/// Shapira 1975). They follow each other; which is first is not said. `None` of no points.
pub fn least_area_rectangle(points: &[[f32; 2]]) -> Option<[[f32; 2]; 4]> {
    let hull = convex_hull(points);
    let &first = hull.first()?;
    let mut best: Option<(f32, [[f32; 2]; 4])> = None;
    for (i, a) in hull.iter().enumerate() {
        let b = hull[(i + 1) % hull.len()];
        let length = (b[0] - a[0]).hypot(b[1] - a[1]);
        if length == 0.0 {
            continue;
        }
        let along = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
        let (area, corners) = rectangle(&hull, along);
        if best.is_none_or(|(least, _)| area < least) {
            best = Some((area, corners));
        }
    }
    Some(best.map_or([first; 4], |(_, corners)| corners))
}

/// The rectangle with a side in direction `along`, and its area.
fn rectangle(hull: &[[f32; 2]], along: [f32; 2]) -> (f32, [[f32; 2]; 4]) {
    let [c, s] = along;
    let (mut u, mut v) = ((f32::MAX, f32::MIN), (f32::MAX, f32::MIN));
    for [x, y] in hull {
        let (at_u, at_v) = (x * c + y * s, y * c - x * s);
        u = (u.0.min(at_u), u.1.max(at_u));
        v = (v.0.min(at_v), v.1.max(at_v));
    }
    let corner = |u: f32, v: f32| [u * c - v * s, u * s + v * c];
    let corners = [corner(u.0, v.0), corner(u.1, v.0), corner(u.1, v.1), corner(u.0, v.1)];
    ((u.1 - u.0) * (v.1 - v.0), corners)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hull_of_a_square_has_its_corners_alone() {
        let points = [[0.0, 0.0], [2.0, 0.0], [1.0, 1.0], [2.0, 2.0], [0.0, 2.0], [1.0, 0.0], [0.0, 0.0]];
        assert_eq!(convex_hull(&points), [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]]);
    }

    #[test]
    fn a_slanted_bar_gets_a_slanted_rectangle() {
        let angle = 20f32.to_radians();
        let turned = |x: f32, y: f32| [x * angle.cos() - y * angle.sin(), x * angle.sin() + y * angle.cos()];
        let points: Vec<[f32; 2]> =
            (0..=20).flat_map(|i| [turned(i as f32, 0.0), turned(i as f32, 4.0)]).collect();
        let [a, b, c, _] = least_area_rectangle(&points).expect("points");
        let sides = [(b[0] - a[0]).hypot(b[1] - a[1]), (c[0] - b[0]).hypot(c[1] - b[1])];
        assert!((sides[0].max(sides[1]) - 20.0).abs() < 1e-3 && (sides[0].min(sides[1]) - 4.0).abs() < 1e-3);
    }

    #[test]
    fn few_points_are_no_trouble() {
        assert_eq!(least_area_rectangle(&[]), None);
        assert_eq!(least_area_rectangle(&[[3.0, 4.0]]), Some([[3.0, 4.0]; 4]));
        let line = least_area_rectangle(&[[0.0, 0.0], [3.0, 0.0]]).expect("points");
        assert_eq!(line[1], [3.0, 0.0]);
    }
}
