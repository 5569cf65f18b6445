//! The daemon that `vactl` starts by itself.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;
use va_tests::{Install, LIMIT, Ran, Running, clip, is_alive, parent_of, processes_of, run, wait_until};

/// An installation and a state folder, and no daemon yet. What was started ends with the installation.
struct Home {
    install: Install,
    folder: TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Home { install: Install::new(), folder: tempfile::tempdir().expect("a folder") };
        home.install.add("steady");
        home
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("deep/state")
    }

    fn command(&self) -> Command {
        let mut command = self.install.vactl();
        command.env("VA_STATE_DIR", self.state());
        command
    }

    fn vactl(&self, arguments: &[&str]) -> Ran {
        run(self.command().args(arguments), LIMIT)
    }

    fn analyze(&self) -> Command {
        let mut command = self.command();
        command.arg("analyze").arg(clip()).args(["-o", "-"]);
        command
    }

    fn daemons(&self) -> Vec<u32> {
        let program = |pid: &u32| std::fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
        let mut all = processes_of(self.install.prefix());
        all.retain(|pid| program(pid).ends_with("va-daemon"));
        // Until it runs its own program, a worker that was just started is a copy of its daemon.
        let copies: Vec<u32> = all
            .iter()
            .copied()
            .filter(|pid| parent_of(*pid).is_some_and(|parent| all.contains(&parent)))
            .collect();
        all.retain(|pid| !copies.contains(pid));
        all
    }
}

#[test]
fn the_main_job_is_one_command() {
    let home = Home::new();
    let ran = run(&mut home.analyze(), LIMIT).ended_with(0);
    assert_eq!(ran.json()["analyzers"]["steady"]["status"], "ok");
    let daemons = home.daemons();
    assert_eq!(daemons.len(), 1);

    run(home.analyze().arg("--fresh"), LIMIT).ended_with(0);
    assert_eq!(home.daemons(), daemons, "it lives on");
    assert_eq!(home.vactl(&["daemon", "status", "--format", "json"]).ended_with(0).json()["pid"], daemons[0]);
    let log = home.vactl(&["daemon", "logs"]).ended_with(0).text();
    assert!(log.contains("ready") && log.contains("finished"), "{log}");
    assert_eq!(home.vactl(&["daemon", "logs", "-n", "1"]).ended_with(0).text().lines().count(), 1);

    home.vactl(&["daemon", "stop"]).ended_with(0);
    assert_eq!(processes_of(home.install.prefix()), [0; 0], "nothing of it is left once `stop` is back");
    assert!(!home.state().join("va.sock").exists());
    home.vactl(&["status"]).ended_with(4);
    home.vactl(&["daemon", "stop"]).ended_with(0);
}

#[test]
fn it_can_be_started_before_its_first_job() {
    let home = Home::new();
    home.vactl(&["daemon", "start"]).ended_with(0);
    let daemons = home.daemons();
    assert_eq!(daemons.len(), 1);
    home.vactl(&["daemon", "start"]).ended_with(0);
    assert_eq!(home.daemons(), daemons);
    home.vactl(&["daemon", "stop"]).ended_with(0);
}

#[test]
fn many_first_jobs_at_once_share_one_daemon() {
    let home = Home::new();
    let running: Vec<Running> = (0..5).map(|_| Running::start(home.analyze().arg("--fresh"))).collect();
    for job in running {
        job.ended(LIMIT).ended_with(0);
    }
    assert_eq!(home.daemons().len(), 1);
}

#[test]
fn it_does_not_hear_the_ctrl_c_of_the_job_that_started_it() {
    let home = Home::new();
    let job = Running::start(home.analyze().process_group(0));
    wait_until("the daemon serves", LIMIT, || home.state().join("va.sock").exists().then_some(()));
    let group = Pid::from_raw(job.pid() as i32).expect("a process");
    let _ = kill_process_group(group, Signal::INT);
    let code = job.ended(LIMIT).code();
    assert!([0, 130].contains(&code), "exit code {code}");
    assert_eq!(home.daemons().len(), 1);
    run(home.analyze().arg("--fresh"), LIMIT).ended_with(0);
}

