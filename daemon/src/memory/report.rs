//! Who has what, as people and programs are told.

use va_protocol::api::memory::{AnalyzerMemory, DeviceMemory, MemoryState, MemoryStatus, WorkerMemory};

use super::figures::Figure;
use super::free::{most_of_gpu, most_of_machine};
use super::keeper::{Memory, lock, room};
use crate::workers::{AnalyzeWorker, LoadState, Standing, resident_bytes};

impl Memory {
    pub(crate) async fn status(&self) -> MemoryStatus {
        self.ask_gpus().await;
        let workers = self.workers();
        let machine = self.0.kernel.machine();
        let cpu = DeviceMemory {
            device: "cpu".to_owned(),
            total_bytes: machine.total,
            free_bytes: machine.free,
            limit_bytes: most_of_machine(machine, &self.0.config.memory),
            analyzers_bytes: self.taken(|_| true).host,
        };
        let gpus = lock(&self.0.gpus).gpus.clone();
        let gpus = gpus.iter().map(|gpu| DeviceMemory {
            device: format!("cuda:{}", gpu.number),
            total_bytes: gpu.total_bytes,
            free_bytes: room(gpu).free,
            limit_bytes: most_of_gpu(room(gpu), &self.0.config.memory),
            analyzers_bytes: self
                .taken(|worker| self.gpu_of(&worker.device) == Some(gpu.number))
                .gpu
                .unwrap_or(0),
        });
        MemoryStatus {
            devices: std::iter::once(cpu).chain(gpus).collect(),
            workers: workers.iter().map(|worker| self.worker_memory(worker)).collect(),
            analyzers: workers.iter().flat_map(|worker| self.analyzers_memory(worker)).collect(),
            evictions: self.0.ledger.story(),
            counts: self.0.ledger.counts(),
        }
    }

    fn worker_memory(&self, worker: &AnalyzeWorker) -> WorkerMemory {
        let limit = self.0.config.groups.get(&worker.group).and_then(|group| group.memory_mib);
        WorkerMemory {
            pid: worker.process.pid,
            group: worker.group.clone(),
            resident_bytes: resident_bytes(worker.process.pid),
            peak_bytes: (worker.process.memory_peak_mb() * 1e6) as u64,
            limit_bytes: limit.map(|mib| mib << 20),
        }
    }

    fn analyzers_memory(&self, worker: &AnalyzeWorker) -> Vec<AnalyzerMemory> {
        let analyzer = |standing: Standing| {
            let measured = lock(&self.0.figures).of(&standing.order, &worker.device);
            let Figure { taken, at_work } =
                measured.unwrap_or_else(|| self.says(&standing.order, &worker.device));
            AnalyzerMemory {
                group: worker.group.clone(),
                state: match standing.state {
                    LoadState::Loading => MemoryState::Loading,
                    LoadState::Loaded { .. } => MemoryState::Loaded,
                    LoadState::NotLoaded { .. } => MemoryState::NotLoaded,
                    LoadState::Unloading => MemoryState::Unloading,
                    LoadState::Unloaded { .. } => MemoryState::Unloaded,
                },
                bytes: taken.host,
                gpu_bytes: taken.gpu,
                at_work_bytes: at_work.map(|at_work| at_work.host),
                at_work_gpu_bytes: at_work.and_then(|at_work| at_work.gpu),
                measured: measured.is_some(),
                in_use: standing.in_use,
                idle_s: standing.idle_for.as_secs_f64(),
                name: standing.order.name,
            }
        };
        worker.shelf.all().into_iter().map(analyzer).collect()
    }
}
