"""Frames of a video or picture as the system hands them to an analyzer: upright, RGB, the longer side at most `side`."""

import subprocess

import numpy as np

PROBE = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "csv=p=0"]


def sizes(path, side):
    """Width and height of the source, and of its frames."""
    text = subprocess.run([*PROBE, path], check=True, capture_output=True, text=True).stdout
    source = [int(n) for n in text.split()[0].split(",")[:2]]
    factor = min(1, side / max(source))
    return source, [int(n * factor + 0.5) for n in source]


def frames(path, side, every=1):
    """Number, pixels and the source's width and height of every so manieth frame."""
    source, (width, height) = sizes(path, side)
    scale = f"scale={width}:{height}:flags=area:out_range=full,format=rgb24"
    pixels = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough",
                             "-vf", scale, "-f", "rawvideo", "-"], check=True, capture_output=True).stdout
    pixels = np.frombuffer(pixels, np.uint8).reshape(-1, height, width, 3)
    for i in range(0, len(pixels), every):
        yield i, pixels[i], source


def first_frame(path, side):
    """Pixels, and the source's width and height."""
    _, pixels, source = next(frames(path, side, 10**9))
    return pixels, source
