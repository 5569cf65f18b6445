//! `vactl models`. No daemon takes part but in `warm` and `evict`: the folder of models is enough.

mod failure;
mod memory;
mod progress;
mod pull;

use std::path::PathBuf;

use va_models::places;
use va_models::store::Store;
use va_models::table::Table;

use self::failure::{in_store, not_installed};
use crate::args::{Format, Listing, Models, ModelsCommand};
use crate::exit::{Exit, Failure};
use crate::output::models::{Model, Verified, all, one, verified};
use crate::output::{self, Style};
use crate::places::Places;

pub(super) async fn run(places: &Places, arguments: &Models) -> Result<(), Failure> {
    match &arguments.command {
        ModelsCommand::Warm(arguments) => return memory::warm(places, arguments).await,
        ModelsCommand::Evict(arguments) => return memory::evict(places, arguments).await,
        _ => {}
    }
    let world = World::of(arguments)?;
    match &arguments.command {
        ModelsCommand::List(listing) => world.list(listing).await,
        ModelsCommand::Show { name, listing } => world.show(name, listing).await,
        ModelsCommand::Pull(arguments) => pull::run(world, arguments.clone()).await,
        ModelsCommand::Verify { names, listing } => world.verify(names, listing).await,
        ModelsCommand::Remove { names } => world.remove(names).await,
        ModelsCommand::Path { name } => world.path(name).await,
        ModelsCommand::Rollback { name } => world.rollback(name).await,
        ModelsCommand::Warm(_) | ModelsCommand::Evict(_) => Ok(()),
    }
}

/// The table, and the folder.
struct World {
    table: Table,
    /// Where it was read, if it is not the one that is built in.
    table_file: Option<PathBuf>,
    store: Store,
}

impl World {
    fn of(arguments: &Models) -> Result<Self, Failure> {
        let variable = |name: &str| std::env::var_os(name);
        let folder = places::models_dir(arguments.models_dir.as_deref(), variable).ok_or_else(|| {
            Failure::new(Exit::Usage, "cannot tell where models lie: HOME is not set")
                .hint("set VA_MODELS_DIR to a folder, or give --models-dir")
        })?;
        let program = std::env::current_exe().ok();
        let table_file = places::models_table(arguments.table.as_deref(), variable, program.as_deref());
        let table = match &table_file {
            Some(file) => Table::load(file).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?,
            None => Table::shipped(),
        };
        Ok(World { table, table_file, store: Store::new(folder) })
    }

    async fn list(&self, listing: &Listing) -> Result<(), Failure> {
        let models = Model::all(&self.table, &self.store).map_err(in_store)?;
        let text = match listing.format {
            Format::Table => all(&models, &self.store, &Style::of_stdout()),
            Format::Json => output::json(&models)?,
        };
        output::print(text).await
    }

    async fn show(&self, name: &str, listing: &Listing) -> Result<(), Failure> {
        let models = Model::all(&self.table, &self.store).map_err(in_store)?;
        let model = models.iter().find(|model| model.name == name).ok_or_else(|| self.unknown(name))?;
        let text = match listing.format {
            Format::Table => one(model, &Style::of_stdout()),
            Format::Json => output::json(model)?,
        };
        output::print(text).await
    }

    async fn verify(&self, names: &[String], listing: &Listing) -> Result<(), Failure> {
        let names = if names.is_empty() { self.store.names().map_err(in_store)? } else { names.to_vec() };
        let mut models = Vec::new();
        for name in names {
            self.installed(&name)?;
            let damage = self.store.verify(&name).map_err(in_store)?;
            models.push(Verified::new(name, &damage));
        }
        let text = match listing.format {
            Format::Table => verified(&models, &self.store, &Style::of_stdout()),
            Format::Json => output::json(&models)?,
        };
        output::print(text).await?;
        let damaged: Vec<&str> =
            models.iter().filter(|model| !model.is_well()).map(|model| model.name.as_str()).collect();
        if damaged.is_empty() {
            return Ok(());
        }
        let models = output::counted(damaged.len() as u64, "model");
        let (is, it) = if damaged.len() == 1 { ("is", "it") } else { ("are", "them") };
        Err(Failure::new(Exit::Internal, format!("{models} {is} damaged"))
            .hint(format!("`vactl models pull --force {}` installs {it} again", damaged.join(" "))))
    }

    async fn remove(&self, names: &[String]) -> Result<(), Failure> {
        for name in names {
            self.installed(name)?;
        }
        let lock = self.store.lock(progress::say_waiting).map_err(in_store)?;
        for name in names {
            self.store.remove(&lock, name).map_err(in_store)?;
        }
        output::print(names.iter().map(|name| format!("{name} is removed\n")).collect::<String>()).await
    }

    async fn path(&self, name: &str) -> Result<(), Failure> {
        output::print(format!("{}\n", self.installed(name)?.display())).await
    }

    async fn rollback(&self, name: &str) -> Result<(), Failure> {
        self.installed(name)?;
        let lock = self.store.lock(progress::say_waiting).map_err(in_store)?;
        let now = self.store.rollback(&lock, name).map_err(in_store)?;
        output::print(format!("{name} is version {} of {} again\n", now.version, now.installed)).await
    }

    fn installed(&self, name: &str) -> Result<PathBuf, Failure> {
        self.store.folder(name).ok_or_else(|| match self.table.model(name) {
            Some(_) => not_installed(name),
            None => self.unknown(name),
        })
    }

    fn unknown(&self, name: &str) -> Failure {
        let table = match &self.table_file {
            Some(file) => format!("the table {}", file.display()),
            None => "the table".to_owned(),
        };
        Failure::new(Exit::Usage, format!("there is no model {name:?} in {table}"))
            .hint("`vactl models list` shows all")
    }
}
