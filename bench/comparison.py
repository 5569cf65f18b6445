"""The visual job in Python, in a process that keeps its models loaded as ours do."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time
from dataclasses import dataclass

import environment

HERE = pathlib.Path(__file__).parent


@dataclass
class Run:
    wall_s: float
    cpu_s: float
    cpu_s_by_analyzer: dict


class Pipeline:
    def __init__(self, models, findings):
        self.findings = findings
        # The environment is made beforehand: installing is no part of a start.
        self.command = [environment.python(), "-m", "pipeline", models, "--findings", findings]

    def __enter__(self):
        """Starts it and loads the models; `load_s` is the time for both."""
        begun = time.monotonic()
        self.process = subprocess.Popen([str(word) for word in self.command], cwd=HERE, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.answer()
        self.load_s = time.monotonic() - begun
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def run(self, clip):
        self.process.stdin.write(f"{clip}\n")
        self.process.stdin.flush()
        return Run(**self.answer())

    def found(self):
        """In the clip that ran last."""
        return json.loads(self.findings.read_text())

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("bench: the comparison in Python ended before its time; its last words are above")
        return json.loads(line)


def replay(models, runs, clip=None):
    """CPU seconds that the same runs of graphs take in Python, and those of all that was started for it. Where there is a
    clip, the cores decode it meanwhile, as in a job."""
    command = [environment.python(), "-m", "pipeline.replay", models]
    with Decoding(clip) if clip else contextlib.nullcontext() as decoding:
        done = subprocess.run([str(word) for word in command], cwd=HERE, input=json.dumps(runs), stdout=subprocess.PIPE,
                              text=True)
    if done.returncode:
        sys.exit("bench: the recorded runs could not be repeated in Python; its last words are above")
    runs_s, whole_s = json.loads(done.stdout)
    return runs_s, whole_s + (decoding.cpu_s if decoding else 0.0)


class Decoding:
    """A clip is decoded, again and again."""

    def __init__(self, clip):
        self.command = ["ffmpeg", "-v", "error", "-nostdin", "-stream_loop", "-1", "-i", str(clip), "-f", "null", "-"]

    def __enter__(self):
        self.process = subprocess.Popen(self.command)
        return self

    def __exit__(self, *_):
        if self.process.poll() is not None:
            sys.exit("bench: ffmpeg ended before its time; its last words are above")
        self.process.kill()
        _, _, usage = os.wait4(self.process.pid, 0)
        self.cpu_s = usage.ru_utime + usage.ru_stime
        self.process.returncode = 0
