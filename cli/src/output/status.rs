//! `vactl status`.

use va_protocol::api::status::{SandboxState, SandboxStatus, Status, WorkerRole, WorkerState};

use super::grid::{Cell, Grid};
use super::quantity::duration;
use super::style::{Style, Tone};
use super::text::{clean, padded};

pub fn status(status: &Status, style: &Style) -> String {
    let grids = [groups(status), workers(status)];
    let grids = grids.iter().filter(|grid| !grid.is_empty()).map(|grid| format!("\n{}", grid.text(style)));
    std::iter::once(daemon(status, style)).chain(grids).collect()
}

fn daemon(status: &Status, style: &Style) -> String {
    let running = style.paint(Tone::Good, "running");
    let daemon = format!(
        "{running}, version {}, pid {}, for {}",
        clean(&status.version),
        status.pid,
        duration(status.uptime_s)
    );
    let jobs = &status.jobs;
    let jobs = format!(
        "{} running, {} waiting, {} finished, {} given up",
        jobs.running, jobs.queued, jobs.finished, jobs.given_up
    );
    let config = status.config.as_deref().map_or("built-in defaults".to_owned(), clean);
    let rows = [
        ("daemon", daemon),
        ("jobs", jobs),
        ("socket", clean(&status.socket)),
        ("state", clean(&status.state_dir)),
        ("models", clean(&status.models_dir)),
        ("config", config),
        ("sandbox", sandbox(&status.sandbox, style)),
    ];
    rows.map(|(key, value)| format!("{}  {value}\n", style.paint(Tone::Faint, &padded(key, 7)))).concat()
}

fn sandbox(status: &SandboxStatus, style: &Style) -> String {
    match status.state {
        SandboxState::On => style.paint(Tone::Good, "on"),
        SandboxState::Off => style.paint(Tone::Warning, "off by configuration"),
        SandboxState::Partly => {
            format!("{}: {}", style.paint(Tone::Warning, "partly"), clean(&status.lacks.join("; ")))
        }
    }
}

fn groups(status: &Status) -> Grid {
    let mut grid = Grid::new(["GROUP", "DEVICE", "THREADS", "MEMORY", "ANALYZERS"]);
    for group in &status.groups {
        let memory = group.memory_mib.map_or("no limit".to_owned(), |limit| format!("{limit} MiB"));
        grid.row([
            Cell::toned(&group.name, Tone::Strong),
            group.device.as_str().into(),
            group.threads.to_string().into(),
            memory.into(),
            group.analyzers.join(", ").into(),
        ]);
    }
    grid
}

fn workers(status: &Status) -> Grid {
    let mut grid = Grid::new(["WORKER", "GROUP", "STATE", "PID", "RESTARTS", "LAST END"]);
    for worker in &status.workers {
        let role = match worker.role {
            WorkerRole::Analyze => "analyze",
            WorkerRole::Decode => "decode",
        };
        let state = match worker.state {
            WorkerState::Starting => Cell::toned("starting", Tone::Warning),
            WorkerState::Ready => Cell::toned("ready", Tone::Good),
            WorkerState::Waiting => Cell::toned("to be restarted", Tone::Bad),
        };
        grid.row([
            Cell::toned(role, Tone::Strong),
            worker.group.as_deref().into(),
            state,
            worker.pid.map(|pid| pid.to_string()).as_deref().into(),
            worker.restarts.to_string().into(),
            worker.last_exit.as_deref().into(),
        ]);
    }
    grid
}

#[cfg(test)]
mod tests {
    use va_protocol::api::status::{GroupStatus, JobCounts, WorkerStatus};

    use super::*;

    #[test]
    fn a_status_tells_of_daemon_groups_and_workers() {
        let worker = |pid, role, group: Option<&str>, state, last_exit: Option<&str>| WorkerStatus {
            pid,
            role,
            group: group.map(str::to_owned),
            state,
            restarts: u32::from(last_exit.is_some()),
            last_exit: last_exit.map(str::to_owned),
        };
        let told = Status {
            pid: 4711,
            version: "0.1.0".to_owned(),
            socket: "/home/u/.local/state/va/va.sock".to_owned(),
            state_dir: "/home/u/.local/state/va".to_owned(),
            models_dir: "/home/u/.local/share/va/models".to_owned(),
            config: None,
            uptime_s: 3725.0,
            sandbox: SandboxStatus { state: SandboxState::On, lacks: Vec::new() },
            groups: vec![GroupStatus {
                name: "main".to_owned(),
                device: "cpu".to_owned(),
                threads: 2,
                memory_mib: None,
                analyzers: vec!["audio_analysis".to_owned(), "cut_analysis".to_owned()],
            }],
            workers: vec![
                worker(Some(4712), WorkerRole::Analyze, Some("main"), WorkerState::Ready, None),
                worker(
                    None,
                    WorkerRole::Decode,
                    None,
                    WorkerState::Waiting,
                    Some("killed by signal 11 (SIGSEGV)"),
                ),
            ],
            jobs: JobCounts { queued: 2, running: 1, finished: 17, given_up: 3 },
        };
        insta::assert_snapshot!(status(&told, &Style::PLAIN), @"
        daemon   running, version 0.1.0, pid 4711, for 1 h 02 min
        jobs     1 running, 2 waiting, 17 finished, 3 given up
        socket   /home/u/.local/state/va/va.sock
        state    /home/u/.local/state/va
        models   /home/u/.local/share/va/models
        config   built-in defaults
        sandbox  on

        GROUP  DEVICE  THREADS  MEMORY    ANALYZERS
        main   cpu     2        no limit  audio_analysis, cut_analysis

        WORKER   GROUP  STATE            PID   RESTARTS  LAST END
        analyze  main   ready            4712  0         –
        decode   –      to be restarted  –     1         killed by signal 11 (SIGSEGV)
        ");
    }

    #[test]
    fn a_sandbox_is_told_with_what_it_lacks() {
        let told = |state, lacks: &[&str]| {
            let lacks = lacks.iter().map(|lack| (*lack).to_owned()).collect();
            sandbox(&SandboxStatus { state, lacks }, &Style::PLAIN)
        };
        assert_eq!(told(SandboxState::Off, &[]), "off by configuration");
        assert_eq!(
            told(SandboxState::Partly, &["no landlock", "no filter"]),
            "partly: no landlock; no filter"
        );
    }
}
