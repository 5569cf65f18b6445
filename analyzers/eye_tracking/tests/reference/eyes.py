"""Gaze and irises of the faces that `face_detection/tests/reference/faces.json` has of CenterFace, as Python finds them: the
same frames, ONNX Runtime's own Python binding, OpenCV's warpAffine, NumPy's SVD for the turn of the head.

    eyes.py MODELS_FOLDER MEDIA_FOLDER CANONICAL > eyes.json        needs onnxruntime, numpy, Pillow, opencv-python-headless

CANONICAL is `geometry_pipeline_metadata_landmarks.binarypb` out of MediaPipe's face_landmarker.task.
"""
import math
import struct
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.append(str(Path(__file__).parents[3] / "face_detection/tests/reference"))
from known_faces import judged, session, write

MODELS, MEDIA, CANONICAL = (Path(path) for path in sys.argv[1:4])
BLENDSHAPES = """0 1 4 5 6 7 8 10 13 14 17 21 33 37 39 40 46 52 53 54 55 58 61 63 65 66 67 70 78 80 81 82 84 87 88 91 93 95 103
105 107 109 127 132 133 136 144 145 146 148 149 150 152 153 154 155 157 158 159 160 161 162 163 168 172 173 176 178 181 185 191
195 197 234 246 249 251 263 267 269 270 276 282 283 284 285 288 291 293 295 296 297 300 308 310 311 312 314 317 318 321 323 324
332 334 336 338 356 361 362 365 373 374 375 377 378 379 380 381 382 384 385 386 387 388 389 390 397 398 400 402 405 409 415 454
466 468 469 470 471 472 473 474 475 476 477""".split()
BLENDSHAPES = [int(i) for i in BLENDSHAPES]


def fields(data):
    """Of a protocol buffer: number and value."""
    def varint(at):
        value = shift = 0
        while True:
            value |= (data[at] & 127) << shift
            at, shift = at + 1, shift + 7
            if not data[at - 1] & 128:
                return value, at
    at = 0
    while at < len(data):
        key, at = varint(at)
        length = {1: 8, 5: 4}.get(key & 7)
        if key & 7 == 0:
            value, at = varint(at)
        else:
            if length is None:
                length, at = varint(at)
            value, at = data[at:at + length], at + length
        yield key >> 3, value


def canonical():
    """Points, their places and weights."""
    weights, places = {}, None
    for _, message in fields(CANONICAL.read_bytes()):
        inner = list(fields(message)) if isinstance(message, bytes) else []
        if len(inner) == 2 and isinstance(inner[0][1], int) and isinstance(inner[1][1], bytes):
            weights[inner[0][1]] = struct.unpack("<f", inner[1][1])[0]
        elif len(inner) > 100:
            numbers = [struct.unpack("<f", v)[0] for _, v in inner if isinstance(v, bytes) and len(v) == 4]
            places = np.array(numbers).reshape(-1, 5)[:, :3]
    points = sorted(weights)
    return points, places[points], np.array([weights[i] for i in points])


def crop(rgb, centre, size, lean, side):
    """The turned square, and the map from the frame to it."""
    c, s = math.cos(lean) * side / size, math.sin(lean) * side / size
    to_crop = np.array([[c, s, side / 2 - c * centre[0] - s * centre[1]], [-s, c, side / 2 + s * centre[0] - c * centre[1]]])
    h, w = rgb.shape[:2]
    times, matrix = int(size / side), to_crop.copy()
    if times >= 2:
        rgb = np.asarray(Image.fromarray(rgb).resize((w // times, h // times), Image.BILINEAR))
        matrix[:, 0] *= w / (w // times)
        matrix[:, 1] *= h / (h // times)
    matrix[:, 2] += (matrix[:, :2].sum(1) - 1) / 2  # OpenCV counts from the middle of the first pixel
    return cv2.warpAffine(rgb, matrix, (side, side), flags=cv2.INTER_LINEAR), to_crop


def back(to_crop, points):
    return (points - to_crop[:, 2]) @ np.linalg.inv(to_crop[:, :2]).T


def turn(mesh, points, places, weights):
    """Kabsch's fit by a singular value decomposition: another solution of the same problem."""
    there = mesh[points] * [1, -1, -1]
    weights = weights / weights.sum()
    a, b = places - weights @ places, there - weights @ there
    u, _, v = np.linalg.svd((weights[:, None] * b).T @ a)
    return u @ np.diag([1, 1, np.sign(np.linalg.det(u @ v))]) @ v


def angles(x, y, z):
    return [math.degrees(math.atan2(x, z)), math.degrees(math.asin(max(-1, min(1, y))))]


def look_at(nets, rgb, box, points, known):
    (lx, ly), (rx, ry) = points[:2]
    lean = math.atan2(ry - ly, rx - lx)
    centre, side = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), max(box[2] - box[0], box[3] - box[1])
    image, to_crop = crop(rgb, centre, 1.5 * side, lean, 256)
    mesh, presence = nets["face-landmarks-478"].run(["landmarks", "presence"], {"image": image[None].astype(np.float32) / 255})
    if presence.item() <= 0:
        return None
    mesh = mesh.reshape(478, 3).astype(float)
    places = back(to_crop, mesh[:, :2])
    shapes = nets["face-blendshapes"].run(None, {"points": places[BLENDSHAPES][None].astype(np.float32)})[0]
    irises = []
    for iris, outer, inner in ((473, 263, 362), (468, 33, 133)):
        width = math.dist(places[outer], places[inner])
        place = places[iris]
        if width >= 20:
            image, to_eye = crop(rgb, (places[outer] + places[inner]) / 2, 2.3 * width, lean, 64)
            found = nets["iris"].run(["iris"], {"image": image[None].astype(np.float32) / 255})[0][0, :2]
            found = back(to_eye, found[None])[0]
            place = found if math.dist(found, place) <= 0.1 * width else place
        irises.append([float(x) for x in place])
    aside = ((shapes[15] - shapes[13]) + (shapes[14] - shapes[16])) / 2
    up = (shapes[17] + shapes[18] - shapes[11] - shapes[12]) / 2
    x, y, z = turn(mesh, *known)[:, 2]
    head = angles(x, y, z)
    yaw, pitch = math.radians(head[0] + 26 * aside), math.radians(head[1] + 28 * up + 9.4)
    x, y, z = math.sin(yaw) * math.cos(pitch), math.sin(pitch), math.cos(yaw) * math.cos(pitch)
    x, y = x * math.cos(lean) + y * math.sin(lean), y * math.cos(lean) - x * math.sin(lean)
    return {"irises": irises, "blink": [float(b) for b in shapes[9:11]], "gaze": angles(x, y, z)}


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    return [rounded(inner) for inner in value] if isinstance(value, list) else round(value, 3)


def main():
    nets = {name: session(MODELS, name) for name in ["face-landmarks-478", "face-blendshapes", "iris"]}
    known = canonical()

    def eyes(rgb, box, points, scale):
        found = look_at(nets, rgb, box, points, known)
        if found:
            found["irises"] = [[x / scale, y / scale] for x, y in found["irises"]]
        return found and rounded(found)

    write(judged(MEDIA, eyes))


main()
