#!/usr/bin/env python3
"""Measures speed and memory of an installation, and prints what was reached beside what must be.

    run.py --prefix DIR [--no-op LIBRARY] [--quick] [--part system|models]

Two parts: the system with the analyzers that need no model, and the visual analyzers with their models beside the same
job in Python. A missed limit is marked, and is no failure: machines are noisy. Needs Python 3.11, Linux, ffmpeg, and no
other load; the second part the models in the cache folder.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import checks
import clips
import tables
import turns
import visual
import visual_tables
from daemon import Daemon


def main():
    arguments = parse_arguments()
    rounds = 2 if arguments.quick else 5
    with tempfile.TemporaryDirectory(prefix="va-bench-") as folder:
        installation = Installation(arguments.prefix, arguments.no_op, pathlib.Path(folder))
        tables.machine()
        if arguments.part != "models":
            measure_system(installation, rounds)
        if arguments.part != "system":
            measure_models(installation, 1 if arguments.quick else 3)


def measure_system(installation, rounds):
    """With no models at all: those analyzers that can use one do without."""
    portrait, ultra_hd, ten_minutes = clips.portrait(), clips.ultra_hd(), clips.ten_minutes()
    ready = checks.ready(installation, rounds)
    with installation.daemon() as daemon:
        daemon.wait_until_loaded()
        measured = turns.take(installation, daemon, portrait, rounds)
        rows = [
            *checks.speed(measured),
            *checks.starts(installation, daemon, clips.two_seconds()),
            ready,
            checks.status(installation, daemon),
            checks.memory(installation, daemon, "10 minutes of 1080x1920", ten_minutes),
            checks.memory(installation, daemon, "10 s of 3840x2160", ultra_hd),
            checks.idle(daemon),
        ]
    tables.rounds(measured)
    tables.limits(rows)
    print()
    tables.costs(measured)
    print(flush=True)


def measure_models(installation, rounds):
    measured = visual.measure(installation, rounds)
    tables.rounds(measured.rounds)
    tables.limits(visual_tables.rows(measured))
    for lines in (visual_tables.costs(measured), visual_tables.accuracy(measured)):
        print()
        tables.table(lines[0], lines[1:])


def parse_arguments():
    parser = argparse.ArgumentParser(description="Measures speed and memory of an installation of va.")
    parser.add_argument("--prefix", type=pathlib.Path, required=True, help="where `make install` put it")
    parser.add_argument("--no-op", type=pathlib.Path,
                        help="library of an analyzer that asks for frames and does nothing with them where its "
                             "settings say behaviour = \"noop\"")
    parser.add_argument("--quick", action="store_true", help="two rounds in place of five, with models one in place of three")
    parser.add_argument("--part", choices=["system", "models"], help="only this part of it")
    return parser.parse_args()


class Installation:
    """The programs that are measured, with the no-op analyzer beside their own."""

    def __init__(self, prefix, no_op, folder):
        self.prefix = prefix
        self.programs = prefix / "lib/va"
        self.folder = folder
        libraries = sorted((self.programs / "analyzers").glob("*.so"))
        self.own = [library.stem for library in libraries if self.needs_nothing(library)]
        self.config = folder / "va.toml"
        self.plugins = folder / "plugins"
        self.plugins.mkdir()
        self.no_op = self.add(no_op) if no_op else None
        # Off by default, as it runs for others alone.
        settings = "[analyzers.face_detection]\nenabled = true\n"
        if no_op:
            settings += f'[analyzers.{self.no_op}]\nevery_nth = 10\nsettings = {{ behaviour = "noop" }}\n'
        self.config.write_text(settings)
        self.daemons = 0

    def needs_nothing(self, library):
        """No model and no other analyzer: what is measured here is the system, and not the models."""
        description = self.describe(library)
        return (all(model["optional"] for model in description["models"])
                and not any(other["needed"] for other in description["findings"]))

    def add(self, library):
        """Its name."""
        shutil.copy(library, self.plugins)
        return self.describe(library)["name"]

    def describe(self, library):
        said = subprocess.run([self.programs / "va-worker", "describe", library], capture_output=True, text=True)
        described = json.loads(said.stdout.splitlines()[-1]) if said.stdout else {"reason": said.stderr.strip()}
        if described.get("result") != "ok":
            sys.exit(f"bench: {library} cannot be used: {described['reason']}")
        return described["description"]

    def needs(self, name, among):
        """The others that run for this one."""
        description = self.describe(self.programs / f"analyzers/{name}.so")
        return [other["analyzer"] for other in description["findings"] if other["needed"] and other["analyzer"] in among]

    def daemon(self, **options):
        """A new one, with a state folder of its own."""
        self.daemons += 1
        return Daemon(self.programs, self.folder / f"state-{self.daemons}",
                      ["--config", self.config, "--plugins", self.plugins], **options)

    def vactl(self, daemon, *words):
        return [str(word) for word in (self.prefix / "bin/vactl", *words, "--socket", daemon.socket)]


if __name__ == "__main__":
    main()
