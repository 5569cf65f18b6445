"""The visual job: all analyzers on one video, warm models given."""
import time

from .camera import Camera
from .colors import Colors
from .cuts import Cuts
from .faces import Faces
from .grounds import Grounds
from .people import People
from .quality import Quality
from .scenes import Scenes
from .schedule import Clock, Schedule
from .texts import Texts
from .video import Video

ANALYZERS = {"cuts": Cuts, "texts": Texts, "faces": Faces, "people": People, "grounds": Grounds, "scenes": Scenes,
             "quality": Quality, "camera": Camera, "colors": Colors}
# Chunks that are held at once: so that all cores stay busy while one analyzer falls behind; 15 MB each.
CHUNKS = 8


def load(nets):
    return {name: analyzer(nets) for name, analyzer in ANALYZERS.items()}


def run(analyzers, path, workers, decode_threads):
    """What was found, and CPU seconds by analyzer."""
    clock = Clock()
    video = Video(path, decode_threads)
    for analyzer in analyzers.values():
        analyzer.begin(video.properties, clock)
    schedule = Schedule(analyzers, workers, CHUNKS)
    frames = 0
    try:
        for chunk in video:
            frames += len(chunk.thumbnails)
            schedule.add(chunk)
    finally:
        schedule.finish()
    cuts = analyzers["cuts"].finish(frames)
    found = {name: analyzer.finish() for name, analyzer in analyzers.items() if name not in ("cuts", "scenes")}
    scenes = analyzers["scenes"].finish(cuts["cuts"], frames / video.properties.fps)
    return {"cuts": cuts, "scenes": scenes, **found}, dict(clock.spent)


def measured(analyzers, path, workers, decode_threads):
    wall_s, cpu_s = time.monotonic(), time.process_time()
    found, spent = run(analyzers, path, workers, decode_threads)
    wall_s, cpu_s = time.monotonic() - wall_s, time.process_time() - cpu_s
    spent["decoding and scaling"] = cpu_s - sum(spent.values())
    return {"wall_s": wall_s, "cpu_s": cpu_s, "cpu_s_by_analyzer": spent}, found
