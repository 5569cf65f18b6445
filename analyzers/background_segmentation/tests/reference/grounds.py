"""Reference values for tests/golden: the same pipeline in Python on the same frames.

onnxruntime 1.32, numpy, Pillow, OpenCV, pycocotools; frames are read with ffmpeg. Resizing is Pillow's BILINEAR, maps are
resized by OpenCV's INTER_LINEAR, masks written by pycocotools.

    python grounds.py MEDIA_FOLDER MODELS_FOLDER [PICTURES_FOLDER] > grounds.json

PICTURES_FOLDER takes each picture beside its mask, to look at.
"""

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from PIL import Image
from pycocotools import mask as coco

sys.path.append(str(Path(__file__).parents[4] / "tests/media"))
from frames import first_frame, sizes

# Of a video the first frame.
FILES = ["astronaut.png", "chelsea.png", "coffee.png", "single_face.jpg", "sample6.jpg", "cheetah.jpg", "bus.jpg",
         "Garden.jpg", "rocket.jpg", "TwoWings.jpg", "small.mp4", "wolfgang_langer.mp4", "obama_speech.mp4", "vtest.avi",
         "tower.jpg", "Dune.jpg"]
FRAME, MASK, PERSON = 640, 256, 15
FURNITURE = {"background", "chair", "dining table", "potted plant", "sofa", "tv"}
LEAST_AREA, SURENESS, NEAR, SALIENT, CONVINCED = 0.005, 0.6, 0.15, 0.5, 0.85
IMAGENET = np.float32([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])


def stretched(frame, side):
    return np.asarray(Image.fromarray(frame).resize((side, side), Image.BILINEAR)).astype(np.float32)


class Models:
    def __init__(self, folder):
        load = lambda name: onnxruntime.InferenceSession(folder / name / "current/model.onnx")
        self.deeplab, self.salience, self.person, self.things = map(
            load, ["deeplab-v3-voc", "u2netp", "selfie-segmenter", "efficientnet-lite0"])
        self.names = (folder / "deeplab-v3-voc/current/labels.txt").read_text().split("\n")
        self.of_things = (folder / "efficientnet-lite0/current/labels.txt").read_text().split("\n")

    def logits(self, frame):
        return self.deeplab.run(["logits"], {"image": stretched(frame, 257)[None] / 127.5 - 1})[0][0]

    def salient(self, frame):
        pixels = (stretched(frame, 320) / 255 - IMAGENET[0]) / IMAGENET[1]
        return self.salience.run(["1959"], {"input.1": np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])})[0][0, 0]

    def near(self, frame):
        return self.person.run(["mask"], {"image": stretched(frame, 256)[None] / 255})[0][0, :, :, 0]

    def thing(self, frame):
        height, width = frame.shape[:2]
        side = min(width, height)
        box = ((width - side) / 2, (height - side) / 2, (width + side) / 2, (height + side) / 2)
        middle = Image.fromarray(frame).resize((224, 224), Image.BILINEAR, box=box)
        pixels = (np.asarray(middle).astype(np.float32) - 127) / 128
        probability = self.things.run(["prob"], {"image": pixels[None]})[0][0]
        best = int(probability.argmax())
        return {"name": self.of_things[best], "probability": round(float(probability[best]), 4)}


def softmax(scores):
    exp = np.exp(scores - scores.max(-1, keepdims=True))
    return exp / exp.sum(-1, keepdims=True)


def grounds(frame, mask_size, models):
    """Shares of classes, the mask, and which nets ran."""
    logits = models.logits(frame)
    winners = logits.argmax(-1)
    sure = softmax(logits[::4, ::4])
    shares, there = {}, []
    for number in np.unique(winners):
        asked = winners[::4, ::4] == number
        sureness = sure[..., number][asked].mean() if asked.any() else 0
        area = (winners == number).mean()
        if area >= LEAST_AREA and sureness >= SURENESS:
            there.append(number)
            if number:
                shares[models.names[number]] = round(float(area), 4)
    inside = [n for n in there if models.names[n] not in FURNITURE]
    if inside:
        outside = [n for n in range(len(models.names)) if n < logits.shape[-1] and n not in inside]
        used = "classes"
        scores = logits[..., inside].copy()
        if PERSON in inside and shares["person"] >= NEAR:
            used = "classes and person"
            person = cv2.resize(models.near(frame), winners.shape[::-1], interpolation=cv2.INTER_LINEAR).clip(1e-3, 1 - 1e-3)
            scores[..., inside.index(PERSON)] += np.log(person / (1 - person))
        margin = scores.max(-1) - logits[..., outside].max(-1)
        mask = cv2.resize(margin, mask_size, interpolation=cv2.INTER_LINEAR) > 0
    else:
        used = "salience"
        salient = models.salient(frame)
        above = salient > SALIENT
        mask = cv2.resize(salient, mask_size, interpolation=cv2.INTER_LINEAR) > SALIENT
        if not above.any() or salient[above].mean() < CONVINCED or mask.mean() < LEAST_AREA:
            mask[:] = False
    return shares, mask, used


def main(media, folder, pictures=None):
    models = Models(folder)
    found = {}
    for name in FILES:
        frame, _ = first_frame(media / name, FRAME)
        _, mask_size = sizes(media / name, MASK)
        shares, mask, used = grounds(frame, mask_size, models)
        runs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
        found[name] = {"used": used, "classes": shares, "size": runs["size"], "counts": runs["counts"].decode(),
                       "foreground_ratio": round(float(mask.mean()), 4), "thing": models.thing(frame)}
        if pictures:
            small = np.asarray(Image.fromarray(frame).resize(mask_size, Image.BILINEAR)).astype(np.float32)
            shown = np.where(mask[..., None], small, small * 0.25 + np.float32([0, 0, 80])).clip(0, 255)
            pictures.mkdir(exist_ok=True)
            Image.fromarray(np.concatenate([small, shown], 1).astype(np.uint8)).save(pictures / f"{name}.png")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
