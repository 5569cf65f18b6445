"""Technical quality of one frame a second at full size: sharpness, exposure, noise, blockiness, colourfulness, BRISQUE."""
import math

import cv2
import numpy as np

from .brisque import Brisque

# Immerkaer's mask (1996): the difference of two Laplacians.
MASK = np.float32([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
BLOCK, GRID, BLUR = 16, 8, 9


class Quality:
    def __init__(self, nets):
        self.brisque = Brisque(nets.path("brisque-svm", "svm.txt"))

    def begin(self, properties, clock):
        self.clock = clock
        self.frames = []

    def __call__(self, chunk):
        for picture in chunk.full:
            self.clock.timed("content_quality", self.measure, picture)

    def measure(self, picture):
        grey = cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY)
        luma = grey.astype(np.float32)
        self.frames.append({
            "time": picture.time_s, "sharpness": sharpness(luma), "exposure": exposure(grey), "noise": noise(luma),
            "blockiness": blockiness(luma), "colorfulness": colorfulness(picture.pixels),
            "brisque": self.brisque.score(grey)})

    def finish(self):
        return {"frames": self.frames}


def sharpness(luma):
    """Crete-Roffet et al. 2007: the share of the differences of neighbours that a mean of nine pixels takes away."""
    shares = []
    for axis, kernel in ((0, (1, BLUR)), (1, (BLUR, 1))):
        sharp, blurred = (steps(picture, axis) for picture in (luma, cv2.blur(luma, kernel)))
        # A difference of one level may be rounding.
        lost = cv2.threshold(cv2.addWeighted(sharp, 1, blurred, -1, -1), 0, 0, cv2.THRESH_TOZERO)[1]
        shares.append(cv2.sumElems(lost)[0] / max(1e-9, cv2.sumElems(sharp)[0]))
    return min(shares)


def steps(picture, axis):
    return cv2.absdiff(picture[1:], picture[:-1]) if axis == 0 else cv2.absdiff(picture[:, 1:], picture[:, :-1])


def exposure(grey):
    """After Mertens et al. 2007, with what clipping leaves."""
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel() / grey.size
    mean = counts @ np.arange(256)
    off = max(0, abs(mean / 255 - 0.5) - 0.15)
    lost = max(0, counts[:5].sum() - 0.1) / 0.8 + max(0, counts[251:].sum() - 0.02) / 0.6
    return float(math.exp(-off ** 2 / 0.08) * max(0, 1 - lost))


def noise(luma):
    """Immerkaer 1996 by blocks; the tenth percentile of those that are not clipped."""
    answer = np.abs(cv2.filter2D(luma, -1, MASK))
    size = luma.shape[1] // BLOCK, luma.shape[0] // BLOCK
    part = np.s_[:size[1] * BLOCK, :size[0] * BLOCK]
    means = lambda picture: cv2.resize(np.ascontiguousarray(picture[part]), size, interpolation=cv2.INTER_AREA)
    bright = means(luma)
    kept = means(answer)[(bright >= 8) & (bright < 248)]
    if not kept.size:
        return None
    return float(1 - math.exp(-math.sqrt(math.pi / 2) / 6 * np.percentile(kept, 10) / 0.91 / 10))


def blockiness(luma):
    on_grid = inside = 0.0
    for axis in (0, 1):
        means = steps(luma, axis).mean(axis=1 - axis)
        lines = np.arange(len(means)) % GRID == GRID - 1
        on_grid, inside = on_grid + means[lines].mean(), inside + means[~lines].mean()
    return float(max(0.0, (on_grid - inside) / (on_grid + 0.2)))


def colorfulness(pixels):
    """Hasler and Suesstrunk 2003."""
    opponents = cv2.transform(pixels.astype(np.int16), np.float32([[1, -1, 0], [0.5, 0.5, -1]]))
    (rg_mean, yb_mean), (rg_std, yb_std) = (np.ravel(values) for values in cv2.meanStdDev(opponents))
    return float(min(1.0, (math.hypot(rg_std, yb_std) + 0.3 * math.hypot(rg_mean, yb_mean)) / 109))
