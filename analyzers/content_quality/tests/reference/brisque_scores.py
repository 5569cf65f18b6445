"""Reference values for tests/brisque.rs: features and scores of the PyPI package brisque 0.2.0, on luma in our integers,
halved and cut out of black bars as the analyzer does it.

brisque 0.2.0, libsvm-official 3.37.0, numpy 2.4.6, scipy 1.17.1, opencv-python-headless 5.0.0.93; frames are read with
ffmpeg 5.1.

    python brisque_scores.py MEDIA_FOLDER > brisque_scores.json
"""

import json
import subprocess
import sys

import cv2
import numpy as np
from brisque import BRISQUE

FRAMES = [("astronaut.png", 512, 512), ("chelsea.png", 451, 300), ("rocket.jpg", 640, 427), ("fruits.jpg", 512, 480),
          ("bigbuckbunny.mp4", 1280, 720), ("obama_speech.mp4", 320, 240), ("wolfgang_langer.mp4", 640, 360),
          ("vtest.avi", 768, 576), ("tree.avi", 320, 240), ("Garden.jpg", 2560, 1600)]


def first_frame(path, width, height):
    scale = f"scale={width}:{height}:flags=area:out_range=full,format=rgb24"
    out = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-map", "0:v:0", "-frames:v", "1", "-vf", scale,
                          "-f", "rawvideo", "-"], check=True, capture_output=True).stdout
    return np.frombuffer(out, np.uint8).reshape(height, width, 3)


def luma_of(rgb):
    """BT.601 in 1/256."""
    red, green, blue = (rgb[..., i].astype(np.uint32) for i in range(3))
    return (77 * red + 150 * green + 29 * blue + 128) >> 8


def usual(luma):
    while min(luma.shape) >= 1080:
        rows, columns = (size // 2 * 2 for size in luma.shape)
        luma = luma[:rows, :columns].astype(np.uint32)
        luma = (luma[::2, ::2] + luma[1::2, ::2] + luma[::2, 1::2] + luma[1::2, 1::2] + 2) // 4
    rows, columns = (np.flatnonzero((luma > 24).any(axis=axis)) for axis in (1, 0))
    return luma[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1] / 255


def scores(model, luma):
    half = cv2.resize(luma, None, fx=1 / 2, fy=1 / 2, interpolation=cv2.INTER_CUBIC)
    features = [float(np.ravel(value)[0]) for picture in (luma, half)
                for value in model.calculate_brisque_features(picture, 7, 7 / 6)]
    return {"features": [round(value, 6) for value in features],
            "score": round(model.calculate_image_quality_score(features), 4)}


def main(folder):
    model = BRISQUE()
    frames = {name: scores(model, usual(luma_of(first_frame(f"{folder}/{name}", width, height))))
              for name, width, height in FRAMES}
    print(json.dumps(frames, indent=None).replace('}, "', '},\n "'))


main(sys.argv[1])
