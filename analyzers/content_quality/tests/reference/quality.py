"""Reference values for tests/golden.rs: the same definitions written again with NumPy and SciPy, in floating point and
with whole-picture operations, on the same frames.

numpy 2.2.6, scipy 1.17.1 (convolve2d, uniform_filter1d), opencv-python-headless 4.12.0.88 (luma); frames are read with
ffmpeg 5.1.

    python quality.py MEDIA_FOLDER > quality.json
"""

import json
import subprocess
import sys

import cv2
import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import convolve2d

FRAMES = [("astronaut.png", 512, 512), ("chelsea.png", 451, 300), ("rocket.jpg", 640, 427), ("fruits.jpg", 512, 480),
          ("bigbuckbunny.mp4", 1280, 720), ("obama_speech.mp4", 320, 240), ("wolfgang_langer.mp4", 640, 360),
          ("vtest.avi", 768, 576), ("tree.avi", 320, 240)]


def first_frame(path, width, height):
    scale = f"scale={width}:{height}:flags=area:out_range=full,format=rgb24"
    out = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-map", "0:v:0", "-frames:v", "1", "-vf", scale,
                          "-f", "rawvideo", "-"], check=True, capture_output=True).stdout
    return np.frombuffer(out, np.uint8).reshape(height, width, 3)


def sharpness(luma):
    """Crete-Roffet 2007 with a dead zone of one level, without steps across the 8x8 grid."""
    shares = []
    for axis in (0, 1):
        blurred = uniform_filter1d(luma, 9, axis=axis)
        sharp_steps, blurred_steps = (np.abs(np.diff(picture, axis=axis)) for picture in (luma, blurred))
        # The step at index i leads to the pixel i + 1; only pixels whose means lie inside.
        along = np.arange(5, luma.shape[axis] - 4)
        along = along[along % 8 != 0] - 1
        beside = np.arange(5, luma.shape[1 - axis] - 4)
        pick = np.ix_(along, beside) if axis == 0 else np.ix_(beside, along)
        sharp_steps, blurred_steps = sharp_steps[pick], blurred_steps[pick]
        lost = np.maximum(np.maximum(sharp_steps - 1, 0) - blurred_steps, 0)
        shares.append(lost.sum() / sharp_steps.sum())
    return min(shares)


def noise_deviation(luma):
    """Immerkaer 1996 in blocks of 16x16; the 10th percentile of those that are not clipped."""
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
    answer = np.abs(convolve2d(luma, mask, mode="valid"))
    rows, columns = (size // 16 for size in answer.shape)
    blocks = lambda picture: picture[:rows * 16, :columns * 16].reshape(rows, 16, columns, 16).mean(axis=(1, 3))
    brightness = np.floor(blocks(luma[1:-1, 1:-1]))
    kept = blocks(answer)[(brightness >= 8) & (brightness <= 247)]
    return np.sqrt(np.pi / 2) / 6 * np.percentile(kept, 10, method="lower") / 0.91


def blockiness(luma):
    on_grid, inside = 0.0, 0.0
    for picture in (luma, luma.T):
        steps = np.abs(np.diff(picture, axis=1)).mean(axis=0)
        lines = np.arange(len(steps)) % 8 == 7
        on_grid, inside = on_grid + steps[lines].mean(), inside + steps[~lines].mean()
    return max(0.0, (on_grid - inside) / (on_grid + 0.2))


def exposure(luma):
    rows, columns = (np.flatnonzero((luma > 24).any(axis=axis)) for axis in (1, 0))
    seen = luma[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    crushed, burnt = (seen <= 4).mean(), (seen >= 251).mean()
    off = max(0, abs(seen.mean() / 255 - 0.5) - 0.15)
    lost = max(0, crushed - 0.1) / 0.8 + max(0, burnt - 0.02) / 0.6
    return float(np.exp(-off ** 2 / (2 * 0.2 ** 2)) * max(0, 1 - lost))


def colorfulness(rgb):
    """Hasler and Suesstrunk 2003."""
    red, green, blue = (rgb[..., i].astype(float) for i in range(3))
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    deviation = np.hypot(red_green.std(), yellow_blue.std())
    return min(1.0, (deviation + 0.3 * np.hypot(red_green.mean(), yellow_blue.mean())) / 109)


def measures(rgb):
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(float)
    values = {
        "sharpness": sharpness(luma),
        "exposure": exposure(luma),
        "noise": 1 - np.exp(-noise_deviation(luma) / 10),
        "blockiness": blockiness(luma),
        "colorfulness": colorfulness(rgb),
    }
    return {name: round(float(value), 6) for name, value in values.items()}


def main(folder):
    frames = {name: measures(first_frame(f"{folder}/{name}", width, height)) for name, width, height in FRAMES}
    print(json.dumps(frames, indent=1))


main(sys.argv[1])
