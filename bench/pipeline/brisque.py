"""BRISQUE (Mittal, Moorthy, Bovik 2012): a support vector regression over 36 features of normalised luma."""
import pathlib
import re
from math import lgamma

import cv2
import numpy as np

WINDOW, SPREAD, LARGE = (7, 7), 7 / 6, 1080
# The ranges of the features stand where the analyzer has them.
RANGES = pathlib.Path(__file__).parents[2] / "analyzers/content_quality/src/brisque.rs"
SHAPES = np.arange(0.1, 10, 0.001)
FLATNESS = np.array([np.exp(2 * lgamma(2 / s) - lgamma(1 / s) - lgamma(3 / s)) for s in SHAPES])


class Brisque:
    def __init__(self, path):
        head, _, vectors = path.read_text().partition("\nSV\n")
        values = dict(line.split(" ", 1) for line in head.splitlines())
        self.gamma, self.rho = float(values["gamma"]), float(values["rho"])
        words = [line.split() for line in vectors.splitlines() if line.strip()]
        self.weights = np.array([float(line[0]) for line in words])
        self.vectors = np.zeros((len(words), 36))
        for row, line in zip(self.vectors, words):
            for word in line[1:]:
                place, value = word.split(":")
                row[int(place) - 1] = float(value)
        self.least, self.greatest = (self.range(name) for name in ("LEAST", "GREATEST"))

    @staticmethod
    def range(name):
        table = re.search(rf"const {name}: \[f64; FEATURES\] = \[(.*?)\]", RANGES.read_text(), re.DOTALL)[1]
        return np.array([float(number) for number in table.split(",") if number.strip()])

    def score(self, grey):
        while min(grey.shape) >= LARGE:
            grey = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        picture = grey.astype(np.float32)
        half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_CUBIC)
        features = np.concatenate([of_one_scale(picture), of_one_scale(half)])
        scaled = 2 * (features - self.least) / (self.greatest - self.least) - 1
        distances = ((self.vectors - scaled) ** 2).sum(1)
        return float(self.weights @ np.exp(-self.gamma * distances) - self.rho)


def of_one_scale(picture):
    blur = lambda of: cv2.GaussianBlur(of, WINDOW, SPREAD, borderType=cv2.BORDER_CONSTANT)
    mean = blur(picture)
    deviation = np.sqrt(np.abs(blur(picture * picture) - mean * mean))
    normal = (picture - mean) / (deviation + 1)
    shape, _, left, right = fit(normal)
    features = [shape, (left + right) / 2]
    for one, other in ((normal[:, :-1], normal[:, 1:]), (normal[:-1], normal[1:]), (normal[:-1, :-1], normal[1:, 1:]),
                       (normal[1:, :-1], normal[:-1, 1:])):
        features += fit(one * other)
    return features


def fit(values):
    """Shape, mean and both variances of a generalised Gaussian with two sides (Lasmar et al. 2009)."""
    values = np.ascontiguousarray(values).ravel()
    negative = np.minimum(values, 0)
    count = np.count_nonzero(negative)
    all_squares, left_squares = float(values @ values), float(negative @ negative)
    magnitude = float(values.sum()) - 2 * float(negative.sum())
    left, right = left_squares / max(1, count), (all_squares - left_squares) / max(1, values.size - count)
    sides = (left / max(right, 1e-12)) ** 0.5
    flatness = (magnitude / values.size) ** 2 / max(all_squares / values.size, 1e-12)
    wanted = flatness * (sides ** 3 + 1) * (sides + 1) / (sides ** 2 + 1) ** 2
    shape = SHAPES[min(np.searchsorted(FLATNESS, wanted), len(SHAPES) - 1)]
    scale = np.exp((lgamma(1 / shape) - lgamma(3 / shape)) / 2)
    mean = (right ** 0.5 - left ** 0.5) * scale * np.exp(lgamma(2 / shape) - lgamma(1 / shape))
    return [shape, mean, left, right]
