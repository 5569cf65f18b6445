"""Objects by YOLO11n, tracked; and how the people among them stand, by MoveNet Thunder."""
import ast

import cv2
import numpy as np

from .boxes import Tracks, suppressed

SIDE, STRIDE, GREY = 640, 32, 114
SCORE, IOU = 0.3, 0.45
POSE_SIDE, MARGIN, LEAST_SIDE = 256, 1.25, 32


class People:
    def __init__(self, nets):
        self.detector = nets.load("yolo11n")
        self.names = ast.literal_eval(self.detector.get_modelmeta().custom_metadata_map["names"])
        self.poser = nets.load("movenet-thunder")

    def begin(self, properties, clock):
        self.clock = clock
        self.tracks = Tracks()
        self.objects, self.poses = [], []

    def __call__(self, chunk):
        pictures = [picture for picture in chunk.medium if picture.index % 10 == 0]
        if not pictures:
            return
        found = self.clock.timed("object_detection", self.detect, pictures)
        self.clock.timed("body_pose", self.pose, pictures, found)

    def detect(self, pictures):
        inputs, corner = self.letterboxed([picture.pixels for picture in pictures])
        tables = self.detector.run(None, {"images": inputs})[0]
        found = []
        for picture, table in zip(pictures, tables):
            classes, scores = table[4:].argmax(0), table[4:].max(0)
            keep = scores > SCORE
            classes, scores, (x, y, w, h) = classes[keep], scores[keep], table[:4, keep]
            boxes = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 1) - corner
            kept = suppressed(boxes, scores, classes, IOU)
            boxes, scores, classes = boxes[kept], scores[kept], classes[kept]
            numbers = self.tracks.numbered(boxes, classes)
            found.append(boxes[classes == 0])
            self.objects.append({
                "time": picture.time_s,
                "objects": [{"class": self.names[int(c)], "score": float(s), "box": b.tolist(), "track": n}
                            for c, s, b, n in zip(classes, scores, boxes, numbers)]})
        return found

    def letterboxed(self, pictures):
        """The smallest rectangle of multiples of 32; where the picture begins in it, twice over."""
        height, width = pictures[0].shape[:2]
        across, down = (-(-n // STRIDE) * STRIDE for n in (width, height))
        left, top = (across - width) // 2, (down - height) // 2
        inputs = np.full((len(pictures), down, across, 3), GREY, np.uint8)
        for i, picture in enumerate(pictures):
            inputs[i, top:top + height, left:left + width] = picture
        inputs = np.ascontiguousarray(inputs.transpose(0, 3, 1, 2), np.float32)
        inputs /= 255
        return inputs, [left, top, left, top]

    def pose(self, pictures, found):
        for picture, boxes in zip(pictures, found):
            boxes = [box for box in boxes if max(box[2:] - box[:2]) >= LEAST_SIDE]
            if not boxes:
                continue
            people = []
            for box in boxes:
                image, scale, corner = crop(picture.pixels, box)
                points = self.poser.run(None, {"image": image[None].astype(np.int32)})[0][0, 0]
                people.append({"points": (points[:, [1, 0]] * POSE_SIDE / scale + corner).tolist(),
                               "confidence": points[:, 2].tolist()})
            self.poses.append({"time": picture.time_s, "people": people})

    def finish(self):
        return {"objects": self.objects, "poses": self.poses}


def crop(pixels, box):
    """The square round a person, black outside of the enlarged box and of the picture."""
    middle, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2 * MARGIN
    scale = POSE_SIDE / (2 * half).max()
    corner = middle - POSE_SIDE / scale / 2
    first = np.maximum(middle - half, 0).astype(int)
    last = np.minimum(np.ceil(middle + half), pixels.shape[1::-1]).astype(int)
    low, high = ((edge - corner) * scale for edge in (first, last))
    low, high = low.round().clip(0, POSE_SIDE).astype(int), high.round().clip(0, POSE_SIDE).astype(int)
    image = np.zeros((POSE_SIDE, POSE_SIDE, 3), np.uint8)
    part = pixels[first[1]:last[1], first[0]:last[0]]
    image[low[1]:high[1], low[0]:high[0]] = cv2.resize(part, high - low, interpolation=cv2.INTER_LINEAR)
    return image, scale, corner
