//! `vactl status --memory`, `vactl models warm` and `vactl models evict`.

use va_protocol::api::memory::{AnalyzerMemory, MemoryState, MemoryStatus, Moved};

use super::grid::{Cell, Grid};
use super::quantity::{bytes, duration};
use super::style::{Style, Tone};

pub fn memory(memory: &MemoryStatus, style: &Style) -> String {
    let grids = [devices(memory), workers(memory), analyzers(memory), evictions(memory)];
    let shown: Vec<String> =
        grids.iter().filter(|grid| !grid.is_empty()).map(|grid| grid.text(style)).collect();
    let counts = &memory.counts;
    let counted = format!(
        "{} loads, {} evictions, {} without room, {} out of memory; {} of {} analyzers of jobs were warm\n",
        counts.loads,
        counts.evictions,
        counts.refusals,
        counts.out_of_memory,
        counts.cache_hits,
        counts.cache_hits + counts.cache_misses
    );
    format!("{}\n{counted}", shown.join("\n"))
}

pub fn moved(moved: &[Moved], done: &'static str, style: &Style) -> String {
    if moved.is_empty() {
        return format!("nothing to do: no analyzer is to be {done}\n");
    }
    let mut grid = Grid::new(["ANALYZER", "STATE", "WHY"]);
    for Moved { analyzer, done: is_done, reason } in moved {
        let state = if *is_done {
            Cell::toned(done, Tone::Good)
        } else {
            Cell::toned(&format!("not {done}"), Tone::Bad)
        };
        grid.row([Cell::toned(analyzer, Tone::Strong), state, reason.as_deref().into()]);
    }
    grid.text(style)
}

fn devices(memory: &MemoryStatus) -> Grid {
    let mut grid = Grid::new(["DEVICE", "MEMORY", "FREE", "LIMIT", "BY ANALYZERS"]);
    for device in &memory.devices {
        grid.row([
            Cell::toned(&device.device, Tone::Strong),
            bytes(device.total_bytes).into(),
            bytes(device.free_bytes).into(),
            bytes(device.limit_bytes).into(),
            bytes(device.analyzers_bytes).into(),
        ]);
    }
    grid
}

fn workers(memory: &MemoryStatus) -> Grid {
    let mut grid = Grid::new(["WORKER OF", "PID", "RESIDENT", "PEAK", "LIMIT"]);
    for worker in &memory.workers {
        grid.row([
            Cell::toned(&worker.group, Tone::Strong),
            worker.pid.to_string().into(),
            bytes(worker.resident_bytes).into(),
            bytes(worker.peak_bytes).into(),
            worker.limit_bytes.map(bytes).as_deref().into(),
        ]);
    }
    grid
}

fn analyzers(memory: &MemoryStatus) -> Grid {
    let mut grid = Grid::new(["ANALYZER", "GROUP", "STATE", "TAKES", "AT WORK", "ON THE GPU", "IDLE FOR"]);
    let mut all: Vec<&AnalyzerMemory> = memory.analyzers.iter().collect();
    all.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    for analyzer in all {
        let state = match analyzer.state {
            MemoryState::Loaded if analyzer.in_use => Cell::toned("in use", Tone::Good),
            MemoryState::Loaded => Cell::toned("loaded", Tone::Good),
            MemoryState::Loading => Cell::toned("loading", Tone::Warning),
            MemoryState::Unloading => Cell::toned("unloading", Tone::Warning),
            MemoryState::Unloaded => Cell::toned("unloaded", Tone::Faint),
            MemoryState::NotLoaded => Cell::toned("cannot load", Tone::Bad),
        };
        let about = if analyzer.measured { "" } else { "about " };
        let idle =
            (analyzer.state == MemoryState::Loaded && !analyzer.in_use).then(|| duration(analyzer.idle_s));
        grid.row([
            Cell::toned(&analyzer.name, Tone::Strong),
            analyzer.group.as_str().into(),
            state,
            format!("{about}{}", bytes(analyzer.bytes)).into(),
            analyzer.at_work_bytes.map(bytes).as_deref().into(),
            on_gpu(analyzer).as_deref().into(),
            idle.as_deref().into(),
        ]);
    }
    grid
}

