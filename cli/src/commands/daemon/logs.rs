//! `vactl daemon logs`.

use std::io::{Error, ErrorKind};
use std::path::Path;

use crate::daemon_log::{DaemonLog, Watch};
use crate::exit::{Exit, Failure};
use crate::output;
use crate::places::Places;

pub(super) async fn run(places: &Places, lines: Option<usize>, follow: bool) -> Result<(), Failure> {
    let path = places.log()?;
    let cannot = |error: Error| unread(&path, &error);
    let mut log = DaemonLog::open(&path).map_err(cannot)?;
    // Set before the first look, so that nothing comes between.
    let watch = if follow { Some(Watch::of(&path).map_err(cannot)?) } else { None };
    if let Some(lines) = lines {
        log.skip_to_last(lines).map_err(cannot)?;
    }
    output::print(log.rest().map_err(cannot)?).await?;
    if let Some(watch) = watch {
        loop {
            watch.changed().await.map_err(cannot)?;
            output::print(log.rest().map_err(cannot)?).await?;
        }
    }
    Ok(())
}

fn unread(path: &Path, error: &Error) -> Failure {
    if error.kind() == ErrorKind::NotFound {
        return Failure::new(
            Exit::Usage,
            format!("there is no log {}: no private daemon was ever started", path.display()),
        )
        .hint("a daemon of the whole machine writes to the journal: `journalctl -u va-daemon`");
    }
    Failure::new(Exit::Usage, format!("cannot read the log {}: {error}", path.display()))
}
