"""Reference values for tests/golden/reference.rs: embeddings and palettes in Python on the same frames.

onnxruntime 1.32, numpy, Pillow; frames are read with ffmpeg. The middle square is resized by Pillow's BILINEAR, the small
picture by its BOX; hue, saturation and value are those of colorsys.

    python likeness.py MEDIA_FOLDER MODELS_FOLDER > likeness.json
"""

import colorsys
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

# Of a video the first frame.
FILES = ["astronaut.png", "chelsea.png", "coffee.png", "sample1.jpg", "sample2.jpg", "Garden.jpg", "FreshFlower.jpg",
         "bus.jpg", "obama_speech.mp4", "vtest.avi"]
FRAME, SIDE, CELLS = 640, 224, 32


def first_frame(path):
    probe = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "csv=p=0"]
    source = subprocess.run([*probe, path], check=True, capture_output=True, text=True).stdout
    source = [int(n) for n in source.strip().strip(",").split(",")]
    width, height = (int(n * min(1, FRAME / max(source)) + 0.5) for n in source)
    scale = f"scale={width}:{height}:flags=area:out_range=full,format=rgb24"
    out = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-map", "0:v:0", "-frames:v", "1", "-vf", scale,
                          "-f", "rawvideo", "-"], check=True, capture_output=True).stdout
    return np.frombuffer(out, np.uint8).reshape(height, width, 3)


def embedding(session, frame):
    height, width = frame.shape[:2]
    side = min(width, height)
    box = ((width - side) / 2, (height - side) / 2, (width + side) / 2, (height + side) / 2)
    middle = np.asarray(Image.fromarray(frame).resize((SIDE, SIDE), Image.BILINEAR, box=box)).astype(np.float32)
    found = session.run(["embedding"], {"image": (middle[None] - 127) / 128})[0][0]
    return found / np.linalg.norm(found)


def palette(frame):
    # Of a large frame every few rows, so that each row of the small picture has four at least.
    every = max(1, len(frame) // (CELLS * 4))
    rows = frame[: len(frame) // every * every : every]
    small = np.asarray(Image.fromarray(rows).resize((CELLS, CELLS), Image.BOX)).reshape(-1, 3)
    bins = np.zeros((8, 4, 4))
    for rgb in small / 255:
        hue, saturation, value = colorsys.rgb_to_hsv(*rgb)
        # What lies on the edge of two bins is in the upper one, whatever the last digit of a float.
        parts = [int(x * n + 1e-9) for x, n in ((hue, 8), (saturation, 4), (value, 4))]
        bins[parts[0] % 8, min(parts[1], 3), min(parts[2], 3)] += 1
    return bins.ravel() / bins.sum()


media, models = map(Path, sys.argv[1:])
session = onnxruntime.InferenceSession(models / "efficientnet-lite0/current/model.onnx")
frames = [first_frame(media / name) for name in FILES]
embeddings = np.array([embedding(session, frame) for frame in frames])
palettes = np.array([palette(frame) for frame in frames])
colours = np.sqrt(palettes[:, None] * palettes[None]).sum(-1)
rounded = lambda values, places: [round(float(value), places) for value in values]
found = {
    "files": FILES,
    "shown": [rounded(row, 4) for row in embeddings @ embeddings.T],
    "colours": [rounded(row, 4) for row in colours],
    "embeddings": {name: rounded(embeddings[i, ::40], 5) for i, name in enumerate(FILES)},
}
print("{\n" + ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in found.items()) + "\n}")
