//! A table, a store and tools in a folder of the test.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Mutex;

use va_models::digest::Sha256;
use va_models::store::Store;
use va_models::table::Table;
use va_models_pull::{Event, Plan, Report, Request, Tools, run};

pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: Store,
    pub(crate) tools: Tools,
    pub(crate) table: String,
}

impl World {
    /// Where no tool can be run.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path().join("models"));
        let none = folder.path().join("none");
        let tools = Tools { python: none.clone(), npm: none, hub: None };
        let table = "[licences]\nMIT = \"permissive\"\nOdd = \"unknown\"\n".to_owned();
        World { folder, store, tools, table }
    }

    /// Adds to the table.
    pub(crate) fn with(mut self, text: &str) -> Self {
        self.table.push_str(text);
        self
    }

    /// A model of one file, copied from one source.
    pub(crate) fn with_model(self, name: &str, source: &str, content: &[u8]) -> Self {
        let known = known(content);
        self.with(&format!(
            "[[model]]\nname = \"{name}\"\nkind = \"text\"\ntier = \"small\"\nlicence = \"MIT\"\n\
             source = [{{ as = \"s\", {source}, {known} }}]\n\
             output = [{{ file = \"words.txt\", copy = \"s\", {known} }}]\n"
        ))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("has a folder")).expect("made");
        std::fs::write(&path, content).expect("written");
        path
    }

    /// A program of a few lines of shell.
    pub(crate) fn program(&self, name: &str, lines: &str) -> PathBuf {
        let path = self.write(name, format!("#!/bin/sh\n{lines}\n").as_bytes());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("may be run");
        path
    }

    pub(crate) fn pull(&self, names: &[&str]) -> Report {
        self.pull_from(names, None).0
    }

    /// Also what was told, in words.
    pub(crate) fn pull_from(&self, names: &[&str], from: Option<PathBuf>) -> (Report, Vec<String>) {
        let table = Table::parse(&self.table).expect("a table without problems");
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let request = Request { names, from, ..Request::default() };
        let plan = Plan::new(&table, &self.store, &request).expect("can be planned");
        let told = Mutex::new(Vec::new());
        let tell = |event: Event<'_>| told.lock().expect("no panic").push(format!("{event:?}"));
        let report = run(&plan, &self.store, &self.tools, &tell).expect("the store can be written");
        (report, told.into_inner().expect("no panic"))
    }

    pub(crate) fn content(&self, name: &str, file: &str) -> Option<Vec<u8>> {
        std::fs::read(self.store.folder(name)?.join(file)).ok()
    }

    /// Names in the store that are no models.
    pub(crate) fn left_over(&self) -> Vec<String> {
        let folder = self.store.path();
        let hidden = [folder.to_owned(), folder.join(".downloads")];
        let entries = hidden.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        names
            .filter(|name| {
                name != ".lock" && !name.starts_with(".recipes-") && self.store.folder(name).is_none()
            })
            .collect()
    }
}

/// Sum and size as a table has them.
pub(crate) fn known(content: &[u8]) -> String {
    format!("sha256 = \"{}\", bytes = {}", Sha256::of(content), content.len())
}

/// Why a model was not installed.
pub(crate) fn why(report: &Report, name: &str) -> String {
    let error = report.failed.iter().find(|(failed, _)| failed == name).expect("it failed");
    error.1.to_string()
}

/// Some bytes that compress badly and are all different.
pub(crate) fn bytes(count: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..count).map(|_| next()).collect()
}
