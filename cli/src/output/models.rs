//! `vactl models`: the table and what is installed of it, for people and as JSON.

use serde::Serialize;
use va_models::licence::Terms;
use va_models::store::{Damage, Manifest, Store, StoreError};
use va_models::table::{Kind, Table, Tier};
use va_models_pull::Plan;

use super::grid::{Cell, Grid};
use super::quantity::{bytes, counted};
use super::style::{Style, Tone};
use super::text::{clean, padded, wrapped};

/// A model of the table, or one that is installed and no longer in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Model {
    pub(crate) name: String,
    state: State,
    tier: Tier,
    kind: Kind,
    licence: String,
    terms: Terms,
    analyzers: Vec<String>,
    /// What is kept; null where nobody knows before it is brought.
    bytes: Option<u64>,
    /// The version that a pull installs.
    version: Option<String>,
    source: Option<String>,
    /// What a person must bring.
    expects: Option<String>,
    note: Option<String>,
    installed: Option<Manifest>,
    /// The version that a rollback returns to.
    previous: Option<String>,
    path: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Installed,
    /// Another version than the table's.
    Outdated,
    Missing,
}

impl Model {
    pub(crate) fn all(table: &Table, store: &Store) -> Result<Vec<Self>, StoreError> {
        let mut all = Vec::new();
        for model in &table.models {
            all.push(Model::of_table(table, model, store)?);
        }
        for name in store.names()?.into_iter().filter(|name| table.model(name).is_none()) {
            if let Some(manifest) = store.manifest(&name)? {
                all.push(Model::of_store(manifest, store)?);
            }
        }
        Ok(all)
    }

    fn of_table(table: &Table, model: &va_models::table::Model, store: &Store) -> Result<Self, StoreError> {
        let (installed, version) = (store.manifest(&model.name)?, model.version());
        let state = match (&installed, &version) {
            (None, _) => State::Missing,
            (Some(installed), Some(version)) if installed.version != *version => State::Outdated,
            (Some(_), _) => State::Installed,
        };
        let known = Some(model.bytes()).filter(|bytes| *bytes > 0);
        Ok(Model {
            name: model.name.clone(),
            state,
            tier: model.tier,
            kind: model.kind,
            licence: model.licence.clone(),
            terms: table.terms(model),
            analyzers: model.analyzers.clone(),
            bytes: known.or(installed.as_ref().map(Manifest::bytes)),
            version,
            source: model.origin(table),
            expects: model.expects.clone(),
            note: model.note.clone(),
            installed,
            previous: store.previous(&model.name)?.map(|manifest| manifest.version),
            path: path(store, &model.name),
        })
    }

    fn of_store(manifest: Manifest, store: &Store) -> Result<Self, StoreError> {
        Ok(Model {
            name: manifest.name.clone(),
            state: State::Installed,
            tier: manifest.tier,
            kind: manifest.kind,
            licence: manifest.licence.clone(),
            terms: manifest.terms,
            analyzers: Vec::new(),
            bytes: Some(manifest.bytes()),
            version: None,
            source: None,
            expects: None,
            note: Some("the table of models does not name it".to_owned()),
            previous: store.previous(&manifest.name)?.map(|manifest| manifest.version),
            path: path(store, &manifest.name),
            installed: Some(manifest),
        })
    }

    fn state(&self) -> (&'static str, Tone) {
        match self.state {
            State::Installed => ("installed", Tone::Good),
            State::Outdated => ("outdated", Tone::Warning),
            State::Missing if self.expects.is_some() => ("to be brought", Tone::Faint),
            State::Missing => ("not installed", Tone::Plain),
        }
    }
}

fn path(store: &Store, name: &str) -> Option<String> {
    store.folder(name).map(|folder| folder.display().to_string())
}

pub(crate) fn all(models: &[Model], store: &Store, style: &Style) -> String {
    let mut grid = Grid::new(["NAME", "STATE", "TIER", "LICENCE", "SIZE", "USED BY"]);
    for model in models {
        let (state, tone) = model.state();
        grid.row([
            Cell::toned(&model.name, Tone::Strong),
            Cell::toned(state, tone),
            model.tier.name().into(),
            licence(model),
            model.bytes.map(bytes).as_deref().into(),
            used_by(model).as_str().into(),
        ]);
    }
    let installed = models.iter().filter_map(|model| model.installed.as_ref());
    let (count, size) = (installed.clone().count(), installed.map(Manifest::bytes).sum());
    let total = format!(
        "{} installed, {}, in {}",
        counted(count as u64, "model"),
        bytes(size),
        store.path().display()
    );
    format!("{}\n{}\n", grid.text(style), clean(&total))
}

