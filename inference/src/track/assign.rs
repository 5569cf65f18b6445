//! Who belongs to whom, at the least total cost.

/// Pairs of rows and columns whose total of gains is the greatest, where only gains above zero count: the Hungarian
/// method with potentials (Kuhn 1955, Munkres 1957), `O(rows² columns)`. `gain` is asked once for each pair.
pub fn best_pairs(rows: usize, columns: usize, gain: impl Fn(usize, usize) -> f32) -> Vec<(usize, usize)> {
    if rows == 0 || columns == 0 {
        return Vec::new();
    }
    // Square, so that anyone may stay alone at no gain.
    let n = rows.max(columns);
    let mut cost = vec![0.0; n * n];
    for row in 0..rows {
        for column in 0..columns {
            cost[row * n + column] = -gain(row, column).max(0.0);
        }
    }
    let row_of = cheapest(&cost, n);
    let pairs = row_of.into_iter().enumerate().map(|(column, row)| (row, column));
    let mut pairs: Vec<(usize, usize)> = pairs
        .filter(|&(row, column)| row < rows && column < columns && cost[row * n + column] < 0.0)
        .collect();
    pairs.sort_unstable();
    pairs
}

/// The row of each column of an `n` by `n` table, at the least total cost. Rows are added one by one, each by the
/// cheapest way of moving the others; `u` and `v` are the potentials. Index 0 is a place outside of the table.
fn cheapest(cost: &[f32], n: usize) -> Vec<usize> {
    let (mut u, mut v) = (vec![0.0f32; n + 1], vec![0.0f32; n + 1]);
    let (mut row_of, mut way) = (vec![0usize; n + 1], vec![0usize; n + 1]);
    for row in 1..=n {
        row_of[0] = row;
        let mut column = 0;
        let (mut least, mut used) = (vec![f32::INFINITY; n + 1], vec![false; n + 1]);
        loop {
            used[column] = true;
            let (from, mut delta, mut next) = (row_of[column], f32::INFINITY, 0);
            for j in 1..=n {
                if used[j] {
                    continue;
                }
                let reduced = cost[(from - 1) * n + j - 1] - u[from] - v[j];
                if reduced < least[j] {
                    (least[j], way[j]) = (reduced, column);
                }
                if least[j] < delta {
                    (delta, next) = (least[j], j);
                }
            }
            for j in 0..=n {
                if used[j] {
                    u[row_of[j]] += delta;
                    v[j] -= delta;
                } else {
                    least[j] -= delta;
                }
            }
            column = next;
            if row_of[column] == 0 {
                break;
            }
        }
        while column != 0 {
            row_of[column] = row_of[way[column]];
            column = way[column];
        }
    }
    row_of[1..].iter().map(|row| row - 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(gains: &[Vec<f32>], pairs: &[(usize, usize)]) -> f32 {
        pairs.iter().map(|&(row, column)| gains[row][column]).sum()
    }

    /// The best of all ways, tried out.
    fn exhaustive(gains: &[Vec<f32>], row: usize, used: &mut Vec<bool>) -> f32 {
        if row == gains.len() {
            return 0.0;
        }
        let mut best = exhaustive(gains, row + 1, used);
        for column in 0..used.len() {
            if !used[column] && gains[row][column] > 0.0 {
                used[column] = true;
                best = best.max(gains[row][column] + exhaustive(gains, row + 1, used));
                used[column] = false;
            }
        }
        best
    }

    #[test]
    fn is_as_good_as_trying_all() {
        let mut seed = 7u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / (1 << 24) as f32
        };
        for case in 0..200 {
            let (rows, columns) = (1 + case % 5, 1 + case / 5 % 6);
            let gains: Vec<Vec<f32>> =
                (0..rows).map(|_| (0..columns).map(|_| (random() - 0.3).max(0.0)).collect()).collect();
            let pairs = best_pairs(rows, columns, |row, column| gains[row][column]);
            let best = exhaustive(&gains, 0, &mut vec![false; columns]);
            assert!((total(&gains, &pairs) - best).abs() < 1e-4, "{gains:?}: {pairs:?}");
        }
    }

    #[test]
    fn gives_up_a_good_pair_for_a_better_total() {
        let gains = [[0.9, 0.8], [0.8, 0.0]];
        assert_eq!(best_pairs(2, 2, |row, column| gains[row][column]), [(0, 1), (1, 0)]);
    }

    #[test]
    fn pairs_nobody_without_a_gain() {
        assert_eq!(best_pairs(2, 3, |_, _| 0.0), []);
        assert_eq!(best_pairs(0, 3, |_, _| 1.0), []);
    }
}
