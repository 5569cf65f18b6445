//! The table of models: `configs/models.toml`, which is built in, or an operator's own. Plain data, read and checked as
//! a whole; nothing here touches a model's file.

mod check;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use self::read::{Problem, TableError};
use crate::digest::Sha256;
use crate::licence::Terms;

/// The table that this program was built with.
pub const SHIPPED: &str = include_str!("../../../configs/models.toml");

#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub licences: BTreeMap<String, Terms>,
    pub recipes: BTreeMap<String, Recipe>,
    /// By name.
    pub packages: BTreeMap<String, Package>,
    /// In the order of the file.
    pub models: Vec<Model>,
}

/// A conversion by a Python script.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// One of those that are built in, or an absolute path.
    pub script: PathBuf,
    /// What it imports, `name==version`.
    pub needs: Vec<String>,
}

/// An archive of a registry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    pub registry: Registry,
    pub name: String,
    pub version: String,
    pub file: String,
    pub sha256: Sha256,
    pub bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registry {
    Pypi,
    Npm,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    pub name: String,
    pub kind: Kind,
    pub tier: Tier,
    /// One of the table's licences.
    pub licence: String,
    /// Those that use it.
    #[serde(default)]
    pub analyzers: Vec<String>,
    /// Processors that it runs on, such as `x86_64`; all where it is not given.
    pub machine: Option<String>,
    /// It does not come with its tier.
    #[serde(default)]
    pub by_name_only: bool,
    /// Without a source: what a person must install.
    pub expects: Option<String>,
    pub note: Option<String>,
    pub recipe: Option<String>,
    /// The recipe's; `{src}` and `{out}` stand for folders.
    #[serde(default)]
    pub args: Vec<String>,
    pub join: Option<Join>,
    #[serde(default, rename = "source")]
    pub sources: Vec<Source>,
    #[serde(default, rename = "output")]
    pub outputs: Vec<Output>,
}

/// What reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The library that runs ONNX models.
    Runtime,
    Onnx,
    Safetensors,
    Gguf,
    Fasttext,
    Libsvm,
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    Default,
    Small,
    Reference,
}

/// Parts that are one file, in order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Join {
    #[serde(rename = "as")]
    pub name: String,
    pub parts: Vec<String>,
    pub sha256: Sha256,
    pub bytes: u64,
}

/// A file that a model is made of. Flat, so that a mistake in it is told by key; [`Source::place`] says which kind it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    package: Option<String>,
    member: Option<String>,
    url: Option<String>,
    hub: Option<String>,
    revision: Option<String>,
    file: Option<String>,
    path: Option<PathBuf>,
    /// Its name while the model is made.
    #[serde(rename = "as")]
    pub name: String,
    /// A local path may go without.
    pub sha256: Option<Sha256>,
    pub bytes: Option<u64>,
}

/// Where a source lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// In an archive of a registry; `a!b` is the member b of the zip archive a.
    Member {
        package: &'a str,
        member: &'a str,
    },
    Url(&'a str),
    /// In a repository of a hub of models, whose address the operator configures.
    Hub {
        repository: &'a str,
        revision: &'a str,
        file: &'a str,
    },
    Path(&'a Path),
}

/// A file of an installed model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    pub file: String,
    /// The source that it is a copy of; without it, the recipe makes it.
    pub copy: Option<String>,
    /// Known where there is a source.
    pub sha256: Option<Sha256>,
    pub bytes: Option<u64>,
}

impl Table {
    /// # Panics
    /// Never: a test reads the table that is built in.
    pub fn shipped() -> Self {
        Table::parse(SHIPPED).expect("a test reads the table that is built in")
    }

    /// # Errors
    /// With all that is wrong in it, each with its line and key.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        read::table(text)
    }

    /// # Errors
    /// Where it cannot be read, or with all that is wrong in it.
    pub fn load(path: &Path) -> Result<Self, TableError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| TableError::Unreadable { path: path.to_owned(), error })?;
        Table::parse(&text).map_err(|problems| TableError::Wrong { path: path.to_owned(), problems })
    }

    pub fn model(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.name == name)
    }

    /// What the model's licence lets one do.
    pub fn terms(&self, model: &Model) -> Terms {
        self.licences.get(&model.licence).copied().unwrap_or(Terms::Unknown)
    }
}

impl Model {
    /// Size of what is kept; 0 where it is not known.
    pub fn bytes(&self) -> u64 {
        self.outputs.iter().filter_map(|output| output.bytes).sum()
    }

    /// The version of what the table describes; `None` where a person brings the files.
    pub fn version(&self) -> Option<String> {
        let sums: Option<Vec<_>> =
            self.outputs.iter().map(|output| Some((output.file.as_str(), output.sha256.as_ref()?))).collect();
        sums.filter(|sums| !sums.is_empty()).map(crate::store::version)
    }

    /// Names of the packages it is taken out of.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().filter_map(|source| source.package.as_deref())
    }

    /// Where it comes from, for people: `pypi rapidocr 3.10.0`.
    pub fn origin(&self, table: &Table) -> Option<String> {
        let mut all: Vec<String> = self.sources.iter().map(|source| source.place().told(table)).collect();
        all.dedup();
        (!all.is_empty()).then(|| all.join(", "))
    }
}

impl Source {
    pub fn place(&self) -> Place<'_> {
        match self {
            Source { package: Some(package), member: Some(member), .. } => Place::Member { package, member },
            Source { url: Some(url), .. } => Place::Url(url),
            Source { hub: Some(repository), revision: Some(revision), file: Some(file), .. } => {
                Place::Hub { repository, revision, file }
            }
            Source { path, .. } => Place::Path(path.as_deref().unwrap_or(Path::new(""))),
        }
    }
}

impl Place<'_> {
    fn told(self, table: &Table) -> String {
        match self {
            Place::Member { package, .. } => match table.packages.get(package) {
                Some(package) => format!("{} {} {}", package.registry, package.name, package.version),
                None => package.to_owned(),
            },
            Place::Url(url) => url.to_owned(),
            Place::Hub { repository, revision, .. } => format!("hub {repository} {revision}"),
            Place::Path(path) => path.display().to_string(),
        }
    }
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Registry::Pypi => "pypi",
            Registry::Npm => "npm",
        })
    }
}

impl Tier {
    pub const fn name(self) -> &'static str {
        match self {
            Tier::Default => "default",
            Tier::Small => "small",
            Tier::Reference => "reference",
        }
    }
}
