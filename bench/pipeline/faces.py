"""Faces by CenterFace, tracked; their age and gender by FaceRes; their gaze by MediaPipe's mesh, blendshapes and iris."""
import math

import cv2
import numpy as np

from .boxes import Tracks, suppressed

SIDE, STRIDE, SCORE, IOU = 576, 32, 0.5, 0.3
LEAST_FACE, AGE_SIDE, AGE_FACTOR = 40, 224, 1.2
LEAST_GAZE, MESH_SIDE, MESH_FACTOR = 60, 256, 1.5
LEAST_EYE, EYE_SIDE, EYE_FACTOR = 20, 64, 2.3
# Iris, outer and inner corner of the left and the right eye in the mesh.
EYES = ((473, 263, 362), (468, 33, 133))
# Nose tip, chin, outer corners of the eyes and of the mouth in the mesh, and in a head that looks ahead, in cm (MediaPipe's
# canonical face).
HEAD = [1, 152, 33, 263, 61, 291]
CANONICAL = np.float64([[0, -1.127, 7.476], [0, -9.403, 4.265], [-4.446, 2.664, 3.173], [4.446, 2.664, 3.173],
                        [-2.456, -4.343, 4.284], [2.456, -4.343, 4.284]])
# Points of the mesh that the blendshapes are told from.
BLENDSHAPES = np.int64("""0 1 4 5 6 7 8 10 13 14 17 21 33 37 39 40 46 52 53 54 55 58 61 63 65 66 67 70 78 80 81 82 84 87 88
91 93 95 103 105 107 109 127 132 133 136 144 145 146 148 149 150 152 153 154 155 157 158 159 160 161 162 163 168 172 173 176
178 181 185 191 195 197 234 246 249 251 263 267 269 270 276 282 283 284 285 288 291 293 295 296 297 300 308 310 311 312 314
317 318 321 323 324 332 334 336 338 356 361 362 365 373 374 375 377 378 379 380 381 382 384 385 386 387 388 389 390 397 398
400 402 405 409 415 454 466 468 469 470 471 472 473 474 475 476 477""".split())


