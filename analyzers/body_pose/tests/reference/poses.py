"""Reference values for tests/golden: the points of MoveNet in Python, on the same boxes of the same frames.

onnxruntime 1.32, numpy, Pillow; frames are read with ffmpeg. The boxes are those of the persons in object_detection's
reference (detections.json, YOLO11n in Python).

    python poses.py MEDIA_FOLDER MODELS_FOLDER > poses.json
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

sys.path.append(str(Path(__file__).parents[4] / "tests/media"))
from frames import first_frame

FILES = ["astronaut.png", "bus.jpg", "zidane.jpg", "messi5.jpg", "basketball1.png", "sample2.jpg", "players.jpg"]
MODELS = {"movenet-thunder": 256, "movenet-lightning": 192}
FRAME, MARGIN, LEAST_SIDE, SEEN = 640, 1.25, 32, 0.3


def crop(side, frame, box):
    """The input that shows the person in a box of the frame; input pixels for a frame's, and its corner in the frame."""
    low, high = np.array(box[:2]), np.array(box[2:])
    middle, half = (low + high) / 2, (high - low) / 2 * MARGIN
    scale = side / (2 * half).max()
    corner = middle - side / scale / 2  # of the square input, in the frame
    # The enlarged box, where the picture reaches: whole pixels of the input.
    limit = np.array([frame.shape[1], frame.shape[0]])
    first = np.round((np.maximum(middle - half, 0) - corner) * scale).clip(0, side).astype(int)
    last = np.round((np.minimum(middle + half, limit) - corner) * scale).clip(0, side).astype(int)
    shown = np.concatenate([np.maximum(first / scale + corner, 0), np.minimum(last / scale + corner, limit)])
    part = Image.fromarray(frame).resize(tuple(last - first), Image.BILINEAR, box=tuple(shown))
    image = np.zeros((1, side, side, 3), np.int32)
    image[0, first[1]:last[1], first[0]:last[0]] = np.asarray(part)
    return image, scale, corner


def points(session, side, frame, box):
    """x, y, confidence of the 17 points of the person in a box of the frame, in the frame's pixels."""
    image, scale, corner = crop(side, frame, box)
    found = session.run(None, {"image": image})[0][0, 0]
    return np.column_stack([found[:, [1, 0]] * side / scale + corner, found[:, 2]])


def without_copies(people, boxes):
    def share(found, box):
        seen = found[found[:, 2] >= SEEN, :2]
        low, high = seen.min(0), seen.max(0)
        both = np.prod(np.maximum(np.minimum(high, box[2:]) - np.maximum(low, box[:2]), 0))
        return both / (np.prod(high - low) + np.prod(np.subtract(box[2:], box[:2])) - both)

    for i in range(len(people)):
        for j in range(i + 1, len(people)):
            size = min(max(box[2] - box[0], box[3] - box[1]) for box in (boxes[i], boxes[j]))
            near = np.linalg.norm(people[i][:, :2] - people[j][:, :2], axis=1) < 0.05 * size
            same = near & (people[i][:, 2] >= SEEN) & (people[j][:, 2] >= SEEN)
            if same.sum() >= 3:
                worse = i if share(people[i], boxes[i]) < share(people[j], boxes[j]) else j
                people[worse][same] = 0


def main(media, models):
    detections = json.loads((Path(__file__).parents[3] / "object_detection/tests/reference/detections.json").read_text())
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    result = {}
    for model, side in MODELS.items():
        session = onnxruntime.InferenceSession(f"{models}/{model}/current/model.onnx", options)
        result[model] = {}
        for name in FILES:
            frame, source = first_frame(f"{media}/{name}", FRAME)
            to_source = np.array(source) / [frame.shape[1], frame.shape[0]]
            boxes = [np.array(o["box"]) for o in detections["yolo11n"][name] if o["class"] == "person"]
            people = []
            for box in boxes:
                in_frame = box / np.tile(to_source, 2)
                small = max(in_frame[2:] - in_frame[:2]) < LEAST_SIDE
                found = np.zeros((17, 3)) if small else points(session, side, frame, in_frame)
                found[:, :2] *= to_source
                people.append(found)
            without_copies(people, boxes)
            result[model][name] = [{"box": box.tolist(), "points": [[round(x, 1), round(y, 1), round(c, 4)] for x, y, c in found.tolist()]}
                                   for box, found in zip(boxes, people)]
    frame, source = first_frame(f"{media}/bus.jpg", FRAME)
    result["crops of bus.jpg"] = []
    for person in result["movenet-thunder"]["bus.jpg"]:
        image = crop(256, frame, np.array(person["box"]) / source[0] * frame.shape[1])[0][0]
        means = image.reshape(4, 64, 4, 64, 3).mean((1, 3)).round(2)
        result["crops of bus.jpg"].append({"box": person["box"], "means": means.ravel().tolist()})
    print(json.dumps(result).replace("{\"box", "\n{\"box"))


main(*sys.argv[1:])
