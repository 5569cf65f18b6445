"""Foreground and classes by DeepLab v3, a near person's outline by the selfie segmenter, any other foreground by U2-Net
(once in four seconds at most)."""
import cv2
import numpy as np

from .video import fitting

STEP, MASK_SIDE = 15, 256
LEAST_AREA, SURENESS, NEAR, SALIENT, CONVINCED = 0.005, 0.6, 0.15, 0.5, 0.85
SALIENCE_EVERY_S = 4.0
PERSON = "person"
FURNITURE = {"background", "chair", "dining table", "potted plant", "sofa", "tv"}
MEAN, DEVIATION = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])


class Grounds:
    def __init__(self, nets):
        self.deeplab, self.salience, self.person = map(nets.load, ["deeplab-v3-voc", "u2netp", "selfie-segmenter"])
        self.names = nets.path("deeplab-v3-voc", "labels.txt").read_text().split("\n")

    def begin(self, properties, clock):
        self.clock = clock
        self.mask_size = fitting(properties.width, properties.height, MASK_SIDE)
        self.salient_at, self.frames = -SALIENCE_EVERY_S, []

    def __call__(self, chunk):
        for picture in chunk.medium:
            if picture.index % STEP == 0:
                self.clock.timed("background_segmentation", self.segment, picture)

    def segment(self, picture):
        logits = self.deeplab.run(["logits"], {"image": stretched(picture.pixels, 257)[None] / 127.5 - 1})[0][0]
        winners = logits.argmax(-1)
        areas = np.bincount(winners.ravel(), minlength=logits.shape[-1]) / winners.size
        few, asked = logits[::4, ::4], winners[::4, ::4]
        few = np.exp(few - few.max(-1, keepdims=True))
        few /= few.sum(-1, keepdims=True)
        there = [n for n in np.flatnonzero(areas >= LEAST_AREA)
                 if (asked == n).any() and few[..., n][asked == n].mean() >= SURENESS]
        mask = self.mask(picture, logits, areas, [n for n in there if self.names[n] not in FURNITURE])
        if mask is not None:
            self.frames.append({"time": picture.time_s, "foreground": float(mask.mean()), "runs": runs(mask),
                                "classes": {self.names[n]: float(areas[n]) for n in there if n}})

    def mask(self, picture, logits, areas, inside):
        if inside:
            outside = [n for n in range(logits.shape[-1]) if n not in inside]
            scores = logits[..., inside]
            for i, n in enumerate(inside):
                if self.names[n] == PERSON and areas[n] >= NEAR:
                    near = self.person.run(["mask"], {"image": stretched(picture.pixels, 256)[None] / 255})[0][0, :, :, 0]
                    near = cv2.resize(near, logits.shape[1::-1]).clip(1e-3, 1 - 1e-3)
                    scores[..., i] += np.log(near / (1 - near))
            margin = scores.max(-1) - logits[..., outside].max(-1)
            return cv2.resize(margin, self.mask_size, interpolation=cv2.INTER_LINEAR) > 0
        if picture.time_s < self.salient_at + SALIENCE_EVERY_S:
            return None
        self.salient_at = picture.time_s
        image = (stretched(picture.pixels, 320) / 255 - MEAN) / DEVIATION
        shown = self.salience.run(["1959"], {"input.1": np.ascontiguousarray(image.transpose(2, 0, 1)[None])})[0][0, 0]
        above = shown > SALIENT
        mask = cv2.resize(shown, self.mask_size, interpolation=cv2.INTER_LINEAR) > SALIENT
        convinced = above.any() and shown[above].mean() >= CONVINCED and mask.mean() >= LEAST_AREA
        return mask if convinced else np.zeros_like(mask)

    def finish(self):
        return {"frames": self.frames}


def stretched(pixels, side):
    return cv2.resize(pixels, (side, side), interpolation=cv2.INTER_LINEAR).astype(np.float32)


def runs(mask):
    """Lengths of runs, column by column, background first."""
    flat = mask.ravel(order="F")
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    lengths = np.diff(np.concatenate([[0], edges, [flat.size]]))
    return ([0] if flat[0] else []) + lengths.tolist()
