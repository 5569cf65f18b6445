//! `docs/configuration.md`: written from `configs/va.toml` and the command line. A test fails where the file says
//! something else.

use std::path::Path;

use clap::CommandFactory;

use super::tests::SHIPPED;
use super::{AnalyzerConfig, Config};
use crate::args::Arguments;
use crate::documentation::{UPDATE, cell, must_be};

/// What the table of the shipped file cannot say.
const OPENING: &str = "\
# Configuration

<!-- Written from configs/va.toml and daemon/src/args.rs by a test of va-daemon; change those, not this file:
     VA_UPDATE_DOCS=1 cargo nextest run --release -p va-daemon documentation -->

`va-daemon --config FILE` reads one TOML file when it starts; without it, the defaults below hold. The private daemon
that `vactl` starts has no configuration file. `make install` puts [va.toml](../configs/va.toml), in which every key has
its default, to `PREFIX/etc/va/va.toml`, where the systemd service reads it.

A change counts from the next start on. A file with a mistake is refused as a whole: all mistakes are told at once, each
with its key and, where it has one, its line; nothing is started, and the exit code is 2.

Every key may be left out. Where the file has no group, there is one, `main`, with the defaults below. Where it has
some, there are these alone, and an analyzer that none of them takes is off.
";

const ENVIRONMENT: &str = "
## Environment

| variable | read by | meaning |
|---|---|---|
| `VA_SOCKET` | `va-daemon`, `vactl` | The Unix socket. `vactl` then tries no other. |
| `VA_STATE_DIR` | `va-daemon`, `vactl` | The state folder. |
| `VA_MODELS_DIR` | `va-daemon`, `vactl` | The folder of installed models. |
| `VA_MODELS_TABLE` | `va-daemon`, `vactl` | The table of models, where it is not `etc/va/models.toml` of the installation or the one that is built in. |
| `VA_HUB_URL` | `vactl` | Where models of a hub are fetched from. |
| `XDG_DATA_HOME` | `va-daemon`, `vactl` | Where `VA_MODELS_DIR` is not set: models lie in `va/models` in it, else in `.local/share/va/models` in `HOME`. |
| `XDG_STATE_HOME` | `va-daemon`, `vactl` | Where `VA_STATE_DIR` is not set: the state folder is `va` in it. |
| `HOME` | `va-daemon`, `vactl` | Where neither is set: the state folder is `.local/state/va` in it. |
| `VA_LOG` | `va-daemon` | What is logged: `info`, the default, `debug`, or by part, such as `info,va_daemon::workers=trace`. |
| `VA_DAEMON` | `vactl` | The `va-daemon` to start, where it is not the one beside `vactl`. |
| `VA_SDK_DIR` | `vactl plugins new` | The analyzer SDK's source, in place of what was installed with `vactl`. |
| `VA_RECORD_RUNS` | `va-worker` | A folder, in which each run of a model is written down: its shapes, its CPU seconds, and the first inputs. |
| `NO_COLOR`, `TERM`, `COLORTERM` | `vactl` | Whether a terminal gets colours, and how many. |

A private daemon gets the environment of the `vactl` that starts it. Workers and analyzers get that of the daemon.
";

#[test]
fn the_documentation_of_the_configuration_is_that_of_the_shipped_file() {
    let sections = sections(SHIPPED);
    let tables: String = sections.iter().map(table).collect::<String>() + &analyzers(SHIPPED);
    must_be("configuration.md", &format!("{OPENING}{tables}{}{ENVIRONMENT}", command_line()));
}

#[test]
fn every_variable_of_our_own_is_documented() {
    for program in ["daemon", "cli"] {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(program).join("src");
        for name in variables(&sources).iter().filter(|name| *name != UPDATE) {
            assert!(
                ENVIRONMENT.contains(&format!("`{name}`")),
                "{program} reads ${name}: say so in ENVIRONMENT, in daemon/src/config/documentation.rs"
            );
        }
    }
}

#[derive(Debug, PartialEq)]
struct Section {
    /// `groups.NAME` for all groups, and so for analyzers.
    name: String,
    meaning: String,
    keys: Vec<Key>,
}

#[derive(Debug, PartialEq)]
struct Key {
    name: String,
    /// As in the file; an example where the key is commented out.
    value: String,
    meaning: String,
}

