"""The work of `speed.rs` by OpenCV, numpy and pycocotools, in one thread, the best of many runs, in milliseconds.

    pip install numpy==2.4.6 opencv-python-headless==5.0.0.93 pycocotools==2.0.11
    python speed.py
"""

import time

import cv2
import numpy as np
from pycocotools import mask as coco

cv2.setNumThreads(1)


def noise(i):
    return (i.astype(np.uint64) * np.uint64(2654435761) % np.uint64(2**32)).astype(np.float64) / 2**32


def timed(what, work):
    best = float("inf")
    for _ in range(40):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    print(f"{best * 1000:8.3f} ms  {what}")


pixels = (noise(np.arange(1080 * 1920 * 3) // 48) * 255).astype(np.uint8)
large, frame = pixels.reshape(1920, 1080, 3), pixels[: 640 * 360 * 3].reshape(360, 640, 3)


def letterbox(image, interpolation=cv2.INTER_LINEAR):
    scale = 640 / max(image.shape[:2])
    size = round(image.shape[1] * scale), round(image.shape[0] * scale)
    inner = image if size == image.shape[1::-1] else cv2.resize(image, size, interpolation=interpolation)
    left, top = (640 - size[0]) // 2, (640 - size[1]) // 2
    padded = cv2.copyMakeBorder(inner, top, 640 - size[1] - top, left, 640 - size[0] - left, cv2.BORDER_CONSTANT,
                                value=(114,) * 3)
    return np.ascontiguousarray(padded.transpose(2, 0, 1)).astype(np.float32) / np.float32(255)


def normalised(image, mean, deviation, planes):
    out = (image.astype(np.float32) / np.float32(255) - np.float32(mean)) / np.float32(deviation)
    return np.ascontiguousarray(out.transpose(2, 0, 1)) if planes else out


timed("1080x1920 letterboxed to 640, 0..1, planes (INTER_AREA)", lambda: letterbox(large, cv2.INTER_AREA))
timed("the same, INTER_LINEAR", lambda: letterbox(large))
timed("640x360 letterboxed to 640, 0..1, planes (no resize)", lambda: letterbox(frame))
timed("640x360 normalised, ImageNet, BGR, planes",
      lambda: normalised(frame[..., ::-1], [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], True))
timed("640x360 normalised, -1..1, pixels", lambda: normalised(frame, [0.5] * 3, [0.5] * 3, False))
matrix = cv2.getRotationMatrix2D((320, 180), 17.2, 256 / 200)
matrix[:, 2] += (128 - 320, 128 - 180)
timed("turned crop of 256x256", lambda: cv2.warpAffine(frame, matrix, (256, 256)))
timed("square crop to 256x256, integers", lambda: cv2.resize(frame[105:255, 245:395], (256, 256)).astype(np.int32))

output = (noise(np.arange(84 * 8400)) ** 8).astype(np.float32).reshape(84, 8400)


def detections(output):
    scores = output[4:]
    classes = scores.argmax(0)
    best = scores[classes, np.arange(8400)]
    keep = np.flatnonzero(best > 0.3)
    return output[:4, keep], best[keep], classes[keep]


timed("YOLO output 84x8400 above 0.3 (nearly all are)", lambda: detections(output))
faint = output * np.float32(0.2)
timed("YOLO output 84x8400 above 0.3 (none is)", lambda: detections(faint))
i = np.arange(1000)
boxes = np.stack([noise(6 * i + 1) * 600, noise(6 * i + 2) * 600, np.full(1000, 40), np.full(1000, 40)], 1).tolist()
scores, classes = noise(6 * i + 5).tolist(), (i % 3).tolist()
timed("suppression of 1000 boxes of 3 classes", lambda: cv2.dnn.NMSBoxesBatched(boxes, scores, classes, 0.0, 0.45))

y, x = np.mgrid[0:960, 0:544].astype(np.float32)
map = ((0.5 + 0.5 * np.sin(x * 0.05) * np.sin(y * 0.2)) ** 2).astype(np.float32)


def regions():
    contours, _ = cv2.findContours((map > 0.3).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        left, top, width, height = cv2.boundingRect(contour)
        part = map[top:top + height, left:left + width]
        inside = np.zeros(part.shape, np.uint8)
        cv2.fillPoly(inside, [contour - (left, top)], 1)
        cv2.mean(part, inside)
        cv2.minAreaRect(contour)


timed("text regions of a map of 544x960", regions)
line = noise(np.arange(40 * 18710)).astype(np.float32).reshape(40, 18710)
timed("reading 40 steps of 18710 classes", lambda: (line.argmax(1), line.max(1)))
full = cv2.resize(map.reshape(-1)[: 256 * 256].reshape(256, 256), (1080, 1920))
timed("mask of 256x256 to 1080x1920, linear",
      lambda: cv2.resize(map.reshape(-1)[: 256 * 256].reshape(256, 256), (1080, 1920)))
mask = (full > 0.5).astype(np.uint8)
timed("run lengths of 1080x1920", lambda: coco.encode(np.asfortranarray(mask)))
