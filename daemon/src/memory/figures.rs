//! What analyzers were found to take, kept in the state folder: nobody has to be measured twice.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use va_protocol::worker::control::{AnalyzerToLoad, MemoryTaken};

use crate::state_dir::write_whole;

const FILE: &str = "memory.json";
/// What is needed at work is kept in steps of this many bytes.
const STEP: u64 = 1 << 20;

#[derive(Debug, Default)]
pub(super) struct Figures {
    file: PathBuf,
    by_key: BTreeMap<String, Figure>,
}

/// Of one analyzer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Figure {
    /// By loading it.
    #[serde(flatten)]
    pub(super) taken: MemoryTaken,
    /// The most that one of its calls was seen to need, what is loaded included.
    pub(super) at_work: Option<MemoryTaken>,
}

impl Figure {
    /// The most that it takes, at rest or at work.
    pub(super) fn most(&self) -> MemoryTaken {
        let at_work = self.at_work.unwrap_or_default();
        MemoryTaken { host: self.taken.host.max(at_work.host), gpu: self.taken.gpu.max(at_work.gpu) }
    }
}

impl Figures {
    /// A file that cannot be read is as good as none: all are measured again.
    pub(super) fn open(state_dir: &Path) -> Self {
        let file = state_dir.join(FILE);
        let by_key = std::fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        Figures { file, by_key: by_key.unwrap_or_default() }
    }

    pub(super) fn of(&self, analyzer: &AnalyzerToLoad, device: &str) -> Option<Figure> {
        self.by_key.get(&key(analyzer, device)).copied()
    }

    /// The most that loading each analyzer took on any device, by name. What they need at work they mostly share.
    pub(super) fn by_name(&self) -> BTreeMap<String, u64> {
        let mut most = BTreeMap::new();
        for (key, figure) in &self.by_key {
            // A name has no space in it.
            let name = key.split(' ').next().unwrap_or_default().to_owned();
            let taken = figure.taken;
            let taken = taken.gpu.filter(|gpu| *gpu > 0).unwrap_or(taken.host);
            most.entry(name).and_modify(|most: &mut u64| *most = taken.max(*most)).or_insert(taken);
        }
        most
    }

    pub(super) fn learn(&mut self, analyzer: &AnalyzerToLoad, device: &str, taken: MemoryTaken) {
        let key = key(analyzer, device);
        let known = self.by_key.get(&key).copied();
        if known.is_none_or(|known| known.taken != taken) {
            self.by_key.insert(key, Figure { taken, ..known.unwrap_or_default() });
            self.keep();
        }
    }

    /// A call was seen to touch this much of the worker's memory, and the GPU's use to grow by so much. Of one that was
    /// never measured as it was loaded nothing is learnt.
    pub(super) fn learn_at_work(&mut self, analyzer: &AnalyzerToLoad, device: &str, call: MemoryTaken) {
        let Some(figure) = self.by_key.get_mut(&key(analyzer, device)) else { return };
        let gpu = figure.taken.gpu.zip(call.gpu).map(|(taken, grown)| taken + grown);
        let more = match figure.at_work {
            None => MemoryTaken { host: call.host, gpu },
            // What is a little more than before is not worth a write.
            Some(known) => {
                let clearly = |now: u64, known: u64| if now > known + STEP { now } else { known };
                let of_gpu = known.gpu.zip(gpu).map(|(known, now)| clearly(now, known)).or(known.gpu).or(gpu);
                MemoryTaken { host: clearly(call.host, known.host), gpu: of_gpu }
            }
        };
        if figure.at_work.replace(more) != Some(more) {
            self.keep();
        }
    }

    fn keep(&self) {
        if let Err(error) = self.write() {
            tracing::warn!("what analyzers take is measured again at the next start: {error:#}");
        }
    }

    fn write(&self) -> anyhow::Result<()> {
        write_whole(&self.file, &serde_json::to_vec_pretty(&self.by_key)?)
    }
}

