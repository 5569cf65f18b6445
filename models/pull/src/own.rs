//! What a person brings: a file, or a folder with the model's files, in place of its sources.

use std::path::{Path, PathBuf};

use va_models::store::{MANIFEST, Manifest};
use va_models::table::Model;

use crate::assemble::Workshop;
use crate::error::ModelError;
use crate::recipes::Environment;

/// Whether the model's own files are brought, not the archives that they are taken out of.
pub(crate) fn is_brought(model: &Model, archives: &[&str], from: &Path) -> bool {
    if model.sources.is_empty() {
        return true;
    }
    let name = from.file_name().map(|name| name.to_string_lossy());
    match from.is_dir() {
        true => model.outputs.iter().all(|output| from.join(&output.file).is_file()),
        false => model.outputs.len() == 1 && !name.is_some_and(|name| archives.contains(&name.as_ref())),
    }
}

impl Workshop<'_> {
    pub(crate) fn bring(
        &self,
        model: &Model,
        from: &Path,
        environment: Option<&Environment>,
    ) -> Result<Manifest, ModelError> {
        let from = std::path::absolute(from).map_err(ModelError::file("read", from))?;
        from.metadata().map_err(ModelError::file("read", &from))?;
        let out = self.lock.new_folder(self.store)?;
        match (&model.recipe, model.sources.is_empty()) {
            (Some(_), true) => {
                if !from.is_dir() {
                    return Err(wrong(model, &from, "it is no folder"));
                }
                for output in &model.outputs {
                    if let Some(copy) = &output.copy {
                        copied(model, &from.join(copy), &out.path().join(&output.file))?;
                    }
                }
                self.convert(model, environment, &from, out.path())?;
            }
            _ if from.is_dir() => folder(model, &from, out.path())?,
            _ => match &model.outputs[..] {
                [output] => copied(model, &from, &out.path().join(&output.file))?,
                _ => return Err(wrong(model, &from, "it is a single file")),
            },
        }
        self.install(model, out, from.display().to_string())
    }
}

/// The outputs, and where no sums are known also what else lies there; no folders.
fn folder(model: &Model, from: &Path, to: &Path) -> Result<(), ModelError> {
    if let Some(missing) = model.outputs.iter().find(|output| !from.join(&output.file).is_file()) {
        return Err(wrong(model, from, &format!("there is no {} in it", missing.file)));
    }
    let all_known = model.outputs.iter().all(|output| output.sha256.is_some());
    let cannot = || ModelError::file("read", from);
    for entry in std::fs::read_dir(from).map_err(cannot())? {
        let path: PathBuf = entry.map_err(cannot())?.path();
        let Some(name) = path.file_name() else { continue };
        let is_output = model.outputs.iter().any(|output| *name == *output.file);
        if path.is_file() && name != MANIFEST && (is_output || !all_known) {
            copied(model, &path, &to.join(name))?;
        }
    }
    Ok(())
}

fn copied(model: &Model, from: &Path, to: &Path) -> Result<(), ModelError> {
    if !from.is_file() {
        return Err(wrong(model, from, "there is no such file"));
    }
    std::fs::copy(from, to).map(drop).map_err(ModelError::file("copy", from))
}

fn wrong(model: &Model, path: &Path, why: &str) -> ModelError {
    let expects = model.expects.as_ref().map_or(String::new(), |expects| format!("; wanted is {expects}"));
    ModelError::Brought { path: path.to_owned(), why: format!("{why}{expects}") }
}