class Faces:
    def __init__(self, nets):
        self.detector = nets.load("centerface")
        self.judge = nets.load("faceres")
        self.mesh, self.shapes, self.iris = map(nets.load, ["face-landmarks-478", "face-blendshapes", "iris"])

    def begin(self, properties, clock):
        self.clock = clock
        self.tracks = Tracks()
        self.faces, self.ages, self.gazes = [], [], []

    def __call__(self, chunk):
        for picture in chunk.large:
            found = self.clock.timed("face_detection", self.detect, picture)
            if found:
                self.clock.timed("age_estimation", self.estimate, picture, found)
                self.clock.timed("eye_tracking", self.gaze, picture, found)

    def detect(self, picture):
        height, width = picture.pixels.shape[:2]
        size = [max(1, round(n * SIDE / max(width, height) / STRIDE)) * STRIDE for n in (width, height)]
        image = cv2.resize(picture.pixels, size, interpolation=cv2.INTER_LINEAR).transpose(2, 0, 1)[None]
        image = np.ascontiguousarray(image, np.float32)
        heat, extent, offset, points = self.detector.run(["537", "538", "539", "540"], {"input.1": image})
        y, x = np.nonzero(heat[0, 0] > SCORE)
        if not len(y):
            return []
        high, wide = 4 * np.exp(extent[0][:, y, x])
        down, across = 4 * (np.stack([y, x]) + offset[0][:, y, x] + 0.5)
        boxes = np.stack([across - wide / 2, down - high / 2, across + wide / 2, down + high / 2], 1)
        kept = suppressed(boxes, heat[0, 0, y, x], np.zeros(len(y)), IOU)
        scale = np.array([width / size[0], height / size[1]])
        at = points[0][:, y, x].reshape(5, 2, -1)
        places = np.stack([boxes[:, 0] + at[:, 1] * wide, boxes[:, 1] + at[:, 0] * high], 2)  # [5, faces, 2]
        boxes = (boxes * np.tile(scale, 2))[kept].clip(0, [width, height] * 2)
        places = places[:, kept].transpose(1, 0, 2) * scale
        numbers = self.tracks.numbered(boxes, np.zeros(len(kept)))
        self.faces.append({"time": picture.time_s, "boxes": boxes.tolist(), "tracks": numbers})
        return list(zip(boxes, places))

    def estimate(self, picture, found):
        large = [box for box, _ in found if max(box[2:] - box[:2]) >= LEAST_FACE]
        if not large:
            return
        faces = np.stack([square(picture.pixels, middle(box), AGE_FACTOR * longer(box), 0, AGE_SIDE)[0] for box in large])
        gender, age = self.judge.run(["gender", "age"], {"image": faces.astype(np.float32)})
        self.ages.append({"time": picture.time_s, "age": (age @ np.arange(100)).tolist(), "gender": gender[:, 0].tolist()})

    def gaze(self, picture, found):
        seen = [self.look(picture.pixels, box, points) for box, points in found if longer(box) >= LEAST_GAZE]
        if any(seen):
            self.gazes.append({"time": picture.time_s, "faces": seen})

    def look(self, pixels, box, points):
        lean = math.atan2(points[1][1] - points[0][1], points[1][0] - points[0][0])
        image, to_crop = square(pixels, middle(box), MESH_FACTOR * longer(box), lean, MESH_SIDE)
        mesh, presence = self.mesh.run(["landmarks", "presence"], {"image": unit(image)})
        if presence.item() <= 0:
            return None
        mesh = mesh.reshape(478, 3).astype(float)
        places = back(to_crop, mesh[:, :2])
        shapes = self.shapes.run(None, {"points": places[BLENDSHAPES][None].astype(np.float32)})[0]
        irises = []
        for iris, outer, inner in EYES:
            width, place = math.dist(places[outer], places[inner]), places[iris]
            if width >= LEAST_EYE:
                image, to_eye = square(pixels, (places[outer] + places[inner]) / 2, EYE_FACTOR * width, lean, EYE_SIDE)
                exact = back(to_eye, self.iris.run(["iris"], {"image": unit(image)})[0][:1, :2])[0]
                place = exact if math.dist(exact, place) <= 0.1 * width else place
            irises.append(place.tolist())
        aside = ((shapes[15] - shapes[13]) + (shapes[14] - shapes[16])) / 2
        up = (shapes[17] + shapes[18] - shapes[11] - shapes[12]) / 2
        yaw, pitch = turn(mesh)
        return {"yaw": yaw + 26 * float(aside), "pitch": pitch + 28 * float(up) + 9.4, "irises": irises,
                "open": float(shapes[9] + shapes[10]) < 1}

    def finish(self):
        return {"faces": self.faces, "ages": self.ages, "gazes": self.gazes}


def middle(box):
    return (box[:2] + box[2:]) / 2


def longer(box):
    return max(box[2:] - box[:2])


def unit(image):
    return image[None].astype(np.float32) / 255


def square(pixels, centre, size, lean, side):
    """A square of the picture, turned by `lean` radians, black where the picture ends; and the map to it."""
    c, s = math.cos(lean) * side / size, math.sin(lean) * side / size
    to_crop = np.array([[c, s, side / 2 - c * centre[0] - s * centre[1]], [-s, c, side / 2 + s * centre[0] - c * centre[1]]])
    return cv2.warpAffine(pixels, to_crop, (side, side), flags=cv2.INTER_LINEAR), to_crop


def back(to_crop, points):
    return (points - to_crop[:, 2]) @ np.linalg.inv(to_crop[:, :2]).T


def turn(mesh):
    """Degrees that the head is turned aside and up: Kabsch's fit of the canonical head to the mesh."""
    there = mesh[HEAD] * [1, -1, -1]
    u, _, v = np.linalg.svd((there - there.mean(0)).T @ (CANONICAL - CANONICAL.mean(0)))
    x, y, z = (u @ np.diag([1, 1, np.sign(np.linalg.det(u @ v))]) @ v)[:, 2]
    return math.degrees(math.atan2(x, z)), math.degrees(math.asin(max(-1, min(1, y))))
