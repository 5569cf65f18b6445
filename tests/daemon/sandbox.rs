//! What workers are kept from: an analyzer tries it, and tells. The same without a sandbox, where all of it works.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
use serde_json::{Value, json};
use tempfile::TempDir;
use va_tests::{Daemon, Setup, clip, oom_score};

/// Beyond what the daemon has.
const OOM_SCORE: i64 = 500;

/// What an analyzer is not to reach.
struct Surroundings {
    folder: TempDir,
    listener: TcpListener,
    _socket: UnixListener,
}

impl Surroundings {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["secret", "unwanted"] {
            std::fs::write(folder.path().join(name), "of the user").expect("written");
        }
        let _socket = UnixListener::bind(folder.path().join("socket")).expect("a socket");
        Surroundings { folder, listener: TcpListener::bind("127.0.0.1:0").expect("a port"), _socket }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// With an analyzer that reaches for all of it.
    fn setup(&self) -> Setup {
        let port = self.listener.local_addr().expect("an address").port();
        let settings = format!("behaviour = \"reach\"\nfolder = {:?}\nport = {port}", self.path());
        Setup::new().with_settings("faulty", &settings)
    }
}

/// What the analyzer reaches, by what it tried: `done`, or the system's words.
#[track_caller]
fn tried(daemon: &Daemon) -> Value {
    let document = daemon.document(&clip(), &[]);
    document.saw_all("faulty").summary("faulty")["reached"].clone()
}

#[track_caller]
fn reached(config: impl Fn(&Path) -> String) -> Value {
    let surroundings = Surroundings::new();
    tried(&surroundings.setup().config(&config(surroundings.path())).start_ready())
}

fn off(_: &Path) -> String {
    "[sandbox]\nenabled = false".to_owned()
}

#[test]
fn an_analyzer_reaches_nothing_but_its_work() {
    let reached = reached(|_| String::new());
    let refused =
        |said: &Value| ["(os error 1)", "(os error 13)"].iter().any(|code| said.to_string().contains(code));
    let tried = reached.as_object().expect("all that was tried");
    let done: Vec<_> = tried.iter().filter(|(_, said)| !refused(said)).collect();
    assert!(tried.len() > 10 && done.is_empty(), "{done:#?}");
}

