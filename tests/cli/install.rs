//! `make install` over what an earlier one left, and what the operator made of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use va_tests::{LIMIT, Ran, bin_dir, run};

/// The script, in a copy of the tree whose configuration the test may change.
struct Source {
    folder: tempfile::TempDir,
}

impl Source {
    /// With no analyzer: the programs alone are installed, as links.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        for name in [
            "scripts/install.sh",
            "configs/va.toml",
            "configs/models.toml",
            "configs/systemd/va-daemon.service",
            "scripts/sdk.sh",
            "analyzer-sdk/Cargo.toml",
            "analyzer-sdk/src/lib.rs",
            "Cargo.toml",
            "Cargo.lock",
        ] {
            let to = folder.path().join(name);
            std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
            std::fs::copy(root.join(name), to).expect("copied");
        }
        std::fs::create_dir_all(folder.path().join("analyzers/cut_analysis")).expect("a folder");
        std::fs::create_dir(folder.path().join("target")).expect("a folder");
        std::os::unix::fs::symlink(bin_dir(), folder.path().join("target/release")).expect("a link");
        Source { folder }
    }

    fn ship(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join("configs").join(name), text).expect("written");
    }

    fn installed(&self, name: &str) -> PathBuf {
        self.folder.path().join("out/etc/va").join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.installed(name)).expect(name)
    }

    fn install(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(self.folder.path().join("scripts/install.sh"));
        command.args(arguments).env("PREFIX", self.folder.path().join("out")).env_remove("DESTDIR");
        command.env("CARGO_TARGET_DIR", self.folder.path().join("target"));
        run(&mut command, LIMIT).ended_with(0)
    }
}

#[test]
fn a_configuration_that_nobody_changed_is_replaced() {
    let source = Source::new();
    source.install(&[]);
    assert!(source.folder.path().join("out/lib/va/analyzers/cut_analysis.so").exists());
    let sdk = source.folder.path().join("out/share/va/analyzer-sdk");
    let manifest =
        std::fs::read_to_string(sdk.join("Cargo.toml")).expect("the SDK's source is installed, too");
    assert!(manifest.contains("serde = {") && !manifest.contains("workspace = true"), "{manifest}");
    source.ship("models.toml", "# the second\n");
    let ran = source.install(&[]);
    assert_eq!(source.text("models.toml"), "# the second\n");
    assert!(!source.installed("models.toml.new").exists() && !ran.text().contains("was changed"), "{ran:?}");
    // Removing the programs does not forget it.
    source.install(&["--remove"]);
    assert!(!sdk.exists(), "nothing of it is left");
    source.ship("models.toml", "# the third\n");
    source.install(&[]);
    assert_eq!(source.text("models.toml"), "# the third\n");
}

#[test]
fn a_configuration_that_the_operator_changed_is_kept_with_the_new_one_beside_it() {
    let source = Source::new();
    source.install(&[]);
    std::fs::write(source.installed("models.toml"), "# my own\n").expect("written");
    for shipped in ["# the second\n", "# the third\n"] {
        source.ship("models.toml", shipped);
        let ran = source.install(&[]);
        assert!(ran.text().contains("models.toml was changed and is kept"), "{ran:?}");
        assert_eq!(
            (source.text("models.toml").as_str(), source.text("models.toml.new").as_str()),
            ("# my own\n", shipped)
        );
    }
    // The operator takes the new one: it is theirs no more.
    std::fs::rename(source.installed("models.toml.new"), source.installed("models.toml")).expect("renamed");
    source.ship("models.toml", "# the fourth\n");
    source.install(&[]);
    assert_eq!(source.text("models.toml"), "# the fourth\n");
}
