//! The one similarity that most of the picture agrees on, however many points a mover in front has.
//!
//! RANSAC (Fischler & Bolles 1981) with a graded score as in MSAC (Torr & Zisserman 2000). Each grid cell has one vote,
//! shared by its points; a cell on the picture's border counts double, and votes from all over the picture count more
//! than as many from one place: what moves in front is one thing in one place, mostly away from the border.

use crate::corners::Grid;
use crate::similarity::{Pair, Similarity};

const ROUNDS: usize = 150;
/// A point agrees when it lands within this many pixels, and this share of the shift (parallax, rolling shutter).
const NEAR_PX: f32 = 0.75;
const NEAR_SHARE: f32 = 0.03;
/// At this share of that distance a vote has half its weight: resting points, which land exactly, outvote those of
/// a face or a tree that stir a little, each its own way.
const HALF_VOTE: f32 = 0.3;
/// No camera does more than this between two samples: scale within 1/1.5..1.5, and half a radian.
const MAX_SCALE: f32 = 1.5;
const MAX_ANGLE: f32 = 0.5;
const BORDER_WEIGHT: f32 = 2.0;
const REFITS: usize = 4;

/// A corner that was looked for in the next picture.
#[derive(Debug, Clone, Copy)]
pub struct Sighting {
    /// From the picture's centre, pixels.
    pub from: [f32; 2],
    /// The same, in the next picture; `None` where it was lost.
    pub to: Option<[f32; 2]>,
    pub cell: usize,
}

/// What was agreed on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Consensus {
    pub model: Similarity,
    /// The votes for it, each the larger the nearer its point lands, times how widely they are spread: what two
    /// consensuses are compared by.
    pub votes: f32,
    /// The share of points near it, 0..1, each cell weighing the same whatever its points, among cells that
    /// have corners which it keeps within the picture.
    pub support: f32,
    /// How widely the agreeing cells are spread along the better axis: standard deviation of their place in half
    /// picture sides (0.58 for all of the picture).
    pub spread: f32,
}

/// A small generator with a fixed seed: the same picture gives the same result (xorshift, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) as usize) % count
    }
}

/// The similarity with most votes. `candidates` are tried besides those drawn from pairs of points.
pub fn agree(
    sightings: &[Sighting],
    grid: &Grid,
    size: [f32; 2],
    candidates: &[Similarity],
) -> Option<Consensus> {
    let votes = Votes::of(sightings, grid, size);
    if votes.seen.len() < 2 {
        return None;
    }
    let drawn = draw(&votes, size);
    let best = candidates.iter().copied().chain(drawn).map(|model| (votes.score(&model), model));
    let (mut score, mut model) = best.max_by(|a, b| a.0.total_cmp(&b.0))?;
    for _ in 0..REFITS {
        let Some(refit) = votes.refit(&model) else { break };
        let refit_score = votes.score(&refit);
        if refit_score < score {
            break;
        }
        (score, model) = (refit_score, refit);
    }
    (score > 0.0).then(|| Consensus { votes: score, ..votes.consensus(sightings, grid, size, model) })
}

fn draw(votes: &Votes, size: [f32; 2]) -> impl Iterator<Item = Similarity> {
    let apart = 0.15 * size[0].min(size[1]);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    (0..ROUNDS).filter_map(move |_| {
        let first = votes.seen[dice.below(votes.seen.len())].0;
        let second = votes.seen[dice.below(votes.seen.len())].0;
        let distance = (first.from[0] - second.from[0]).hypot(first.from[1] - second.from[1]);
        let model =
            Similarity::fit([(first, 1.0), (second, 1.0)].into_iter()).filter(|_| distance >= apart)?;
        let plausible =
            (1.0 / MAX_SCALE..MAX_SCALE).contains(&model.scale()) && model.angle().abs() < MAX_ANGLE;
        plausible.then_some(model)
    })
}

