#!/usr/bin/env python3
"""Measures librosa on the features that audio_analysis reports. Prints a line of JSON.

    librosa_time.py SAMPLES [ROUNDS]

SAMPLES is raw sound: 32-bit floats, little-endian, 22050 Hz (librosa's own rate), one channel. One run to warm up, in which
what is to be compiled is; wall and CPU seconds are each the least of the rounds.
"""
import json
import sys
import time

import librosa
import numpy as np

RATE = 22_050


def features(sound):
    spectrum = np.abs(librosa.stft(sound))
    librosa.feature.rms(S=spectrum)
    librosa.feature.spectral_centroid(S=spectrum, sr=RATE)
    librosa.feature.spectral_bandwidth(S=spectrum, sr=RATE)
    librosa.feature.spectral_rolloff(S=spectrum, sr=RATE)
    librosa.feature.zero_crossing_rate(sound)
    yield "spectral"
    librosa.pyin(sound, fmin=65, fmax=1000, sr=RATE)
    yield "pitch"
    librosa.beat.beat_track(y=sound, sr=RATE)
    yield "tempo, beats"
    librosa.feature.chroma_stft(S=spectrum**2, sr=RATE).mean(axis=1)
    yield "chroma"


def main(samples, rounds=3):
    sound = np.fromfile(samples, np.float32)
    list(features(sound))
    wall_s, cpu_s, parts = [], [], {}
    for _ in range(int(rounds)):
        begun, before, at = time.monotonic(), time.process_time(), time.monotonic()
        for part in features(sound):
            now = time.monotonic()
            parts[part] = min(parts.get(part, now - at), now - at)
            at = now
        wall_s.append(time.monotonic() - begun)
        cpu_s.append(time.process_time() - before)
    print(json.dumps({"wall_s": min(wall_s), "cpu_s": min(cpu_s), "parts_s": parts}))


if __name__ == "__main__":
    main(*sys.argv[1:])
