"""What the camera does, by pyramidal Lucas-Kanade there and back and one similarity for all points."""
import math

import cv2
import numpy as np

STEP_CORNERS = dict(maxCorners=200, qualityLevel=0.01, minDistance=12, blockSize=5)
FLOW = dict(winSize=(15, 15), maxLevel=2, criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 0.005))
RETURNS, LEAST_POINTS = 0.3, 8
PAN_PER_S, ZOOM_PER_S, ROLL_DEG_PER_S = 0.012, 0.015, 1.5


class Camera:
    def __init__(self, nets):
        pass

    def begin(self, properties, clock):
        self.clock = clock
        self.before, self.motions = None, []

    def __call__(self, chunk):
        for picture in chunk.grey:
            self.clock.timed("camera_analysis", self.follow, picture)

    def follow(self, picture):
        before, self.before = self.before, picture
        if before is None:
            return
        points = cv2.goodFeaturesToTrack(before.pixels, **STEP_CORNERS)
        if points is None or len(points) < LEAST_POINTS:
            return
        moved, found, _ = cv2.calcOpticalFlowPyrLK(before.pixels, picture.pixels, points, None, **FLOW)
        back, returned, _ = cv2.calcOpticalFlowPyrLK(picture.pixels, before.pixels, moved, None, **FLOW)
        miss = np.linalg.norm((back - points).reshape(-1, 2), axis=1)
        good = (found.ravel() == 1) & (returned.ravel() == 1) & (miss < RETURNS)
        if good.sum() < LEAST_POINTS:
            return
        height, width = picture.pixels.shape
        centre = np.float32([(width - 1) / 2, (height - 1) / 2])
        model, inliers = cv2.estimateAffinePartial2D(
            points.reshape(-1, 2)[good] - centre, moved.reshape(-1, 2)[good] - centre, method=cv2.RANSAC,
            ransacReprojThreshold=0.75, maxIters=2000, confidence=0.99)
        if model is not None and inliers.mean() >= 0.3:
            seconds = picture.time_s - before.time_s
            size = math.sqrt(width * height)
            scale, angle = math.hypot(*model[:, 0]), math.atan2(model[1, 0], model[0, 0])
            self.motions.append((picture.time_s, *(model[:, 2] / size / seconds), math.log(scale) / seconds,
                                 math.degrees(angle) / seconds))

    def finish(self):
        movements = []
        for time_s, *speeds in self.motions:
            name = movement(*speeds)
            if movements and movements[-1]["movement"] == name:
                movements[-1]["end"] = time_s
            else:
                movements.append({"start": time_s, "end": time_s, "movement": name})
        return {"movements": movements}


def movement(across, down, zoom, roll):
    """The strongest in units of its threshold."""
    kinds = [(abs(across) / PAN_PER_S, "pan_left" if across > 0 else "pan_right"),
             (abs(down) / PAN_PER_S, "tilt_up" if down > 0 else "tilt_down"),
             (abs(zoom) / ZOOM_PER_S, "zoom_in" if zoom > 0 else "zoom_out"),
             (abs(roll) / ROLL_DEG_PER_S, "roll_ccw" if roll > 0 else "roll_cw")]
    strength, name = max(kinds)
    return name if strength >= 1 else "static"
