//! What the shipped `va.toml` says of each analyzer, beside what the analyzer says of itself.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use va_tests::{Install, LIMIT, own_analyzers, run};

/// As `va-worker describe` prints it.
fn described(install: &Install, name: &str) -> Value {
    install.add(name);
    let library = install.analyzers().join(format!("{name}.so"));
    let mut command = Command::new(install.prefix().join("lib/va/va-worker"));
    let ran = run(command.arg("describe").arg(library), LIMIT).ended_with(0);
    let text = ran.text();
    let line: Value = serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
    assert!(line["description"].is_object(), "{name}: {line}");
    line["description"].clone()
}

#[test]
fn the_shipped_configuration_shows_what_each_analyzer_looks_at_by_itself() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs/va.toml");
    let shipped: toml::Table = std::fs::read_to_string(path).expect("it is there").parse().expect("TOML");
    let shown = shipped["analyzers"].as_table().expect("sections");
    let install = Install::new();
    let own = own_analyzers();
    for name in &own {
        let description = described(&install, name);
        let sampling = &description["frames"]["sampling"];
        let every_nth = if sampling == "every_frame" { Some(1) } else { sampling["every_nth"].as_i64() };
        let expected = (
            every_nth,
            sampling["per_second"].as_f64(),
            description["batch"].as_i64().filter(|_| !sampling.is_null()),
        );
        let of = |key: &str| shown.get(name).and_then(|section| section.get(key));
        let is = (
            of("every_nth").and_then(toml::Value::as_integer),
            of("per_second").and_then(toml::Value::as_float),
            of("batch").and_then(toml::Value::as_integer),
        );
        assert_eq!(is, expected, "[analyzers.{name}] in configs/va.toml: every_nth, per_second, batch");
    }
    let nobody: Vec<&String> = shown.keys().filter(|name| !own.contains(name)).collect();
    assert!(nobody.is_empty(), "configs/va.toml speaks of analyzers that there are not: {nobody:?}");
}
