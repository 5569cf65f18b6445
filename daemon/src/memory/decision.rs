//! Whether one more analyzer fits into memory, and who has to go where it does not. Pure.

/// One limit on memory, and how much of it is taken. Bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Budget {
    /// In words: `cpu`, `cuda:0`, `group main`.
    pub(super) of: String,
    /// This much may be taken, by whomever.
    pub(super) most: u64,
    pub(super) used: u64,
    /// What the new one is going to take.
    pub(super) need: u64,
    /// What it takes beyond that while it works, as far as it is not among what is used already: others may have left pages
    /// that it computes in. Room is made for it where there is somebody to go; it runs without, too.
    pub(super) at_work: u64,
    /// What to do where it can never fit.
    pub(super) remedy: &'static str,
}

/// An analyzer that is loaded and that no job uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Idle<K> {
    pub(super) key: K,
    /// Since a job used it, or since it was loaded.
    pub(super) idle_for: std::time::Duration,
    /// What comes back when it goes, for each of the budgets.
    pub(super) gives: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decision<K> {
    Fits,
    /// It fits once these are gone; the least recently used one first.
    Evict(Vec<K>),
    /// Jobs use what would have to go.
    NotNow(String),
    /// Whoever goes.
    Never(String),
}

/// The least recently used go first, of those that give back what is short.
pub(super) fn decide<K: Clone>(name: &str, budgets: &[Budget], mut idle: Vec<Idle<K>>) -> Decision<K> {
    if let Some(Budget { of, most, need, remedy, .. }) =
        budgets.iter().find(|budget| budget.need > budget.most)
    {
        let (need, most) = (mib(*need), mib(*most));
        return Decision::Never(format!(
            "{name} takes {need} MiB, and {of} may hold {most} MiB at most: it can never fit; {remedy}"
        ));
    }
    idle.sort_by_key(|idle| std::cmp::Reverse(idle.idle_for));
    let (at_work, short) = who_goes(budgets, &idle, |budget| budget.need.saturating_add(budget.at_work));
    let (goes, short) = match short.iter().all(|short| *short == 0) {
        true => (at_work, short),
        false => who_goes(budgets, &idle, |budget| budget.need),
    };
    match budgets.iter().zip(&short).find(|(_, short)| **short > 0) {
        Some((budget, short)) => Decision::NotNow(format!(
            "{name} takes {} MiB, for which {} lacks {} MiB, and nothing more of it can be freed now",
            mib(budget.need),
            budget.of,
            mib(*short)
        )),
        None if goes.is_empty() => Decision::Fits,
        None => Decision::Evict(goes),
    }
}

/// And what is short all the same, of each budget.
fn who_goes<K: Clone>(
    budgets: &[Budget],
    idle: &[Idle<K>],
    takes: impl Fn(&Budget) -> u64,
) -> (Vec<K>, Vec<u64>) {
    let shortage = |budget: &Budget| budget.used.saturating_add(takes(budget)).saturating_sub(budget.most);
    let mut short: Vec<u64> = budgets.iter().map(shortage).collect();
    let mut goes = Vec::new();
    for Idle { key, gives, .. } in idle {
        if short.iter().all(|short| *short == 0) {
            break;
        }
        if !short.iter().zip(gives).any(|(short, gives)| *short > 0 && *gives > 0) {
            continue;
        }
        short.iter_mut().zip(gives).for_each(|(short, gives)| *short = short.saturating_sub(*gives));
        goes.push(key.clone());
    }
    (goes, short)
}

/// Rounded up, so that what is short is never told as nothing.
fn mib(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

/// Whether what an analyzer took came back when it went. A few MiB may stay with the allocator.
pub(super) fn came_back(taken: u64, freed: u64) -> bool {
    const NO_MATTER: u64 = 16 << 20;
    taken.saturating_sub(freed) <= NO_MATTER.max(taken / 2)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const MIB: u64 = 1 << 20;

    fn budget(of: &str, most: u64, used: u64, need: u64) -> Budget {
        let bytes = |mib: u64| mib * MIB;
        let (most, used, need) = (bytes(most), bytes(used), bytes(need));
        Budget { of: of.into(), most, used, need, at_work: 0, remedy: "raise it" }
    }

    fn idle(key: &'static str, seconds: u64, gives: &[u64]) -> Idle<&'static str> {
        let gives = gives.iter().map(|mib| mib * MIB).collect();
        Idle { key, idle_for: Duration::from_secs(seconds), gives }
    }

    #[test]
    fn what_fits_needs_nobody_to_go() {
        assert_eq!(decide("a", &[budget("cpu", 100, 60, 40)], vec![idle("b", 9, &[50])]), Decision::Fits);
        assert_eq!(decide::<()>("a", &[], Vec::new()), Decision::Fits);
    }

    #[test]
    fn the_least_recently_used_go_first_and_no_more_than_must() {
        let others = || vec![idle("new", 1, &[30]), idle("oldest", 90, &[10]), idle("old", 50, &[10])];
        let decided = |need| decide("a", &[budget("cpu", 100, 90, need)], others());
        assert_eq!(decided(15), Decision::Evict(vec!["oldest"]));
        assert_eq!(decided(30), Decision::Evict(vec!["oldest", "old"]));
        assert_eq!(decided(60), Decision::Evict(vec!["oldest", "old", "new"]));
    }

    #[test]
    fn others_go_for_what_it_takes_at_work_but_it_runs_without_that() {
        let decided = |at_work: u64| {
            let budget = Budget { at_work: at_work * MIB, ..budget("cpu", 100, 70, 20) };
            decide("a", &[budget], vec![idle("oldest", 90, &[10]), idle("old", 50, &[10])])
        };
        assert_eq!(decided(10), Decision::Fits);
        assert_eq!(decided(20), Decision::Evict(vec!["oldest"]));
        assert_eq!(decided(30), Decision::Evict(vec!["oldest", "old"]));
        assert_eq!(decided(31), Decision::Fits, "nobody goes in vain");
    }

    #[test]
    fn only_who_gives_back_what_is_short_goes() {
        let budgets = [budget("cpu", 1000, 10, 50), budget("group g", 100, 80, 50)];
        let others = vec![idle("elsewhere", 90, &[50, 0]), idle("here", 10, &[50, 50])];
        assert_eq!(decide("a", &budgets, others), Decision::Evict(vec!["here"]));
    }

    #[test]
    fn what_is_larger_than_a_limit_can_never_fit_whoever_goes() {
        let Decision::Never(why) = decide("a", &[budget("group g", 100, 0, 101)], vec![idle("b", 1, &[100])])
        else {
            panic!("not told at once")
        };
        for words in ["a takes 101 MiB", "group g may hold 100 MiB", "never", "raise it"] {
            assert!(why.contains(words), "{why}");
        }
    }

    #[test]
    fn while_others_are_in_use_it_does_not_fit_now() {
        let decided = decide("a", &[budget("cuda:0", 100, 90, 50)], vec![idle("b", 1, &[20])]);
        let Decision::NotNow(why) = decided else { panic!("{decided:?}") };
        assert!(why.contains("cuda:0 lacks 20 MiB"), "{why}");
    }

    #[test]
    fn memory_came_back_but_for_what_an_allocator_keeps() {
        assert!(came_back(400 * MIB, 390 * MIB));
        assert!(came_back(400 * MIB, 200 * MIB));
        assert!(!came_back(400 * MIB, 199 * MIB));
        assert!(came_back(10 * MIB, 0), "too little to matter");
    }
}
