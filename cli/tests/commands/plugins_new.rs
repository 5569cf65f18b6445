//! `vactl plugins new`: what it writes, and when it does not.

use crate::vactl::{Ended, Vactl};

/// A folder that looks like the SDK's source.
fn with_sdk() -> Vactl {
    let vactl = Vactl::new();
    std::fs::create_dir(vactl.path("sdk")).expect("made");
    std::fs::write(vactl.path("sdk/Cargo.toml"), "[package]\nname = \"va-analyzer-sdk\"\n").expect("written");
    vactl
}

fn new(vactl: &Vactl, arguments: &[&str]) -> Ended {
    vactl.run([&["plugins", "new", "--sdk", "sdk"], arguments].concat())
}

#[test]
fn it_says_what_it_wrote_and_what_comes_next() {
    let vactl = with_sdk();
    let ended = new(&vactl, &["shine", "--template", "audio"]);
    insta::assert_snapshot!(ended.stdout, @r"
    wrote     the analyzer shine, from the template audio
    folder    DIR/shine
    built on  DIR/sdk
    next      cargo test --release && cargo build --release, in that folder; then
              vactl plugins add target/release/libshine.so
    ");
    let manifest = std::fs::read_to_string(vactl.path("shine/Cargo.toml")).expect("written");
    assert!(manifest.contains("name = \"shine\""), "{manifest}");
    assert!(manifest.contains(&format!("path = \"{}\"", vactl.path("sdk").display())), "{manifest}");
    let source = std::fs::read_to_string(vactl.path("shine/src/lib.rs")).expect("written");
    assert!(source.contains("AudioRequest::Mono16k"), "{source}");
    for place in ["Cargo.toml", "README.md", "src/lib.rs", "src/tests.rs", ".gitignore"] {
        let text = std::fs::read_to_string(vactl.path("shine").join(place)).expect(place);
        assert!(!text.contains('@') || place == "src/tests.rs", "{place} has a gap left: {text}");
    }
}

#[test]
fn for_programs_it_tells_the_same() {
    let vactl = with_sdk();
    let ended = new(&vactl, &["shine", "--path", "elsewhere/far/off", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let told: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!((&told["name"], &told["template"]), (&"shine".into(), &"frames".into()));
    assert_eq!((&told["path"], &told["sdk"]), (&"DIR/elsewhere/far/off".into(), &"DIR/sdk".into()));
    assert!(vactl.path("elsewhere/far/off/src/lib.rs").is_file());
}

#[test]
fn what_is_there_already_is_left_alone() {
    let vactl = with_sdk();
    std::fs::create_dir(vactl.path("empty")).expect("made");
    assert_eq!(new(&vactl, &["shine", "--path", "empty"]).code, Some(0), "an empty folder will do");
    let again = new(&vactl, &["dim", "--path", "empty"]);
    insta::assert_snapshot!(again.stderr, @r"
    vactl: cannot write an analyzer to DIR/empty: it is there already
    hint: name another folder with --path
    ");
    assert_eq!(again.code, Some(2));
    let manifest = std::fs::read_to_string(vactl.path("empty/Cargo.toml")).expect("kept");
    assert!(manifest.contains("shine"), "{manifest}");
    std::fs::write(vactl.path("file"), "mine").expect("written");
    assert!(new(&vactl, &["dim", "--path", "file"]).stderr.contains("it is there already"));
    let below = new(&vactl, &["dim", "--path", "file/below"]);
    assert!(below.stderr.contains("cannot write") && below.code == Some(2), "{below:?}");
}

#[test]
fn a_name_that_cannot_be_one_is_refused_before_anything_is_written() {
    let vactl = with_sdk();
    let ended = new(&vactl, &["My-Plugin"]);
    insta::assert_snapshot!(ended.stderr, @r#"
    vactl: an analyzer cannot be named "My-Plugin": a name has lower-case letters, digits and _, and begins with a letter
    hint: my_plugin is one
    "#);
    assert_eq!(ended.code, Some(2));
    assert!(!vactl.path("My-Plugin").exists());
}

#[test]
fn without_the_sdk_it_says_where_it_looked() {
    let vactl = Vactl::new();
    let ended = vactl.run(["plugins", "new", "shine", "--sdk", "nowhere"]);
    insta::assert_snapshot!(ended.stderr, @r"
    vactl: cannot find the analyzer SDK's source: it is not in nowhere
    hint: `make install` puts it beside vactl; or name its folder with --sdk
    ");
    assert_eq!(ended.code, Some(2));
    assert!(!vactl.path("shine").exists());
}

#[test]
fn an_sdk_whose_path_no_manifest_can_name_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    let vactl = Vactl::new();
    let folder = vactl.folder.path().join(std::ffi::OsStr::from_bytes(b"sdk\xff"));
    std::fs::create_dir(&folder).expect("made");
    std::fs::write(folder.join("Cargo.toml"), "name = \"va-analyzer-sdk\"\n").expect("written");
    let mut command = vactl.command(["plugins", "new", "shine"]);
    let ended = vactl.end(command.env("VA_SDK_DIR", folder).output().expect("vactl runs"));
    assert!(ended.code == Some(2) && ended.stderr.contains("the path is no text"), "{ended:?}");
    assert!(!vactl.path("shine").exists());
}
