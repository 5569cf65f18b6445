"""Runs graphs once more as they were recorded, and says what that takes: pure inference, in one thread.

    python -m pipeline.replay MODELS_FOLDER < RUNS

RUNS is JSON, for each graph the `model`, the `file`, the `folder` with the inputs, and the lines of the `runs` as
`inference/src/onnx/record.rs` writes them. Out comes JSON: CPU seconds of the
runs, and of all of this program.
"""
import functools
import json
import pathlib
import sys
import time

import numpy as np

from .nets import Nets


def main():
    nets = Nets(pathlib.Path(sys.argv[1]), threads=1)
    runs_s = sum(spent(nets, **recorded) for recorded in json.load(sys.stdin))
    print(json.dumps([runs_s, time.process_time()]))


def spent(nets, model, file, folder, runs):
    net = nets.load(model, file)
    turns = list(inputs_of(pathlib.Path(folder), runs))
    for tensors in {key(run["shapes"]): tensors for run, tensors in zip(runs, turns)}.values():
        net.run(None, tensors)  # warm
    begun = time.thread_time()
    for tensors in turns:
        net.run(None, tensors)
    return time.thread_time() - begun


def inputs_of(folder, runs):
    """The inputs of each run; where they were not kept, the last ones of this shape that were, or the first of all."""
    last = {}
    for line in (folder / "runs.jsonl").read_text().splitlines():
        run = json.loads(line)
        if run["kept"] is not None:
            last.setdefault(key(run["shapes"]), run["kept"])
    read = functools.cache(lambda kept, name: np.load(folder / f"{kept}.{name}.npy"))
    for run in runs:
        kept = last[key(run["shapes"])] if run["kept"] is None else run["kept"]
        last[key(run["shapes"])] = kept
        yield {name: read(kept, name) for name in run["shapes"]}


def key(shapes):
    return json.dumps(shapes, sort_keys=True)


main()
