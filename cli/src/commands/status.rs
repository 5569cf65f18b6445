//! `vactl status`.

use crate::args::{Format, Listing};
use crate::exit::Failure;
use crate::output::{self, Style};
use crate::places::Places;

pub(super) async fn run(places: &Places, listing: &Listing) -> Result<(), Failure> {
    let status = places.daemon().await?.status().await?;
    let text = match listing.format {
        Format::Table => output::status(&status, &Style::of_stdout()),
        Format::Json => output::json(&status)?,
    };
    output::print(text).await
}
