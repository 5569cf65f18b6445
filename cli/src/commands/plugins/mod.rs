//! `vactl plugins`.

mod new;

use std::path::Path;

use va_protocol::api::plugin::{PluginToAdd, PluginToCheck, PluginToEnable};

use crate::args::{Format, Listing, OnePlugin, Plugins};
use crate::exit::{Exit, Failure};
use crate::output::{self, Style};
use crate::places::Places;

pub(super) async fn run(places: &Places, arguments: &Plugins) -> Result<Exit, Failure> {
    let client = || places.daemon();
    match arguments {
        Plugins::List(listing) => {
            let analyzers = client().await?.analyzers().await?;
            print(listing, &analyzers, |style| output::analyzers(&analyzers, style)).await?;
        }
        Plugins::Show(OnePlugin { name, listing }) => {
            let details = client().await?.analyzer(name).await?;
            print(listing, &details, |style| output::plugin(&details, style)).await?;
        }
        Plugins::Why(OnePlugin { name, listing }) => {
            let details = client().await?.analyzer(name).await?;
            print(listing, &details, |style| output::plugin_why(&details, style)).await?;
        }
        Plugins::Add { file, group, listing } => {
            let plugin = PluginToAdd { path: absolute(file)?, group: group.clone() };
            let changed = client().await?.add_plugin(&plugin).await?;
            print(listing, &changed, |style| output::plugin_changed(&changed, style)).await?;
        }
        Plugins::Remove(OnePlugin { name, listing }) => {
            let changed = client().await?.remove_plugin(name).await?;
            let gone = |style: &Style| match &changed.analyzer {
                Some(_) => output::plugin_changed(&changed, style),
                None => format!("{} is removed\n", output::text::clean(name)),
            };
            print(listing, &changed, gone).await?;
        }
        Plugins::Enable { name, group, listing } => {
            let changed =
                client().await?.enable_plugin(name, &PluginToEnable { group: group.clone() }).await?;
            print(listing, &changed, |style| output::plugin_changed(&changed, style)).await?;
        }
        Plugins::Disable(OnePlugin { name, listing }) => {
            let changed = client().await?.disable_plugin(name).await?;
            print(listing, &changed, |style| output::plugin_changed(&changed, style)).await?;
        }
        Plugins::Reload { name: Some(name), listing } => {
            let changed = client().await?.reload_plugin(name).await?;
            print(listing, &changed, |style| output::plugin_changed(&changed, style)).await?;
        }
        Plugins::Reload { name: None, listing } => {
            let analyzers = client().await?.reload_plugins().await?;
            print(listing, &analyzers, |style| output::analyzers(&analyzers, style)).await?;
        }
        Plugins::New(arguments) => new::run(arguments).await?,
        Plugins::Test { plugin, listing } => {
            // What is there as a file is a file.
            let file = Path::new(plugin);
            let plugin = if file.exists() { absolute(file)? } else { plugin.clone() };
            let check = client().await?.check_plugin(&PluginToCheck { plugin }).await?;
            print(listing, &check, |style| output::plugin_check(&check, style)).await?;
            return Ok(if check.passed { Exit::Success } else { Exit::Partial });
        }
    }
    Ok(Exit::Success)
}

async fn print(
    listing: &Listing,
    value: &impl serde::Serialize,
    table: impl FnOnce(&Style) -> String,
) -> Result<(), Failure> {
    let text = match listing.format {
        Format::Table => table(&Style::of_stdout()),
        Format::Json => output::json(value)?,
    };
    output::print(text).await
}

/// As the daemon has to be told it: it runs in another folder.
fn absolute(file: &Path) -> Result<String, Failure> {
    let refused = |why: String| Failure::new(Exit::Usage, format!("cannot use {}: {why}", file.display()));
    let path = std::fs::canonicalize(file).map_err(|error| refused(error.to_string()))?;
    path.into_os_string().into_string().map_err(|_| refused("its path is no UTF-8".to_owned()))
}
