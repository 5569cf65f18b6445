//! Connected components of a map: one pass over runs of cells, joined where they touch (also at corners).

/// A component's cells, as a detector needs them.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    pub cells: usize,
    /// The cells it covers: first and one beyond the last column, first and one beyond the last row.
    pub left: usize,
    pub right: usize,
    pub top: usize,
    pub bottom: usize,
    /// The sum of the map over its cells.
    pub sum: f64,
    /// The runs it is made of, from the top: row, first column, one beyond the last.
    pub runs: Vec<(usize, usize, usize)>,
}

impl Component {
    /// The mean of the map over its cells.
    pub fn mean(&self) -> f32 {
        (self.sum / self.cells.max(1) as f64) as f32
    }
}

/// Finds components; its memory is reused.
#[derive(Debug, Default)]
pub struct Components {
    runs: Vec<Run>,
    parent: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    row: usize,
    from: usize,
    until: usize,
}

impl Components {
    pub fn new() -> Self {
        Components::default()
    }

    /// The components of cells above `threshold` of a map `width` wide, each touching at sides or corners
    /// (8-connected), in the order of their first cells.
    pub fn find(&mut self, map: &[f32], width: usize, threshold: f32) -> Vec<Component> {
        self.runs.clear();
        self.parent.clear();
        let mut above = 0..0;
        for (row, values) in map.chunks_exact(width.max(1)).enumerate() {
            let first = self.runs.len();
            self.add_runs(row, values, threshold);
            self.join(above, first);
            above = first..self.runs.len();
        }
        self.collect(map, width)
    }

    fn add_runs(&mut self, row: usize, values: &[f32], threshold: f32) {
        let mut x = 0;
        while let Some(start) = values[x..].iter().position(|&value| value > threshold) {
            let from = x + start;
            let until = from + values[from..].iter().take_while(|&&value| value > threshold).count();
            self.parent.push(self.runs.len());
            self.runs.push(Run { row, from, until });
            x = until;
        }
    }

    /// Joins the runs of a row, from `first` on, to those of the row above. Both are sorted.
    fn join(&mut self, above: std::ops::Range<usize>, first: usize) {
        let mut upper = above.start;
        for lower in first..self.runs.len() {
            let Run { from, until, .. } = self.runs[lower];
            // Corners touch: one cell further on both sides.
            while upper < above.end && self.runs[upper].until < from {
                upper += 1;
            }
            let mut touching = upper;
            while touching < above.end && self.runs[touching].from <= until {
                let (a, b) = (self.root(touching), self.root(lower));
                self.parent[a.max(b)] = a.min(b);
                touching += 1;
            }
        }
    }

    fn root(&mut self, mut run: usize) -> usize {
        while self.parent[run] != run {
            self.parent[run] = self.parent[self.parent[run]];
            run = self.parent[run];
        }
        run
    }

    fn collect(&mut self, map: &[f32], width: usize) -> Vec<Component> {
        let mut components: Vec<Component> = Vec::new();
        let mut of_root = vec![usize::MAX; self.runs.len()];
        for i in 0..self.runs.len() {
            let root = self.root(i);
            let Run { row, from, until } = self.runs[i];
            if of_root[root] == usize::MAX {
                of_root[root] = components.len();
                components.push(Component {
                    cells: 0,
                    left: from,
                    right: until,
                    top: row,
                    bottom: row + 1,
                    sum: 0.0,
                    runs: Vec::new(),
                });
            }
            let component = &mut components[of_root[root]];
            component.cells += until - from;
            component.left = component.left.min(from);
            component.right = component.right.max(until);
            component.bottom = row + 1;
            component.sum +=
                map[row * width + from..row * width + until].iter().map(|v| f64::from(*v)).sum::<f64>();
            component.runs.push((row, from, until));
        }
        components
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(rows: &[&str]) -> Vec<Component> {
        let map: Vec<f32> =
            rows.iter().flat_map(|row| row.bytes().map(|b| if b == b'#' { 1.0 } else { 0.0 })).collect();
        Components::new().find(&map, rows[0].len(), 0.5)
    }

    #[test]
    fn parts_that_meet_further_down_are_one() {
        let found = find(&["#..#.", "#..#.", "####.", "....."]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].cells, found[0].right, found[0].bottom), (8, 4, 3));
    }

    #[test]
    fn corners_touch_and_gaps_part() {
        assert_eq!(find(&["#..", ".#.", "..#"]).len(), 1);
        assert_eq!(find(&["..#", ".#.", "#.."]).len(), 1);
        assert_eq!(find(&["#.#", "...", "#.#"]).len(), 4);
        assert_eq!(find(&["...", "..."]).len(), 0);
    }

    #[test]
    fn a_spiral_is_one_and_its_middle_another() {
        let found = find(&["#######", "......#", "#####.#", "#...#.#", "#.#.#.#", "#.#...#", "#.#####"]);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn the_mean_is_of_the_cells_alone() {
        let found = Components::new().find(&[0.9, 0.7, 0.1, f32::NAN], 2, 0.5);
        assert_eq!(found.len(), 1);
        assert!((found[0].mean() - 0.8).abs() < 1e-6);
    }
}
