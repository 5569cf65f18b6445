"""Reference values for tests/network.rs: what ONNX Runtime's Python says of windows of a clip.

`area`: of frames scaled to 48x27 by their area. `bicubic`: of frames scaled as TransNetV2's authors do it (ffmpeg's
default, bicubic). The first and last frame stand for what lies before and after.

onnxruntime 1.32.0, numpy 2.4.6, ffmpeg 5.1.

    python transnet.py MEDIA_FOLDER MODEL.onnx > transnet.json
"""

import json
import subprocess
import sys

import numpy as np
import onnxruntime

CLIP = "bikes.mp4"
# The first of the 50 frames in the middle of each window.
STARTS = [0, 50, 100, 150, 200]


def frames(path, flags):
    scale = f"scale=48:27:flags={flags}:out_range=full,format=rgb24"
    out = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-vf", scale,
                          "-f", "rawvideo", "-"], check=True, capture_output=True).stdout
    return np.frombuffer(out, np.uint8).reshape(-1, 27, 48, 3)


def opinions(session, frames):
    said = []
    for start in STARTS:
        window = frames[np.clip(np.arange(start - 25, start + 75), 0, len(frames) - 1)]
        single, many = session.run(["single_frame", "many_hot"], {"frames": window[None].astype(np.float32)})
        said += [[round(float(a), 7), round(float(b), 7)] for a, b in zip(single[0, 25:75, 0], many[0, 25:75, 0])]
    return said


def main(folder, model):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    said = {flags: opinions(session, frames(f"{folder}/{CLIP}", flags)) for flags in ["area", "bicubic"]}
    print(json.dumps(said, separators=(",", ":")))


main(sys.argv[1], sys.argv[2])
