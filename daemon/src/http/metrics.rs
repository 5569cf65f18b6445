//! `GET /metrics`: what is counted, in the text format of Prometheus (exposition format 0.0.4).

use std::fmt::Write;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use va_protocol::api::memory::MemoryStatus;
use va_protocol::api::status::{JobCounts, WorkerStatus};

use super::Daemon;

pub(super) async fn show(State(mut daemon): State<Daemon>) -> Response {
    let (_, workers) = daemon.workers.status().await;
    let quarantines = daemon.registry.get().await.quarantines();
    let memory = daemon.workers.memory.status().await;
    let text = text(&memory, &workers, daemon.jobs.counts().await, quarantines);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn text(
    memory: &MemoryStatus,
    workers: &[WorkerStatus],
    jobs: JobCounts,
    (quarantines, quarantined): (u64, usize),
) -> String {
    let counts = &memory.counts;
    let mut page = Page::default();
    page.counter("va_jobs_finished_total", "Jobs that ended with a document or a problem", jobs.finished);
    page.counter("va_jobs_given_up_total", "Jobs whose client was gone before their end", jobs.given_up);
    page.head("va_jobs", "gauge", "Jobs that wait or run");
    page.sample("va_jobs", &[("state", "queued")], jobs.queued as u64);
    page.sample("va_jobs", &[("state", "running")], jobs.running as u64);
    page.head(
        "va_worker_restarts_total",
        "counter",
        "Workers that were started again after an unexpected end",
    );
    for worker in workers {
        if let Some(group) = &worker.group {
            page.sample("va_worker_restarts_total", &[("group", group)], worker.restarts.into());
        }
    }
    page.counter("va_quarantines_total", "Times that an analyzer was left out after crashes", quarantines);
    page.head("va_quarantined_analyzers", "gauge", "Analyzers that are left out after crashes");
    page.sample("va_quarantined_analyzers", &[], quarantined as u64);
    page.counter("va_cache_hits_total", "Analyzers of jobs that were loaded already", counts.cache_hits);
    page.counter(
        "va_cache_misses_total",
        "Analyzers of jobs that had to be loaded first",
        counts.cache_misses,
    );
    page.counter("va_loads_total", "Analyzers that were loaded", counts.loads);
    page.counter("va_evictions_total", "Analyzers that were unloaded to free memory", counts.evictions);
    page.counter("va_load_refusals_total", "Loads that found no room in memory", counts.refusals);
    page.counter(
        "va_out_of_memory_total",
        "Analyzers that ran out of memory while they worked",
        counts.out_of_memory,
    );
    page.head(
        "va_device_memory_bytes",
        "gauge",
        "Memory of a device: all of it, free, may be taken, and by analyzers",
    );
    for device in &memory.devices {
        let values = [
            ("total", device.total_bytes),
            ("free", device.free_bytes),
            ("limit", device.limit_bytes),
            ("analyzers", device.analyzers_bytes),
        ];
        for (kind, value) in values {
            page.sample("va_device_memory_bytes", &[("device", &device.device), ("kind", kind)], value);
        }
    }
    page.head("va_worker_resident_bytes", "gauge", "Resident memory of an analyze worker");
    for worker in &memory.workers {
        let pid = worker.pid.to_string();
        page.sample(
            "va_worker_resident_bytes",
            &[("group", &worker.group), ("pid", &pid)],
            worker.resident_bytes,
        );
    }
    page.0
}

/// Lines, each metric after its head.
#[derive(Debug, Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}.\n# TYPE {name} {kind}");
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, "counter", help);
        self.sample(name, &[], value);
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        let labels: Vec<String> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use va_protocol::api::memory::{DeviceMemory, MemoryCounts};
    use va_protocol::api::status::{WorkerRole, WorkerState};

    use super::*;

    #[test]
    fn each_metric_has_help_and_type_before_its_samples_and_labels_are_escaped() {
        let worker = WorkerStatus {
            pid: None,
            role: WorkerRole::Analyze,
            group: Some("a\"b".to_owned()),
            state: WorkerState::Waiting,
            restarts: 3,
            last_exit: None,
        };
        let device = DeviceMemory {
            device: "cpu".into(),
            total_bytes: 4,
            free_bytes: 3,
            limit_bytes: 2,
            analyzers_bytes: 1,
        };
        let counts = MemoryCounts { evictions: 7, ..MemoryCounts::default() };
        let memory = MemoryStatus { devices: vec![device], counts, ..MemoryStatus::default() };
        let text = text(&memory, &[worker], JobCounts { finished: 5, ..JobCounts::default() }, (4, 1));
        for line in [
            "# TYPE va_evictions_total counter\nva_evictions_total 7",
            "va_worker_restarts_total{group=\"a\\\"b\"} 3",
            "va_jobs_finished_total 5",
            "va_quarantines_total 4",
            "va_quarantined_analyzers 1",
            "va_device_memory_bytes{device=\"cpu\",kind=\"free\"} 3",
        ] {
            assert!(text.contains(line), "{line} is missing:\n{text}");
        }
        let mut known = std::collections::BTreeSet::new();
        for line in text.lines() {
            match line.strip_prefix("# TYPE ") {
                Some(typed) => {
                    assert!(known.insert(typed.split(' ').next().expect("a name")), "{line} is told twice")
                }
                None if line.starts_with('#') => {}
                None => assert!(
                    known.contains(line.split(['{', ' ']).next().expect("a name")),
                    "{line} has no type"
                ),
            }
        }
    }
}
