//! `docs/writing-an-analyzer.md`, followed to the letter: every block that a person would type is run, in an
//! installation by `scripts/install.sh`, and what the page says comes out must come out. Times, memory and the names of
//! jobs are another matter each time.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use va_test_media::media;
use va_tests::{Ran, bin_dir, run};

use crate::{LIMIT, outside, target, workspace};

/// A block of the page that is typed, and what is said to come out of it.
struct Step {
    typed: String,
    comes_out: Vec<String>,
}

fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```") else { continue };
        let block: Vec<String> =
            lines.by_ref().take_while(|line| *line != "```").map(str::to_owned).collect();
        match kind {
            "sh" => steps.push(Step { typed: block.join("\n"), comes_out: Vec::new() }),
            "text" => steps.last_mut().expect("something was typed before").comes_out = block,
            other => assert!(other == "rust" || other == "toml", "what is a block of {other:?}?"),
        }
    }
    steps
}

/// An installation below a `DESTDIR` and an author's folder with a clip.
struct Author {
    destdir: PathBuf,
    home: tempfile::TempDir,
    /// Where the last block left off.
    here: PathBuf,
}

impl Author {
    fn new() -> Self {
        // The same place each time: what was compiled of the SDK is kept by the path of its source.
        let place = bin_dir().canonicalize().expect("the target folder").join("va-tests/page");
        let _ = std::fs::remove_dir_all(&place);
        install(&place);
        let home = tempfile::tempdir().expect("a folder");
        std::fs::copy(media("obama_speech.mp4"), home.path().join("clip.mp4")).expect("copied");
        Author { destdir: place.join("root"), here: home.path().to_owned(), home }
    }

    fn prefix(&self) -> PathBuf {
        self.destdir.join("usr/local")
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = outside(program, &self.here);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let programs = std::iter::once(self.prefix().join("bin")).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(programs).expect("no colon in it"));
        command.env("PREFIX", self.prefix()).env("VA_STATE_DIR", self.home.path().join(".local/state/va"));
        for name in ["VA_SOCKET", "VA_DAEMON", "VA_LOG", "VA_SDK_DIR"] {
            command.env_remove(name);
        }
        command
    }

    /// Types a block.
    fn types(&mut self, typed: &str) -> Ran {
        let left = self.home.path().join(".left");
        let script = format!("{typed}\npwd >'{}'", left.display());
        let ran = run(self.command("sh").args(["-euc", &script]), LIMIT).ended_with(0);
        self.here = std::fs::read_to_string(&left).expect("it said where it left off").trim_end().into();
        // As if this crate had been built before: the dependencies are compiled once for all these tests.
        if self.here.join("Cargo.toml").exists() && !self.here.join("target").exists() {
            symlink(target(), self.here.join("target")).expect("a link");
        }
        ran
    }

    /// What must be the same each time.
    fn masked(&self, line: &str) -> String {
        let line = line.replace(&self.home.path().display().to_string(), "~");
        let line = line.replace(&self.destdir.display().to_string(), "");
        let words: Vec<&str> = line.split_whitespace().collect();
        let masked = words.iter().enumerate().map(|(at, word)| {
            let before = at.checked_sub(1).map_or("", |before| words[before]);
            let after = words.get(at + 1).copied().unwrap_or_default();
            let unit = after.trim_end_matches(&[',', ';', ')'][..]);
            let measured = ["s", "ms", "MB", "kB", "MiB", "×"].contains(&unit) || before == "pid";
            let number =
                |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
            match word.strip_suffix('s') {
                Some(seconds) if number(seconds) => "#s".to_owned(),
                _ if measured && number(word.trim_start_matches('(').trim_end_matches(',')) => "#".to_owned(),
                _ => word.split("/results/").next().unwrap_or_default().to_owned(),
            }
        });
        masked.collect::<Vec<_>>().join(" ")
    }
}

impl Drop for Author {
    fn drop(&mut self) {
        let _ = self.command("vactl").args(["daemon", "stop"]).output();
    }
}

/// By the script, from a tree in which the only analyzer is one without a model.
fn install(place: &Path) {
    let tree = place.join("tree");
    std::fs::create_dir_all(tree.join("analyzers/cut_analysis")).expect("a folder");
    std::fs::create_dir_all(tree.join("scripts")).expect("a folder");
    for name in ["configs", "analyzer-sdk", "Cargo.toml", "Cargo.lock"] {
        symlink(workspace().join(name), tree.join(name)).expect("a link");
    }
    for name in ["scripts/install.sh", "scripts/sdk.sh"] {
        std::fs::copy(workspace().join(name), tree.join(name)).expect("copied");
    }
    std::fs::create_dir(tree.join("target")).expect("a folder");
    symlink(bin_dir(), tree.join("target/release")).expect("a link");
    let mut command = Command::new(tree.join("scripts/install.sh"));
    command.env("PREFIX", "/usr/local").env("DESTDIR", place.join("root"));
    run(command.env("CARGO_TARGET_DIR", tree.join("target")), LIMIT).ended_with(0);
}

#[test]
fn the_page_on_writing_an_analyzer_does_what_it_says() {
    let page = std::fs::read_to_string(workspace().join("docs/writing-an-analyzer.md")).expect("the page");
    let steps = steps(&page);
    assert!(steps.len() > 4 && steps.iter().filter(|step| !step.comes_out.is_empty()).count() > 3);
    let mut author = Author::new();
    for Step { typed, comes_out } in steps {
        let ran = author.types(&typed);
        let said = ran.text() + &ran.stderr;
        let mut lines = said.lines().map(|line| author.masked(line));
        for expected in comes_out.iter().filter(|line| *line != "…" && !line.trim().is_empty()) {
            let expected = author.masked(expected);
            assert!(
                lines.any(|line| line == expected),
                "after\n{typed}\nthe page says there is a line\n{expected}\nbut what is left of\n{said}\nhas none"
            );
        }
    }
}
