//! `vactl daemon`: the private daemon of this state folder. A daemon of the whole machine is its service manager's.

mod logs;
mod start;
mod stop;

use crate::args::Daemon;
use crate::exit::Failure;
use crate::places::Places;

pub(super) async fn run(places: &Places, arguments: &Daemon) -> Result<(), Failure> {
    match arguments {
        Daemon::Start => start::run(places).await,
        Daemon::Stop { timeout } => stop::run(places, std::time::Duration::from_secs(*timeout)).await,
        Daemon::Status(listing) => super::status::status(places, listing).await,
        Daemon::Logs { lines, follow } => logs::run(places, *lines, *follow).await,
    }
}
