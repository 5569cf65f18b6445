//! Where an archive of a registry lies, as the registry's ordinary client says by its own configuration: so mirrors,
//! proxies and credentials of the machine count, and no registry is named here.

use std::collections::BTreeMap;

use serde::Deserialize;
use va_models::table::{Package, Registry};

use crate::tools::{Tools, output, said};

/// Asks pip's own finder; without downloading, which no command of pip's does.
const LOCATE: &str = include_str!("locate.py");
/// Of `locate.py`: this pip is made otherwise than those we know.
const OTHER_PIP: i32 = 3;

/// An address, or why there is none.
pub(crate) type Located = Result<String, NotLocated>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotLocated {
    pub(crate) why: String,
    /// Whether the client may be able to download it all the same.
    pub(crate) ask_client: bool,
}

#[derive(Debug, Deserialize)]
struct Line {
    name: String,
    url: Option<String>,
    why: Option<String>,
}

/// By name of the package.
pub(crate) fn locate(tools: &Tools, packages: &[&Package]) -> BTreeMap<String, Located> {
    let of = |registry| packages.iter().copied().filter(move |package| package.registry == registry);
    std::thread::scope(|scope| {
        let npm: Vec<_> = of(Registry::Npm)
            .map(|package| (package.name.clone(), scope.spawn(|| npm(tools, package))))
            .collect();
        let wheels: Vec<&Package> = of(Registry::Pypi).collect();
        let mut located = if wheels.is_empty() { BTreeMap::new() } else { pypi(tools, &wheels) };
        let ended = |thread: std::thread::ScopedJoinHandle<'_, Located>| {
            thread.join().unwrap_or_else(|_| Err(refused("asking npm ended in a panic".to_owned())))
        };
        located.extend(npm.into_iter().map(|(name, thread)| (name, ended(thread))));
        located
    })
}

fn pypi(tools: &Tools, packages: &[&Package]) -> BTreeMap<String, Located> {
    let mut command = tools.python();
    command.args(["-c", LOCATE]);
    for package in packages {
        command.args([&package.name, &package.version, &package.file]);
    }
    let all =
        |why: NotLocated| packages.iter().map(|package| (package.name.clone(), Err(why.clone()))).collect();
    let output = match output(&mut command, "python3 python3-pip") {
        Ok(output) => output,
        Err(error) => return all(refused(error.to_string())),
    };
    let told = String::from_utf8_lossy(&output.stdout);
    let mut lines: BTreeMap<String, Line> = BTreeMap::new();
    for line in told.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok()) {
        lines.insert(line.name.clone(), line);
    }
    let other_pip = output.status.code() == Some(OTHER_PIP);
    let mut located = |package: &&Package| {
        let missing = || NotLocated { why: format!("pip: {}", said(&output.stderr)), ask_client: other_pip };
        let of_line = |line: Line| {
            line.url.ok_or_else(|| {
                refused(format!("pip: {}", line.why.unwrap_or_else(|| "no address".to_owned())))
            })
        };
        (package.name.clone(), lines.remove(&package.name).map_or_else(|| Err(missing()), of_line))
    };
    packages.iter().map(&mut located).collect()
}

fn npm(tools: &Tools, package: &Package) -> Located {
    let mut command = tools.npm();
    command.args(["view", &format!("{}@{}", package.name, package.version), "dist.tarball"]);
    let output = output(&mut command, "npm").map_err(|error| refused(error.to_string()))?;
    let url = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && !url.is_empty() {
        return Ok(url);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let reason = errors.lines().find(|line| line.contains("reason:") || line.contains(" 404 "));
    Err(refused(format!("npm: {}", reason.map_or_else(|| said(&output.stderr), str::to_owned))))
}

fn refused(why: String) -> NotLocated {
    NotLocated { why, ask_client: false }
}
