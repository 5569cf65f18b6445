"""Hard cuts of the held-out mixes (seed 11) as PySceneDetect sees them, both detectors with their defaults.

    pip install scenedetect==0.7.2 opencv-python-headless==5.0.0.93
    cargo test --release -p va-analyzer-cut-analysis --test accuracy     # makes the mixes
    python scenedetect_cuts.py ~/.cache/va/made/*/mix-*-11.mp4 > scenedetect_cuts.json

A cut is the first frame of a scene other than the first one.
"""

import json
import pathlib
import sys

from scenedetect import AdaptiveDetector, ContentDetector, detect


def cuts(path, detector):
    return [scene[0].frame_num for scene in detect(path, detector)[1:]]


def main():
    found = {}
    for path in sorted(sys.argv[1:]):
        name = pathlib.Path(path).stem.removeprefix("mix-").removesuffix("-11")
        found[name] = {"content": cuts(path, ContentDetector()), "adaptive": cuts(path, AdaptiveDetector())}
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(found[name])}" for name in sorted(found))
    print(f"{{\n{lines}\n}}")


main()