/// Sections, keys, and the comments above them. Lines that begin with `#: ` count as if they did not.
fn sections(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut at = 0;
    let mut comments: Vec<&str> = Vec::new();
    for line in text.lines() {
        let line = line.strip_prefix("#: ").unwrap_or(line);
        if let Some(comment) = line.strip_prefix("# ") {
            comments.push(comment);
            continue;
        }
        let meaning = std::mem::take(&mut comments).join(" ");
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let name = name.split_once('.').map_or(name.to_owned(), |(kind, _)| format!("{kind}.NAME"));
            at = sections.iter().position(|section| section.name == name).unwrap_or(sections.len());
            if at == sections.len() {
                sections.push(Section { name, meaning, keys: Vec::new() });
            }
        } else if let Some((name, value)) = line.split_once(" = ") {
            let key = Key { name: name.to_owned(), value: value.to_owned(), meaning };
            let keys = &mut sections.get_mut(at).expect("a key stands in a section").keys;
            // Of sections of one kind the first that has a key tells what it is.
            if keys.iter().all(|known| known.name != key.name) {
                keys.push(key);
            }
        } else {
            assert_eq!(line, "", "a line of va.toml that is no section, key or comment");
        }
    }
    sections
}

fn table(section: &Section) -> String {
    let Section { name, meaning, keys } = section;
    let meaning = if meaning.is_empty() { String::new() } else { format!("{meaning}\n\n") };
    let rows: String = keys
        .iter()
        .map(|Key { name: key, value, meaning }| {
            let default = match is_default(name, key, value) {
                true => format!("`{value}`"),
                false => format!("none, such as `{value}`"),
            };
            format!("| `{key}` | {} | {} |\n", cell(&default), cell(meaning))
        })
        .collect();
    format!("\n## `[{name}]`\n\n{meaning}| key | default | meaning |\n|---|---|---|\n{rows}")
}

/// What the file sets of each analyzer.
fn analyzers(text: &str) -> String {
    let config = Config::parse(text).expect("the shipped file is valid");
    let row = |(name, analyzer): (&String, &AnalyzerConfig)| {
        let frames = match (analyzer.every_nth, analyzer.per_second) {
            (Some(1), _) => "every frame".to_owned(),
            (Some(n), _) => format!("every {n}th frame"),
            (_, Some(rate)) => format!("{rate} a second"),
            _ => "–".to_owned(),
        };
        let batch = analyzer.batch.map_or("–".to_owned(), |batch| batch.to_string());
        let itself = if config.is_enabled(name) { "yes" } else { "no" };
        format!("| `{name}` | {frames} | {batch} | {itself} |\n")
    };
    let rows: String = config.analyzers.iter().map(row).collect();
    format!(
        "\n### What each looks at by default\n\n| analyzer | looks at | frames in a call | runs by itself |\n\
         |---|---|---|---|\n{rows}"
    )
}

/// Whether a section says the same with this key as without any.
fn is_default(section: &str, key: &str, value: &str) -> bool {
    let read = |text: String| Config::parse(&text).expect("what va.toml shows is valid, key by key");
    read(format!("[{section}]\n{key} = {value}\n")) == read(format!("[{section}]\n"))
}

/// What `va-daemon --help` prints, without what differs from one machine to the next.
fn command_line() -> String {
    let plain = |argument: clap::Arg| argument.hide_env_values(true).hide_default_value(true);
    let help = Arguments::command().name("va-daemon").term_width(100).mut_args(plain).render_help();
    format!(
        "\n## Command line\n\n```text\n$ va-daemon --help\n{}\n```\n\n\
         `vactl --help` and `vactl COMMAND --help` do the same for `vactl`.\n",
        help.to_string().trim_end()
    )
}

/// Names of variables of our own in a folder's sources.
fn variables(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of sources").map(|entry| entry.expect("an entry"))
    {
        let path = entry.path();
        if path.is_dir() {
            names.extend(variables(&path));
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source");
        names.extend(text.split('"').filter(|word| is_variable(word)).map(str::to_owned));
    }
    names
}

fn is_variable(word: &str) -> bool {
    let tail = word.strip_prefix("VA_").unwrap_or_default();
    !tail.is_empty() && tail.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

#[test]
fn sections_are_read_with_their_comments_and_examples() {
    let text = "# Not of a.\n\n# Of a.\n[a.one]\n# One,\n# two.\nx = 1\n[b]\n#: [a.other]\n#: y = [\"c = d\"]\nx = 2\n";
    let key = |name: &str, value: &str, meaning: &str| Key {
        name: name.to_owned(),
        value: value.to_owned(),
        meaning: meaning.to_owned(),
    };
    let keys = vec![key("x", "1", "One, two."), key("y", "[\"c = d\"]", "")];
    let section = |name: &str, meaning: &str, keys| Section {
        name: name.to_owned(),
        meaning: meaning.to_owned(),
        keys,
    };
    assert_eq!(sections(text), [section("a.NAME", "Of a.", keys), section("b", "", Vec::new())]);
}
