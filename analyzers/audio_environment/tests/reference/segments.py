"""Reference for tests/golden/ina.rs: what inaSpeechSegmenter itself makes of recordings, with its network as ONNX.

Its own front end (`sidekit_mfcc.py` of the unpacked wheel `inaSpeechSegmenter==0.6.8`), its windows every two frames, its
energy threshold and both of its Viterbi searches as `segmenter.py` has them, which needs TensorFlow and pyannote itself
and so is written out here. Besides, the probabilities of the windows every ten frames.

numpy 2.4.6, scipy 1.17.1, onnxruntime 1.32.0; the sound is read with ffmpeg.

    python segments.py PACKAGE MEDIA_FOLDER MODELS_FOLDER > segments.json
"""
import json
import pathlib
import sys

import numpy as np
import onnxruntime

sys.path.insert(0, str(pathlib.Path(__file__).parents[4] / "inference/tests/reference"))
from sidekit import front_end, sound  # noqa: E402

CLIPS = ["austen_0870.wav", "beckett.wav", "endgame_nagg_nell.wav", "mandarin.wav", "obama_speech.mp4", "cantina.wav",
         "cafe_song.wav", "crowd.mp3", "bigbuckbunny.mp4", "world.mp4"]
# Whose windows are kept.
WINDOWS = ["austen_0870.wav", "cantina.wav"]
LABELS = ["speech", "music", "noise"]


def patches(bands, step):
    windows = np.lib.stride_tricks.sliding_window_view(bands[:, :21], 68, axis=0)[::step].transpose(0, 2, 1)
    mean, deviation = (f(windows, axis=(1, 2), keepdims=True) for f in (np.mean, np.std))
    return ((windows - mean) / deviation).astype(np.float32)


def viterbi(evidence, transition):
    score, came_from = evidence[0], []
    for step in evidence[1:]:
        paths = score[:, None] + transition
        came_from.append(paths.argmax(axis=0))
        score = paths.max(axis=0) + step
    path = [int(score.argmax())]
    for back in reversed(came_from):
        path.append(int(back[path[-1]]))
    return np.array(path[::-1])


def transition(states, exponent, stay=0.0):
    cost = np.full((states, states), -exponent * np.log(10))
    np.fill_diagonal(cost, 0)
    cost[0, 0] = stay
    return cost


def active(energy):
    threshold = np.mean(energy[np.isfinite(energy)]) + np.log(0.03)
    evidence = np.full((len(energy), 2), 1e-10)
    evidence[np.arange(len(energy)), (energy > threshold).astype(int)] = 1 - 1e-10
    return viterbi(np.log(evidence), transition(2, 150, -5.0))


def runs(values):
    edges = np.flatnonzero(np.diff(values)) + 1
    return zip(np.r_[0, edges], np.r_[edges, len(values)])


def segments(session, energy, bands):
    with np.errstate(invalid="ignore", divide="ignore"):
        windows = patches(bands, 2)
    before, after = 68 // 4, 68 // 4 - 1 + len(bands) % 2
    windows = np.concatenate([windows[:1].repeat(before, 0), windows, windows[-1:].repeat(after, 0)])
    finite = np.isfinite(windows).all(axis=(1, 2))
    said = np.full((len(windows), 3), 0.5, np.float32)
    said[finite] = session.run(None, {"mel": windows[finite]})[0]
    heard, found = active(energy)[::2], []
    for start, stop in runs(heard):
        if not heard[start]:
            found.append(["silence", float(start) * 0.02, float(stop) * 0.02])
            continue
        path = viterbi(np.log(np.maximum(said[start:stop], 1e-30)), transition(3, 80))
        found += [[LABELS[path[a]], float(start + a) * 0.02, float(start + b) * 0.02] for a, b in runs(path)]
    return [[label, round(a, 2), round(b, 2)] for label, a, b in found]


def main(package, media, models):
    mfcc = front_end(package)
    model = pathlib.Path(models) / "ina-speech-music-noise/current/model.onnx"
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    told = {"segments": {}, "windows": {}}
    for name in CLIPS:
        with np.errstate(divide="ignore"):
            _, energy, _, bands = mfcc(sound(pathlib.Path(media) / name), get_mspec=True)
        told["segments"][name] = segments(session, energy, bands)
        if name in WINDOWS:
            said = session.run(None, {"mel": patches(bands, 10)})[0]
            told["windows"][name] = [[round(float(p), 5) for p in row] for row in said]
    json.dump(told, sys.stdout)
    print()


if __name__ == "__main__":
    main(*sys.argv[1:])
