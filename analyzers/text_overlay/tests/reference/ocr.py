"""Reference values for tests/golden: PP-OCR's detector and recogniser in Python on the same frames.

onnxruntime 1.32, OpenCV 4.13, numpy, Pillow; frames are read with ffmpeg. The detector's input is resized by OpenCV
(INTER_LINEAR), lines by Pillow (BILINEAR); components are OpenCV's. Upright lines only.

    python ocr.py MEDIA_FOLDER MODELS_FOLDER > ocr.json
"""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from PIL import Image

SIDE, LEAST_SIDE, STRIDE = 960, 640, 32
SANS = "fontfile=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
CAPTIONS = ("scale=1280:720,"
            f"drawtext={SANS}:text='Für 24,95 € im Angebot':fontsize=44:x=(w-text_w)/2:y=h-110:fontcolor=white:"
            "borderw=3:bordercolor=black,"
            f"drawtext={SANS}:text='@jane_doe':fontsize=30:x=60:y=50:fontcolor=black:box=1:boxcolor=white:boxborderw=8")
# Name, frame, and what ffmpeg does to it first.
PICTURES = [("obama_speech.mp4", 60, "null"), ("imageTextN.png", 0, "null"), ("Garden.jpg", 0, CAPTIONS),
            ("fruits.jpg", 0, CAPTIONS)]
MEAN, DEVIATION = np.float32([.485, .456, .406]), np.float32([.229, .224, .225])


def frame(path, number, filters):
    """As the system hands it over: the longer side at most 960."""
    size = f"scale='min(iw,{SIDE})':'min(ih,{SIDE})':force_original_aspect_ratio=decrease:flags=area:out_range=full"
    graph = f"select='eq(n,{number})',{filters},{size},format=rgb24"
    png = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-map", "0:v:0", "-vf", graph, "-frames:v", "1", "-f",
                          "image2pipe", "-c:v", "png", "-"], check=True, capture_output=True).stdout
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), graph


def detect(session, rgb):
    height, width = rgb.shape[:2]
    longest = max(width, height)
    factor = min(max(longest, LEAST_SIDE), SIDE) / longest
    size = [max(1, int(n * factor / STRIDE + .5)) * STRIDE for n in (width, height)]
    bgr = cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR)[:, :, ::-1]
    tensor = ((bgr.astype(np.float32) / 255 - MEAN) / DEVIATION).transpose(2, 0, 1)[None]
    shown = session.run(None, {"x": np.ascontiguousarray(tensor)})[0][0, 0]
    count, labels, stats, _ = cv2.connectedComponentsWithStats((shown > .3).astype(np.uint8), connectivity=8)
    for i in range(1, count):
        left, top, w, h, cells = stats[i]
        score = shown[labels == i].mean()
        if cells >= 30 and score > .5:
            grown = w * h * 1.5 / (2 * (w + h))
            box = np.float64([left - grown, top - grown, left + w + grown, top + h + grown])
            yield box * ([width / size[0], height / size[1]] * 2), float(score)


def read(session, alphabet, rgb, box):
    left, top, right, bottom = box
    air = .12 * (bottom - top) if bottom - top < 24 else 0
    inside = lambda value, most: min(max(int(np.floor(value + .5)), 0), most)
    height, width = rgb.shape[:2]
    left, right = inside(left - air, width), inside(right + air, width)
    top, bottom = inside(top - air, height), inside(bottom + air, height)
    across = int((right - left) / (bottom - top) * 48 + .5)
    line = Image.fromarray(rgb[top:bottom, left:right]).resize((across, 48), Image.BILINEAR)
    tensor = np.zeros((1, 3, 48, -(-max(across, 320) // 32) * 32), np.float32)
    tensor[0, :, :, :across] = (np.asarray(line, np.float32)[:, :, ::-1] / 127.5 - 1).transpose(2, 0, 1)
    steps = session.run(None, {"x": tensor})[0][0]
    text, sure, last = "", [], 0
    for kind, best in zip(steps.argmax(1), steps.max(1)):
        if kind not in (0, last):
            text, sure = text + alphabet[kind - 1], sure + [float(best)]
        last = kind
    return text.strip(), float(np.mean(sure)) if sure else 0.


def main(media, models):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    found = []
    for model in ("ppocrv6-small", "ppocrv6-tiny"):
        detector, recogniser = (onnxruntime.InferenceSession(str(Path(models) / model / "current" / name), options)
                                for name in ("det.onnx", "rec.onnx"))
        alphabet = recogniser.get_modelmeta().custom_metadata_map["character"].split("\n") + [" "]
        for name, number, filters in PICTURES:
            rgb, graph = frame(Path(media) / name, number, filters)
            lines = []
            for box, score in detect(detector, rgb):
                text, confidence = read(recogniser, alphabet, rgb, box)
                lines.append({"box": [round(float(n), 2) for n in box], "score": round(score, 4), "text": text,
                              "confidence": round(confidence, 4)})
            found.append({"model": model, "media": name, "filter": graph, "size": [rgb.shape[1], rgb.shape[0]],
                          "lines": lines})
    json.dump(found, sys.stdout, indent=1, ensure_ascii=False)
    print()


main(*sys.argv[1:])