fn on_gpu(analyzer: &AnalyzerMemory) -> Option<String> {
    let taken = bytes(analyzer.gpu_bytes?);
    Some(match analyzer.at_work_gpu_bytes {
        Some(at_work) => format!("{taken}, {} at work", bytes(at_work)),
        None => taken,
    })
}

fn evictions(memory: &MemoryStatus) -> Grid {
    let mut grid = Grid::new(["EVICTED", "GROUP", "AGO", "CAME BACK", "TO MAKE ROOM FOR"]);
    for eviction in &memory.evictions {
        let back = bytes(eviction.freed_bytes);
        let back = if eviction.worker_replaced { format!("{back}, worker replaced") } else { back };
        grid.row([
            Cell::toned(&eviction.analyzer, Tone::Strong),
            eviction.group.as_str().into(),
            duration(eviction.ago_s).into(),
            back.into(),
            eviction.made_room_for.as_deref().into(),
        ]);
    }
    grid
}

#[cfg(test)]
mod tests {
    use va_protocol::api::memory::{DeviceMemory, Eviction, MemoryCounts, WorkerMemory};

    use super::*;

    #[test]
    fn the_ledger_tells_who_has_what_and_who_had_to_go_for_whom() {
        let analyzer = |name: &str, state, bytes, measured: bool| AnalyzerMemory {
            name: name.to_owned(),
            group: "main".to_owned(),
            state,
            bytes,
            gpu_bytes: measured.then_some(90_000_000),
            at_work_bytes: measured.then_some(600_000_000),
            at_work_gpu_bytes: measured.then_some(250_000_000),
            measured,
            in_use: false,
            idle_s: 65.0,
        };
        let told = MemoryStatus {
            devices: vec![DeviceMemory {
                device: "cpu".to_owned(),
                total_bytes: 16_000_000_000,
                free_bytes: 9_000_000_000,
                limit_bytes: 13_600_000_000,
                analyzers_bytes: 412_000_000,
            }],
            workers: vec![WorkerMemory {
                pid: 4712,
                group: "main".to_owned(),
                resident_bytes: 500_000_000,
                peak_bytes: 700_000_000,
                limit_bytes: None,
            }],
            analyzers: vec![
                analyzer("faces", MemoryState::Unloaded, 50_000_000, false),
                analyzer("objects", MemoryState::Loaded, 412_000_000, true),
            ],
            evictions: vec![Eviction {
                analyzer: "faces".to_owned(),
                group: "main".to_owned(),
                made_room_for: Some("objects".to_owned()),
                ago_s: 12.0,
                freed_bytes: 48_000_000,
                worker_replaced: false,
            }],
            counts: MemoryCounts {
                loads: 3,
                evictions: 1,
                cache_hits: 4,
                cache_misses: 1,
                ..MemoryCounts::default()
            },
        };
        insta::assert_snapshot!(memory(&told, &Style::PLAIN), @"
        DEVICE  MEMORY   FREE    LIMIT    BY ANALYZERS
        cpu     16.0 GB  9.0 GB  13.6 GB  412.0 MB

        WORKER OF  PID   RESIDENT  PEAK      LIMIT
        main       4712  500.0 MB  700.0 MB  –

        ANALYZER  GROUP  STATE     TAKES          AT WORK   ON THE GPU                 IDLE FOR
        objects   main   loaded    412.0 MB       600.0 MB  90.0 MB, 250.0 MB at work  1 min 05 s
        faces     main   unloaded  about 50.0 MB  –         –                          –

        EVICTED  GROUP  AGO   CAME BACK  TO MAKE ROOM FOR
        faces    main   12 s  48.0 MB    objects

        3 loads, 1 evictions, 0 without room, 0 out of memory; 4 of 5 analyzers of jobs were warm
        ");
    }

    #[test]
    fn what_could_not_be_done_says_why() {
        let done = Moved { analyzer: "a".to_owned(), done: true, reason: None };
        let not = Moved { analyzer: "b".to_owned(), done: false, reason: Some("a job uses it".to_owned()) };
        insta::assert_snapshot!(moved(&[done, not], "unloaded", &Style::PLAIN), @"
        ANALYZER  STATE         WHY
        a         unloaded      –
        b         not unloaded  a job uses it
        ");
        assert!(moved(&[], "unloaded", &Style::PLAIN).contains("nothing to do"));
    }
}
