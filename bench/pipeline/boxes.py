"""Boxes as [left, top, right, bottom]: overlap, suppression, tracks."""
import numpy as np


def overlaps(boxes, others):
    """Intersection over union of each with each."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    both = np.prod(np.maximum(high - low, 0), axis=2)
    area = lambda some: np.prod(some[:, 2:] - some[:, :2], axis=1)
    return both / np.maximum(area(boxes)[:, None] + area(others)[None] - both, 1e-9)


def suppressed(boxes, scores, classes, most):
    """Indices of the best, without those that share more than `most` with a better one of their class."""
    shares = overlaps(boxes, boxes) * (classes[:, None] == classes[None])
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        if all(shares[i, j] <= most for j in kept):
            kept.append(i)
    return kept


class Tracks:
    """Numbers for what is the same from frame to frame: greedily by overlap, kept for some frames while unseen."""

    def __init__(self, least=0.3, patience=6):
        self.least, self.patience = least, patience
        self.boxes, self.classes, self.numbers = np.empty((0, 4)), np.empty(0, int), []
        self.unseen, self.count = [], 0

    def numbered(self, boxes, classes):
        boxes = np.asarray(boxes, float).reshape(-1, 4)
        numbers = [None] * len(boxes)
        self.unseen = [frames + 1 for frames in self.unseen]
        if len(boxes) and len(self.boxes):
            shares = overlaps(boxes, self.boxes) * (np.asarray(classes)[:, None] == self.classes[None])
            while shares.max() >= self.least:
                i, j = np.unravel_index(shares.argmax(), shares.shape)
                numbers[i], self.boxes[j], self.unseen[j] = self.numbers[j], boxes[i], 0
                shares[i], shares[:, j] = 0, 0
        for i, number in enumerate(numbers):
            if number is None:
                self.count += 1
                numbers[i] = self.count
                self.boxes = np.vstack([self.boxes, boxes[i]])
                self.classes = np.append(self.classes, classes[i])
                self.numbers.append(self.count)
                self.unseen.append(0)
        kept = [j for j, frames in enumerate(self.unseen) if frames <= self.patience]
        self.boxes, self.classes = self.boxes[kept], self.classes[kept]
        self.numbers, self.unseen = [self.numbers[j] for j in kept], [self.unseen[j] for j in kept]
        return numbers
