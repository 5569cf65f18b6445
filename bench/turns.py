"""Bare decoding and jobs in turns, round by round, so that a machine that gets slower does so for all of them."""
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

import processes
from daemon import Job

CORES = len(os.sched_getaffinity(0))


@dataclass
class Round:
    # Wall and CPU seconds of bare decoding.
    ffmpeg: tuple
    # The job of an analyzer that does nothing, where there is one.
    no_op: "Job | None"
    # The job of all analyzers, and by name the job of each alone.
    together: Job
    alone: dict
    # Cores that were kept busy by others meanwhile.
    others: float

    @property
    def decode_s(self):
        """What decoding costs: what the decoder needs for the analyzer that asks it for the least."""
        return min(job.decode_s for job in self.alone.values())

    def scaling_s(self, name):
        """What the decoder does beyond decoding for an analyzer."""
        return self.alone[name].decode_s - self.decode_s

    @property
    def parts_s(self):
        """CPU seconds of all parts, each measured alone."""
        return self.decode_s + sum(self.scaling_s(name) + job.analyze_s for name, job in self.alone.items())


def take(installation, daemon, clip, rounds):
    own = installation.own
    run(daemon, clip, own)  # brings the file and all code into memory
    jobs = {"together": own, **{name: [name] for name in own}}
    if installation.no_op:
        jobs["no-op"] = [installation.no_op]
    measured = []
    for number in range(rounds):
        print(f"bench: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        done = {}
        begun = time.monotonic(), processes.busy_s()
        for name in sorted(["ffmpeg", *jobs], reverse=number % 2 == 1):
            done[name] = bare_decoding(clip) if name == "ffmpeg" else run(daemon, clip, jobs[name])
        wall_s, busy_s = time.monotonic() - begun[0], processes.busy_s() - begun[1]
        ours_s = done["ffmpeg"][1] + sum(job.cpu_s for name, job in done.items() if name != "ffmpeg")
        measured.append(Round(done["ffmpeg"], done.get("no-op"), done["together"], {name: done[name] for name in own},
                              others=max(0.0, busy_s - ours_s) / wall_s))
    return measured


def median(measured, of):
    return statistics.median(map(of, measured))


def bare_decoding(clip):
    begun = time.monotonic()
    process = subprocess.Popen(["ffmpeg", "-v", "error", "-nostdin", "-i", str(clip), "-f", "null", "-"])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"bench: ffmpeg cannot decode {clip}")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime


def run(daemon, clip, analyzers):
    workers = daemon.workers()
    before = processes.cpu_s(workers), processes.cpu_s([daemon.process.pid])
    job = daemon.analyze(clip, analyzers)
    job.analyze_s = processes.cpu_s(workers) - before[0]
    job.daemon_s = processes.cpu_s([daemon.process.pid]) - before[1]
    return job
