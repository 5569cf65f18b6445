"""Texts by PP-OCR: one frame a second is searched and read."""
import cv2
import numpy as np

LEAST_SIDE, MOST_SIDE, STRIDE = 640, 960, 32
EVERY = 30
HEIGHT, LEAST_WIDTH = 48, 320
MEAN, DEVIATION = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
THRESHOLD, LEAST_SCORE, LEAST_CELLS, UNCLIP = 0.3, 0.5, 30, 1.5
LEAST_CONFIDENCE = 0.6


class Texts:
    def __init__(self, nets):
        self.detector = nets.load("ppocrv6-small", "det.onnx")
        self.recogniser = nets.load("ppocrv6-small", "rec.onnx")
        characters = self.recogniser.get_modelmeta().custom_metadata_map["character"]
        self.alphabet = ["", *characters.split("\n"), " "]

    def begin(self, properties, clock):
        self.clock = clock
        self.lines = []

    def __call__(self, chunk):
        for picture in chunk.large:
            if picture.index % EVERY == 0:
                self.clock.timed("text_overlay", self.read, picture)

    def read(self, picture):
        boxes = self.find(picture.pixels)
        if boxes:
            texts = self.recognise(picture.pixels, boxes)
            self.lines += [{"time": picture.time_s, "text": text, "confidence": sure, "box": box}
                           for box, (text, sure) in zip(boxes, texts) if text and sure >= LEAST_CONFIDENCE]

    def find(self, pixels):
        height, width = pixels.shape[:2]
        factor = min(max(max(width, height), LEAST_SIDE), MOST_SIDE) / max(width, height)
        size = [max(1, int(n * factor / STRIDE + 0.5)) * STRIDE for n in (width, height)]
        image = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)[:, :, ::-1].astype(np.float32)
        image = np.ascontiguousarray(((image - 255 * MEAN) * (1 / (255 * DEVIATION))).transpose(2, 0, 1)[None])
        shown = self.detector.run(None, {"x": image})[0][0, 0]
        count, labels, stats, _ = cv2.connectedComponentsWithStats((shown > THRESHOLD).astype(np.uint8), connectivity=8)
        boxes = []
        for i in range(1, count):
            left, top, w, h, cells = map(int, stats[i])
            if cells < LEAST_CELLS:
                continue
            place = np.s_[top:top + h, left:left + w]
            if shown[place][labels[place] == i].mean() > LEAST_SCORE:
                grown = w * h * UNCLIP / (2 * (w + h))
                scale = (width / size[0], height / size[1])
                box = [(left - grown) * scale[0], (top - grown) * scale[1],
                       (left + w + grown) * scale[0], (top + h + grown) * scale[1]]
                box = [min(max(round(at), 0), (width, height)[j % 2]) for j, at in enumerate(box)]
                if box[2] > box[0] and box[3] > box[1]:
                    boxes.append(box)
        return boxes

    def recognise(self, pixels, boxes):
        """Line by line: a batch would be as wide as its longest line."""
        read = []
        for left, top, right, bottom in boxes:
            across = max(1, round((right - left) / (bottom - top) * HEIGHT))
            line = cv2.resize(pixels[top:bottom, left:right], (across, HEIGHT), interpolation=cv2.INTER_LINEAR)
            image = np.zeros((1, 3, HEIGHT, -(-max(across, LEAST_WIDTH) // STRIDE) * STRIDE), np.float32)
            image[0, :, :, :across] = line[:, :, ::-1].transpose(2, 0, 1) / np.float32(127.5) - 1
            steps = self.recogniser.run(None, {"x": image})[0][0]
            kinds, sure = steps.argmax(1), steps.max(1)
            new = (kinds != 0) & (kinds != np.append(0, kinds[:-1]))
            text = "".join(self.alphabet[kind] for kind in kinds[new]).strip()
            read.append((text, float(sure[new].mean()) if new.any() else 0.0))
        return read

    def finish(self):
        return {"lines": self.lines}
