//! Installed models, as far as analyzers may use them. Looked up anew for each job: what `vactl models` changes counts
//! from the next one on.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use va_models::licence::Allowed;
use va_models::places;
use va_models::store::{Manifest, Store};
use va_models::table::{Table, Tier};
use va_protocol::worker::description::ModelRequest;

use crate::config::ModelsConfig;

#[derive(Debug)]
pub(crate) struct Models {
    store: Store,
    table: Table,
    allowed: Allowed,
}

/// What an analyzer's requests come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// Folders of the models that are installed and allowed, by name. They name the version, too.
    pub(crate) folders: BTreeMap<String, String>,
    /// Why each of the others is not to be used, by name.
    pub(crate) absent: BTreeMap<String, String>,
    /// Why it cannot run, where it cannot.
    pub(crate) missing: Option<String>,
}

impl Models {
    /// # Errors
    /// Where the table of models cannot be read, or a licence of the configuration is none of those that it names.
    pub(crate) fn open(config: &ModelsConfig, state_dir: &Path) -> Result<Self> {
        let folder = places::models_dir(config.folder.as_deref(), |name| std::env::var_os(name))
            .unwrap_or_else(|| state_dir.join("models"));
        let program = std::env::current_exe().ok();
        let table = match places::models_table(None, |name| std::env::var_os(name), program.as_deref()) {
            Some(path) => Table::load(&path).context("the table of models is not usable")?,
            None => Table::shipped(),
        };
        let allowed = Allowed::new(config.licences.clone().unwrap_or_default());
        let slips = allowed.unknown(table.licences.keys().map(String::as_str));
        if !slips.is_empty() {
            let known: Vec<&str> = table.licences.keys().map(String::as_str).collect();
            bail!(
                "[models] licences names {}; there are permissive, copyleft, research, unknown, and {}",
                slips.join(", "),
                known.join(", ")
            );
        }
        Ok(Models { store: Store::new(folder), table, allowed })
    }

    pub(crate) fn folder(&self) -> &Path {
        self.store.path()
    }

    pub(crate) fn resolve(&self, requests: &[ModelRequest]) -> Resolved {
        let mut resolved = Resolved::default();
        for request in requests {
            let mut excluded = Vec::new();
            let mut any = false;
            for name in &request.any_of {
                let Some(folder) = self.store.folder(name) else {
                    resolved.absent.insert(name.clone(), self.not_installed(name));
                    continue;
                };
                let why_not = match self.store.manifest(name) {
                    Ok(Some(manifest)) if !self.allowed.allows(&manifest.licence, manifest.terms) => {
                        format!("{name} ({})", manifest.licence)
                    }
                    Ok(_) => {
                        resolved.folders.insert(name.clone(), folder.to_string_lossy().into_owned());
                        any = true;
                        continue;
                    }
                    Err(error) => format!("{name} ({error})"),
                };
                resolved.absent.insert(name.clone(), excludes(&why_not));
                excluded.push(why_not);
            }
            if !any && !request.optional && resolved.missing.is_none() {
                resolved.missing = Some(self.why_missing(request, &excluded));
            }
        }
        resolved
    }

    /// The sum of a model's first file, which tells its versions apart.
    pub(crate) fn sha256(&self, name: &str) -> Option<String> {
        let manifest: Manifest = self.store.manifest(name).ok()??;
        manifest.files.first().map(|kept| kept.sha256.as_str().to_owned())
    }

    fn why_missing(&self, request: &ModelRequest, excluded: &[String]) -> String {
        if excluded.is_empty() {
            self.not_installed(self.best_to_install(request))
        } else {
            excludes(&excluded.join(", "))
        }
    }

    fn not_installed(&self, name: &str) -> String {
        // Nobody but the operator has one that the table knows no source of.
        let brought = self.table.model(name).is_some_and(|model| model.sources.is_empty());
        let from = if brought { " --from FILE_OR_FOLDER" } else { "" };
        format!("model {name} is not installed; install it with `vactl models pull {name}{from}`")
    }

    /// The one that a fresh machine has, else the first that can be fetched, else the first.
    fn best_to_install<'a>(&self, request: &'a ModelRequest) -> &'a str {
        let allowed = |name: &&String| {
            let model = self.table.model(name);
            model.is_none_or(|model| self.allowed.allows(&model.licence, self.table.terms(model)))
        };
        let usual = |name: &&String| self.table.model(name).is_some_and(|model| model.tier == Tier::Default);
        let fetched = |name: &&String| self.table.model(name).is_some_and(|model| !model.sources.is_empty());
        let may = || request.any_of.iter().filter(allowed);
        let best = may().find(usual).or(may().find(fetched)).or(may().next()).or(request.any_of.first());
        best.map_or("", String::as_str)
    }
}

