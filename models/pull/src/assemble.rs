//! One model out of its sources: taken out, joined, converted, checked, installed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use va_models::digest::{Sha256, Summing};
use va_models::store::{Building, Kept, Lock, Manifest, Store, utc};
use va_models::table::{Join, Model, Output, Place, Source, Table};

use crate::archive::{Member, extract};
use crate::error::ModelError;
use crate::plan::download;
use crate::recipes::Environment;
use crate::writing::wrong_sum;

/// What all models of a run are made with.
#[derive(Debug)]
pub(crate) struct Workshop<'a> {
    pub(crate) table: &'a Table,
    pub(crate) store: &'a Store,
    pub(crate) lock: &'a Lock,
}

impl Workshop<'_> {
    /// `fetched` gives the path of each download; the environment is there where the model has a recipe.
    pub(crate) fn assemble(
        &self,
        model: &Model,
        fetched: &BTreeMap<String, PathBuf>,
        environment: Option<&Environment>,
    ) -> Result<Manifest, ModelError> {
        let from = self.lock.new_folder(self.store)?;
        self.sources(model, fetched, from.path())?;
        if let Some(join) = &model.join {
            joined(join, from.path())?;
        }
        let source = model.origin(self.table).unwrap_or_default();
        let out = self.lock.new_folder(self.store)?;
        for output in &model.outputs {
            if let Some(copy) = &output.copy {
                link_or_copy(&from.path().join(copy), &out.path().join(&output.file))?;
            }
        }
        self.convert(model, environment, from.path(), out.path())?;
        self.install(model, out, source)
    }

    /// Runs the model's recipe, where it has one.
    pub(crate) fn convert(
        &self,
        model: &Model,
        environment: Option<&Environment>,
        from: &Path,
        out: &Path,
    ) -> Result<(), ModelError> {
        let recipe = model.recipe.as_ref().and_then(|name| Some((name, self.table.recipes.get(name)?)));
        match (recipe, environment) {
            (Some((name, recipe)), Some(environment)) => {
                environment.run(name, recipe, &model.args, from, out)
            }
            _ => Ok(()),
        }
    }

    /// Checks what came out, and installs it.
    pub(crate) fn install(
        &self,
        model: &Model,
        out: Building,
        source: String,
    ) -> Result<Manifest, ModelError> {
        let files = out.files()?;
        check(model, &files)?;
        let manifest = Manifest {
            name: model.name.clone(),
            version: String::new(),
            kind: model.kind,
            tier: model.tier,
            licence: model.licence.clone(),
            terms: self.table.terms(model),
            source,
            files,
            installed: utc(SystemTime::now()),
        };
        Ok(self.lock.install(self.store, out, manifest)?)
    }

    fn sources(
        &self,
        model: &Model,
        fetched: &BTreeMap<String, PathBuf>,
        to: &Path,
    ) -> Result<(), ModelError> {
        let mut members: BTreeMap<&Path, Vec<Member<'_>>> = BTreeMap::new();
        for source in &model.sources {
            let place = to.join(&source.name);
            let path = download(self.table, source).and_then(|download| fetched.get(&download.file));
            match (source.place(), path) {
                (Place::Member { member, .. }, Some(path)) => {
                    let (Some(sha256), Some(bytes)) = (&source.sha256, source.bytes) else { continue };
                    members.entry(path).or_default().push(Member { name: member, to: place, sha256, bytes });
                }
                (Place::Path(path), _) => local(source, path, &place)?,
                (_, Some(path)) => link_or_copy(path, &place)?,
                (_, None) => {
                    let reasons = vec!["it was not fetched".to_owned()];
                    return Err(ModelError::Fetch { file: source.name.clone(), reasons });
                }
            }
        }
        members.iter().try_for_each(|(archive, members)| extract(archive, members))
    }
}

fn local(source: &Source, path: &Path, place: &Path) -> Result<(), ModelError> {
    std::fs::copy(path, place).map_err(ModelError::file("read", path))?;
    let Some(wanted) = &source.sha256 else { return Ok(()) };
    let (found, bytes) = Sha256::of_file(place).map_err(ModelError::file("read", place))?;
    if found == *wanted {
        return Ok(());
    }
    Err(wrong_sum(&path.display().to_string(), (wanted, source.bytes.unwrap_or(bytes)), (found, bytes)))
}

fn joined(join: &Join, folder: &Path) -> Result<(), ModelError> {
    let place = folder.join(&join.name);
    let file = File::create(&place).map_err(ModelError::file("write", &place))?;
    let mut file = Summing::new(file);
    for part in &join.parts {
        let path = folder.join(part);
        let mut part = File::open(&path).map_err(ModelError::file("read", &path))?;
        io::copy(&mut part, &mut file).map_err(ModelError::file("write", &place))?;
    }
    let found = file.sum();
    if found == (join.sha256.clone(), join.bytes) {
        return Ok(());
    }
    Err(wrong_sum(
        &format!("{}, joined of {}", join.name, join.parts.join(" and ")),
        (&join.sha256, join.bytes),
        found,
    ))
}

/// A second name for the same bytes on the same disk; the first one goes soon.
pub(crate) fn link_or_copy(from: &Path, to: &Path) -> Result<(), ModelError> {
    if std::fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    std::fs::copy(from, to).map(drop).map_err(ModelError::file("copy", from))
}

/// Every output is there, with its sum where that is known; and nothing else, but beside what a person brought.
fn check(model: &Model, files: &[Kept]) -> Result<(), ModelError> {
    let name = |file: &str| format!("{file} of {}", model.name);
    for output in &model.outputs {
        let Some(kept) = files.iter().find(|kept| kept.file == output.file) else {
            return Err(unexpected(model, files));
        };
        let (Some(sha256), Some(bytes)) = (&output.sha256, output.bytes) else { continue };
        if kept.sha256 != *sha256 || kept.bytes != bytes {
            return Err(wrong_sum(&name(&output.file), (sha256, bytes), (kept.sha256.clone(), kept.bytes)));
        }
    }
    let is_output = |kept: &Kept| model.outputs.iter().any(|output| output.file == kept.file);
    let all_known = model.outputs.iter().all(|output: &Output| output.sha256.is_some());
    if all_known && !files.iter().all(is_output) { Err(unexpected(model, files)) } else { Ok(()) }
}

fn unexpected(model: &Model, files: &[Kept]) -> ModelError {
    let names = |names: Vec<&str>| if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    ModelError::Made {
        recipe: model.recipe.clone().unwrap_or_else(|| "copy".to_owned()),
        wanted: names(model.outputs.iter().map(|output| output.file.as_str()).collect()),
        made: names(files.iter().map(|kept| kept.file.as_str()).collect()),
    }
}
