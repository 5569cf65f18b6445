"""The analyzers that look at pictures, with their models, beside the same job in Python: in turns, round by round."""
import sys
import time
from dataclasses import dataclass, field

import clips
import comparison
import processes
import turns
from recorded import Records

ANALYZERS = ["object_detection", "text_overlay", "background_segmentation", "body_pose", "age_estimation",
             "face_detection", "eye_tracking", "content_quality", "cut_analysis", "scene_segmentation",
             "camera_analysis", "color_analysis"]


@dataclass
class Round:
    """Of one clip."""
    together: turns.Job
    alone: dict
    python: comparison.Run
    # CPU seconds in Python of the graphs that each analyzer ran, those of the analyzers that it needs left out; while the
    # clip is decoded, as in the analyzer's job.
    inference_s: dict
    # The same on cores that do nothing else.
    idle_inference_s: dict
    # Cores that were kept busy by others meanwhile.
    others: float


@dataclass
class Measured:
    rounds: list = field(default_factory=list)
    needs: dict = field(default_factory=dict)
    load_s: float = 0.0
    # CPU seconds that the worker of each analyzer spent in the runtime.
    in_runtime_s: dict = field(default_factory=dict)
    peak_mb: float = 0.0
    python_load_s: float = 0.0
    python_peak_mb: float = 0.0
    found: dict = field(default_factory=dict)
    python_found: dict = field(default_factory=dict)


def measure(installation, rounds):
    clip, models = clips.people(), clips.cache_dir() / "models"
    measured = Measured(needs={name: installation.needs(name, ANALYZERS) for name in ANALYZERS})
    graphs = record(installation, models, clip, measured)
    findings = installation.folder / "python.json"
    with comparison.Pipeline(models, findings) as python, installation.daemon(models=models) as daemon:
        measured.python_load_s = python.load_s
        daemon.wait_until_loaded()
        measured.load_s = time.monotonic() - daemon.started_at
        # The first runs bring the file and all code into memory, and are where the memory is looked at.
        measured.python_peak_mb, _ = peak_mb(python.process.pid, lambda: python.run(clip))
        measured.peak_mb, job = peak_mb(daemon.process.pid, lambda: turns.run(daemon, clip, ANALYZERS))
        measured.found, measured.python_found = job.document["analyzers"], python.found()
        for number in range(rounds):
            print(f"bench: with models, round {number + 1} of {rounds}", file=sys.stderr, flush=True)
            measured.rounds.append(take(daemon, python, clip, models, graphs, backwards=number % 2 == 1))
    return measured


def peak_mb(process, work):
    """Of a process and all that it started, during some work; and what that gives."""
    with processes.MemoryWatch([process]) as watch:
        done = work()
    return watch.peak_mb, done


def record(installation, models, clip, measured):
    """Lets each analyzer run once, and says which graphs it ran; in a daemon of its own, as writing costs time."""
    folder = installation.folder / "runs"
    graphs = {}
    with installation.daemon(models=models, environment={"VA_RECORD_RUNS": str(folder)}) as daemon:
        daemon.wait_until_loaded()
        records = Records(folder)
        records.new()  # what ran to be warm
        for name in sorted(ANALYZERS, key=lambda name: len(measured.needs[name])):
            turns.run(daemon, clip, [name])
            # What it needs ran as well, and was recorded before.
            others = {graph for other in measured.needs[name] for graph in graphs[other]}
            graphs[name] = {graph: runs for graph, runs in records.new().items() if graph not in others}
            measured.in_runtime_s[name] = sum(runs.cpu_s for runs in graphs[name].values())
    return graphs


def replay(models, graphs, clip=None):
    runs = [{**vars(one), "folder": str(one.folder)} for one in graphs.values()]
    return comparison.replay(models, runs, clip) if runs else (0.0, 0.0)


def take(daemon, python, clip, models, graphs, backwards):
    alone, inference_s, idle_s, replays_s = {}, {}, {}, []

    def each(name):
        alone[name] = turns.run(daemon, clip, [name])
        inference_s[name], whole_s = replay(models, graphs[name], clip)
        idle_s[name], whole_idle_s = replay(models, graphs[name])
        replays_s.append(whole_s + whole_idle_s)

    parts = {name: lambda name=name: each(name) for name in ANALYZERS}
    whole = {"ours": lambda: turns.run(daemon, clip, ANALYZERS), "python": lambda: python.run(clip)}
    done = {}
    wall_s, busy_s = time.monotonic(), processes.busy_s()
    for name, part in sorted({**parts, **whole}.items(), reverse=backwards):
        done[name] = part()
    wall_s, busy_s = time.monotonic() - wall_s, processes.busy_s() - busy_s
    ours_s = sum(job.cpu_s for job in (done["ours"], *alone.values())) + done["python"].cpu_s + sum(replays_s)
    return Round(done["ours"], alone, done["python"], inference_s, idle_s, max(0.0, busy_s - ours_s) / wall_s)