struct Votes {
    /// Points that were found again, each with its share of its cell's vote.
    seen: Vec<(Pair, f32)>,
    /// Half the picture's sides, pixels.
    half: [f32; 2],
}

fn cell_weight(grid: &Grid, cell: usize) -> f32 {
    if grid.is_border(cell) { BORDER_WEIGHT } else { 1.0 }
}

fn tolerance_squared(model: &Similarity) -> f32 {
    (NEAR_PX + NEAR_SHARE * model.shift[0].hypot(model.shift[1])).powi(2)
}

/// How much a point votes whose squared error is this many squared tolerances: Cauchy's kernel, lowered to reach 0 at
/// the tolerance.
fn vote(error: f32) -> f32 {
    const HALF: f32 = HALF_VOTE * HALF_VOTE;
    const AT_EDGE: f32 = HALF / (HALF + 1.0);
    ((HALF / (HALF + error) - AT_EDGE) / (1.0 - AT_EDGE)).max(0.0)
}

impl Votes {
    fn of(sightings: &[Sighting], grid: &Grid, size: [f32; 2]) -> Self {
        let mut count = vec![0u32; grid.cells()];
        for sighting in sightings {
            count[sighting.cell] += 1;
        }
        let share = |cell: usize| cell_weight(grid, cell) / count[cell] as f32;
        let seen = |s: &Sighting| Some((Pair { from: s.from, to: s.to? }, share(s.cell)));
        Votes { seen: sightings.iter().filter_map(seen).collect(), half: size.map(|side| side / 2.0) }
    }

    /// The sum of the votes times the standard deviation of their places in half picture sides.
    fn score(&self, model: &Similarity) -> f32 {
        let near = tolerance_squared(model);
        let (mut sum, mut first, mut second) = (0.0f32, [0.0f32; 2], 0.0f32);
        for (pair, share) in &self.seen {
            let vote = share * vote(model.error_squared(pair) / near);
            let [x, y] = [pair.from[0] / self.half[0], pair.from[1] / self.half[1]];
            sum += vote;
            first = [first[0] + vote * x, first[1] + vote * y];
            second += vote * (x * x + y * y);
        }
        // sum * sqrt(second / sum - (first / sum)²), without the divisions.
        (sum * second - first[0] * first[0] - first[1] * first[1]).max(0.0).sqrt()
    }

    /// Least squares, weighted by the votes.
    fn refit(&self, model: &Similarity) -> Option<Similarity> {
        let near = tolerance_squared(model);
        Similarity::fit(self.seen.iter().filter_map(|(pair, share)| {
            let vote = vote(model.error_squared(pair) / near);
            (vote > 0.0).then_some((*pair, share * vote * vote))
        }))
    }

    fn consensus(&self, sightings: &[Sighting], grid: &Grid, size: [f32; 2], model: Similarity) -> Consensus {
        let near = tolerance_squared(&model);
        let (mut agreeing, mut asked) = (vec![0.0f32; grid.cells()], vec![0.0f32; grid.cells()]);
        for sighting in sightings {
            let [x, y] = model.apply(sighting.from);
            let stays = x.abs() < size[0] / 2.0 - 2.0 && y.abs() < size[1] / 2.0 - 2.0;
            let agrees = |to| model.error_squared(&Pair { from: sighting.from, to }) < near;
            match sighting.to {
                Some(to) if agrees(to) => {
                    agreeing[sighting.cell] += 1.0;
                    asked[sighting.cell] += 1.0;
                }
                _ if stays => asked[sighting.cell] += 1.0,
                _ => {}
            }
        }
        let (mut votes, mut all) = (0.0, 0.0);
        let mut places = Vec::new();
        for cell in (0..grid.cells()).filter(|&cell| asked[cell] > 0.0) {
            let share = agreeing[cell] / asked[cell];
            votes += share * cell_weight(grid, cell);
            all += cell_weight(grid, cell);
            places.push((grid.offset(cell), share));
        }
        Consensus {
            model,
            votes: 0.0,
            support: if all > 0.0 { votes / all } else { 0.0 },
            spread: spread(&places),
        }
    }
}

