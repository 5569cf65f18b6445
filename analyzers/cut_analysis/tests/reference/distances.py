"""Distances between frames, computed with NumPy and OpenCV from the definitions in src/distance.rs, not from its code.

    pip install numpy==2.4.6 opencv-python-headless==5.0.0.93
    python distances.py ~/.cache/va/media > distances.json

Needs ffmpeg, which hands over the frames as the analyzer's tests get them: 64 pixels on the longer side, area
averaging, RGB.
"""

import json
import subprocess
import sys

import cv2
import numpy as np

CLIPS = {"bigbuckbunny.mp4": [0, 1, 40, 45, 110], "wolfgang_langer.mp4": [0, 60, 62, 140, 400]}
WIDTH, HEIGHT, TILE, BLOCK = 64, 36, 8, 4
REACH, REACH_OF_SHIFT, NOISE, SURELY_SAME, LEAST_COMMON = 6, 3, 3.0, 0.3, 0.4


def frames(path, wanted):
    scale = f"scale={WIDTH}:{HEIGHT}:flags=area:out_range=full,format=rgb24"
    command = ["ffmpeg", "-v", "error", "-i", path, "-fps_mode", "passthrough", "-vf", scale, "-f", "rawvideo", "-"]
    raw = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.uint8)
    return raw.reshape(-1, HEIGHT, WIDTH, 3)[wanted]


def blocks(a, b):
    """Mean absolute difference of 4x4 block means of Y, Cb, Cr."""
    size = (WIDTH // BLOCK, HEIGHT // BLOCK)
    colours = [cv2.cvtColor(frame, cv2.COLOR_RGB2YCrCb).astype(np.float32) for frame in (a, b)]
    means = [cv2.resize(colour, size, interpolation=cv2.INTER_AREA) for colour in colours]
    return float(cv2.absdiff(*means).mean())


def levelled(luma, mean, deviation):
    return np.clip(np.rint(128 + (luma - mean) * 40 / max(deviation, 12.0)), 0, 255)


def tiles():
    for y in range(0, HEIGHT, TILE):
        for x in range(0, WIDTH, TILE):
            yield y, x, min(TILE, HEIGHT - y), min(TILE, WIDTH - x)


def costs(picture, other, shift, reach):
    """Each tile's least cost from the other picture over its cost from its own mean; None where nothing fits."""
    out = []
    for y, x, high, wide in tiles():
        tile = picture[y:y + high, x:x + wide]
        intra = np.abs(tile - tile.mean()).sum() + NOISE * tile.size
        best = None
        for oy in range(y + shift[1] - reach, y + shift[1] + reach + 1):
            for ox in range(x + shift[0] - reach, x + shift[0] + reach + 1):
                if oy < 0 or ox < 0 or oy + high > HEIGHT or ox + wide > WIDTH:
                    continue
                cost = cv2.norm(tile, np.ascontiguousarray(other[oy:oy + high, ox:ox + wide]), cv2.NORM_L1)
                best = cost if best is None else min(best, cost)
        out.append(None if best is None else min(best / intra, 1.0))
    return out


def compare(a, b, shift, reach):
    both = costs(b, a, shift, reach) + costs(a, b, (-shift[0], -shift[1]), reach)
    known = [cost for cost in both if cost is not None]
    return float(np.mean(known)) if len(known) >= LEAST_COMMON * len(both) else np.inf


def whole_shift(a, b):
    """b(x, y) is a(x + dx, y + dy); searched at a quarter of the size."""
    size = (WIDTH // 4, HEIGHT // 4)
    a, b = (np.floor(picture.reshape(size[1], 4, size[0], 4).mean(axis=(1, 3))) for picture in (a, b))
    best, least = (0, 0), np.inf
    for dy in range(-(size[1] * 6 // 10), size[1] * 6 // 10 + 1):
        for dx in range(-(size[0] * 6 // 10), size[0] * 6 // 10 + 1):
            wide, high = size[0] - abs(dx), size[1] - abs(dy)
            if wide * high < LEAST_COMMON * size[0] * size[1]:
                continue
            ax, ay, bx, by = max(dx, 0), max(dy, 0), max(-dx, 0), max(-dy, 0)
            cost = np.abs(a[ay:ay + high, ax:ax + wide] - b[by:by + high, bx:bx + wide]).mean()
            if cost < least:
                best, least = (4 * dx, 4 * dy), cost
    return best


def one_way(a, b):
    shifted = compare(a, b, whole_shift(a, b), REACH_OF_SHIFT)
    return shifted if shifted < SURELY_SAME else min(shifted, compare(a, b, (0, 0), REACH))


def structure(a, b):
    a, b = (cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float64) for frame in (a, b))
    own = one_way(levelled(a, a.mean(), a.std()), levelled(b, b.mean(), b.std()))
    if own < SURELY_SAME:
        return own
    mean, deviation = (a.mean() + b.mean()) / 2, (a.std() + b.std()) / 2
    return min(own, one_way(levelled(a, mean, deviation), levelled(b, mean, deviation)))


def main():
    pictures = np.concatenate([frames(f"{sys.argv[1]}/{clip}", wanted) for clip, wanted in CLIPS.items()])
    pairs = []
    for i in range(len(pictures)):
        for j in range(i + 1, len(pictures)):
            a, b = pictures[i], pictures[j]
            pairs.append({"pair": [i, j], "blocks": round(blocks(a, b), 3), "structure": round(structure(a, b), 4)})
    lines = ",\n".join("    " + json.dumps(pair) for pair in pairs)
    print(f'{{\n  "frames": {json.dumps(CLIPS)},\n  "pairs": [\n{lines}\n  ]\n}}')


main()
