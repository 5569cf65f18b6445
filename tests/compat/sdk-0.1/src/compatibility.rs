//! Why a library cannot serve as an analyzer here, in words that a person can act on.
//!
//! The check itself is abi_stable's: it compares the SDK's version and the layout of every type that crosses the
//! boundary. A plugin built with a newer SDK of the same major version loads; one built with an older SDK does not
//! where the interface has grown since.

use std::path::{Path, PathBuf};

/// The SDK's version, as both sides compare it.
pub const SDK_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why [`Plugin::open`](crate::abi::Plugin::open) refused a library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    #[error(
        "cannot load {}: it is a library, but exports no analyzer; build it with `export_analyzer!` and \
         crate-type = [\"cdylib\"]", path.display()
    )]
    NoAnalyzer { path: PathBuf },
    #[error("cannot load {}: {reason}", path.display())]
    Linker { path: PathBuf, reason: String },
    #[error(
        "cannot load {}: it was built for another version of the analyzer SDK ({detail}); this worker speaks SDK \
         {SDK_VERSION}: rebuild it against that version", path.display()
    )]
    OtherSdk { path: PathBuf, detail: String },
}

impl LoadError {
    /// abi_stable's errors are long and of many kinds; three of them matter to a person.
    pub(crate) fn from_text(path: &Path, text: &str) -> Self {
        let path = path.to_owned();
        let flat = |line: &str| line.trim().to_owned();
        if text.contains("undefined symbol: _1as_0")
            || text.contains("Could not load symbol") && text.contains("_1as_0")
        {
            return LoadError::NoAnalyzer { path };
        }
        if text.contains("Could not open library") || text.contains("cannot open shared object") {
            let reason = text.lines().map(flat).rfind(|line| !line.is_empty()).unwrap_or_default();
            let reason = reason.trim_start_matches("Error:").trim_start_matches("because:").trim().to_owned();
            return LoadError::Linker { path, reason };
        }
        LoadError::OtherSdk { path, detail: essence(text) }
    }
}

/// The few lines that tell expected from found, out of a report of hundreds.
fn essence(text: &str) -> String {
    let telling = ["expected", "found", "too many", "too few", "mismatch", "version"];
    let lines = text.lines().map(str::trim).filter(|line| {
        let lower = line.to_lowercase();
        line.len() < 160 && telling.iter().any(|word| lower.contains(word))
    });
    let mut essence = lines.take(4).collect::<Vec<_>>().join("; ");
    if essence.is_empty() {
        essence = text.split_whitespace().take(30).collect::<Vec<_>>().join(" ");
    }
    essence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_report_is_reduced_to_what_tells() {
        let report =
            format!("{}\nexpected:5 field(s)\nfound:4 field(s)\n{}", "x\n".repeat(200), "y\n".repeat(200));
        let error = LoadError::from_text(Path::new("/opt/va/faces.so"), &report);
        let text = error.to_string();
        assert!(text.contains("expected:5 field(s); found:4 field(s)"), "{text}");
        assert!(text.contains("rebuild it"), "{text}");
    }
}
