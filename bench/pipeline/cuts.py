"""Cuts by TransNetV2 on every frame: windows of 100 frames of 48x27, of which the middle 50 count."""
import numpy as np

WINDOW, CONTEXT = 100, 25
INNER = WINDOW - 2 * CONTEXT
THRESHOLD = 0.5


class Cuts:
    def __init__(self, nets):
        self.net = nets.load("transnetv2")

    def begin(self, properties, clock):
        self.clock, self.fps = clock, properties.fps
        self.frames, self.opinions = [], []

    def __call__(self, chunk):
        self.clock.timed("cut_analysis", self.look, chunk)

    def look(self, chunk):
        if not self.frames:
            self.frames += CONTEXT * chunk.thumbnails[:1]
        self.frames += chunk.thumbnails
        while len(self.frames) >= WINDOW:
            self.run()

    def run(self):
        window = np.stack(self.frames[:WINDOW])[None].astype(np.float32)
        single = self.net.run(["single_frame", "many_hot"], {"frames": window})[0]
        self.opinions += single[0, CONTEXT:-CONTEXT, 0].tolist()
        del self.frames[:INNER]

    def end(self, frame_count):
        """Seconds at which a new shot begins: after the middle of each stretch above the threshold."""
        self.frames += WINDOW * self.frames[-1:]
        while len(self.opinions) < frame_count:
            self.run()
        above = np.array(self.opinions[:frame_count]) > THRESHOLD
        edges = np.flatnonzero(np.diff(np.concatenate([[False], above, [False]]).astype(int)))
        self.cuts = [float((first + last - 1) // 2 + 1) / self.fps for first, last in edges.reshape(-1, 2)]

    def finish(self, frame_count):
        self.clock.timed("cut_analysis", self.end, frame_count)
        return {"cuts": self.cuts}
