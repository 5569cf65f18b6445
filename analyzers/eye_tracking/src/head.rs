//! How a head is turned, by the points of its mesh.
//!
//! A weighted Procrustes fit: the turn that takes the points of a canonical face nearest to those of the mesh, as
//! MediaPipe's face geometry module does it, with its canonical face and weights (33 points that an expression hardly
//! moves). Solved by Horn's quaternions (J. Opt. Soc. Am. A 4, 1987), which never mirror. The mesh comes from a crop round
//! the face, so that the turn is that against the line from the camera to the face.

use crate::mesh::Mesh;

/// Point of the mesh, place in the canonical face in centimetres (x to the picture's right, y up, z to the camera),
/// weight. From `geometry_pipeline_metadata_landmarks` of MediaPipe (Apache-2.0).
#[rustfmt::skip]
const CANONICAL: [(usize, [f64; 3], f64); 33] = [
    (4, [0.000, -0.463, 7.587], 0.0709),
    (6, [0.000, 2.473, 5.789], 0.0321),
    (10, [0.000, 8.262, 4.482], 0.0084),
    (33, [-4.446, 2.664, 3.173], 0.0587),
    (54, [-6.279, 6.615, 1.426], 0.0077),
    (67, [-3.524, 8.006, 3.729], 0.0091),
    (117, [-5.259, 0.946, 2.974], 0.0098),
    (119, [-3.301, 0.862, 3.873], 0.0146),
    (121, [-1.821, 1.468, 4.224], 0.0186),
    (127, [-7.743, 2.365, -2.005], 0.0052),
    (129, [-1.786, -0.978, 4.850], 0.1206),
    (132, [-7.271, -2.891, -2.252], 0.0056),
    (133, [-1.856, 2.585, 3.758], 0.0533),
    (136, [-5.085, -7.179, 0.715], 0.0669),
    (143, [-6.408, 2.236, 1.561], 0.0148),
    (147, [-6.235, -1.944, 1.664], 0.0143),
    (198, [-1.247, 0.230, 5.681], 0.0255),
    (205, [-3.833, -1.537, 4.138], 0.0473),
    (263, [4.446, 2.664, 3.173], 0.0587),
    (284, [6.279, 6.615, 1.426], 0.0077),
    (297, [3.524, 8.006, 3.729], 0.0091),
    (346, [5.259, 0.946, 2.974], 0.0098),
    (348, [3.301, 0.862, 3.873], 0.0146),
    (350, [1.821, 1.468, 4.224], 0.0186),
    (356, [7.743, 2.365, -2.005], 0.0052),
    (358, [1.786, -0.978, 4.850], 0.1206),
    (361, [7.271, -2.891, -2.252], 0.0056),
    (362, [1.856, 2.585, 3.758], 0.0533),
    (365, [5.085, -7.179, 0.715], 0.0669),
    (372, [6.408, 2.236, 1.561], 0.0148),
    (376, [6.235, -1.944, 1.664], 0.0143),
    (420, [1.247, 0.230, 5.681], 0.0255),
    (425, [3.833, -1.537, 4.138], 0.0473),
];

/// A turn, row by row: takes directions of the canonical face to those in the crop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn(pub [[f64; 3]; 3]);

impl Turn {
    /// Of the mesh's face.
    pub fn of(mesh: &Mesh) -> Self {
        let there = |point: usize| {
            let [x, y, z] = mesh.points[point].map(f64::from);
            [x, -y, -z]
        };
        let weights: f64 = CANONICAL.iter().map(|(.., weight)| weight).sum();
        let mean = |place: &dyn Fn(usize, [f64; 3]) -> [f64; 3]| {
            let sum = |axis: usize| {
                CANONICAL.iter().map(|&(i, at, weight)| place(i, at)[axis] * weight).sum::<f64>()
            };
            [sum(0) / weights, sum(1) / weights, sum(2) / weights]
        };
        let (from, to) = (mean(&|_, at| at), mean(&|point, _| there(point)));
        let mut products = [[0.0; 3]; 3];
        for &(point, at, weight) in &CANONICAL {
            let (there, from_mean) = (there(point), [0, 1, 2].map(|i| at[i] - from[i]));
            for (row, a) in products.iter_mut().zip(from_mean) {
                for (sum, (b, mean)) in row.iter_mut().zip(there.into_iter().zip(to)) {
                    *sum += weight * a * (b - mean);
                }
            }
        }
        Turn::nearest(&products)
    }

