"""Reference values for tests/golden/speech.rs: Whisper's front end and the probabilities of Silero's network, in Python.

faster-whisper 1.2.1 (its feature extractor, in numpy), onnxruntime 1.32, numpy; sound is read with ffmpeg.

    python speech.py MEDIA_FOLDER MODELS_FOLDER > speech.json
"""
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnxruntime
from faster_whisper.feature_extractor import FeatureExtractor

# Every 53rd frame of a recording of 7.1 s, and some of the silence that fills the window.
FRAMES = [*range(0, 720, 53), 1000, 2999]


def sound(path):
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-map", "0:a:0", "-f", "f32le", "-ar", "16000", "-ac", "1", "-"],
                         check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.float32)


def log_mel(samples, bands):
    whole = np.pad(samples, (0, 480_000 - len(samples)))
    mel = FeatureExtractor(feature_size=bands)(whole, padding=0)[:, :3000]
    return {str(frame): [round(float(value), 6) for value in mel[:, frame]] for frame in FRAMES}


def speech(session, samples):
    """One chunk of 512 samples after another, each with the 64 before it."""
    state, context, told = np.zeros((2, 1, 128), np.float32), np.zeros(64, np.float32), []
    for at in range(0, len(samples), 512):
        chunk = np.pad(samples[at:at + 512], (0, max(0, at + 512 - len(samples))))
        said, state = session.run(["output", "stateN"], {"input": np.concatenate([context, chunk])[None], "state": state,
                                                         "sr": np.array(16000, np.int64)})
        context = chunk[-64:]
        told.append(round(float(said[0, 0]), 5))
    return told


def main(media, models):
    media = pathlib.Path(media)
    session = onnxruntime.InferenceSession(pathlib.Path(models) / "silero-vad/current/model.onnx",
                                           providers=["CPUExecutionProvider"])
    austen = sound(media / "austen_0870.wav")
    json.dump({"log_mel": {str(bands): log_mel(austen, bands) for bands in (80, 128)},
               "speech": {name: speech(session, sound(media / name)) for name in ("austen_0870.wav", "cantina.wav")}},
              sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
