#!/usr/bin/env python3
"""Measures speed and memory of an installation, and prints what was reached beside what must be.

    run.py --prefix DIR --fake DIR [--quick]

All that is compared is measured in turns in one run, so that a machine that gets slower does so for both sides. A
missed limit is marked, and is no failure: machines are noisy. Needs Python 3.11, Linux and ffmpeg, and no other load.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import clips
import processes
from daemon import Daemon

CORES = len(os.sched_getaffinity(0))


def main():
    arguments = parse_arguments()
    rounds = 2 if arguments.quick else 5
    portrait, ultra_hd, ten_minutes = clips.portrait(), clips.ultra_hd(), clips.ten_minutes()
    with tempfile.TemporaryDirectory(prefix="va-bench-") as folder:
        bench = Bench(arguments.prefix, arguments.fake, pathlib.Path(folder))
        print_machine(rounds)
        rows = [ready(bench, rounds)]
        with bench.daemon() as daemon:
            daemon.wait_until_loaded()
            rows += [quick_status(bench)]
            measured = take_turns(bench, daemon, portrait, rounds)
            rows = speed(measured) + [starts(measured)] + rows
            rows += [
                memory(bench, daemon, "10 minutes of 1080x1920", ten_minutes),
                memory(bench, daemon, "10 s of 3840x2160", ultra_hd),
                idle(daemon),
            ]
    print_table(["what", "measured", "limit", ""], [[*row[:3], "ok" if row[3] else "**over**"] for row in rows])
    print()
    print_costs(measured)


def parse_arguments():
    parser = argparse.ArgumentParser(description="Measures speed and memory of an installation of va.")
    parser.add_argument("--prefix", type=pathlib.Path, required=True, help="where `make install` put it")
    parser.add_argument("--fake", type=pathlib.Path, required=True, help="folder with the fake analyzers' libraries")
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    return parser.parse_args()


class Bench:
    """The programs that are measured, and a folder for what they write."""

    def __init__(self, prefix, fake, folder):
        self.vactl = prefix / "bin/vactl"
        self.programs = prefix / "lib/va"
        self.folder = folder
        self.own = sorted(library.stem for library in (self.programs / "analyzers").glob("*.so"))
        self.no_op = self.add_no_op(fake)
        self.daemons = 0

    def add_no_op(self, fake):
        """Makes one of the fake analyzers do nothing, and puts it into a plugin folder of its own."""
        for library in sorted(fake.glob("lib*.so")):
            said = subprocess.run([self.programs / "va-worker", "describe", library], capture_output=True, text=True)
            described = json.loads(said.stdout.splitlines()[-1])
            if described["result"] == "ok":
                name = described["description"]["name"]
                (self.folder / "plugins").mkdir()
                shutil.copy(library, self.folder / "plugins")
                (self.folder / "va.toml").write_text(
                    f'[analyzers.{name}]\nevery_nth = 10\nsettings = {{ behaviour = "noop" }}\n')
                return name
        sys.exit(f"bench: there is no fake analyzer in {fake}")

    def daemon(self):
        self.daemons += 1
        return Daemon(self.programs, self.folder / f"state-{self.daemons}",
                      ["--config", self.folder / "va.toml", "--plugins", self.folder / "plugins"])

    def vactl_for(self, daemon, *words):
        return [str(self.vactl), "--socket", str(daemon.socket), *map(str, words)]


def take_turns(bench, daemon, clip, rounds):
    """For each round, by name: bare decoding, then jobs of the no-op, of all analyzers, and of each alone."""
    daemon.analyze(clip, bench.own)  # reads the file into the page cache, and all code that it needs
    parts = {"ffmpeg": lambda: bare_decode(clip)}
    for name, analyzers in {"no-op": [bench.no_op], "all": bench.own, **{one: [one] for one in bench.own}}.items():
        parts[name] = lambda analyzers=analyzers: job(daemon, clip, analyzers)
    measured = []
    for number in range(rounds):
        tell(f"round {number + 1} of {rounds}")
        order = list(parts) if number % 2 == 0 else list(reversed(parts))
        measured.append({name: parts[name]() for name in order})
    return measured


def bare_decode(clip):
    """(wall seconds, CPU seconds)"""
    begun = time.monotonic()
    process = subprocess.Popen(["ffmpeg", "-v", "error", "-nostdin", "-i", str(clip), "-f", "null", "-"])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit("bench: ffmpeg failed")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime


def job(daemon, clip, analyzers):
    workers = daemon.workers()
    before = processes.cpu_s(workers), processes.cpu_s([daemon.process.pid])
    done = daemon.analyze(clip, analyzers)
    done.analyze_s = processes.cpu_s(workers) - before[0]
    done.daemon_s = processes.cpu_s([daemon.process.pid]) - before[1]
    return done


def alone(measured_round):
    return {name: done for name, done in measured_round.items() if name not in ("ffmpeg", "no-op", "all")}


def costs(measured_round):
    """CPU seconds: decoding, then (scaling, analysing) by analyzer, from jobs of one analyzer each.

    Who asks for the least from the decoder shows what decoding itself costs; what it does more for others is scaling.
    """
    jobs = alone(measured_round)
    decode_s = min(done.decode_s for done in jobs.values())
    return decode_s, {name: (done.decode_s - decode_s, done.analyze_s) for name, done in jobs.items()}


def costs_sum_s(measured_round):
    decode_s, parts = costs(measured_round)
    return decode_s + sum(scale_s + analyze_s for scale_s, analyze_s in parts.values())


def speed(measured):
    def ratio(of, to):
        return statistics.median(of(one) / to(one) for one in measured)

    bare = ratio(lambda one: one["no-op"].wall_s, lambda one: one["ffmpeg"][0])
    warm = ratio(lambda one: one["all"].wall_s, lambda one: one["ffmpeg"][0])
    ideal = ratio(lambda one: one["all"].wall_s, lambda one: costs_sum_s(one) / CORES)
    ffmpeg_s, no_op_s, all_s, ideal_s = (statistics.median(map(of, measured)) for of in (
        lambda one: one["ffmpeg"][0], lambda one: one["no-op"].wall_s, lambda one: one["all"].wall_s,
        lambda one: costs_sum_s(one) / CORES))
    count = len(alone(measured[0]))
    return [
        ("job of a no-op analyzer (every 10th frame, 640) / bare `ffmpeg -i FILE -f null -`",
         f"{bare:.2f} ({no_op_s:.2f} s / {ffmpeg_s:.2f} s)", "<= 1.10", bare <= 1.10),
        (f"warm job of the {count} analyzers / bare decoding",
         f"{warm:.2f} ({all_s:.2f} s / {ffmpeg_s:.2f} s)", "<= 2.5", warm <= 2.5),
        (f"warm job of the {count} analyzers / sum of the parts' CPU seconds over {CORES} cores",
         f"{ideal:.2f} ({all_s:.2f} s / {ideal_s:.2f} s)", "<= 1.15", ideal <= 1.15),
    ]


def starts(measured):
    """By the client's clock until the job has begun, and by the daemon's until the last session was open."""
    opened = [1000 * max(one["all"].open_s, one["all"].started_s) for one in measured]
    median = statistics.median(opened)
    return ("a job on a warm daemon starts analysing after", f"{median:.0f} ms (worst {max(opened):.0f})", "< 50 ms",
            median < 50)


def ready(bench, rounds):
    times = []
    for _ in range(2 * rounds):
        with bench.daemon() as daemon:
            times.append(1000 * daemon.ready_s)
    median = statistics.median(times)
    return "the daemon answers after its start", f"{median:.0f} ms (worst {max(times):.0f})", "< 300 ms", median < 300


def quick_status(bench_and_daemon):
    raise NotImplementedError


def memory(bench, daemon, name, clip):
    tell(f"memory: {name}")
    with subprocess.Popen(bench.vactl_for(daemon, "analyze", "--fresh", "--analyzers", ",".join(bench.own), "-o",
                                          bench.folder / "document.json", clip),
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as client:
        with processes.MemoryWatch([daemon.process.pid, client.pid]) as watch:
            code = client.wait()
    if code:
        sys.exit(f"bench: vactl analyze ended with {code}; the daemon's log:\n{daemon.last_words()}")
    return (f"peak memory of all processes, {name}", f"{watch.peak_mb:.0f} MB", "< 600 MB", watch.peak_mb < 600)


def idle(daemon):
    tell("idle")
    time.sleep(2)
    members = processes.family([daemon.process.pid])

    def count():
        ticks = sum(processes.cpu_ticks(pid) for pid in members)
        return ticks, sum(processes.wake_ups(pid) for pid in members)

    before = count()
    time.sleep(5)
    ticks, wake_ups = (after - once for after, once in zip(count(), before))
    return (f"CPU of the idle daemon and its {len(members) - 1} workers in 5 s", f"{ticks} ticks, {wake_ups} wake-ups",
            "0 ticks", ticks == 0)


def print_machine(rounds):
    model = next((line.split(": ")[1] for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    version = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True).stdout.split()[2]
    load = os.getloadavg()[0]
    print(f"{CORES} cores of {model.strip()}; FFmpeg {version}; medians of {rounds} rounds; "
          f"clip: 50 s, 1080x1920, 30 fps, H.264 6 Mb/s.")
    if load > 0.5:
        print(f"Other programs keep {load:.1f} cores busy: the figures are worth little.")
    print(flush=True)


def print_costs(measured):
    """What each part costs, in CPU seconds and as a share of their sum."""
    names = alone(measured[0])
    total = statistics.median(map(costs_sum_s, measured))
    decode_s = statistics.median(costs(one)[0] for one in measured)

    def row(name, scale_s, analyze_s):
        cost = scale_s + analyze_s
        return [name, f"{scale_s:.2f}" if scale_s else "", f"{analyze_s:.2f}" if analyze_s else "", f"{cost:.2f}",
                f"{cost / total:.0%}"]

    rows = [["decoding, sums, sound", "", "", f"{decode_s:.2f}", f"{decode_s / total:.0%}"]]
    for name in names:
        rows.append(row(name, *(statistics.median(costs(one)[1][name][part] for one in measured) for part in (0, 1))))
    rows.append(["**sum**", "", "", f"{total:.2f}", "100%"])
    together = [one["all"].decode_s + one["all"].analyze_s + one["all"].daemon_s for one in measured]
    rows.append(["all in one job, with the daemon", "", "", f"{statistics.median(together):.2f}",
                 f"{statistics.median(together) / total:.0%}"])
    rows.append(["bare ffmpeg", "", "", f"{statistics.median(one['ffmpeg'][1] for one in measured):.2f}", ""])
    print_table(["CPU seconds, each alone", "scaling", "analysing", "together", "share"], rows)


def print_table(head, rows):
    for row in [head, ["---"] * len(head), *rows]:
        print("| " + " | ".join(row) + " |")


def tell(what):
    print(f"bench: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
