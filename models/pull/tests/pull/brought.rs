//! `--from`: models that a person has, and archives that were fetched elsewhere.

use va_models::digest::Sha256;

use crate::world::{World, known, why};

fn own() -> World {
    let model = |name: &str, outputs: &str| {
        format!(
            "[[model]]\nname = \"{name}\"\nkind = \"onnx\"\ntier = \"reference\"\nlicence = \"MIT\"\n\
             expects = \"an export\"\noutput = [{outputs}]\n"
        )
    };
    World::new()
        .with(&model("net", "{ file = \"model.onnx\" }"))
        .with(&model("pair", "{ file = \"model.onnx\" }, { file = \"labels.txt\" }"))
}

#[test]
fn a_file_is_installed_under_the_name_that_its_reader_expects() {
    let world = own();
    let file = world.write("export/yolo-final(2).onnx", b"net");
    let (report, _) = world.pull_from(&["net"], Some(file.clone()));
    assert_eq!(report.failed.len(), 0);
    assert_eq!(world.content("net", "model.onnx").as_deref(), Some(&b"net"[..]));
    assert_eq!(report.installed[0].files[0].sha256, Sha256::of(b"net"));
    assert_eq!(report.installed[0].source, file.display().to_string());
    assert_eq!(world.left_over(), Vec::<String>::new());
}

#[test]
fn another_file_is_an_update_that_can_be_taken_back() {
    let world = own();
    for content in [b"one", b"two"] {
        let file = world.write("m.onnx", content);
        assert_eq!(world.pull_from(&["net"], Some(file)).0.failed.len(), 0);
    }
    let lock = world.store.lock(|| ()).expect("a lock");
    world.store.rollback(&lock, "net").expect("there is one before");
    assert_eq!(world.content("net", "model.onnx").as_deref(), Some(&b"one"[..]));
}

#[test]
fn of_a_folder_all_files_are_taken_and_none_may_be_missing() {
    let world = own();
    world.write("folder/model.onnx", b"net");
    let folder = world.path("folder");
    let said = why(&world.pull_from(&["pair"], Some(folder.clone())).0, "pair");
    assert!(said.ends_with("there is no labels.txt in it; wanted is an export"), "{said}");
    world.write("folder/labels.txt", b"cat\n");
    world.write("folder/more.bin", b"more");
    world.write("folder/deeper/not.bin", b"not");
    assert_eq!(world.pull_from(&["pair"], Some(folder)).0.failed.len(), 0);
    let files = world.store.manifest("pair").expect("readable").expect("installed").files;
    let names: Vec<&str> = files.iter().map(|kept| kept.file.as_str()).collect();
    assert_eq!(names, ["labels.txt", "model.onnx", "more.bin"]);
    let single = world.write("single.onnx", b"net");
    assert!(why(&world.pull_from(&["pair"], Some(single)).0, "pair").contains("it is a single file"));
    let nothing = Some(world.path("nothing"));
    assert!(why(&world.pull_from(&["pair"], nothing).0, "pair").contains("cannot read"));
}

#[test]
fn archives_that_were_fetched_elsewhere_need_no_network() {
    let content = b"some words";
    let world = World::new().with_model("words", "url = \"http://nowhere.invalid/w.txt\"", content);
    let folder = world.path("carried");
    world.write("carried/other.txt", b"");
    let said = why(&world.pull_from(&["words"], Some(folder.clone())).0, "words");
    assert_eq!(said, format!("cannot fetch w.txt: it is not in {}", folder.display()));
    let file = world.write("carried/w.txt", content);
    assert_eq!(world.pull_from(&["words"], Some(folder)).0.failed.len(), 0);
    assert!(file.exists(), "what was brought is not ours to take away");
}

#[test]
fn the_installed_files_of_another_machine_can_be_brought_and_are_checked() {
    let content = b"some words";
    let model = || World::new().with_model("words", "url = \"http://nowhere.invalid/w.txt\"", content);
    let here = model();
    here.write("there/words.txt", content);
    here.write("there/manifest.json", b"{}");
    assert_eq!(here.pull_from(&["words"], Some(here.path("there"))).0.failed.len(), 0);
    let here = model();
    let file = here.write("words (1).txt", b"other words");
    let said = why(&here.pull_from(&["words"], Some(file)).0, "words");
    assert!(said.starts_with("words.txt of words is not what it should be"), "{said}");
    let sums = [Sha256::of(content), Sha256::of(b"other words")];
    assert!(sums.iter().all(|sum| said.contains(sum.as_str())), "{said}");
    assert!(known(content).contains(sums[0].as_str()));
}
