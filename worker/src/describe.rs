//! The role `describe`: a plugin's description, read where a broken library hurts nobody.

use std::path::Path;

use anyhow::Result;
use va_analyzer_sdk::compatibility::SDK_VERSION;
use va_protocol::worker::control::{Described, Sandbox};

use crate::{analyze::loader, sandbox, translate};

/// Prints one line of JSON, the last line of standard output whatever the library itself prints.
pub(crate) fn run(library: &Path, sandbox: Option<&Sandbox>) -> Result<()> {
    if let Some(sandbox) = sandbox {
        sandbox::around_plugins(sandbox, std::iter::once(library))?;
    }
    let worker_sdk = SDK_VERSION.to_owned();
    let described = match loader::open(library).and_then(|plugin| Ok(plugin.description()?)) {
        Ok(description) => Described::Ok { description: translate::description(description), worker_sdk },
        Err(error) => Described::Refused { reason: error.to_string(), worker_sdk },
    };
    println!("\n{}", serde_json::to_string(&described)?);
    Ok(())
}
