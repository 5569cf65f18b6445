//! `vactl models`, on a table and a folder of the test's own; no network but the test's is asked.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;

use crate::vactl::{Ended, Vactl};

/// `sha256sum` of `one\n` and `two\n`.
const ONE: &str = "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806";
const TWO: &str = "27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a";

/// A model that comes from a local file, one that is brought, and one for research only.
fn world(words: &str, sum: &str) -> Vactl {
    let vactl = Vactl::new();
    rewrite(&vactl, words, sum);
    vactl
}

fn rewrite(vactl: &Vactl, words: &str, sum: &str) {
    let folder = vactl.folder.path().display();
    std::fs::write(vactl.path("words"), words).expect("written");
    let table = format!(
        r#"[licences]
MIT = "permissive"
Odd-1 = "research"
[[model]]
name = "words"
kind = "text"
tier = "default"
licence = "MIT"
analyzers = ["speech_emotion"]
note = "a few words"
source = [{{ path = "{folder}/words", as = "w" }}]
output = [{{ file = "words.txt", copy = "w", sha256 = "{sum}", bytes = 4 }}]
[[model]]
name = "big-net"
kind = "onnx"
tier = "reference"
licence = "Odd-1"
analyzers = ["object_detection", "body_pose"]
expects = "an ONNX export"
output = [{{ file = "model.onnx" }}]
"#
    );
    std::fs::write(vactl.path("models.toml"), table).expect("written");
}

fn command(vactl: &Vactl, arguments: &[&str]) -> Command {
    let mut command = vactl.command(["models"].iter().chain(arguments));
    command.env("VA_MODELS_DIR", vactl.path("models")).env("VA_MODELS_TABLE", vactl.path("models.toml"));
    command
}

fn models(vactl: &Vactl, arguments: &[&str]) -> Ended {
    vactl.end(command(vactl, arguments).output().expect("vactl runs"))
}

fn json(ended: &Ended) -> serde_json::Value {
    serde_json::from_str(&ended.stdout).expect("JSON")
}

