"""One function for each thing that has a limit; each gives rows of the table."""
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

import processes
from turns import CORES, median


@dataclass
class Row:
    what: str
    measured: str
    limit: str
    holds: "bool | None"  # None: not measured


def speed(measured):
    ffmpeg_s = median(measured, lambda one: one.ffmpeg[0])
    together_s = median(measured, lambda one: one.together.wall_s)
    analyzers = f"warm job of the {len(measured[0].alone)} analyzers"
    decoding = "bare `ffmpeg -i FILE -f null -`"
    rows = []

    def row(what, ratio_of, seconds, to_seconds, limit):
        # The median of the ratios, and not the ratio of the medians: each round has its own pace.
        ratio = median(measured, ratio_of)
        rows.append(Row(what, f"{ratio:.2f} ({seconds:.2f} s / {to_seconds:.2f} s)", f"<= {limit:.2f}", ratio <= limit))

    no_op = f"job of a no-op analyzer (every 10th frame at 640) / {decoding}"
    if measured[0].no_op:
        row(no_op, lambda one: one.no_op.wall_s / one.ffmpeg[0], median(measured, lambda one: one.no_op.wall_s),
            ffmpeg_s, 1.10)
    else:
        rows.append(Row(no_op, "not measured: no such analyzer was given", "<= 1.10", None))
    row(f"{analyzers} / {decoding}", lambda one: one.together.wall_s / one.ffmpeg[0], together_s, ffmpeg_s, 2.5)
    row(f"{analyzers} / CPU seconds of the parts, each alone, over {CORES} cores",
        lambda one: one.together.wall_s / (one.parts_s / CORES), together_s,
        median(measured, lambda one: one.parts_s) / CORES, 1.15)
    return rows


def starts(installation, daemon, clip):
    """The later of two moments: the client sees the job begin; the daemon has opened its last session."""
    rows = []
    for when, pause_s in ("on a daemon at rest", 0.5), ("right after another", 0.0):
        times = []
        for _ in range(11):
            time.sleep(pause_s)
            job = daemon.analyze(clip, installation.own)
            times.append(1000 * max(job.started_s, job.open_s))
        rows.append(milliseconds(f"a job starts analysing, {when}", times[1:], 50))
    return rows


def ready(installation, rounds):
    times = []
    for _ in range(2 * rounds):
        with installation.daemon() as daemon:
            times.append(1000 * daemon.ready_s)
    return milliseconds("the daemon answers after its start", times, 300)


def status(installation, daemon):
    command = installation.vactl(daemon, "status")
    times = []
    for _ in range(20):
        begun = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(1000 * (time.monotonic() - begun))
    return milliseconds("`vactl status`", times, 20)


def milliseconds(what, times, limit):
    middle = statistics.median(times)
    return Row(what, f"{middle:.0f} ms (worst of {len(times)}: {max(times):.0f})", f"< {limit} ms", middle < limit)


def memory(installation, daemon, name, clip):
    """Of the daemon, its workers and vactl, with all analyzers at work."""
    print(f"bench: memory, {name}", file=sys.stderr, flush=True)
    command = installation.vactl(daemon, "analyze", "--fresh", "--analyzers", ",".join(installation.own),
                                 "-o", installation.folder / "document.json", clip)
    client = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    with processes.MemoryWatch([daemon.process.pid, client.pid]) as watch:
        code = client.wait()
    if code:
        sys.exit(f"bench: vactl analyze ended with {code}; the daemon's log:\n{daemon.last_words()}")
    return Row(f"peak memory of all processes, {name}", f"{watch.peak_mb:.0f} MB", "< 600 MB", watch.peak_mb < 600)


def idle(daemon):
    time.sleep(2)
    members = processes.family([daemon.process.pid])

    def count():
        return sum(map(processes.cpu_ticks, members)), sum(map(processes.wake_ups, members))

    before = count()
    time.sleep(5)
    ticks, wake_ups = (after - once for after, once in zip(count(), before))
    what = f"CPU of the idle daemon and its {len(members) - 1} workers in 5 s"
    return Row(what, f"{ticks} ticks ({wake_ups} wake-ups)", "0 ticks", ticks == 0)
