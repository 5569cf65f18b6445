//! What Markdown files of the repository promise and a program can check: links lead somewhere, and the messages that
//! `docs/operating.md` explains are ones that the programs have.

use std::fs::read_to_string;
use std::path::{Path, PathBuf};

#[test]
fn every_relative_link_leads_somewhere() {
    let root = repository();
    let documents = files(&root, "md");
    assert!(documents.contains(&root.join("README.md")), "no README among {documents:?}");
    let mut dead = Vec::new();
    for document in &documents {
        for (line, target) in links(&read_to_string(document).expect("a text")) {
            if let Err(why) = follow(document, &target) {
                let document = document.strip_prefix(&root).unwrap_or(document).display();
                dead.push(format!("{document}:{line}: ({target}) {why}"));
            }
        }
    }
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
}

#[test]
fn every_message_that_is_explained_is_one_of_ours() {
    let root = repository();
    let sources: String = ["cli", "daemon", "worker", "analyzer-sdk"]
        .iter()
        .flat_map(|part| files(&root.join(part).join("src"), "rs"))
        .map(|source| joined(&read_to_string(source).expect("a source")))
        .collect();
    let guide = read_to_string(root.join("docs/operating.md")).expect("the guide");
    let messages = explained(&guide);
    assert!(messages.len() > 20, "the table of messages is not found: {messages:?}");
    for message in messages {
        for part in message.split('…').map(str::trim) {
            assert!(
                sources.contains(part),
                "docs/operating.md explains {message:?}, but no program says {part:?}"
            );
        }
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
}

/// All files of a kind below a folder, but for those that were built, are hidden or lie elsewhere.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_symlink() || name.starts_with('.') || name == "target" {
            continue;
        }
        if path.is_dir() {
            found.append(&mut files(&path, extension));
        } else if path.extension().is_some_and(|its| its == extension) {
            found.push(path);
        }
    }
    found
}

/// Line and target of each link that has no scheme, outside of code.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (number, line) in prose(text) {
        for rest in line.split("](").skip(1) {
            let target = rest.split(')').next().unwrap_or_default();
            if !target.contains("://") && !target.starts_with("mailto:") {
                links.push((number, target.to_owned()));
            }
        }
    }
    links
}

/// Numbered lines outside of fenced code.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

fn follow(document: &Path, target: &str) -> Result<(), String> {
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let to = match file {
        "" => document.to_owned(),
        file => document.parent().expect("a file lies in a folder").join(file),
    };
    if !to.exists() {
        return Err("is not there".to_owned());
    }
    if heading.is_empty() || to.extension().is_none_or(|extension| extension != "md") {
        return Ok(());
    }
    let text = read_to_string(&to).map_err(|error| error.to_string())?;
    let has = prose(&text).any(|(_, line)| line.starts_with('#') && anchor(line) == heading);
    has.then_some(()).ok_or_else(|| "has no such heading".to_owned())
}

/// What a heading is called in links to it.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
    words.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
}

/// The code in the first column of the last table.
fn explained(guide: &str) -> Vec<&str> {
    let table = guide.rsplit("| message |").next().unwrap_or_default();
    let rows = table.lines().filter_map(|row| row.strip_prefix("| `"));
    rows.flat_map(|row| row.split('|').next().unwrap_or_default().split('`').step_by(2))
        .filter(|message| !message.trim().is_empty())
        .collect()
}

/// A source in which texts that are broken over lines are whole.
fn joined(source: &str) -> String {
    let mut parts = source.split("\\\n");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.trim_start())
}

#[test]
fn a_link_is_told_from_code_and_from_the_web() {
    let text = "[a](b.md) and [c](https://d) and [e](#f)\n```\n[g](h)\n```\n[i](j.md#k)\n";
    let links = links(text);
    let targets: Vec<(usize, &str)> = links.iter().map(|(line, target)| (*line, target.as_str())).collect();
    assert_eq!(targets, [(1, "b.md"), (1, "#f"), (5, "j.md#k")]);
    assert_eq!(anchor("### `GET /v1/jobs/{job}/result`"), "get-v1jobsjobresult");
}

#[test]
fn messages_are_those_of_the_first_column() {
    let guide =
        "| `not this` | x |\n\n| message | what |\n|---|---|\n| `a … b` | `c` |\n| `d: …`, `e` | f |\n";
    assert_eq!(explained(guide), ["a … b", "d: …", "e"]);
    assert_eq!(joined("\"one \\\n    two\""), "\"one two\"");
}
