"""Runs graphs once more as they were recorded, and says what that takes: pure inference, in one thread.

    python -m pipeline.replay MODELS_FOLDER < RUNS

RUNS is JSON, for each graph the `model`, the `file`, the `folder` with the inputs, and the lines of the `runs` as
`inference/src/onnx/record.rs` writes them. Out comes JSON: CPU seconds of the
runs, and of all of this program.
"""
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
    inputs = kept(pathlib.Path(folder))
    of_shapes = {}
    for shapes, tensors in inputs:
        of_shapes.setdefault(shapes, []).append(tensors)
    for tensors in (some[0] for some in of_shapes.values()):
        net.run(None, tensors)  # warm
    turns = [of_shapes[key(run["shapes"])] for run in runs]
    begun = time.thread_time()
    for number, tensors in enumerate(turns):
        net.run(None, tensors[number % len(tensors)])
    return time.thread_time() - begun


def kept(folder):
    """Shapes and inputs of each run whose inputs were kept."""
    for line in (folder / "runs.jsonl").read_text().splitlines():
        run = json.loads(line)
        if run["kept"] is not None:
            yield key(run["shapes"]), {name: np.load(folder / f"{run['kept']}.{name}.npy") for name in run["shapes"]}


def key(shapes):
    return json.dumps(shapes, sort_keys=True)


main()