#[test]
fn without_a_sandbox_all_of_it_works() {
    let reached = reached(off);
    let refused: Vec<_> =
        reached.as_object().expect("tried").iter().filter(|(_, said)| **said != "done").collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn what_the_configuration_leaves_to_analyzers_they_reach() {
    let readable = reached(|folder| format!("[sandbox]\nreadable = [{folder:?}]"));
    assert_eq!((&readable["read a file"], &readable["list a folder"]), (&json!("done"), &json!("done")));
    assert_ne!(readable["write a file"], "done");
    let writable = reached(|folder| format!("[sandbox]\nwritable = [{folder:?}]"));
    assert_eq!((&writable["write a file"], &writable["remove a file"]), (&json!("done"), &json!("done")));
    assert_ne!(writable["connect to a Unix socket"], "done");
}

#[test]
fn the_status_says_whether_there_is_a_sandbox() {
    let told = |daemon: &Daemon| {
        let table = daemon.vactl(&["status"]).ended_with(0).text();
        let line = table.lines().find(|line| line.starts_with("sandbox")).expect("a line of it").to_owned();
        (daemon.status()["sandbox"].clone(), line)
    };
    // What this kernel lacks is told; the tests run where it lacks nothing.
    let on = Setup::new().with("steady").start();
    assert_eq!(told(&on), (json!({ "state": "on", "lacks": [] }), "sandbox  on".to_owned()));
    let off = Setup::new().with("steady").config(&off(Path::new(""))).start();
    assert_eq!(
        told(&off),
        (json!({ "state": "off", "lacks": [] }), "sandbox  off by configuration".to_owned())
    );
}

/// A daemon on a kernel that lacks these system calls, as older ones do.
fn without(calls: &[i64], setup: Setup) -> Daemon {
    let lacking = calls.iter().map(|call| (*call, Vec::new())).collect();
    let lacks = SeccompAction::Errno(libc::ENOSYS as u32);
    let machine = std::env::consts::ARCH.try_into().expect("one of ours");
    let filter = SeccompFilter::new(lacking, SeccompAction::Allow, lacks, machine).expect("a filter");
    let program: BpfProgram = filter.try_into().expect("short enough");
    // Whatever a thread starts inherits its filter.
    let starting = std::thread::spawn(move || {
        seccompiler::apply_filter(&program).expect("this kernel has filters");
        setup.start_ready()
    });
    starting.join().expect("it starts")
}

#[test]
fn a_kernel_without_landlock_is_told_and_the_rest_holds() {
    let surroundings = Surroundings::new();
    let daemon = without(&[libc::SYS_landlock_create_ruleset], surroundings.setup());
    let told = &daemon.status()["sandbox"];
    assert_eq!(told["state"], "partly");
    let lacks = told["lacks"].as_array().expect("a list");
    assert!(lacks.len() == 1 && lacks[0].to_string().contains("no landlock"), "{lacks:#?}");
    let table = daemon.vactl(&["status"]).ended_with(0).text();
    assert!(table.contains("sandbox  partly: this kernel has no landlock"), "{table}");
    let tried = tried(&daemon);
    assert_eq!(tried["read a file"], "done");
    for what in ["connect by TCP", "run a program", "signal the daemon", "change rights"] {
        assert!(tried[what].to_string().contains("(os error 1)"), "{what}: {tried:#}");
    }
}

#[test]
fn a_kernel_without_filters_is_told_and_the_rest_holds() {
    let surroundings = Surroundings::new();
    let daemon = without(&[libc::SYS_seccomp], surroundings.setup());
    let told = daemon.status()["sandbox"].to_string();
    assert!(told.contains("partly") && told.contains("system calls are not filtered"), "{told}");
    let tried = tried(&daemon);
    assert_eq!(tried["make a datagram socket"], "done");
    for what in ["read a file", "write a file", "run a program", "connect by TCP"] {
        assert!(tried[what].to_string().contains("(os error 13)"), "{what}: {tried:#}");
    }
}

#[test]
fn a_worker_that_cannot_tell_makes_the_status_say_so() {
    let mut daemon = Setup::new().prepare();
    let worker = daemon.install().prefix().join("lib/va/va-worker");
    // Another file in its place: the old one is that of all tests.
    let broken = worker.with_extension("new");
    std::fs::write(&broken, "#!/bin/sh\necho no such role >&2\nexit 7\n").expect("written");
    std::fs::set_permissions(&broken, std::fs::Permissions::from_mode(0o755)).expect("changed");
    std::fs::rename(&broken, &worker).expect("replaced");
    daemon.start();
    let status = daemon.vactl(&["status"]).ended_with(0).text();
    for words in ["sandbox  partly", "exited with status 7", "no such role"] {
        assert!(status.contains(words), "{words}: {status}");
    }
}

#[test]
fn the_kernel_would_take_a_worker_before_the_daemon() {
    let daemon = Setup::new().with("steady").start_ready();
    daemon.at_rest();
    let own = oom_score(daemon.pid()).expect("a number");
    for role in ["analyze", "decode"] {
        for worker in daemon.processes(role) {
            assert_eq!(oom_score(worker), Some((own + OOM_SCORE).min(1000)), "{role}");
        }
    }
}

/// With the sandbox off a plugin can start processes; they end with it.
#[test]
fn what_a_worker_started_ends_with_it() {
    let daemon = Setup::new()
        .with_settings("faulty", "behaviour = \"fork\"\nat_frame = 49")
        .config(&off(Path::new("")))
        .start_ready();
    let before = daemon.at_rest();
    daemon.document(&clip(), &[]).saw_all("faulty");
    let worker = daemon.worker_of("main");
    assert!(daemon.resources().processes > before.processes, "the child is there");
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(worker as i32).expect("a process"),
        rustix::process::Signal::KILL,
    )
    .expect("it runs");
    daemon.gives_back(&before);
}
