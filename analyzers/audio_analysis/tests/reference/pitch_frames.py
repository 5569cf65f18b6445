"""Pitch of voices, frame by frame, by librosa's pYIN, for tests/synthetic/pitch.rs.

librosa 0.11.0, numpy 2.4.6, scipy 1.17.1, numba 0.68.1; sound is read with ffmpeg.

    python pitch_frames.py MEDIA_FOLDER > pitch_frames.json

16 kHz, 65 to 1000 Hz, frames of 1024 samples every 256, centred; null where librosa hears no voice.
"""
import json
import pathlib
import subprocess
import sys

import librosa
import numpy as np

CLIPS = ["austen_0870.wav", "beckett.wav", "obama_speech.mp4"]


def pitch(path):
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-map", "0:a:0", "-f", "f32le", "-ar", "16000", "-ac", "1", "-"],
                         check=True, capture_output=True).stdout
    hz, voiced, _ = librosa.pyin(np.frombuffer(raw, np.float32), fmin=65, fmax=1000, sr=16000, frame_length=1024, hop_length=256)
    return [round(float(f), 2) if v else None for f, v in zip(hz, voiced)]


json.dump({name: pitch(pathlib.Path(sys.argv[1]) / name) for name in CLIPS}, sys.stdout)
print()
