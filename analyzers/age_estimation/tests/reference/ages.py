"""Age and gender of the faces that `face_detection/tests/reference/faces.json` has of CenterFace, as Python judges them: the
same frames, ONNX Runtime's own Python binding, Pillow for the crops.

    ages.py MODELS_FOLDER MEDIA_FOLDER > ages.json        needs onnxruntime, numpy, Pillow
"""
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnxruntime as ort
from PIL import Image

MODELS, MEDIA = (pathlib.Path(folder) for folder in sys.argv[1:3])
FACES = pathlib.Path(__file__).parents[3] / "face_detection/tests/reference/faces.json"


def frames(path, wanted):
    probe = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "csv=p=0"]
    width, height = (int(x) for x in subprocess.check_output([*probe, path]).decode().split()[0].split(",")[:2])
    scale = min(1, 960 / max(width, height))
    w, h = round(width * scale), round(height * scale)
    filters = f"scale={w}:{h}:flags=area:out_range=full,format=rgb24"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough",
               "-vf", filters, "-f", "rawvideo", "-"]
    pixels = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    for i in wanted:
        yield i, np.frombuffer(pixels, np.uint8, w * h * 3, i * w * h * 3).reshape(h, w, 3), (width, height)


def square(rgb, box, factor, side):
    """The square round a box, black where the picture ends."""
    left, top, right, bottom = box
    half = factor * max(right - left, bottom - top) / 2
    x, y, margin = (left + right) / 2, (top + bottom) / 2, int(2 * half) + 2
    padded = np.pad(rgb, ((margin, margin), (margin, margin), (0, 0)))
    region = (x - half + margin, y - half + margin, x + half + margin, y + half + margin)
    return np.asarray(Image.fromarray(padded).resize((side, side), Image.BILINEAR, box=region))


def clipped(box, size):
    return [min(max(x, 0), size[i % 2]) for i, x in enumerate(box)]


def main():
    ort.set_default_logger_severity(3)
    net = ort.InferenceSession(str(MODELS / "faceres/current/model.onnx"), providers=["CPUExecutionProvider"])
    judged = {}
    for media, by_frame in json.loads(FACES.read_text())["centerface"].items():
        judged[media] = {}
        for i, rgb, size in frames(MEDIA / media, [int(i) for i in by_frame]):
            scale = rgb.shape[1] / size[0]
            of_frame = []
            for face in by_frame[str(i)]:
                box = [x * scale for x in clipped(face["box"], size)]
                image = square(rgb, box, 1.2, 224)[None].astype(np.float32)
                gender, age = net.run(["gender", "age"], {"image": image})
                of_frame.append([round(float(np.arange(100) @ age[0]), 2), round(float(gender[0, 0]), 4)])
            judged[media][i] = of_frame
    json.dump(judged, sys.stdout, separators=(",", ":"))
    print()


main()
