//! Text to [`Table`]: every problem is collected, with its line and key.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::{Model, Package, Table, check};

/// Something wrong in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub line: usize,
    pub key: String,
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}: {}", self.line, self.key, self.message)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("cannot read the table of models {}: {error}", path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("the table of models {} is not usable:{}", path.display(), lines(problems))]
    Wrong { path: PathBuf, problems: Vec<Problem> },
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}

/// With the line where it begins.
pub(super) type Placed<T> = (usize, T);

pub(super) fn table(text: &str) -> Result<Table, Vec<Problem>> {
    let mut reading = Reading { text, problems: Vec::new() };
    let root = match DeTable::parse(text) {
        Ok(root) => root.into_inner(),
        Err(error) => return Err(vec![reading.problem("the file", 1, &error)]),
    };
    let (mut licences, mut recipes) = (BTreeMap::new(), BTreeMap::new());
    let (mut packages, mut models) = (Vec::new(), Vec::new());
    for (key, value) in root {
        match key.get_ref().as_ref() {
            "licences" => licences = reading.named("licences", value),
            "recipes" => recipes = reading.named("recipes", value),
            "package" => packages = reading.list::<Package>("package", value),
            "model" => models = reading.list::<Model>("model", value),
            other => {
                let line = line_of(text, key.span().start);
                let message = "no such section; there are licences, recipes, package and model".to_owned();
                reading.problems.push(Problem { line, key: format!("[{other}]"), message });
            }
        }
    }
    let mut problems = reading.problems;
    problems.extend(check::all(&licences, &recipes, &packages, &models));
    problems.sort_by_key(|problem| problem.line);
    if !problems.is_empty() {
        return Err(problems);
    }
    let packages = packages.into_iter().map(|(_, package)| (package.name.clone(), package)).collect();
    Ok(Table { licences, recipes, packages, models: models.into_iter().map(|(_, model)| model).collect() })
}

/// Collects problems instead of stopping at the first.
struct Reading<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn one<T: DeserializeOwned>(&mut self, key: &str, value: Spanned<DeValue<'_>>) -> Option<Placed<T>> {
        let line = line_of(self.text, value.span().start);
        match T::deserialize(ValueDeserializer::from(value)) {
            Ok(read) => Some((line, read)),
            Err(error) => {
                let problem = self.problem(key, line, &error);
                self.problems.push(problem);
                None
            }
        }
    }

    fn named<T: DeserializeOwned>(&mut self, key: &str, value: Spanned<DeValue<'_>>) -> BTreeMap<String, T> {
        let line = line_of(self.text, value.span().start);
        let DeValue::Table(table) = value.into_inner() else {
            let message = "must be a table".to_owned();
            self.problems.push(Problem { line, key: format!("[{key}]"), message });
            return BTreeMap::new();
        };
        let read = |(name, value): (Spanned<_>, _)| {
            let name: std::borrow::Cow<'_, str> = name.into_inner();
            let (_, read) = self.one(&format!("[{key}] {name}"), value)?;
            Some((name.into_owned(), read))
        };
        table.into_iter().filter_map(read).collect()
    }

    fn list<T: DeserializeOwned>(&mut self, key: &str, value: Spanned<DeValue<'_>>) -> Vec<Placed<T>> {
        let line = line_of(self.text, value.span().start);
        let DeValue::Array(list) = value.into_inner() else {
            let message = format!("must be written as [[{key}]]");
            self.problems.push(Problem { line, key: format!("[{key}]"), message });
            return Vec::new();
        };
        let read = |value: Spanned<DeValue<'_>>| {
            let name = name_in(value.get_ref()).map_or(String::new(), |name| format!(" {name}"));
            self.one(&format!("[[{key}]]{name}"), value)
        };
        list.into_iter().filter_map(read).collect()
    }

    fn problem(&self, key: &str, line: usize, error: &toml::de::Error) -> Problem {
        let line = error.span().map_or(line, |span| line_of(self.text, span.start));
        Problem { line, key: key.to_owned(), message: error.message().replace('\n', ", ") }
    }
}

/// What an entry calls itself, to tell it by where the rest of it cannot be read.
fn name_in(value: &DeValue<'_>) -> Option<String> {
    let name = value.as_table()?.iter().find(|(key, _)| key.get_ref().as_ref() == "name")?;
    name.1.get_ref().as_str().map(str::to_owned)
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}