    /// The turn that fits sums of products of coordinates, from (row) and to (column).
    fn nearest(&[[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]]: &[[f64; 3]; 3]) -> Self {
        let [w, x, y, z] = strongest([
            [xx + yy + zz, yz - zy, zx - xz, xy - yx],
            [yz - zy, xx - yy - zz, xy + yx, zx + xz],
            [zx - xz, xy + yx, yy - xx - zz, yz + zy],
            [xy - yx, zx + xz, yz + zy, zz - xx - yy],
        ]);
        Turn([
            [w * w + x * x - y * y - z * z, 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
            [2.0 * (y * x + w * z), w * w - x * x + y * y - z * z, 2.0 * (y * z - w * x)],
            [2.0 * (z * x - w * y), 2.0 * (z * y + w * x), w * w - x * x - y * y + z * z],
        ])
    }

    /// Where the face points to, length 1.
    pub fn forward(&self) -> [f64; 3] {
        self.0.map(|row| row[2])
    }
}

/// The eigenvector of the largest eigenvalue of a symmetric matrix, length 1: Jacobi's rotations.
fn strongest(mut matrix: [[f64; 4]; 4]) -> [f64; 4] {
    let mut vectors: [[f64; 4]; 4] =
        std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))));
    for _sweep in 0..12 {
        for p in 0..3 {
            for q in p + 1..4 {
                if matrix[p][q].abs() < 1e-300 {
                    continue;
                }
                let theta = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
                let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let cos = 1.0 / (tangent * tangent + 1.0).sqrt();
                let sin = tangent * cos;
                for row in &mut matrix {
                    (row[p], row[q]) = (cos * row[p] - sin * row[q], sin * row[p] + cos * row[q]);
                }
                let (above, below) = (matrix[p], matrix[q]);
                matrix[p] = std::array::from_fn(|j| cos * above[j] - sin * below[j]);
                matrix[q] = std::array::from_fn(|j| sin * above[j] + cos * below[j]);
                for row in &mut vectors {
                    (row[p], row[q]) = (cos * row[p] - sin * row[q], sin * row[p] + cos * row[q]);
                }
            }
        }
    }
    let largest = (0..4).max_by(|&a, &b| matrix[a][a].total_cmp(&matrix[b][b])).unwrap_or(0);
    vectors.map(|row| row[largest])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::POINTS;

    /// The canonical face, turned to the picture's right by yaw and up by pitch (degrees), as a mesh at 9 pixels a
    /// centimetre.
    fn turned(yaw: f64, pitch: f64) -> Mesh {
        let ((sin, cos), (sin_up, cos_up)) = (yaw.to_radians().sin_cos(), pitch.to_radians().sin_cos());
        let mut points = vec![[0f32; 3]; POINTS];
        for (point, [x, y, z], _) in CANONICAL {
            let (y, z) = (y * cos_up + z * sin_up, z * cos_up - y * sin_up);
            let (x, z) = (x * cos + z * sin, z * cos - x * sin);
            points[point] = [128.0 + 9.0 * x as f32, 120.0 - 9.0 * y as f32, -9.0 * z as f32];
        }
        Mesh { points }
    }

    #[test]
    fn a_turned_face_is_found_turned() {
        for (yaw, pitch) in [(0.0, 0.0), (25.0, 0.0), (-40.0, 10.0), (5.0, -30.0), (75.0, 20.0)] {
            let [x, y, z] = Turn::of(&turned(yaw, pitch)).forward();
            let (found_yaw, found_pitch) = (x.atan2(z).to_degrees(), y.asin().to_degrees());
            assert!(
                (found_yaw - yaw).abs() < 0.01 && (found_pitch - pitch).abs() < 0.01,
                "{found_yaw} {found_pitch}"
            );
        }
    }

    #[test]
    fn a_turn_keeps_lengths_and_hands() {
        let Turn([a, b, c]) = Turn::of(&turned(33.0, -12.0));
        let dot = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        assert!((dot(a, a) - 1.0).abs() < 1e-9 && dot(a, b).abs() < 1e-9 && dot(b, c).abs() < 1e-9);
        let cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
        assert!((dot(cross, c) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn points_that_are_all_one_give_a_turn_all_the_same() {
        let Turn(rows) = Turn::of(&Mesh { points: vec![[5.0; 3]; POINTS] });
        assert!(rows.iter().flatten().all(|x| x.is_finite()));
    }
}
