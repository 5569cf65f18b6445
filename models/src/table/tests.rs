//! The table as it is shipped, and tables with mistakes.

use super::*;
use crate::digest::Sha256;

const SUM: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn problems(text: &str) -> Vec<String> {
    Table::parse(text).expect_err("there are problems").iter().map(Problem::to_string).collect()
}

fn default_tier(table: &Table) -> impl Iterator<Item = &Model> {
    table.models.iter().filter(|model| model.tier == Tier::Default)
}

#[test]
fn the_shipped_table_can_be_used() {
    let table = Table::parse(SHIPPED).expect("no problem in it");
    assert_eq!(default_tier(&table).count(), 22);
    let permissive = |model: &&Model| table.terms(model) == Terms::Permissive;
    let others: Vec<&str> =
        default_tier(&table).filter(|model| !permissive(model)).map(|model| model.name.as_str()).collect();
    assert_eq!(others, ["yolo11n"], "a fresh machine gets nothing that must be accepted");
    assert_eq!(table, Table::shipped());
}

#[test]
fn what_a_single_graph_is_kept_as_is_the_same_for_all() {
    let table = Table::shipped();
    let graphs = table.models.iter().filter(|model| model.kind == Kind::Onnx && !model.sources.is_empty());
    for model in graphs {
        let files: Vec<&str> = model.outputs.iter().map(|output| output.file.as_str()).collect();
        let onnx: Vec<&&str> = files.iter().filter(|file| file.ends_with(".onnx")).collect();
        assert!(onnx.len() > 1 || *onnx[0] == "model.onnx", "{}: {files:?}", model.name);
    }
    assert_eq!(table.model("onnxruntime").expect("is there").outputs[0].file, "libonnxruntime.so");
}

#[test]
fn a_models_version_is_made_of_its_files_alone() {
    let table = Table::shipped();
    let version = |name: &str| table.model(name).expect("is there").version();
    assert_eq!(version("yolo11n").as_deref(), Some("5015992b66cd"));
    assert_eq!(version("yolov8x"), None);
    let sum = table.model("yolo11n").expect("is there").outputs[0].sha256.clone().expect("is known");
    let line = format!("{sum}  model.onnx\n");
    assert_eq!(Sha256::of(line.as_bytes()).as_str()[..12], *"5015992b66cd");
}

#[test]
fn every_problem_is_told_at_once_with_its_line_and_key() {
    let text = format!(
        r#"[licences]
"MIT" = "permissive"
"X" = "cheap"
[[package]]
registry = "pypi"
name = "p"
version = "1"
file = "../p.whl"
sha256 = "{SUM}"
bytes = 3
[[model]]
name = "Odd Name"
kind = "onnx"
tier = "default"
licence = "GPL"
recipe = "magic"
source = [{{ package = "q", member = "m", as = "m", sha256 = "{SUM}", bytes = 1 }}, {{ as = "n", url = "u" }}]
output = [{{ file = "model.onnx", copy = "k" }}]
[[model]]
name = "b"
kind = "onnx"
tier = "big"
licence = "MIT"
[modells]
"#
    );
    are(
        &problems(&text),
        &[
            "line 3: [licences] X: unknown variant `cheap`, expected one of `permissive`, `copyleft`, `research`, `unknown`",
            "line 4: [[package]] p: file: \"../p.whl\" must be a file's name, without a folder",
            "line 11: [[model]] Odd Name: name: only a-z, 0-9, '.', '-' and '_', and first a letter or digit",
            "line 11: [[model]] Odd Name: licence: \"GPL\" is not in [licences]",
            "line 11: [[model]] Odd Name: recipe: \"magic\" is not in [recipes]",
            "line 11: [[model]] Odd Name: source \"m\": there is no [[package]] named \"q\"",
            "line 11: [[model]] Odd Name: source \"n\": needs sha256 and bytes",
            "line 11: [[model]] Odd Name: output \"model.onnx\": needs sha256 and bytes",
            "line 11: [[model]] Odd Name: output \"model.onnx\": no source is named \"k\"",
            "line 22: [[model]] b: unknown variant `big`, expected one of `default`, `small`, `reference`",
            "line 24: [modells]: no such section; there are licences, recipes, package and model",
        ],
    );
}

fn are(told: &[String], wanted: &[&str]) {
    assert_eq!(told.join("\n"), wanted.join("\n"));
}

#[test]
fn unknown_keys_are_mistakes_wherever_they_stand() {
    let in_model = "[licences]\nM = \"permissive\"\n[[model]]\nname = \"a\"\nkind = \"onnx\"\ntier = \"small\"\n\
                    licence = \"M\"\nexpects = \"x\"\nsha = 1\n";
    assert!(problems(in_model)[0].starts_with("line 9: [[model]] a: unknown field `sha`"));
    let in_output = in_model.replace("sha = 1", "output = [{ file = \"m\", sum = 1 }]");
    assert!(problems(&in_output)[0].starts_with("line 9: [[model]] a: unknown field `sum`"));
    assert!(
        problems("[recipes.a]\nscript = \"s\"\nneeds = []\nneed = 1\n")[0].contains("unknown field `need`")
    );
}

#[test]
fn a_source_is_of_one_kind() {
    let model = |source: &str| {
        format!(
            "[licences]\nM = \"permissive\"\n[[model]]\nname = \"a\"\nkind = \"onnx\"\ntier = \"small\"\n\
             licence = \"M\"\nsource = [{{ as = \"s\", sha256 = \"{SUM}\", bytes = 3, {source} }}]\n\
             output = [{{ file = \"m\", copy = \"s\", sha256 = \"{SUM}\", bytes = 3 }}]\n"
        )
    };
    let place = |source: &str| Table::parse(&model(source)).expect("valid").models[0].sources[0].clone();
    assert_eq!(place("url = \"u\"").place(), Place::Url("u"));
    assert_eq!(place("path = \"/p\"").place(), Place::Path(Path::new("/p")));
    let hub = place("hub = \"o/r\", revision = \"v\", file = \"f/g\"");
    assert_eq!(hub.place(), Place::Hub { repository: "o/r", revision: "v", file: "f/g" });
    assert!(problems(&model("url = \"u\", path = \"/p\""))[0].ends_with("it has url, path"));
    assert!(problems(&model("hub = \"o/r\", file = \"f\""))[0].ends_with("it has hub, file"));
    assert!(problems(&model("path = \"p\""))[0].ends_with("path must be absolute"));
}

#[test]
fn a_file_that_is_no_toml_says_where() {
    assert!(problems("[licences]\nM = = 3\n")[0].starts_with("line 2: the file: "));
}
