//! The store on a real disk: installing, updating, returning, and what a killed process leaves.

use std::path::PathBuf;

use super::*;
use crate::licence::Terms;
use crate::table::{Kind, Tier};

struct World {
    _folder: tempfile::TempDir,
    store: Store,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(folder.path().canonicalize().expect("is there").join("models"));
        World { _folder: folder, store }
    }

    fn lock(&self) -> Lock {
        self.store.lock(|| panic!("somebody holds the lock")).expect("a lock")
    }

    fn install(&self, content: &str) -> Manifest {
        let lock = self.lock();
        let built = lock.new_folder(&self.store).expect("a folder");
        std::fs::write(built.path().join("model.onnx"), content).expect("written");
        let files = built.files().expect("readable");
        lock.install(&self.store, built, Manifest { files, ..manifest() }).expect("installed")
    }

    fn content(&self) -> String {
        let folder = self.store.folder("net").expect("is installed");
        std::fs::read_to_string(folder.join("model.onnx")).expect("is there")
    }

    /// Names in the store, also of what is hidden.
    fn entries(&self, of: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.store.path().join(of)).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

fn manifest() -> Manifest {
    Manifest {
        name: "net".to_owned(),
        version: String::new(),
        kind: Kind::Onnx,
        tier: Tier::Default,
        licence: "MIT".to_owned(),
        terms: Terms::Permissive,
        source: "pypi net 1.0".to_owned(),
        files: Vec::new(),
        installed: "2026-01-01T00:00:00Z".to_owned(),
    }
}

#[test]
fn an_installed_model_is_found_with_what_is_said_of_it() {
    let world = World::new();
    assert_eq!(world.store.folder("net"), None);
    assert_eq!(world.store.names().expect("no folder is no error"), Vec::<String>::new());
    let installed = world.install("one");
    assert_eq!(world.store.manifest("net").expect("readable"), Some(installed.clone()));
    assert_eq!(world.store.folder("net"), Some(world.store.path().join("net").join(&installed.version)));
    assert_eq!((installed.files.len(), installed.bytes()), (1, 3));
    assert_eq!(world.store.names().expect("readable"), ["net"]);
    assert_eq!(world.entries(""), [".lock", "net"]);
}

#[test]
fn a_name_is_never_a_path() {
    let world = World::new();
    world.install("one");
    for name in ["../models/net", "net/current", "", ".", "..", ".lock", "Net", "a b"] {
        assert_eq!(world.store.folder(name), None, "{name:?}");
        assert!(world.store.remove(&world.lock(), name).is_err(), "{name:?}");
    }
    assert_eq!(world.content(), "one");
}

#[test]
fn an_update_keeps_the_version_before_and_rollback_returns_to_it_and_back() {
    let world = World::new();
    world.install("one");
    assert!(matches!(world.store.rollback(&world.lock(), "net"), Err(StoreError::NoPrevious { .. })));
    world.install("two");
    assert_eq!(world.content(), "two");
    world.store.rollback(&world.lock(), "net").expect("there is one before");
    assert_eq!(world.content(), "one");
    world.store.rollback(&world.lock(), "net").expect("and back");
    assert_eq!(world.content(), "two");
}

#[test]
fn only_the_current_and_the_previous_version_are_kept() {
    let world = World::new();
    let versions = ["one", "two", "three"].map(|content| world.install(content).version);
    let mut wanted =
        vec![versions[1].clone(), versions[2].clone(), "current".to_owned(), "previous".to_owned()];
    wanted.sort();
    assert_eq!(world.entries("net"), wanted);
    assert_eq!(world.store.previous("net").expect("readable").expect("is there").version, versions[1]);
}

#[test]
fn the_same_files_again_replace_damaged_ones_and_are_no_update() {
    let world = World::new();
    let version = world.install("one").version;
    let file = world.store.folder("net").expect("is installed").join("model.onnx");
    std::fs::write(&file, "odd").expect("written");
    assert_eq!(world.install("one").version, version);
    assert_eq!(world.content(), "one");
    assert_eq!(world.store.previous("net").expect("readable"), None);
    assert_eq!(world.entries(""), [".lock", "net"]);
}

#[test]
fn whoever_reads_keeps_an_open_file_through_an_update() {
    use std::io::Read;
    let world = World::new();
    world.install("one");
    let mut open =
        std::fs::File::open(world.store.folder("net").expect("there").join("model.onnx")).expect("open");
    for content in ["two", "three", "four"] {
        world.install(content);
    }
    let mut content = String::new();
    open.read_to_string(&mut content).expect("readable");
    assert_eq!(content, "one");
}

#[test]
fn what_a_killed_process_left_is_no_model_and_is_swept() {
    let world = World::new();
    world.install("one");
    let left = world.store.path().join(".new-1-0");
    std::fs::create_dir(&left).expect("made");
    std::fs::write(left.join("model.onnx"), "half").expect("written");
    // Between two renames: the version is there, and no link says so.
    let unlinked = world.store.path().join("net/0123456789ab");
    std::fs::create_dir(&unlinked).expect("made");
    assert_eq!((world.content().as_str(), world.store.names().expect("readable").len()), ("one", 1));
    world.install("two");
    assert!(!left.exists() && !unlinked.exists());
    world.store.rollback(&world.lock(), "net").expect("the one before was kept");
    assert_eq!(world.content(), "one");
}

#[test]
fn what_is_not_installed_in_the_end_is_gone() {
    let world = World::new();
    let lock = world.lock();
    let built = lock.new_folder(&world.store).expect("a folder");
    std::fs::write(built.path().join("model.onnx"), "never").expect("written");
    drop(built);
    assert_eq!(world.entries(""), [".lock"]);
}

#[test]
fn a_second_process_waits_for_the_first() {
    let world = World::new();
    let first = world.lock();
    let (waits, waiting) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| world.store.lock(|| waits.send(()).expect("is heard")).map(drop));
        waiting.recv().expect("it waits");
        assert!(!second.is_finished());
        drop(first);
        second.join().expect("no panic").expect("gets the lock in the end");
    });
}

#[test]
fn damage_is_found_file_by_file() {
    let world = World::new();
    world.install("one");
    assert_eq!(world.store.verify("net").expect("installed"), []);
    let file: PathBuf = world.store.folder("net").expect("is installed").join("model.onnx");
    std::fs::write(&file, "odd").expect("written");
    let found = world.store.verify("net").expect("installed");
    assert!(
        matches!(&found[..], [Damage::Changed { found, .. }] if *found == Sha256::of(b"odd")),
        "{found:?}"
    );
    std::fs::remove_file(&file).expect("removed");
    assert_eq!(
        world.store.verify("net").expect("installed"),
        [Damage::Missing { file: "model.onnx".to_owned() }]
    );
    assert!(matches!(world.store.verify("other"), Err(StoreError::NotInstalled { .. })));
}

#[test]
fn a_removed_model_is_gone_with_all_its_versions() {
    let world = World::new();
    for content in ["one", "two"] {
        world.install(content);
    }
    world.store.remove(&world.lock(), "net").expect("removed");
    assert_eq!(world.store.folder("net"), None);
    assert_eq!(world.entries(""), [".lock"]);
}
