//! Where the folder of models and the table of models lie. vactl and the daemon ask here, so that they agree.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The folder of installed models: the given one, else `$VA_MODELS_DIR`, else `va/models` in `$XDG_DATA_HOME` or in
/// `~/.local/share`. `None` where nothing tells.
pub fn models_dir(given: Option<&Path>, environment: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = set(environment);
    given
        .map(Path::to_owned)
        .or_else(|| set("VA_MODELS_DIR"))
        .or_else(|| set("XDG_DATA_HOME").map(|data| data.join("va/models")))
        .or_else(|| set("HOME").map(|home| home.join(".local/share/va/models")))
        .map(|folder| std::path::absolute(&folder).unwrap_or(folder))
}

/// The table to read: the given one, else `$VA_MODELS_TABLE`, else `etc/va/models.toml` of the installation that the
/// program belongs to. `None`: the one that was built in.
pub fn models_table(
    given: Option<&Path>,
    environment: impl Fn(&str) -> Option<OsString>,
    program: Option<&Path>,
) -> Option<PathBuf> {
    let installed = || {
        // PREFIX/bin/vactl and PREFIX/lib/va/va-daemon.
        let folders = program?.ancestors().skip(2).take(2);
        folders.map(|prefix| prefix.join("etc/va/models.toml")).find(|table| table.is_file())
    };
    given.map(Path::to_owned).or_else(|| set(environment)("VA_MODELS_TABLE")).or_else(installed)
}

fn set(environment: impl Fn(&str) -> Option<OsString>) -> impl Fn(&str) -> Option<PathBuf> {
    move |name| environment(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(given: Option<&str>, environment: &[(&str, &str)]) -> Option<PathBuf> {
        models_dir(given.map(Path::new), variables(environment))
    }

    fn variables<'a>(list: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<OsString> + use<'a> {
        |name| list.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
    }

    #[test]
    fn what_is_given_goes_before_the_environment_and_that_before_the_usual_folder() {
        let all = [("VA_MODELS_DIR", "/v"), ("XDG_DATA_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(folder(Some("/given"), &all), Some("/given".into()));
        assert_eq!(folder(None, &all), Some("/v".into()));
        assert_eq!(folder(None, &all[1..]), Some("/x/va/models".into()));
        assert_eq!(folder(None, &all[2..]), Some("/h/.local/share/va/models".into()));
        assert_eq!(
            folder(None, &[("VA_MODELS_DIR", ""), ("HOME", "/h")]),
            Some("/h/.local/share/va/models".into())
        );
        assert_eq!(folder(None, &[]), None);
    }

    #[test]
    fn an_installed_program_reads_the_table_beside_its_configuration() {
        let prefix = tempfile::tempdir().expect("a folder");
        let table = prefix.path().join("etc/va/models.toml");
        let found = |program: &str| models_table(None, variables(&[]), Some(&prefix.path().join(program)));
        assert_eq!(found("bin/vactl"), None);
        std::fs::create_dir_all(table.parent().expect("a folder")).expect("made");
        std::fs::write(&table, "").expect("written");
        assert_eq!(found("bin/vactl"), Some(table.clone()));
        assert_eq!(found("lib/va/va-daemon"), Some(table));
        let variable = variables(&[("VA_MODELS_TABLE", "/t")]);
        assert_eq!(models_table(None, &variable, None), Some("/t".into()));
        assert_eq!(models_table(Some(Path::new("/g")), &variable, None), Some("/g".into()));
    }
}
