//! `vactl status`.

use crate::args::{Format, Listing, Status};
use crate::exit::Failure;
use crate::output::{self, Style};
use crate::places::Places;

pub(super) async fn run(places: &Places, arguments: &Status) -> Result<(), Failure> {
    if arguments.memory {
        memory(places, &arguments.listing).await
    } else {
        status(places, &arguments.listing).await
    }
}

pub(super) async fn status(places: &Places, listing: &Listing) -> Result<(), Failure> {
    let status = places.daemon().await?.status().await?;
    let text = match listing.format {
        Format::Table => output::status(&status, &Style::of_stdout()),
        Format::Json => output::json(&status)?,
    };
    output::print(text).await
}

async fn memory(places: &Places, listing: &Listing) -> Result<(), Failure> {
    let memory = places.daemon().await?.memory().await?;
    let text = match listing.format {
        Format::Table => output::memory(&memory, &Style::of_stdout()),
        Format::Json => output::json(&memory)?,
    };
    output::print(text).await
}
