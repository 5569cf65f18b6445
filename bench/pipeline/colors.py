"""Colours of one frame a second and of the whole video: k-means in CIELAB, temperature, brightness, saturation."""
import cv2
import numpy as np

COLORS, TRIES = 5, 2
CRITERIA = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
POOLED = 20_000
# Linear sRGB to XYZ (IEC 61966-2-1).
TO_XYZ = np.float32([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


class Colors:
    def __init__(self, nets):
        levels = np.arange(256) / 255
        self.linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4).astype(np.float32)

    def begin(self, properties, clock):
        self.clock = clock
        self.frames, self.labs = [], []

    def __call__(self, chunk):
        for picture in chunk.small:
            self.clock.timed("color_analysis", self.measure, picture)

    def measure(self, picture):
        lab = cv2.cvtColor(picture.pixels.astype(np.float32) / 255, cv2.COLOR_RGB2Lab).reshape(-1, 3)
        high, low = picture.pixels.max(2).astype(int), picture.pixels.min(2).astype(int)
        mean = self.linear[picture.pixels].reshape(-1, 3).mean(0)
        self.labs.append(lab)
        self.frames.append({
            "time": picture.time_s, "palette": palette(lab), "temperature": temperature(TO_XYZ @ mean),
            "brightness": float(lab[:, 0].mean() / 100), "contrast": float(lab[:, 0].std() / 50),
            "saturation": float((high - low).sum() / max(1, high.sum()))})

    def finish(self):
        return {"frames": self.frames, "palette": self.clock.timed("color_analysis", self.whole)}

    def whole(self):
        labs = np.concatenate(self.labs)
        return palette(np.ascontiguousarray(labs[::max(1, len(labs) // POOLED)]))


def palette(lab):
    """Shares and colours, the largest first."""
    _, nearest, centres = cv2.kmeans(lab, COLORS, None, CRITERIA, TRIES, cv2.KMEANS_PP_CENTERS)
    shares = np.bincount(nearest.ravel(), minlength=COLORS) / len(lab)
    rgb = cv2.cvtColor(centres[None], cv2.COLOR_Lab2RGB)[0]
    return [(float(shares[i]), (rgb[i] * 255).round().astype(int).tolist()) for i in np.argsort(-shares)]


def temperature(xyz):
    """McCamy 1992, K; None for black."""
    if xyz.sum() < 0.01:
        return None
    x, y = xyz[:2] / xyz.sum()
    n = (x - 0.3320) / (0.1858 - y)
    return float(449 * n ** 3 + 3525 * n ** 2 + 6823.3 * n + 5520.33)
