//! `vactl plugins`.

use crate::args::{Format, Listing, Plugins};
use crate::exit::Failure;
use crate::output::{self, Style};
use crate::places::Places;

pub(super) async fn run(places: &Places, arguments: &Plugins) -> Result<(), Failure> {
    match arguments {
        Plugins::List(listing) => list(places, listing).await,
    }
}

async fn list(places: &Places, listing: &Listing) -> Result<(), Failure> {
    let analyzers = places.daemon().await?.analyzers().await?;
    let text = match listing.format {
        Format::Table => output::analyzers(&analyzers, &Style::of_stdout()),
        Format::Json => output::json(&analyzers)?,
    };
    output::print(text).await
}
