"""Serves runs of the visual job: a line with a clip's path comes in, a line of JSON with what it took goes out.

    python -m pipeline MODELS_FOLDER [--workers N] [--threads N] [--decode-threads N] [--findings FILE]

The first line out says how long starting and loading took.
"""
import argparse
import json
import os
import pathlib
import sys
import time

import cv2

from . import job
from .nets import Nets


def main():
    arguments = parse_arguments()
    cv2.setNumThreads(1)  # the analyzers are what runs beside each other
    begun = time.monotonic()
    analyzers = job.load(Nets(arguments.models, arguments.threads))
    tell({"load_s": time.monotonic() - begun})
    for line in sys.stdin:
        figures, found = job.measured(analyzers, line.strip(), arguments.workers, arguments.decode_threads)
        if arguments.findings:
            arguments.findings.write_text(json.dumps(found))
        tell(figures)


def tell(figures):
    print(json.dumps(figures), flush=True)


def parse_arguments():
    cores = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(prog="pipeline", description="Serves runs of the visual job in Python.")
    parser.add_argument("models", type=pathlib.Path, help="folder with NAME/current/model.onnx")
    parser.add_argument("--workers", type=int, default=cores, help="analyzers that run beside each other")
    parser.add_argument("--threads", type=int, default=1, help="threads of one run of a model")
    parser.add_argument("--decode-threads", type=int, default=cores)
    parser.add_argument("--findings", type=pathlib.Path, help="file for what was found in the last clip")
    return parser.parse_args()


main()
