//! What can be read and is wrong all the same: names that lead nowhere, sums that are missing. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{Placed, Problem};
use super::{Model, Package, Recipe, Source};
use crate::licence::Terms;
use crate::store::MANIFEST;

type Licences = BTreeMap<String, Terms>;
type Recipes = BTreeMap<String, Recipe>;

pub(super) fn all(
    licences: &Licences,
    recipes: &Recipes,
    packages: &[Placed<Package>],
    models: &[Placed<Model>],
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut tell = |line: usize, key: String, messages: Vec<String>| {
        problems.extend(messages.into_iter().map(|message| Problem { line, key: key.clone(), message }));
    };
    let mut names = BTreeSet::new();
    for (line, package) in packages {
        let mut wrong = flat_name("file", &package.file);
        if !names.insert(package.name.as_str()) {
            wrong.push("there is one of this name already".to_owned());
        }
        tell(*line, format!("[[package]] {}", package.name), wrong);
    }
    let mut taken = BTreeSet::new();
    for (line, model) in models {
        let mut wrong = of_model(model, licences, recipes, &names);
        if !taken.insert(model.name.as_str()) {
            wrong.push("there is one of this name already".to_owned());
        }
        tell(*line, format!("[[model]] {}", model.name), wrong);
    }
    problems
}

fn of_model(model: &Model, licences: &Licences, recipes: &Recipes, packages: &BTreeSet<&str>) -> Vec<String> {
    let mut wrong = Vec::new();
    if !crate::store::is_name(&model.name) {
        wrong.push("name: only a-z, 0-9, '.', '-' and '_', and first a letter or digit".to_owned());
    }
    if !licences.contains_key(&model.licence) {
        wrong.push(format!("licence: {:?} is not in [licences]", model.licence));
    }
    match &model.recipe {
        Some(recipe) if !recipes.contains_key(recipe) => {
            wrong.push(format!("recipe: {recipe:?} is not in [recipes]"))
        }
        None if !model.args.is_empty() => wrong.push("args: there is no recipe for them".to_owned()),
        _ => {}
    }
    if model.sources.is_empty() && model.expects.is_none() {
        wrong.push("without a source, expects must say what a person installs".to_owned());
    }
    for source in &model.sources {
        wrong.extend(of_source(source, packages));
    }
    let mut parts: BTreeSet<&str> = model.sources.iter().map(|source| source.name.as_str()).collect();
    if parts.len() < model.sources.len() {
        wrong.push("source: two have the same name in `as`".to_owned());
    }
    if let Some(join) = &model.join {
        let unknown = join.parts.iter().filter(|part| !parts.contains(part.as_str()));
        wrong.extend(unknown.map(|part| format!("join: no source is named {part:?}")));
        wrong.extend(flat_name("join", &join.name));
        parts.insert(&join.name);
    }
    wrong.extend(of_outputs(model, &parts));
    wrong
}

fn of_source(source: &Source, packages: &BTreeSet<&str>) -> Vec<String> {
    let mut wrong = flat_name("source", &source.name);
    let given = [
        ("package", source.package.is_some()),
        ("member", source.member.is_some()),
        ("url", source.url.is_some()),
        ("hub", source.hub.is_some()),
        ("revision", source.revision.is_some()),
        ("file", source.file.is_some()),
        ("path", source.path.is_some()),
    ];
    let keys: Vec<&str> = given.iter().filter(|(_, given)| *given).map(|(key, _)| *key).collect();
    let kinds: [&[&str]; 4] = [&["package", "member"], &["url"], &["hub", "revision", "file"], &["path"]];
    if !kinds.contains(&keys.as_slice()) {
        wrong.push(format!(
            "source {:?}: needs package and member, or url, or hub, revision and file, or path; it has {}",
            source.name,
            if keys.is_empty() { "none".to_owned() } else { keys.join(", ") }
        ));
    }
    if source.path.as_ref().is_some_and(|path| !path.is_absolute()) {
        wrong.push(format!("source {:?}: path must be absolute", source.name));
    }
    if source.path.is_none() && (source.sha256.is_none() || source.bytes.is_none()) {
        wrong.push(format!("source {:?}: needs sha256 and bytes", source.name));
    }
    if let Some(package) = source.package.as_deref().filter(|package| !packages.contains(package)) {
        wrong.push(format!("source {:?}: there is no [[package]] named {package:?}", source.name));
    }
    wrong
}

fn of_outputs(model: &Model, parts: &BTreeSet<&str>) -> Vec<String> {
    let mut wrong = Vec::new();
    if model.outputs.is_empty() {
        wrong.push("output: there must be at least one".to_owned());
    }
    let mut files = BTreeSet::new();
    let fetched = model.sources.iter().any(|source| source.path.is_none());
    for output in &model.outputs {
        wrong.extend(flat_name("output", &output.file));
        if output.file == MANIFEST || !files.insert(&output.file) {
            wrong.push(format!("output: the name {:?} is taken", output.file));
        }
        if fetched && (output.sha256.is_none() || output.bytes.is_none()) {
            wrong.push(format!("output {:?}: needs sha256 and bytes", output.file));
        }
        match &output.copy {
            Some(copy) if !model.sources.is_empty() && !parts.contains(copy.as_str()) => {
                wrong.push(format!("output {:?}: no source is named {copy:?}", output.file));
            }
            None if !model.sources.is_empty() && model.recipe.is_none() => {
                wrong.push(format!("output {:?}: there is neither a recipe nor copy", output.file));
            }
            _ => {}
        }
    }
    wrong
}

/// A file's name, and no path.
fn flat_name(key: &str, name: &str) -> Vec<String> {
    let flat = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\0']);
    if flat { Vec::new() } else { vec![format!("{key}: {name:?} must be a file's name, without a folder")] }
}
