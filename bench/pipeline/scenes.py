"""What a shot shows, by EfficientNet-Lite0 once a second; shots that are alike become scenes."""
import cv2
import numpy as np

EVERY, SIDE, BINS = 30, 224, [8, 4, 4]
ALIKE, REACH = 0.53, 4


class Scenes:
    def __init__(self, nets):
        self.net = nets.load("efficientnet-lite0")

    def begin(self, properties, clock):
        self.clock = clock
        self.moments = []

    def __call__(self, chunk):
        for picture in chunk.medium:
            if picture.index % EVERY == 0:
                self.clock.timed("scene_segmentation", self.look, picture)

    def look(self, picture):
        height, width = picture.pixels.shape[:2]
        side = min(width, height)
        top, left = (height - side) // 2, (width - side) // 2
        image = cv2.resize(picture.pixels[top:top + side, left:left + side], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        # The place and the likeness come out of one run.
        places, shown = self.net.run(["prob", "embedding"], {"image": (image[None].astype(np.float32) - 127) / 128})
        hsv = cv2.cvtColor(cv2.resize(picture.pixels, (32, 32), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2HSV)
        palette = cv2.calcHist([hsv], [0, 1, 2], None, BINS, [0, 180, 0, 256, 0, 256]).ravel() / 1024
        self.moments.append((picture.time_s, shown[0] / np.linalg.norm(shown[0]), palette, int(places[0].argmax())))

    def finish(self, cuts, end_s):
        """Scenes of the shots between these times, in seconds."""
        edges = [0.0, *cuts, end_s]
        looks = []
        for start, end in zip(edges, edges[1:]):
            of_shot = [moment for moment in self.moments if start <= moment[0] < end]
            looks.append([np.mean([moment[i] for moment in of_shot], axis=0) for i in (1, 2)] if of_shot else None)
        reaches = list(range(len(looks)))
        for i, one in enumerate(looks):
            for j in range(i + 1, min(i + REACH, len(looks) - 1) + 1):
                if one is not None and looks[j] is not None and alike(one, looks[j]) >= ALIKE:
                    reaches[i] = j
        scenes, first, last = [], 0, 0
        for i, reach in enumerate(reaches):
            if i > last:
                scenes.append((edges[first], edges[i]))
                first = i
            last = max(last, reach, i)
        return {"scenes": [*scenes, (edges[first], end_s)], "places": [moment[3] for moment in self.moments]}


def alike(one, other):
    cosine = one[0] @ other[0] / (np.linalg.norm(one[0]) * np.linalg.norm(other[0]))
    return 0.7 * cosine + 0.3 * np.sqrt(one[1] * other[1]).sum()
