//! Why a library cannot serve as an analyzer here, in words that a person can act on.
//!
//! The check itself is abi_stable's: it compares the interface's version and the layout of every type that crosses the
//! boundary. The compiler may be another one, since all that crosses has the layout of C. A plugin built with another
//! version of the SDK loads as long as the interface below is the same; `tests/compat` holds on to that with each
//! released version.

use std::path::{Path, PathBuf};

/// The SDK's own version.
pub const SDK_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The version of the binary interface, as both sides compare it. It is not that of the SDK: a worker refuses a plugin
/// whose interface is older than its own, so this one changes with a layout, and with nothing else.
pub const INTERFACE_VERSION: &str = "0.1.0";

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
        "cannot load {}: it was built for another version of the analyzer SDK (its interface is {}, that of this worker \
         {INTERFACE_VERSION}: {detail}); rebuild it with SDK {SDK_VERSION}", path.display(),
        interface.as_deref().unwrap_or("unknown")
    )]
    OtherSdk { path: PathBuf, interface: Option<String>, detail: String },
}

impl LoadError {
    /// abi_stable's errors are long and of many kinds; three of them matter to a person.
    pub(crate) fn from_text(path: &Path, interface: Option<&str>, text: &str) -> Self {
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
        LoadError::OtherSdk { path, interface: interface.map(str::to_owned), detail: essence(text) }
    }
}

/// The few lines that tell expected from found, out of a report of hundreds.
fn essence(text: &str) -> String {
    // A report of layouts goes down from the module to the field that differs: what it tells last is the nearest.
    if let Some((way, difference)) = text.rsplit_once("Error:") {
        let difference = difference.split("\n\n").next().unwrap_or_default();
        let difference = difference.split_whitespace().take(12).collect::<Vec<_>>().join(" ");
        let field = way.lines().rev().find_map(|line| line.trim().strip_prefix("field_name:"));
        return field.map_or(difference.clone(), |field| format!("at {field}: {difference}"));
    }
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
    fn of_a_layout_the_field_that_differs_is_told() {
        let report = "Layout of found type:\n  field_name:audio\n\n  field_name:sample_rate\n  type:u64\n\n\
                      Error:mismatched type\nExpected:\n    u32\nFound:\n    u64\n";
        let error = LoadError::from_text(Path::new("/opt/va/faces.so"), Some("0.1.0"), report);
        let text = error.to_string();
        assert!(text.contains("at sample_rate: mismatched type Expected: u32 Found: u64"), "{text}");
        assert!(
            text.contains(&format!("its interface is 0.1.0, that of this worker {INTERFACE_VERSION}")),
            "{text}"
        );
    }

    #[test]
    fn layout_report_is_reduced_to_what_tells() {
        let report =
            format!("{}\nexpected:5 field(s)\nfound:4 field(s)\n{}", "x\n".repeat(200), "y\n".repeat(200));
        let error = LoadError::from_text(Path::new("/opt/va/faces.so"), None, &report);
        let text = error.to_string();
        assert!(text.contains("expected:5 field(s); found:4 field(s)"), "{text}");
        assert!(text.contains("rebuild it"), "{text}");
    }
}
