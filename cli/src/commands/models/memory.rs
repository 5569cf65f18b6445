//! `vactl models warm` and `vactl models evict`: these alone need the daemon.

use va_protocol::api::memory::{MemoryState, Moved};

use crate::args::{Format, InMemory};
use crate::client::Client;
use crate::exit::{Exit, Failure};
use crate::output::{self, Style};
use crate::places::Places;

pub(super) async fn warm(places: &Places, arguments: &InMemory) -> Result<(), Failure> {
    let client = places.daemon().await?;
    let mut moved = Vec::new();
    // One call for each: an answer has to begin within a minute.
    for name in names(&client, arguments, MemoryState::Unloaded).await? {
        moved.extend(client.warm(vec![name]).await?);
    }
    told(&moved, "loaded", arguments).await
}

pub(super) async fn evict(places: &Places, arguments: &InMemory) -> Result<(), Failure> {
    let client = places.daemon().await?;
    let moved = client.evict(names(&client, arguments, MemoryState::Loaded).await?).await?;
    told(&moved, "unloaded", arguments).await
}

/// Those that were named, else all in that state.
async fn names(client: &Client, arguments: &InMemory, state: MemoryState) -> Result<Vec<String>, Failure> {
    if !arguments.names.is_empty() {
        return Ok(arguments.names.clone());
    }
    let all = client.memory().await?.analyzers.into_iter();
    Ok(all.filter(|analyzer| analyzer.state == state).map(|analyzer| analyzer.name).collect())
}

async fn told(moved: &[Moved], done: &'static str, arguments: &InMemory) -> Result<(), Failure> {
    let text = match arguments.listing.format {
        Format::Table => output::moved(moved, done, &Style::of_stdout()),
        Format::Json => output::json(&moved)?,
    };
    output::print(text).await?;
    let not: Vec<&str> =
        moved.iter().filter(|moved| !moved.done).map(|moved| moved.analyzer.as_str()).collect();
    if not.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Exit::Partial, format!("not {done}: {}", not.join(", "))))
}
