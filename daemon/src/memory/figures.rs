//! What analyzers were found to take, kept in the state folder: nobody has to be measured twice.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use va_protocol::worker::control::{AnalyzerToLoad, MemoryTaken};

use crate::state_dir::write_whole;

const FILE: &str = "memory.json";

#[derive(Debug, Default)]
pub(super) struct Figures {
    file: PathBuf,
    by_key: BTreeMap<String, MemoryTaken>,
}

impl Figures {
    /// A file that cannot be read is as good as none: all are measured again.
    pub(super) fn open(state_dir: &Path) -> Self {
        let file = state_dir.join(FILE);
        let by_key = std::fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        Figures { file, by_key: by_key.unwrap_or_default() }
    }

    pub(super) fn of(&self, analyzer: &AnalyzerToLoad, device: &str) -> Option<MemoryTaken> {
        self.by_key.get(&key(analyzer, device)).copied()
    }

    /// The most that each analyzer was found to take on any device, by name.
    pub(super) fn by_name(&self) -> BTreeMap<String, u64> {
        let mut most = BTreeMap::new();
        for (key, taken) in &self.by_key {
            // A name has no space in it.
            let name = key.split(' ').next().unwrap_or_default().to_owned();
            let taken = taken.gpu.filter(|gpu| *gpu > 0).unwrap_or(taken.host);
            most.entry(name).and_modify(|most: &mut u64| *most = taken.max(*most)).or_insert(taken);
        }
        most
    }

    pub(super) fn learn(&mut self, analyzer: &AnalyzerToLoad, device: &str, taken: MemoryTaken) {
        if self.by_key.insert(key(analyzer, device), taken) == Some(taken) {
            return;
        }
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
        }
    }

    #[test]
    fn figures_outlive_the_daemon_and_not_another_version() {
        let folder = tempfile::tempdir().expect("a folder");
        let taken = MemoryTaken { host: 5, gpu: Some(6) };
        Figures::open(folder.path()).learn(&analyzer("a", "1"), "cpu", taken);
        let figures = Figures::open(folder.path());
        assert_eq!(figures.of(&analyzer("a", "1"), "cpu"), Some(taken));
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
    fn a_broken_file_is_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), "{ half").expect("written");
        let mut figures = Figures::open(folder.path());
        assert_eq!(figures.of(&analyzer("a", "1"), "cpu"), None);
        figures.learn(&analyzer("a", "1"), "cpu", MemoryTaken::default());
        assert!(Figures::open(folder.path()).of(&analyzer("a", "1"), "cpu").is_some());
    }
}
