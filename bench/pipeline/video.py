"""One decode for all: each frame is scaled once to each size that somebody asked for, and handed on in chunks."""
from dataclasses import dataclass, field

import av
import cv2
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

# Frames of a chunk: one second at 30 frames a second.
CHUNK = 30
# Width and height that TransNetV2 sees.
THUMBNAIL = (48, 27)


@dataclass
class Picture:
    index: int
    time_s: float
    pixels: np.ndarray  # [height, width, 3] red, green, blue, or [height, width] luma; 0..255


@dataclass
class Chunk:
    """Consecutive frames, in the sizes and at the steps of the analyzers."""
    thumbnails: list = field(default_factory=list)  # every frame, 48x27
    grey: list = field(default_factory=list)        # every 5th, longer side 384
    medium: list = field(default_factory=list)      # every 10th and 15th, 640
    large: list = field(default_factory=list)       # every 10th, 960
    full: list = field(default_factory=list)        # one a second
    small: list = field(default_factory=list)       # one a second, 160


@dataclass
class Properties:
    width: int
    height: int
    fps: float


def fitting(width, height, side):
    """The size with this longer side; never larger than the video."""
    factor = min(1.0, side / max(width, height))
    return int(width * factor + 0.5), int(height * factor + 0.5)


class Video:
    """Iterates over chunks."""

    def __init__(self, path, threads):
        self.container = av.open(str(path))
        self.stream = self.container.streams.video[0]
        self.stream.thread_type = "AUTO"
        self.stream.codec_context.thread_count = threads
        self.properties = Properties(self.stream.width, self.stream.height, float(self.stream.average_rate))
        # One for each size: a scaler keeps its tables from frame to frame.
        self.scalers = {}

    def __iter__(self):
        chunk, second = Chunk(), 0
        for index, frame in enumerate(self.container.decode(self.stream)):
            time_s = frame.time
            chunk.thumbnails.append(self.scaled(frame, THUMBNAIL))
            if index % 5 == 0:
                self.sample(chunk, frame, index, time_s)
            if time_s >= second - 1e-3:
                self.sample_second(chunk, frame, index, time_s)
                second = int(time_s + 1e-3) + 1
            if len(chunk.thumbnails) == CHUNK:
                yield chunk
                chunk = Chunk()
        if chunk.thumbnails:
            yield chunk
        self.container.close()

    def sample(self, chunk, frame, index, time_s):
        size = lambda side: fitting(frame.width, frame.height, side)
        # The plane of luma as it lies, without a copy.
        luma = np.frombuffer(frame.planes[0], np.uint8).reshape(-1, frame.planes[0].line_size)[:, :frame.width]
        chunk.grey.append(Picture(index, time_s, cv2.resize(luma, size(384), interpolation=cv2.INTER_AREA)))
        if index % 10 and index % 15:
            return
        chunk.medium.append(Picture(index, time_s, self.scaled(frame, size(640))))
        if index % 10 == 0:
            chunk.large.append(Picture(index, time_s, self.scaled(frame, size(960))))

    def sample_second(self, chunk, frame, index, time_s):
        chunk.full.append(Picture(index, time_s, self.scaled(frame, (frame.width, frame.height))))
        small = fitting(frame.width, frame.height, 160)
        pixels = cv2.resize(chunk.full[-1].pixels, small, interpolation=cv2.INTER_AREA)
        chunk.small.append(Picture(index, time_s, pixels))

    def scaled(self, frame, size):
        """Straight from the decoded planes. Where it shrinks, swscale's bilinear filter is as wide as the step."""
        scaler = self.scalers.setdefault(size, VideoReformatter())
        return scaler.reformat(frame, *size, "rgb24", interpolation=Interpolation.BILINEAR).to_ndarray()
