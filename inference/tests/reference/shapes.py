"""What OpenCV, numpy and pycocotools make of boxes, points, maps and masks of formulas, for the golden tests of
`va_inference`'s `detect`, `geometry`, `text` and `mask`.

    pip install numpy==2.4.6 opencv-python-headless==5.0.0.93 pycocotools==2.0.11
    python shapes.py > shapes.json

Random numbers are `frac(i * 2654435761 / 2**32)`, which the tests make as well.
"""

import json

import cv2
import numpy as np
from pycocotools import mask as coco


def noise(i):
    return (i * 2654435761 % 2**32) / 2**32


def boxes(n):
    """x, y, width, height of whole pixels, a score, a class."""
    return [[int(noise(6 * i + 1) * 300), int(noise(6 * i + 2) * 200), 20 + int(noise(6 * i + 3) * 60),
             20 + int(noise(6 * i + 4) * 60), noise(6 * i + 5), int(noise(6 * i + 6) * 3)] for i in range(n)]


def suppressed(n, least, iou):
    found = boxes(n)
    kept = cv2.dnn.NMSBoxesBatched([b[:4] for b in found], [b[4] for b in found], [b[5] for b in found], least, iou)
    return dict(n=n, least=least, iou=iou, kept=[int(i) for i in kept])


def blobs(w, h):
    """A map of soft blobs, 0..1."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float64)
    waves = np.sin(x * 0.31) * np.sin(y * 0.43) + 0.5 * np.sin(x * 0.11 + y * 0.17)
    return np.clip(0.5 + 0.4 * waves, 0, 1).astype(np.float32)


def components(w, h, threshold):
    map = blobs(w, h)
    count, labels, stats, _ = cv2.connectedComponentsWithStats((map > threshold).astype(np.uint8), connectivity=8)
    found = []
    for label in range(1, count):
        left, top, width, height, cells = (int(v) for v in stats[label])
        found.append([cells, left, top, left + width, top + height, float(map[labels == label].mean(dtype=np.float64))])
    return dict(width=w, height=h, threshold=threshold, found=sorted(found))


def least_rectangles(n):
    out = []
    for k in range(n):
        points = np.array([[noise(100 * k + 2 * i) * 80, noise(100 * k + 2 * i + 1) * (20 + 10 * k)]
                           for i in range(4 + 3 * k)], np.float32)
        _, (a, b), _ = cv2.minAreaRect(points)
        out.append(dict(points=points.tolist(), sides=sorted([a, b])))
    return out


def fitted():
    """A similarity by Umeyama's method with its singular value decomposition, an affine map by numpy's lstsq."""
    a = np.array([[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]])
    b = np.array([[112.0, 80.5], [160.1, 71.0], [142.0, 101.5], [125.4, 128.0], [168.8, 118.3]])
    ca, cb = a.mean(0), b.mean(0)
    u, s, vt = np.linalg.svd((b - cb).T @ (a - ca) / len(a))
    sign = np.diag([1, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ sign @ vt
    scale = (s * sign.diagonal()).sum() / ((a - ca) ** 2).sum(1).mean()
    shift = cb - scale * rotation @ ca
    solved, *_ = np.linalg.lstsq(np.column_stack([a, np.ones(5)]), b, rcond=None)
    return dict(a=a.tolist(), b=b.tolist(), similarity=np.column_stack([scale * rotation, shift]).tolist(),
                affine=solved.T.tolist())


def run_lengths(w, h, threshold):
    mask = (blobs(w, h) > threshold).astype(np.uint8)
    encoded = coco.encode(np.asfortranarray(mask))
    return dict(width=w, height=h, threshold=threshold, text=encoded["counts"].decode(), area=int(coco.area(encoded)))


def resized(w, h, to):
    out = cv2.resize(blobs(w, h), to, interpolation=cv2.INTER_LINEAR)
    return dict(width=w, height=h, to=to, out=[float(f"{v:.7g}") for v in out.reshape(-1)])


def overlaps(n):
    found = boxes(n)
    tlwh = np.array([b[:4] for b in found], np.float64)
    iou = coco.iou(tlwh, tlwh, [0] * n)
    return dict(n=n, iou=[float(f"{v:.7g}") for v in iou.reshape(-1)])


print(json.dumps(dict(
    suppressed=[suppressed(60, 0.2, 0.45), suppressed(200, 0.1, 0.3), suppressed(200, 0.0, 0.6)],
    overlaps=overlaps(16),
    components=[components(64, 48, 0.5), components(100, 75, 0.62), components(33, 90, 0.4)],
    least_rectangles=least_rectangles(8),
    fitted=fitted(),
    run_lengths=[run_lengths(64, 48, 0.5), run_lengths(150, 37, 0.7), run_lengths(1, 9, 0.5), run_lengths(20, 20, 2)],
    resized=[resized(12, 9, (25, 20)), resized(16, 16, (7, 5))],
), separators=(",", ":")).replace('},{', '},\n{').replace('],"', '],\n"'))
