"""Faces of the test pictures and clips as Python finds them: the same frames (ffmpeg, as the analyzers' tests read them),
ONNX Runtime's own Python binding, Pillow for the sizes, NumPy for the rest.

    faces.py MODELS_FOLDER MEDIA_FOLDER > faces.json        needs onnxruntime, numpy, Pillow

MODELS_FOLDER has NAME/current/model.onnx, as the models' store; insightface-scrfd-mbf is left out where it is not there.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
from PIL import Image

sys.path.append(str(Path(__file__).parents[4] / "tests/media"))
from frames import frames

MODELS, MEDIA = (Path(folder) for folder in sys.argv[1:3])
PICTURES = ["single_face.jpg", "0-f1-su-ph.jpg", "15-f13-anc-ph.jpg", "astronaut.png", "yaoming.jpg", "sample1.jpg",
            "sample2.jpg", "sample6.jpg", "players.jpg", "chelsea.png", "fruits.jpg"]
CLIPS = ["wolfgang_langer.mp4", "obama_speech.mp4"]
ort.set_default_logger_severity(3)


def session(name, file="model.onnx"):
    return ort.InferenceSession(str(MODELS / name / "current" / file), providers=["CPUExecutionProvider"])


def resized(rgb, width, height):
    return np.asarray(Image.fromarray(rgb).resize((width, height), Image.BILINEAR))


def iou(a, b):
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    both = max(w, 0) * max(h, 0)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def suppressed(faces, most):
    kept = []
    for face in sorted(faces, key=lambda face: -face[1]):
        if all(iou(face[0], better[0]) <= most for better in kept):
            kept.append(face)
    return kept


def centerface(net, rgb):
    h, w = rgb.shape[:2]
    width, height = (max(1, round(side * 576 / max(w, h) / 32)) * 32 for side in (w, h))
    image = resized(rgb, width, height).transpose(2, 0, 1)[None].astype(np.float32)
    heat, size, offset, points = net.run(["537", "538", "539", "540"], {"input.1": image})
    found = []
    for y, x in zip(*np.where(heat[0, 0] > 0.5)):
        bh, bw = 4 * np.exp(size[0, :, y, x])
        cy, cx = 4 * (np.array([y, x]) + offset[0, :, y, x] + 0.5)
        left, top = cx - bw / 2, cy - bh / 2
        at = points[0, :, y, x].reshape(5, 2)
        places = [(left + px * bw, top + py * bh) for py, px in at]
        found.append(([left, top, left + bw, top + bh], heat[0, 0, y, x], places))
    return suppressed(found, 0.3), (w / width, h / height)


def blazeface(net, rgb):
    h, w = rgb.shape[:2]
    scale = 128 / max(w, h)
    width, height = round(w * scale), round(h * scale)
    image = np.zeros((128, 128, 3), np.uint8)
    left, top = (128 - width) // 2, (128 - height) // 2
    image[top:top + height, left:left + width] = resized(rgb, width, height)
    boxes, scores = net.run(["boxes", "scores"], {"image": image[None].astype(np.float32) / 127.5 - 1})
    anchors = [((x + 0.5) / g, (y + 0.5) / g) for g, n in ((16, 2), (8, 6)) for y in range(g) for x in range(g) for _ in range(n)]
    found = []
    for (ax, ay), v, s in zip(anchors, boxes[0], 1 / (1 + np.exp(-np.clip(scores[0, :, 0], -80, 80)))):
        if s > 0.75:
            cx, cy, bw, bh = ax * 128 + v[0], ay * 128 + v[1], v[2], v[3]
            points = [(ax * 128 + v[i] - left, ay * 128 + v[i + 1] - top) for i in (4, 6, 8)]
            box = [cx - bw / 2 - left, cy - bh / 2 - top, cx + bw / 2 - left, cy + bh / 2 - top]
            found.append((box, s, points))
    return suppressed(found, 0.3), (w / width, h / height)


def scrfd(net, rgb):
    h, w = rgb.shape[:2]
    scale = 640 / max(w, h)
    width, height = round(w * scale), round(h * scale)
    image = np.zeros((-(-height // 32) * 32, -(-width // 32) * 32, 3), np.uint8)
    image[:height, :width] = resized(rgb, width, height)
    blob = ((image.astype(np.float32) - 127.5) / 128).transpose(2, 0, 1)[None]
    blob[:, :, height:] = blob[:, :, :, width:] = -127.5 / 128
    outputs = dict(zip([o.name for o in net.get_outputs()], net.run(None, {"input.1": blob})))
    found = []
    for stride in (8, 16, 32):
        scores, boxes, points = (outputs[f"{name}_{stride}"].reshape(-1, n) for name, n in (("score", 1), ("bbox", 4), ("kps", 10)))
        for i in np.where(scores[:, 0] > 0.5)[0]:
            y, x = np.array(divmod(i // 2, image.shape[1] // stride)) * stride
            l, t, r, b = boxes[i] * stride
            places = [(x + px, y + py) for px, py in points[i].reshape(5, 2) * stride]
            found.append(([x - l, y - t, x + r, y + b], scores[i, 0], places))
    return suppressed(found, 0.4), (w / width, h / height)


def described(found, scales, source):
    across, down = (scale * source for scale in scales)
    scaled = lambda xs: [round(float(x) * (across, down)[i % 2], 2) for i, x in enumerate(xs)]
    return [{"box": scaled(box), "score": round(float(score), 4), "points": [scaled(point) for point in points]}
            for box, score, points in found]


def main():
    detectors = {"centerface": (centerface, session("centerface")),
                 "face-detector-short": (blazeface, session("face-detector-short"))}
    if (MODELS / "insightface-scrfd-mbf").exists():
        detectors["insightface-scrfd-mbf"] = (scrfd, session("insightface-scrfd-mbf", "scrfd_500m_bnkps.onnx"))
    found = {}
    for name, (detect, net) in detectors.items():
        found[name] = {}
        # All frames that the analyzers see of the default's, as those who build on the faces are tested with them.
        often = 10 if name == "centerface" else 60
        for media, every in [(picture, 10**6) for picture in PICTURES] + [(clip, often) for clip in CLIPS]:
            looked_at = frames(MEDIA / media, 960, every)
            found[name][media] = {i: described(*detect(net, rgb), size[0] / rgb.shape[1]) for i, rgb, size in looked_at}
    json.dump(found, sys.stdout, separators=(",", ":"))
    print()


main()