#[test]
fn the_one_that_was_killed_is_replaced() {
    let home = Home::new();
    run(&mut home.analyze(), LIMIT).ended_with(0);
    let [daemon] = home.daemons()[..] else { panic!("one daemon") };
    rustix::process::kill_process(Pid::from_raw(daemon as i32).expect("a process"), Signal::KILL)
        .expect("it runs");
    wait_until("it is gone", LIMIT, || (!is_alive(daemon)).then_some(()));
    run(home.analyze().arg("--fresh"), LIMIT).ended_with(0);
    assert_ne!(home.daemons(), [daemon]);
}

#[test]
fn its_state_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    run(&mut home.analyze(), LIMIT).ended_with(0);
    assert_eq!(std::fs::metadata(home.state()).expect("there").permissions().mode() & 0o777, 0o700);
    assert!(home.state().join("daemon.log").exists());
}

#[test]
fn its_socket_can_be_elsewhere() {
    let home = Home::new();
    let socket = home.folder.path().join("my.sock");
    run(home.analyze().env("VA_SOCKET", &socket), LIMIT).ended_with(0);
    assert!(socket.exists() && !home.state().join("va.sock").exists());
    home.vactl(&["status", "--socket", socket.to_str().expect("text")]).ended_with(0);
    home.vactl(&["daemon", "stop", "--socket", socket.to_str().expect("text")]).ended_with(0);
    assert!(!socket.exists());
}

#[test]
fn a_state_folder_that_cannot_be_made_is_the_callers_mistake() {
    let home = Home::new();
    let file = home.folder.path().join("file");
    std::fs::write(&file, "x").expect("written");
    let ran = run(home.analyze().env("VA_STATE_DIR", file.join("state")), LIMIT).ended_with(2);
    ran.complains_of(&["file/state", "VA_STATE_DIR"]);
}

#[test]
fn a_state_folder_with_a_long_name_is_told_what_to_do() {
    let home = Home::new();
    let long = home.folder.path().join("x".repeat(120));
    run(home.analyze().env("VA_STATE_DIR", &long), LIMIT).ended_with(2).complains_of(&["107", "VA_SOCKET"]);
    let short = home.folder.path().join("s");
    run(home.analyze().env("VA_STATE_DIR", &long).env("VA_SOCKET", short), LIMIT).ended_with(0);
}

#[test]
fn it_is_found_from_wherever_vactl_lies_and_is_called() {
    let home = Home::new();
    let link = home.folder.path().join("vactl");
    std::os::unix::fs::symlink(home.install.prefix().join("bin/vactl"), &link).expect("a link");
    let mut command = Command::new("vactl");
    command.current_dir("/").env_clear().env("PATH", home.folder.path()).env("VA_STATE_DIR", home.state());
    run(command.arg("analyze").arg(clip()), LIMIT).ended_with(0);
    assert_eq!(home.daemons().len(), 1);
}

#[test]
fn it_keeps_nobodys_folder_or_output() {
    let home = Home::new();
    let folder = tempfile::tempdir().expect("a folder");
    // `ended` waits for the end of the output, too: whoever inherited it would be waited for.
    let begun = std::time::Instant::now();
    run(home.analyze().current_dir(folder.path()), LIMIT).ended_with(0);
    assert!(begun.elapsed() < Duration::from_secs(30));
    let [daemon] = home.daemons()[..] else { panic!("one daemon") };
    let works_in = std::fs::read_link(format!("/proc/{daemon}/cwd")).expect("its folder");
    assert_ne!(works_in, folder.path());
    for file in va_tests::open_files(daemon) {
        assert!(!file.starts_with(folder.path()), "{}", file.display());
    }
}
