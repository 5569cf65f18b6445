"""The Pythons that comparisons run in: each made once for its requirements, in the cache folder."""
import hashlib
import pathlib
import shutil
import subprocess
import sys

import clips

REQUIREMENTS = pathlib.Path(__file__).with_name("requirements.txt")


def python(requirements=REQUIREMENTS, name=None):
    """The path of its interpreter. One with a name of its own gets what its requirements need, too; the one of the visual
    job has all of it listed."""
    key = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = clips.cache_dir() / "bench-env" / (f"{name}-{key}" if name else key)
    if not (folder / "ready").exists():
        print(f"bench: installing {requirements.name} into {folder}, once", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        # The machine's own pip installs into it: Debian's Python has none to put there.
        succeed(sys.executable, "-m", "venv", "--without-pip", folder)
        succeed(sys.executable, "-m", "pip", "--python", folder / "bin/python", "install", "--quiet",
                *([] if name else ["--no-deps"]), "--only-binary", ":all:", "--requirement", requirements)
        (folder / "ready").touch()
    return folder / "bin/python"


def succeed(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        sys.exit(f"bench: cannot install the comparison: {' / '.join(said)}\n  tried: {' '.join(map(str, command))}")
