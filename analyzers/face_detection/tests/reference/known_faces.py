"""The faces that faces.json has of CenterFace, with the frames they are in, for the references of those who judge faces."""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
from PIL import Image

sys.path.append(str(Path(__file__).parents[4] / "tests/media"))
from frames import frames

FACES = Path(__file__).parent / "faces.json"
ort.set_default_logger_severity(3)


def session(models, name):
    return ort.InferenceSession(str(models / name / "current/model.onnx"), providers=["CPUExecutionProvider"])


def square(rgb, box, factor, side):
    """The square round a box, black where the picture ends."""
    left, top, right, bottom = box
    half = factor * max(right - left, bottom - top) / 2
    x, y, margin = (left + right) / 2, (top + bottom) / 2, int(2 * half) + 2
    padded = np.pad(rgb, ((margin, margin), (margin, margin), (0, 0)))
    region = (x - half + margin, y - half + margin, x + half + margin, y + half + margin)
    return np.asarray(Image.fromarray(padded).resize((side, side), Image.BILINEAR, box=region))


def judged(media, judge):
    """What `judge(rgb, box, points, scale)` says of each face, by file and frame; box and points in pixels of the frame,
    which has `scale` for one of the source's."""
    found = {}
    for name, by_frame in json.loads(FACES.read_text())["centerface"].items():
        found[name] = {}
        for i, rgb, size in frames(media / name, 960):
            if str(i) in by_frame:
                scale = rgb.shape[1] / size[0]
                boxes = [[min(max(x, 0), size[j % 2]) * scale for j, x in enumerate(face["box"])] for face in by_frame[str(i)]]
                points = [[[x * scale, y * scale] for x, y in face["points"]] for face in by_frame[str(i)]]
                found[name][i] = [judge(rgb, box, points, scale) for box, points in zip(boxes, points)]
    return found


def write(found):
    json.dump(found, sys.stdout, separators=(",", ":"))
    print()
