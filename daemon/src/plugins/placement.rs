//! Which of the groups with `analyzers = "auto"` runs what: the largest first, each where the most room is left. Pure.

use std::collections::BTreeMap;

/// Analyzers that have to be in one worker, since they give each other findings frame by frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bundle {
    pub(super) names: Vec<String>,
    /// What they take together.
    pub(super) bytes: u64,
    /// Where some of them are already, or have to be.
    pub(super) group: Option<String>,
}

/// A group that takes what no other group names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taker {
    pub(super) group: String,
    /// The most that its worker may take; where there is no limit, all that there is.
    pub(super) limit: Option<u64>,
}

/// The group of each analyzer. Who is somewhere stays there: each move would load its models anew.
pub(super) fn place(mut bundles: Vec<Bundle>, takers: &[Taker]) -> BTreeMap<String, String> {
    let mut room: Vec<(&str, u64)> =
        takers.iter().map(|taker| (taker.group.as_str(), taker.limit.unwrap_or(u64::MAX))).collect();
    bundles.sort_by_key(|bundle| (bundle.group.is_none(), std::cmp::Reverse(bundle.bytes)));
    let mut placed = BTreeMap::new();
    for Bundle { names, bytes, group } in bundles {
        let at = match &group {
            Some(group) => room.iter().position(|(name, _)| name == group),
            // Of equal ones the first.
            None => (0..room.len()).max_by_key(|at| (room[*at].1, std::cmp::Reverse(*at))),
        };
        let group = group.or_else(|| at.map(|at| room[at].0.to_owned()));
        if let Some(at) = at {
            // Also those that say nothing of what they take are shared out.
            room[at].1 = room[at].1.saturating_sub(bytes.max(names.len() as u64));
        }
        if let Some(group) = group {
            placed.extend(names.into_iter().map(|name| (name, group.clone())));
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(names: &[&str], bytes: u64, group: Option<&str>) -> Bundle {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Bundle { names, bytes, group: group.map(str::to_owned) }
    }

    fn takers(limits: &[(&str, Option<u64>)]) -> Vec<Taker> {
        limits.iter().map(|(group, limit)| Taker { group: (*group).to_owned(), limit: *limit }).collect()
    }

    #[test]
    fn the_largest_come_first_and_go_where_the_most_room_is() {
        let bundles = vec![
            bundle(&["small"], 10, None),
            bundle(&["large"], 60, None),
            bundle(&["faces", "ages"], 50, None),
            bundle(&["middle"], 20, None),
        ];
        let placed = place(bundles, &takers(&[("gpu0", Some(100)), ("gpu1", Some(90))]));
        let groups: Vec<(&str, &str)> =
            placed.iter().map(|(name, group)| (name.as_str(), group.as_str())).collect();
        let expected =
            [("ages", "gpu1"), ("faces", "gpu1"), ("large", "gpu0"), ("middle", "gpu0"), ("small", "gpu1")];
        assert_eq!(groups, expected);
    }

    #[test]
    fn without_limits_they_are_shared_out_evenly() {
        let bundles = (0..6).map(|i| bundle(&[["a", "b", "c", "d", "e", "f"][i]], 10, None)).collect();
        let placed = place(bundles, &takers(&[("x", None), ("y", None)]));
        assert_eq!(placed.values().filter(|group| *group == "x").count(), 3);
    }

    #[test]
    fn who_is_somewhere_stays_and_counts_there() {
        let bundles = vec![bundle(&["new"], 5, None), bundle(&["old"], 50, Some("x"))];
        let placed = place(bundles, &takers(&[("x", Some(100)), ("y", Some(60))]));
        assert_eq!((placed["old"].as_str(), placed["new"].as_str()), ("x", "y"));
        let elsewhere = place(vec![bundle(&["named"], 5, Some("other"))], &takers(&[("x", None)]));
        assert_eq!(elsewhere["named"], "other");
        assert!(place(vec![bundle(&["a"], 1, None)], &[]).is_empty());
    }
}
