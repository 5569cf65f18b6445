//! The points of a face: MediaPipe's mesh of 468, and five for each iris.
//!
//! Left and right are the person's here, as in the mesh's own documentation; a person's right is at the picture's left.

/// Points of the mesh with the irises.
pub const POINTS: usize = 478;

/// Corners of an eye (outer, inner), and the middle of its iris.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Eye {
    pub corners: [usize; 2],
    pub iris: usize,
}

pub const RIGHT_EYE: Eye = Eye { corners: [33, 133], iris: 468 };
pub const LEFT_EYE: Eye = Eye { corners: [263, 362], iris: 473 };

/// The points of the mesh that the blendshape net looks at, in its order; all ten of the irises follow.
#[rustfmt::skip]
pub const OF_BLENDSHAPES: [usize; 136] = [
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78,
    80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150,
    152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197,
    234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308,
    310, 311, 312, 314, 317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377,
    378, 379, 380, 381, 382, 384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466,
];

/// A face's points: x and y in pixels of the crop, from its corner, and z at the same scale, growing away from the camera.
#[derive(Debug, Clone, PartialEq)]
pub struct Mesh {
    pub points: Vec<[f32; 3]>,
}

impl Mesh {
    /// Of the net's output; `None` where it has another length.
    pub fn of(numbers: &[f32]) -> Option<Self> {
        let (points, rest) = numbers.as_chunks::<3>();
        (points.len() == POINTS && rest.is_empty()).then(|| Mesh { points: points.to_vec() })
    }

    /// Where a point is in the crop.
    pub fn at(&self, point: usize) -> [f32; 2] {
        let [x, y, _] = self.points[point];
        [x, y]
    }

    /// What the blendshape net takes: x and y of its points. It knows neither scale nor place.
    pub fn for_blendshapes(&self, place: impl Fn([f32; 2]) -> [f32; 2]) -> Vec<f32> {
        OF_BLENDSHAPES.into_iter().chain(468..POINTS).flat_map(|point| place(self.at(point))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mesh_has_478_points() {
        let numbers: Vec<f32> = (0..POINTS * 3).map(|i| i as f32).collect();
        let mesh = Mesh::of(&numbers).expect("whole");
        assert_eq!(mesh.at(1), [3.0, 4.0]);
        assert_eq!(Mesh::of(&numbers[3..]), None);
    }

    #[test]
    fn the_blendshape_net_takes_146_points() {
        let mesh = Mesh { points: (0..POINTS).map(|i| [i as f32, 0.0, 0.0]).collect() };
        let input = mesh.for_blendshapes(|[x, y]| [x + 0.5, y]);
        assert_eq!(input.len(), 146 * 2);
        assert_eq!((input[0], input[2], input[290]), (0.5, 1.5, 477.5));
        assert!(OF_BLENDSHAPES.is_sorted());
    }
}