/// In a warning tone where it must be accepted.
fn licence(model: &Model) -> Cell {
    let tone = if model.terms.must_be_accepted() { Tone::Warning } else { Tone::Plain };
    Cell::toned(&model.licence, tone)
}

fn used_by(model: &Model) -> String {
    match model.kind {
        Kind::Runtime => "all ONNX models".to_owned(),
        _ => model.analyzers.join(", "),
    }
}

pub(crate) fn one(model: &Model, style: &Style) -> String {
    let (state, tone) = model.state();
    let mut rows = vec![
        ("state", style.paint(tone, state)),
        ("tier", model.tier.name().to_owned()),
        ("licence", format!("{} ({})", clean(&model.licence), model.terms.name())),
        ("used by", used_by(model)),
    ];
    let mut row = |key, value: Option<String>| rows.extend(value.map(|value| (key, value)));
    row("note", model.note.clone());
    row("expects", model.expects.clone());
    row("source", model.source.clone());
    row("size", model.bytes.map(bytes));
    row("version", model.version.clone());
    let installed = |manifest: &Manifest| format!("version {} on {}", manifest.version, manifest.installed);
    row("installed", model.installed.as_ref().map(installed));
    row("from", model.installed.as_ref().map(|manifest| manifest.source.clone()));
    row("previous", model.previous.clone());
    row("folder", model.path.clone());
    let files = model.installed.iter().flat_map(|manifest| &manifest.files);
    let files =
        files.map(|kept| ("", format!("{}  {}  {}", kept.sha256, clean(&kept.file), bytes(kept.bytes))));
    let mut text = format!("{}\n", style.paint(Tone::Strong, &clean(&model.name)));
    for (key, value) in rows.into_iter().chain(files) {
        // What has colours is short.
        let lines = if value.contains('\u{1b}') {
            vec![value]
        } else {
            wrapped(&clean(&value), style.width.max(90) - 11)
        };
        for (at, line) in lines.iter().enumerate() {
            let key = padded(if at == 0 { key } else { "" }, 9);
            text.push_str(&format!("{}  {line}\n", style.paint(Tone::Faint, &key)));
        }
    }
    text
}

/// What `verify` found of one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Verified {
    pub(crate) name: String,
    damage: Vec<String>,
}

impl Verified {
    pub(crate) fn new(name: String, damage: &[Damage]) -> Self {
        Verified { name, damage: damage.iter().map(Damage::to_string).collect() }
    }

    pub(crate) fn is_well(&self) -> bool {
        self.damage.is_empty()
    }
}

pub(crate) fn verified(models: &[Verified], store: &Store, style: &Style) -> String {
    if models.is_empty() {
        return format!("There are no models in {}.\n", clean(&store.path().display().to_string()));
    }
    let width = models.iter().map(|model| model.name.len()).max().unwrap_or(0);
    let line = |model: &Verified| {
        let (word, tone) = if model.is_well() { ("good", Tone::Good) } else { ("damaged", Tone::Bad) };
        let damage: String = model.damage.iter().map(|damage| format!("  {}\n", clean(damage))).collect();
        format!("{}  {}\n{damage}", padded(&model.name, width), style.paint(tone, word))
    };
    models.iter().map(line).collect()
}

/// What a pull is about to fetch, and on whose terms.
pub(crate) fn terms(plan: &Plan<'_>) -> String {
    let mut licences: Vec<(&str, Terms, Vec<&str>)> = Vec::new();
    for model in &plan.models {
        match licences.iter_mut().find(|(licence, ..)| *licence == model.licence) {
            Some((_, _, models)) => models.push(&model.name),
            None => licences.push((&model.licence, plan.table.terms(model), vec![&model.name])),
        }
    }
    licences.sort_by_key(|(_, terms, models)| (*terms, std::cmp::Reverse(models.len())));
    // Whoever may use it freely need not know which it is.
    let told = |(licence, terms, models): &(&str, Terms, Vec<&str>)| match terms {
        Terms::Permissive => format!("{licence} ({})", models.len()),
        _ => format!("{licence} ({})", models.join(", ")),
    };
    let licences: Vec<String> = licences.iter().map(told).collect();
    let models = counted(plan.models.len() as u64, "model");
    clean(&format!("pulling {models}, {}: {}", bytes(plan.bytes()), licences.join(", ")))
}
