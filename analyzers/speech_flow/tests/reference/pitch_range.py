"""Reference values for tests/golden/pitch.rs: the range of a speaker's pitch by Praat.

praat-parselmouth 0.4.7 (Praat's autocorrelation), onnxruntime 1.24.4 (Silero's network tells where speech is), numpy; sound is
read with ffmpeg. In two passes, as De Looze & Hirst (2010) recommend: the bounds of the second follow from the quartiles of
the first, so that slips of the octave do not widen the range.

    python pitch_range.py MEDIA_FOLDER MODELS_FOLDER > pitch_range.json
"""
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnxruntime
import parselmouth

NAMES = ["austen_0870.wav", "beckett.wav", "endgame_nagg_nell.wav", "obama_speech.mp4", "mandarin.wav"]


def sound(path):
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-map", "0:a:0", "-f", "f32le", "-ar", "16000", "-ac", "1", "-"],
                         check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.float32)


def speech(session, samples):
    """Probability of each chunk of 32 ms."""
    state, context, told = np.zeros((2, 1, 128), np.float32), np.zeros(64, np.float32), []
    for at in range(0, len(samples), 512):
        chunk = np.pad(samples[at:at + 512], (0, max(0, at + 512 - len(samples))))
        said, state = session.run(["output", "stateN"], {"input": np.concatenate([context, chunk])[None], "state": state,
                                                         "sr": np.array(16000, np.int64)})
        context = chunk[-64:]
        told.append(float(said[0, 0]))
    return np.array(told)


def pitches(samples, spoken, floor, ceiling):
    """Hz of the voiced frames in chunks that are speech, one every 10 ms."""
    pitch = parselmouth.Sound(samples.astype(float), 16000).to_pitch_ac(time_step=.01, pitch_floor=floor, pitch_ceiling=ceiling)
    hz = pitch.selected_array["frequency"]
    chunk = np.minimum((pitch.xs() / .032).astype(int), len(spoken) - 1)
    return hz[(hz > 0) & (spoken[chunk] > .5)]


def pitch_range(session, samples):
    """5th to 95th percentile, semitones."""
    spoken = speech(session, samples)
    low, high = np.percentile(pitches(samples, spoken, 65, 600), [25, 75])
    low, high = np.percentile(pitches(samples, spoken, .75 * low, 1.5 * high), [5, 95])
    return round(float(12 * np.log2(high / low)), 2)


def main(media, models):
    session = onnxruntime.InferenceSession(pathlib.Path(models) / "silero-vad/current/model.onnx",
                                           providers=["CPUExecutionProvider"])
    json.dump({name: pitch_range(session, sound(pathlib.Path(media) / name)) for name in NAMES}, sys.stdout, indent=1)
    print()


main(*sys.argv[1:])
