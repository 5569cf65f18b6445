"""Reference values for tests/golden.rs: the same pipeline in Python on the same frames.

onnxruntime 1.32, numpy, Pillow; frames are read with ffmpeg. Resizing is Pillow's BILINEAR, suppression a plain greedy
loop. The names of SSD's classes come from the analyzer's own table (src/coco.rs).

    python detections.py MEDIA_FOLDER MODELS_FOLDER > detections.json
"""

import ast
import json
import re
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

sys.path.append(str(Path(__file__).parents[4] / "tests/media"))
from frames import first_frame

FILES = ["astronaut.png", "chelsea.png", "bus.jpg", "zidane.jpg", "messi5.jpg", "basketball1.png", "players.jpg",
         "sample2.jpg", "fruits.jpg", "obama_speech.mp4"]
SIDE, STRIDE, GREY = 640, 32, 114
SCORE, IOU = 0.3, 0.45


def suppressed(boxes, scores, classes):
    area = lambda b: (b[2] - b[0]) * (b[3] - b[1])

    def iou(a, b):
        both = max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))
        return both / (area(a) + area(b) - both)

    kept = []
    for i in np.argsort(-scores, kind="stable"):
        if all(classes[i] != classes[j] or iou(boxes[i], boxes[j]) <= IOU for j in kept):
            kept.append(i)
    return kept


def yolo(session, frame):
    names = ast.literal_eval(session.get_modelmeta().custom_metadata_map["names"])
    height, width = frame.shape[:2]
    factor = SIDE / max(width, height)
    inner = [int(n * factor + 0.5) for n in (width, height)]
    across, down = (-(-n // STRIDE) * STRIDE for n in inner)
    left, top = (across - inner[0]) // 2, (down - inner[1]) // 2
    scaled = np.asarray(Image.fromarray(frame).resize(inner, Image.BILINEAR)) if inner != [width, height] else frame
    image = np.full((down, across, 3), GREY, np.uint8)
    image[top:top + inner[1], left:left + inner[0]] = scaled
    table = session.run(None, {"images": image.transpose(2, 0, 1)[None].astype(np.float32) / 255})[0][0]
    classes, scores = table[4:].argmax(0), table[4:].max(0)
    keep = scores > SCORE
    classes, scores, (x, y, w, h) = classes[keep], scores[keep], table[:4, keep]
    boxes = np.stack([x - w / 2 - left, y - h / 2 - top, x + w / 2 - left, y + h / 2 - top], 1)
    return boxes * ([width / inner[0], height / inner[1]] * 2), scores, classes, names


def ssd(session, frame):
    source = (Path(__file__).parents[2] / "src/coco.rs").read_text().split("NAMES_90: [&str; 90] = ")[1].split("];")[0]
    names = re.findall('"([a-z ]*)"', source)
    found = dict(zip((o.name for o in session.get_outputs()), session.run(None, {"image": frame[None]})))
    classes, scores = found["scores"][0].argmax(1), found["scores"][0].max(1)
    keep = scores > SCORE
    height, width = frame.shape[:2]
    boxes = found["boxes"][0, keep, 0][:, [1, 0, 3, 2]] * [width, height, width, height]
    return boxes, scores[keep], classes[keep], names


def objects(found, frame, source):
    boxes, scores, classes, names = found
    kept = suppressed(boxes, scores, classes)
    scale = np.array([source[0] / frame.shape[1], source[1] / frame.shape[0]] * 2)
    boxes = np.clip(boxes * scale, 0, [*source, *source])
    return [{"class": names[classes[i]], "score": round(float(scores[i]), 4), "box": boxes[i].round(1).tolist()} for i in kept]


def main(media, models):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    result = {}
    for model, run in (("yolo11n", yolo), ("coco-ssd", ssd)):
        session = onnxruntime.InferenceSession(f"{models}/{model}/current/model.onnx", options)
        result[model] = {}
        for name in FILES:
            frame, source = first_frame(f"{media}/{name}", SIDE)
            result[model][name] = objects(run(session, frame), frame, source)
    print(json.dumps(result).replace("}, {", "},\n{").replace("], \"", "],\n\""))


main(*sys.argv[1:])
