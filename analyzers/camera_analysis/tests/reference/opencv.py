"""Reference values for the golden tests, computed by OpenCV.

For pairs of frames of real clips, as far apart as the analyzer samples them: corners (goodFeaturesToTrack), where they
went (calcOpticalFlowPyrLK, both ways), and the similarity (estimateAffinePartial2D). Writes opencv.json beside this
file. Frames are read with ffmpeg 5.1 as the tests read them.

    pip install numpy==2.4.6 opencv-python-headless==5.0.0.93
    python3 opencv.py MEDIA_FOLDER
"""

import json
import pathlib
import subprocess
import sys

import cv2
import numpy as np

PAIRS = [
    ("bigbuckbunny.mp4", 384, 216, 25, 30),
    ("bigbuckbunny.mp4", 384, 216, 45, 50),
    ("bigbuckbunny.mp4", 384, 216, 15, 20),
    ("vtest.avi", 384, 288, 100, 105),
    ("park.mp4", 384, 288, 0, 5),
    ("park.mp4", 384, 288, 10, 15),
    ("small.mp4", 384, 219, 100, 105),
]
WINDOW = dict(winSize=(15, 15), maxLevel=2, criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 0.005))


def frame(path, width, height, number):
    picture = f"select=eq(n\\,{number}),scale={width}:{height}:flags=area:out_range=full,format=gray"
    command = ["ffmpeg", "-v", "error", "-i", path, "-vf", picture, "-frames:v", "1", "-f", "rawvideo", "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(data, np.uint8).reshape(height, width)


def pair(folder, name, width, height, first, second):
    before, after = (frame(folder / name, width, height, number) for number in (first, second))
    points = cv2.goodFeaturesToTrack(before, 200, 0.01, 12, blockSize=5)
    # A window that hangs over the edge sees what each program makes up there.
    inside = (points > 12).all(axis=(1, 2)) & (points[:, 0, 0] < width - 13) & (points[:, 0, 1] < height - 13)
    points = points[inside]
    moved, found, _ = cv2.calcOpticalFlowPyrLK(before, after, points, None, **WINDOW)
    back, returned, _ = cv2.calcOpticalFlowPyrLK(after, before, moved, None, **WINDOW)
    miss = np.linalg.norm((back - points).reshape(-1, 2), axis=1)
    good = (found.ravel() == 1) & (returned.ravel() == 1) & (miss < 0.3)
    points, moved = points.reshape(-1, 2)[good], moved.reshape(-1, 2)[good]
    centre = np.array([(width - 1) / 2, (height - 1) / 2], np.float32)
    cv2.setRNGSeed(1)
    model, inliers = cv2.estimateAffinePartial2D(
        points - centre, moved - centre, method=cv2.RANSAC, ransacReprojThreshold=0.75, maxIters=5000, confidence=0.999
    )
    return {
        "clip": name, "width": width, "height": height, "frames": [first, second],
        "points": np.round(points, 3).tolist(), "moved": np.round(moved - points, 3).tolist(),
        "a": round(float(model[0, 0]), 6), "b": round(float(model[1, 0]), 6),
        "shift": np.round(model[:, 2], 4).tolist(), "inliers": round(float(inliers.mean()), 3),
    }  # fmt: skip


def main():
    folder = pathlib.Path(sys.argv[1])
    pairs = [pair(folder, *each) for each in PAIRS]
    out = pathlib.Path(__file__).with_suffix(".json")
    text = ",\n".join(json.dumps(each, separators=(",", ":")) for each in pairs)
    out.write_text(f'{{"opencv":"{cv2.__version__}","pairs":[\n{text}\n]}}\n')


main()
