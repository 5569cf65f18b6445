//! Many jobs, and analyzers that come and go between them: nothing grows. `make soak` runs the long form.

use va_tests::{Daemon, LIMIT, Resources, Setup, clip, library_bytes, resident, within};

/// Jobs, and cycles of switching and replacing.
fn size() -> (usize, usize) {
    match std::env::var_os("VA_SOAK") {
        Some(_) => (500, 200),
        None => (30, 12),
    }
}

/// Jobs after which memory has settled.
const SETTLED: usize = 10;
/// Memory may end this much above what it was.
const MOST: f64 = 1.03;

/// What the daemon and its worker hold between jobs.
#[derive(Debug)]
struct Held {
    daemon: u64,
    worker: u64,
    rest: Resources,
}

impl Held {
    fn by(daemon: &Daemon) -> Self {
        let rest = daemon.at_rest();
        Held { daemon: resident(daemon.pid()), worker: resident(daemon.worker_of("main")), rest }
    }
}

fn jobs(daemon: &Daemon, count: usize) {
    for _ in 0..count {
        daemon.document(&clip(), &["--fresh"]).saw_all("steady");
    }
}

#[test]
fn neither_jobs_nor_changes_of_analyzers_leave_anything_behind() {
    let (all_jobs, cycles) = size();
    let config = "[jobs]\nstored_results = 5";
    let daemon = Setup::new().with("steady").with("listener").config(config).start_ready();
    let file = daemon.folder().join("libsleepy.so");
    let build = |number: usize| {
        let bytes = [&library_bytes("sleepy")[..], number.to_string().as_bytes()].concat();
        std::fs::write(&file, bytes).expect("written");
        daemon.vactl(&["plugins", "add", file.to_str().expect("text")]).ended_with(0);
    };
    let switch = |to: &str| drop(daemon.vactl(&["plugins", to, "listener"]).ended_with(0));
    // All of it between the first jobs, so that what is made once is there.
    for build_number in 0..SETTLED {
        build(build_number);
        switch("disable");
        switch("enable");
        jobs(&daemon, 1);
    }
    let before = Held::by(&daemon);

    let jobs_each = (all_jobs - 2 * SETTLED).div_ceil(cycles);
    for cycle in 1..=cycles {
        match cycle % 3 {
            0 => build(SETTLED + cycle),
            1 => switch("disable"),
            _ => switch("enable"),
        }
        jobs(&daemon, jobs_each);
    }
    switch("enable");
    jobs(&daemon, SETTLED);
    let grown = |after: u64, before: u64| after as f64 / before as f64;
    let fits = |after: &Held| {
        after.rest == before.rest
            && grown(after.daemon, before.daemon) <= MOST
            && grown(after.worker, before.worker) <= MOST
    };
    // Threads for the disk, and what they hold, go a moment later.
    let after = within(LIMIT, || Some(Held::by(&daemon)).filter(fits)).unwrap_or_else(|| Held::by(&daemon));
    println!("before: {before:#?}\nafter {all_jobs} jobs and {cycles} changes: {after:#?}");
    assert!(fits(&after), "something grew: {before:#?} {after:#?}");
    let kept = std::fs::read_dir(daemon.state_dir().join("plugins")).expect("a folder").count();
    assert_eq!(kept, 1);
}