/// What it takes depends on nothing else.
fn key(analyzer: &AnalyzerToLoad, device: &str) -> String {
    let models: Vec<String> =
        analyzer.models.iter().map(|(name, folder)| format!("{name}={folder}")).collect();
    let AnalyzerToLoad { name, version, settings, .. } = analyzer;
    format!("{name} {version} on {device} with [{}] and {settings}", models.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn analyzer(name: &str, version: &str) -> AnalyzerToLoad {
        AnalyzerToLoad {
            name: name.to_owned(),
            version: version.to_owned(),
            path: String::new(),
            settings: "{}".to_owned(),
            models: BTreeMap::new(),
            absent_models: BTreeMap::new(),
            missing: None,
            call_limit_s: 1.0,
            memory_mib: 7,
            measure: false,
            known_at_work: false,
        }
    }

    #[test]
    fn figures_outlive_the_daemon_and_not_another_version() {
        let folder = tempfile::tempdir().expect("a folder");
        let taken = MemoryTaken { host: 5, gpu: Some(6) };
        Figures::open(folder.path()).learn(&analyzer("a", "1"), "cpu", taken);
        let figures = Figures::open(folder.path());
        assert_eq!(figures.of(&analyzer("a", "1"), "cpu"), Some(Figure { taken, at_work: None }));
        assert_eq!(
            figures.by_name(),
            BTreeMap::from([("a".to_owned(), 6)]),
            "what it takes of a GPU, where it is there"
        );
        assert_eq!(figures.of(&analyzer("a", "2"), "cpu"), None);
        assert_eq!(figures.of(&analyzer("a", "1"), "cuda:0"), None);
        let mut other_model = analyzer("a", "1");
        other_model.models.insert("m".into(), "/models/m/2".into());
        assert_eq!(figures.of(&other_model, "cpu"), None);
    }

    #[test]
    fn the_most_that_was_seen_at_work_is_kept_and_loading_does_not_forget_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let a = analyzer("a", "1");
        let taken = |host, gpu| MemoryTaken { host, gpu };
        let mut figures = Figures::open(folder.path());
        figures.learn_at_work(&a, "cuda:0", taken(900, Some(9)));
        assert_eq!(figures.of(&a, "cuda:0"), None, "it was never loaded alone");
        figures.learn(&a, "cuda:0", taken(100, Some(50)));
        for (host, grown) in [(300, 7), (800, 0), (200, 2)] {
            let (host, grown) = (host * STEP, grown * STEP);
            figures.learn_at_work(&a, "cuda:0", taken(host, Some(grown)));
        }
        let figures = Figures::open(folder.path());
        let figure = figures.of(&a, "cuda:0").expect("kept");
        let most = taken(800 * STEP, Some(50 + 7 * STEP));
        assert_eq!((figure.taken, figure.at_work, figure.most()), (taken(100, Some(50)), Some(most), most));
        assert_eq!(figures.by_name()["a"], 50, "loaded");
    }

    #[test]
    fn figures_of_a_version_that_knew_less_are_of_use() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = key(&analyzer("a", "1"), "cpu");
        let text = serde_json::json!({ key: { "host": 5, "gpu": null } }).to_string();
        std::fs::write(folder.path().join(FILE), text).expect("written");
        let figure = Figures::open(folder.path()).of(&analyzer("a", "1"), "cpu").expect("read");
        assert_eq!((figure.taken.host, figure.at_work), (5, None));
    }

    #[test]
    fn a_broken_file_is_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), "{ half").expect("written");
        let mut figures = Figures::open(folder.path());
        assert_eq!(figures.of(&analyzer("a", "1"), "cpu"), None);
        figures.learn(&analyzer("a", "1"), "cpu", MemoryTaken::default());
        assert!(Figures::open(folder.path()).of(&analyzer("a", "1"), "cpu").is_some());
    }
}