#[test]
fn what_there_is_and_what_is_installed_is_listed() {
    let vactl = world("one\n", ONE);
    insta::assert_snapshot!(models(&vactl, &["list"]).stdout, @"
    NAME     STATE          TIER       LICENCE  SIZE     USED BY
    words    not installed  default    MIT      4 bytes  speech_emotion
    big-net  to be brought  reference  Odd-1    –        object_detection, body_pose

    0 models installed, 0 bytes, in DIR/models
    ");
    let pulled = models(&vactl, &["pull"]);
    assert_eq!(
        (pulled.code, pulled.stdout.split(" in ").next()),
        (Some(0), Some("1 model installed")),
        "{pulled:?}"
    );
    insta::assert_snapshot!(pulled.stderr, @"
    pulling 1 model, 0 bytes: MIT (1)
    installed words (4 bytes, MIT)
    ");
    let listed = json(&models(&vactl, &["list", "--format", "json"]));
    assert_eq!((listed[0]["name"].as_str(), listed[0]["state"].as_str()), (Some("words"), Some("installed")));
    assert_eq!(listed[0]["installed"]["files"][0]["sha256"], ONE);
    assert_eq!((listed[1]["state"].as_str(), listed[1]["bytes"].is_null()), (Some("missing"), true));
    assert_eq!(models(&vactl, &["pull"]).stdout, "1 model is there already, in DIR/models\n");
}

#[test]
fn a_model_is_shown_with_its_terms_and_its_files() {
    let vactl = world("one\n", ONE);
    insta::assert_snapshot!(models(&vactl, &["show", "big-net"]).stdout, @"
    big-net
    state      to be brought
    tier       reference
    licence    Odd-1 (research)
    used by    object_detection, body_pose
    expects    an ONNX export
    ");
    models(&vactl, &["pull"]);
    let shown = models(&vactl, &["show", "words"]).stdout;
    let when = json(&models(&vactl, &["show", "words", "--format=json"]))["installed"]["installed"].clone();
    insta::assert_snapshot!(shown.replace(when.as_str().expect("a time"), "TIME"), @"
    words
    state      installed
    tier       default
    licence    MIT (permissive)
    used by    speech_emotion
    note       a few words
    source     DIR/words
    size       4 bytes
    version    269aa5b78f7b
    installed  version 269aa5b78f7b on TIME
    from       DIR/words
    folder     DIR/models/words/269aa5b78f7b
               2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806 words.txt 4 bytes
    ");
}

#[test]
fn a_research_licence_must_be_accepted_by_name() {
    let vactl = world("one\n", ONE);
    std::fs::write(vactl.path("net.onnx"), "net").expect("written");
    let refused = models(&vactl, &["pull", "big-net", "--from", "net.onnx"]);
    assert_eq!(refused.code, Some(2));
    insta::assert_snapshot!(refused.stderr, @"
    vactl: the licence must be accepted by name: big-net: Odd-1 (research)
    hint: read the terms; `vactl models pull big-net --from net.onnx --accept-license Odd-1` accepts them
    ");
    let taken = models(&vactl, &["pull", "big-net", "--from", "net.onnx", "--accept-license", "Odd-1"]);
    assert_eq!(taken.code, Some(0), "{taken:?}");
    let path = models(&vactl, &["path", "big-net"]).stdout;
    assert!(path.starts_with("DIR/models/big-net/"), "{path}");
}

#[test]
fn what_cannot_be_pulled_says_what_can_be_done() {
    let vactl = world("one\n", ONE);
    let told = |arguments: &[&str], code| {
        let ended = models(&vactl, arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""), "{arguments:?}");
        ended.stderr
    };
    insta::assert_snapshot!(told(&["pull", "wrods"], 2), @r#"
    vactl: there is no model "wrods" in the table
    hint: `vactl models list` shows all; an operator's own are written into models.toml
    "#);
    insta::assert_snapshot!(told(&["pull", "big-net", "--accept-license=Odd-1"], 2), @"
    vactl: big-net is in no registry; it must be brought: an ONNX export
    hint: `vactl models pull big-net --from FILE_OR_FOLDER` installs what you have
    ");
    insta::assert_snapshot!(told(&["pull", "--tier", "small"], 2), @"
    vactl: nothing to pull: name models, or a tier that has some
    hint: `vactl models list` shows all; an operator's own are written into models.toml
    ");
    insta::assert_snapshot!(told(&["path", "words"], 2), @"
    vactl: words is not installed
    hint: `vactl models pull words` installs it
    ");
    insta::assert_snapshot!(told(&["rollback", "words"], 2), @"
    vactl: words is not installed
    hint: `vactl models pull words` installs it
    ");
    insta::assert_snapshot!(told(&["verify", "nothing"], 2), @r#"
    vactl: there is no model "nothing" in the table DIR/models.toml
    hint: `vactl models list` shows all
    "#);
    assert_eq!(models(&vactl, &["pull", "--tier", "huge"]).code, Some(2));
}

#[test]
fn a_file_of_another_sum_is_not_installed() {
    let vactl = world("two\n", ONE);
    let ended = models(&vactl, &["pull", "words"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(5), ""));
    insta::assert_snapshot!(ended.stderr, @"
    pulling 1 model, 0 bytes: MIT (1)
    could not install words
    vactl: 1 of 1 model could not be installed:
      words: words.txt of words is not what it should be, and nothing of it is kept: it has 4 bytes and the sum 27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a, and should have 4 and 2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806
    hint: trying again helps where the file was damaged on its way, and never otherwise
    ");
    assert_eq!(models(&vactl, &["path", "words"]).code, Some(2));
}

#[test]
fn a_table_with_mistakes_is_refused_with_all_of_them() {
    let vactl = world("one\n", ONE);
    let table = std::fs::read_to_string(vactl.path("models.toml")).expect("there");
    let table = table
        .replace("tier = \"default\"", "teir = \"default\"")
        .replace("licence = \"Odd-1\"", "licence = \"GPL\"");
    std::fs::write(vactl.path("models.toml"), table).expect("written");
    let ended = models(&vactl, &["list"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    insta::assert_snapshot!(ended.stderr, @r#"
    vactl: the table of models DIR/models.toml is not usable:
        line 7: [[model]] words: unknown field `teir`, expected one of `name`, `kind`, `tier`, `licence`, `analyzers`, `machine`, `by_name_only`, `expects`, `note`, `recipe`, `args`, `join`, `source`, `output`
        line 13: [[model]] big-net: licence: "GPL" is not in [licences]
    "#);
}

#[test]
fn an_update_can_be_taken_back() {
    let vactl = world("one\n", ONE);
    models(&vactl, &["pull"]);
    assert_eq!(models(&vactl, &["rollback", "words"]).code, Some(2), "nothing to return to");
    rewrite(&vactl, "two\n", TWO);
    assert_eq!(json(&models(&vactl, &["show", "words", "--format=json"]))["state"], "outdated");
    assert_eq!(models(&vactl, &["pull"]).code, Some(0));
    let content = || {
        let folder = models(&vactl, &["path", "words"]).stdout;
        let folder = folder.trim_end().replace("DIR", &vactl.folder.path().display().to_string());
        std::fs::read_to_string(std::path::Path::new(&folder).join("words.txt")).expect("there")
    };
    assert_eq!(content(), "two\n");
    let back = models(&vactl, &["rollback", "words"]);
    assert_eq!((back.code, back.stdout.starts_with("words is version ")), (Some(0), true));
    assert_eq!(content(), "one\n");
}

#[test]
fn damage_is_found_and_repaired() {
    let vactl = world("one\n", ONE);
    models(&vactl, &["pull"]);
    assert_eq!(models(&vactl, &["verify"]).stdout, "words  good\n");
    let folder = models(&vactl, &["path", "words"])
        .stdout
        .trim_end()
        .replace("DIR", &vactl.folder.path().display().to_string());
    std::fs::write(std::path::Path::new(&folder).join("words.txt"), "two\n").expect("written");
    let ended = models(&vactl, &["verify"]);
    assert_eq!(ended.code, Some(5));
    insta::assert_snapshot!(format!("{}{}", ended.stdout, ended.stderr), @"
    words  damaged
      words.txt has the sum 27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a, and should have 2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806
    vactl: 1 model is damaged
    hint: `vactl models pull --force words` installs it again
    ");
    assert_eq!(models(&vactl, &["pull", "--force", "words"]).code, Some(0));
    assert_eq!(models(&vactl, &["verify", "words"]).code, Some(0));
}

#[test]
fn a_removed_model_is_gone_and_of_several_none_goes_where_one_is_not_there() {
    let vactl = world("one\n", ONE);
    models(&vactl, &["pull"]);
    assert_eq!(models(&vactl, &["remove", "words", "big-net"]).code, Some(2));
    assert_eq!(models(&vactl, &["path", "words"]).code, Some(0));
    assert_eq!(models(&vactl, &["remove", "words"]).stdout, "words is removed\n");
    assert_eq!(models(&vactl, &["path", "words"]).code, Some(2));
    assert_eq!(models(&vactl, &["verify"]).stdout, "There are no models in DIR/models.\n");
}

/// Serves `content` at `/w`: the first answer stops in the middle and stays open. Gives the address, and tells the range
/// of each request.
fn stalling_server(content: Vec<u8>) -> (String, std::sync::mpsc::Receiver<Option<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/w", listener.local_addr().expect("bound"));
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for mut stream in listener.incoming().flatten() {
            let lines = BufReader::new(stream.try_clone().expect("a stream")).lines().map_while(Result::ok);
            let head: Vec<String> =
                lines.take_while(|line| !line.is_empty()).map(|line| line.to_lowercase()).collect();
            let range = head
                .iter()
                .find_map(|line| line.strip_prefix("range: bytes=")?.trim_end_matches('-').parse().ok());
            let begin = range.unwrap_or(0);
            let length = content.len() - begin;
            let answer = match range {
                None => "200 OK".to_owned(),
                Some(begin) => format!(
                    "206 Partial Content\r\nContent-Range: bytes {begin}-{}/{}",
                    content.len() - 1,
                    content.len()
                ),
            };
            let end = if open.is_empty() { content.len() / 2 } else { content.len() };
            let _ = write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: {length}\r\n\r\n");
            let _ = stream.write_all(&content[begin..end]);
            open.push(stream);
            let _ = tell.send(range);
        }
    });
    (address, told)
}

#[test]
fn a_pull_that_was_killed_leaves_the_old_version_and_the_next_goes_on_with_it() {
    let vactl = world("one\n", ONE);
    models(&vactl, &["pull"]);
    let content: Vec<u8> = (0..600_000_u32).map(|at| (at % 251) as u8).collect();
    let sum = va_models::digest::Sha256::of(&content);
    let (url, requests) = stalling_server(content.clone());
    let table = std::fs::read_to_string(vactl.path("models.toml")).expect("there");
    let source = format!("path = \"{}\"", vactl.path("words").display());
    let known = format!("sha256 = \"{sum}\", bytes = {}", content.len());
    let table = table.replace(&source, &format!("url = \"{url}\", {known}"));
    let table = table.replace(&format!("sha256 = \"{ONE}\", bytes = 4"), &known);
    std::fs::write(vactl.path("models.toml"), table).expect("written");

    let mut killed = command(&vactl, &["pull"]).spawn().expect("vactl runs");
    assert_eq!(requests.recv().expect("it asks"), None);
    let part = vactl.path("models/.downloads").join(format!("{}-w.part", &sum.as_str()[..16]));
    let limit = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while std::fs::metadata(&part).map_or(0, |part| part.len()) < 300_000 {
        assert!(std::time::Instant::now() < limit, "nothing was written");
        std::thread::yield_now();
    }
    killed.kill().and_then(|()| killed.wait()).expect("killed");
    let installed = json(&models(&vactl, &["show", "words", "--format=json"]));
    assert_eq!(installed["installed"]["files"][0]["sha256"], ONE, "the old version is still the current one");
    assert_eq!(models(&vactl, &["verify"]).code, Some(0));

    assert_eq!(models(&vactl, &["pull"]).code, Some(0));
    assert_eq!(requests.recv().expect("it asks"), Some(300_000), "only for the rest");
    let installed = json(&models(&vactl, &["show", "words", "--format=json"]));
    assert_eq!(installed["installed"]["files"][0]["sha256"], sum.as_str());
    assert!(!installed["previous"].is_null());
}