/// The larger of the weighted standard deviations along the two axes.
fn spread(places: &[([f32; 2], f32)]) -> f32 {
    let total: f32 = places.iter().map(|(_, weight)| weight).sum();
    if total <= 0.0 {
        return 0.0;
    }
    let along = |axis: usize| {
        let mean = places.iter().map(|(place, weight)| place[axis] * weight).sum::<f32>() / total;
        let square = |(place, weight): &([f32; 2], f32)| (place[axis] - mean).powi(2) * weight;
        (places.iter().map(square).sum::<f32>() / total).sqrt()
    };
    along(0).max(along(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: [f32; 2] = [384.0, 216.0];

    /// One point in the middle of each cell and one beside it; `moved` tells where each went.
    fn sightings(moved: impl Fn([f32; 2]) -> Option<[f32; 2]>) -> (Grid, Vec<Sighting>) {
        let grid = Grid::new(384, 216);
        let places = (0..grid.cells()).flat_map(|cell| {
            let [x, y] = grid.offset(cell);
            let centre = [x * SIZE[0] / 2.0, y * SIZE[1] / 2.0];
            [centre, [centre[0] + 5.0, centre[1] - 7.0]].map(|from| (from, cell))
        });
        let all = places.map(|(from, cell)| Sighting { from, to: moved(from), cell }).collect();
        (grid, all)
    }

    #[test]
    fn a_mover_in_front_does_not_carry_the_background_away() {
        let in_front = |[x, y]: [f32; 2]| x.abs() < 96.0 && y.abs() < 54.0;
        let (grid, all) =
            sightings(|from| Some(if in_front(from) { [from[0] + 9.0, from[1] + 2.0] } else { from }));
        let found = agree(&all, &grid, SIZE, &[]).expect("agreed");
        assert!(found.model.shift[0].hypot(found.model.shift[1]) < 0.01, "{found:?}");
        assert!(found.support > 0.8 && found.spread > 0.5, "{found:?}");
    }

    #[test]
    fn fits_zoom_and_roll_among_a_third_of_strays() {
        let truth = Similarity { a: 1.03, b: 0.05, shift: [12.0, -3.0] };
        let stray = |[x, y]: [f32; 2]| ((x * 7.3 + y * 3.1).sin() * 40.0, (x * 1.7 - y * 5.9).sin() * 40.0);
        let (grid, all) = sightings(|from| {
            let to = truth.apply(from);
            let (dx, dy) = stray(from);
            Some(if dx > 20.0 { [to[0] + dx, to[1] + dy] } else { to })
        });
        let found = agree(&all, &grid, SIZE, &[]).expect("agreed");
        assert!((found.model.a - 1.03).abs() < 1e-3 && (found.model.b - 0.05).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn points_that_all_go_elsewhere_have_little_support() {
        let (grid, all) = sightings(|[x, y]| {
            Some([x + 30.0 * (x * 12.9 + y * 7.7).sin(), y + 30.0 * (x * 5.3 - y * 9.1).sin()])
        });
        let support = agree(&all, &grid, SIZE, &[Similarity::IDENTITY]).map_or(0.0, |found| found.support);
        assert!(support < 0.2, "{support}");
        let (grid, lost) = sightings(|_| None);
        assert_eq!(agree(&lost, &grid, SIZE, &[Similarity::IDENTITY]), None);
    }

    #[test]
    fn points_in_one_place_have_little_spread() {
        let (grid, all) = sightings(|[x, y]| (x > 100.0 && y > 0.0).then_some([x + 5.0, y]));
        let found = agree(&all, &grid, SIZE, &[]).expect("agreed");
        assert!(found.spread < 0.32, "{found:?}");
    }
}
