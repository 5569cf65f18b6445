//! A daemon without work.

use std::collections::BTreeMap;
use std::time::Duration;

use va_tests::{Setup, clip, cpu, processes_of};

/// Long enough that a timer of a second would be seen twice.
const WATCHED: Duration = Duration::from_secs(2);

#[test]
fn an_idle_daemon_and_its_workers_use_no_cpu() {
    let daemon = Setup::new().with("steady").with("color_analysis").start_ready();
    daemon.document(&clip(), &[]);
    daemon.at_rest();
    // Nothing tells when the last thread of a pool has gone to sleep, but that none is woken any more.
    let processes = processes_of(daemon.install().prefix());
    let used = || processes.iter().map(|pid| (*pid, cpu(*pid))).collect::<BTreeMap<_, _>>();
    let before = used();
    // The event waited for is the daemon's end, which must not come; the wait itself wakes nobody.
    assert!(!daemon.ends_within(WATCHED));
    let after = used();
    for (pid, (time, woken)) in &after {
        let (time_before, woken_before) = before[pid];
        let (time, woken) = (time.saturating_sub(time_before), woken.saturating_sub(woken_before));
        // A thread of a pool that ends for want of work is woken once.
        assert!(
            time < Duration::from_millis(2) && woken <= 3,
            "{pid} used {time:?} and was woken {woken} times"
        );
    }
}