fn excludes(models: &str) -> String {
    format!("may not be used: {models}; see [models] licences")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(any_of: &[&str], optional: bool) -> ModelRequest {
        ModelRequest { any_of: any_of.iter().map(|name| (*name).to_owned()).collect(), optional }
    }

    fn install(folder: &Path, name: &str, licence: &str, terms: &str) {
        let version = folder.join(name).join("0123456789ab");
        std::fs::create_dir_all(&version).expect("a folder");
        std::os::unix::fs::symlink("0123456789ab", folder.join(name).join("current")).expect("a link");
        let sum = "0".repeat(64);
        let manifest = format!(
            "{{\"name\":\"{name}\",\"version\":\"0123456789ab\",\"kind\":\"onnx\",\"tier\":\"default\",\
              \"licence\":\"{licence}\",\"terms\":\"{terms}\",\"source\":\"a test\",\
              \"files\":[{{\"file\":\"model.onnx\",\"sha256\":\"{sum}\",\"bytes\":1}}],\
              \"installed\":\"2026-01-01T00:00:00Z\"}}"
        );
        std::fs::write(version.join("manifest.json"), manifest).expect("written");
    }

    fn models(folder: &Path, licences: Option<&[&str]>) -> Models {
        let licences = licences.map(|list| list.iter().map(|word| (*word).to_owned()).collect());
        let config = ModelsConfig { folder: Some(folder.to_owned()), licences };
        Models::open(&config, folder).expect("usable")
    }

    #[test]
    fn what_is_not_installed_is_told_with_the_command_that_installs_the_usual_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let models = models(folder.path(), None);
        let resolved = models.resolve(&[wants(&["yolov8x", "yolo11n", "coco-ssd"], false)]);
        let expected = "model yolo11n is not installed; install it with `vactl models pull yolo11n`";
        assert_eq!(resolved.missing.as_deref(), Some(expected));
        let optional = models.resolve(&[wants(&["yolo11n"], true)]);
        assert_eq!((optional.missing, optional.folders.len()), (None, 0));
        assert_eq!(optional.absent["yolo11n"], expected);
    }

    #[test]
    fn a_model_that_nobody_publishes_is_to_be_brought() {
        let folder = tempfile::tempdir().expect("a folder");
        let models = models(folder.path(), None);
        let missing = models.resolve(&[wants(&["yolov8x"], false)]).missing.expect("missing");
        assert!(missing.ends_with("`vactl models pull yolov8x --from FILE_OR_FOLDER`"), "{missing}");
        // One that can be fetched does as well.
        let missing = models.resolve(&[wants(&["yolov8x", "coco-ssd"], false)]).missing.expect("missing");
        assert!(missing.ends_with("`vactl models pull coco-ssd`"), "{missing}");
    }

    /// Whatever an analyzer lacks, the command that it is told has a name that the table knows, and leads somewhere.
    #[test]
    fn every_model_of_the_table_is_told_with_a_command_that_installs_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let models = models(folder.path(), None);
        for model in &models.table.models {
            let resolved = models.resolve(&[wants(&[&model.name], false)]);
            let from = if model.sources.is_empty() { " --from FILE_OR_FOLDER" } else { "" };
            let command = format!("`vactl models pull {}{from}`", model.name);
            assert!(resolved.missing.as_ref().is_some_and(|why| why.ends_with(&command)), "{resolved:?}");
            assert_eq!(resolved.absent.get(&model.name), resolved.missing.as_ref());
        }
    }

    #[test]
    fn a_licence_that_is_not_allowed_leaves_the_permissive_one() {
        let folder = tempfile::tempdir().expect("a folder");
        install(folder.path(), "yolo11n", "AGPL-3.0", "copyleft");
        let request = [wants(&["yolo11n", "coco-ssd"], false)];
        let strict = models(folder.path(), Some(&["permissive"]));
        let missing = strict.resolve(&request).missing.expect("missing");
        assert!(missing.contains("yolo11n (AGPL-3.0)") && missing.contains("[models] licences"), "{missing}");

        install(folder.path(), "coco-ssd", "Apache-2.0", "permissive");
        let resolved = strict.resolve(&request);
        assert!(resolved.folders.keys().eq(["coco-ssd"]) && resolved.missing.is_none(), "{resolved:?}");
        assert_eq!(models(folder.path(), None).resolve(&request).folders.len(), 2);
        assert_eq!(strict.sha256("coco-ssd"), Some("0".repeat(64)));
    }

    #[test]
    fn a_slip_among_the_licences_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = ModelsConfig { folder: None, licences: Some(vec!["Apache2".to_owned()]) };
        let error = Models::open(&config, folder.path()).expect_err("refused").to_string();
        assert!(error.contains("Apache2") && error.contains("permissive"), "{error}");
    }
}
