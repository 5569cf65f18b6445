//! The programs of others that are run: python3 with pip, and npm.

use std::io;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::error::ModelError;

/// Where they lie, and the address of a hub of models.
#[derive(Debug, Clone)]
pub struct Tools {
    pub python: PathBuf,
    pub npm: PathBuf,
    /// Files of a hub lie below it at `REPOSITORY/resolve/REVISION/FILE`.
    pub hub: Option<String>,
}

impl Tools {
    /// Those of the search path; the hub of `$VA_HUB_URL`.
    pub fn of_environment() -> Self {
        let hub = std::env::var("VA_HUB_URL").ok().filter(|url| !url.is_empty());
        Tools { python: "python3".into(), npm: "npm".into(), hub }
    }

    pub(crate) fn python(&self) -> Command {
        quiet(Command::new(&self.python))
    }

    pub(crate) fn npm(&self) -> Command {
        let mut npm = quiet(Command::new(&self.npm));
        // It would try for minutes where there is no network.
        npm.env("npm_config_fetch_retries", "0").env("npm_config_fetch_timeout", "30000");
        npm.env("npm_config_update_notifier", "false");
        npm
    }
}

fn quiet(mut command: Command) -> Command {
    command.stdin(Stdio::null()).env("PIP_DISABLE_PIP_VERSION_CHECK", "1").env("PYTHONIOENCODING", "utf-8");
    command
}

/// Runs to its end; `package` is Debian's that has it.
pub(crate) fn output(command: &mut Command, package: &'static str) -> Result<Output, ModelError> {
    let program = command.get_program().to_owned();
    let output = command.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            ModelError::Program { program: program.to_string_lossy().into_owned(), package }
        }
        _ => ModelError::File { what: "run", path: program.clone().into(), error },
    })?;
    if said(&output.stderr).contains("No module named pip") {
        return Err(ModelError::Program { program: "pip".to_owned(), package: "python3-pip" });
    }
    Ok(output)
}

/// The last words of a program, without what is only decoration.
pub(crate) fn said(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines.len().saturating_sub(3);
    lines[last..].join(" / ")
}

pub(crate) fn status(output: &Output) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (output.status.code(), output.status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "no exit code".to_owned(),
    }
}
