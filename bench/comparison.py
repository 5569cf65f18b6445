"""The visual job in Python, in a process that keeps its models loaded as ours do."""
import json
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


def replay(models, runs):
    """CPU seconds that the same runs of graphs take in Python, and those of all of that program."""
    command = [environment.python(), "-m", "pipeline.replay", models]
    done = subprocess.run([str(word) for word in command], cwd=HERE, input=json.dumps(runs), stdout=subprocess.PIPE,
                          text=True)
    if done.returncode:
        sys.exit("bench: the recorded runs could not be repeated in Python; its last words are above")
    return json.loads(done.stdout)
