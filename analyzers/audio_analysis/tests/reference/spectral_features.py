"""Reference values of spectral features and pitch, by librosa, for tests/golden.rs.

librosa 0.10.2.post1, numpy 2.4.6, scipy 1.17.1, numba 0.68.1; samples decoded by ffmpeg 5.1.9.
Usage: python spectral_features.py FOLDER_OF_MEDIA > spectral_features.json

Each second holds the mean over the frames whose centre lies within it and which are above -100 dBFS (windowed mean
power; decoders put digital silence before the sound). Frames are as the analyzer states them: a power of two of at
least 40 ms, a quarter of it as hop, centred, zero padded.
"""

import json
import subprocess
import sys
import warnings

import librosa
import numpy as np

CLIPS = ["cantina.wav", "crowd.mp3", "austen_0870.wav", "obama_speech.mp4", "bigbuckbunny.mp4"]
PITCHED = ["austen_0870.wav", "obama_speech.mp4"]


def decode(path):
    probe = ["ffprobe", "-v", "error", "-select_streams", "a:0", "-show_entries", "stream=sample_rate,channels"]
    rate, channels = map(int, subprocess.check_output([*probe, "-of", "csv=p=0", path], text=True).split(","))
    raw = subprocess.check_output(["ffmpeg", "-v", "error", "-i", path, "-map", "0:a:0", "-f", "f32le", "-"])
    return rate, np.frombuffer(raw, np.float32).reshape(-1, channels)


def features(rate, samples):
    mono = samples.mean(axis=1)
    length = 1 << int(np.ceil(np.log2(rate * 0.04)))
    frames = {"n_fft": length, "hop_length": length // 4, "sr": rate}
    # float64, so that the reference is the more exact one.
    y = mono.astype(np.float64)
    series = {
        "spectral_centroid_hz": librosa.feature.spectral_centroid(y=y, pad_mode="constant", **frames)[0],
        "spectral_bandwidth_hz": librosa.feature.spectral_bandwidth(y=y, pad_mode="constant", **frames)[0],
        "spectral_rolloff_hz": librosa.feature.spectral_rolloff(y=y, pad_mode="constant", roll_percent=0.85, **frames)[0],
    }
    spectrum = np.abs(librosa.stft(y, n_fft=length, hop_length=length // 4, pad_mode="constant")) ** 2
    heard = 2 * spectrum.sum(axis=0) / (length * 0.375 * length) > 1e-10
    centres = np.arange(len(series["spectral_centroid_hz"])) * (length // 4)
    seconds = []
    for second in range(int(np.ceil(len(mono) / rate))):
        start, end = second * rate, min((second + 1) * rate, len(mono))
        here = heard & (centres >= start) & (centres < end)
        row = {name: float(values[here].mean()) for name, values in series.items()} if here.any() else {}
        power = float((samples[start:end].astype(np.float64) ** 2).mean())
        row["rms_db"] = float(10 * np.log10(max(power, 1e-12)))
        row["zero_crossing_rate"] = float(librosa.zero_crossings(y[start:end], pad=False).mean())
        seconds.append(row)
    return seconds


def pitch(rate, samples):
    y = librosa.resample(samples.mean(axis=1), orig_sr=rate, target_sr=16000)
    hz, voiced, _ = librosa.pyin(y, fmin=65, fmax=1000, sr=16000, frame_length=1024, hop_length=256)
    seconds = []
    for second in range(int(np.ceil(len(y) / 16000))):
        here = hz[int(np.ceil(second * 62.5)) : int(np.ceil((second + 1) * 62.5))]
        heard = here[~np.isnan(here)]
        share = len(heard) / max(len(here), 1)
        seconds.append({"voiced_share": share, "hz": float(np.median(heard)) if len(heard) else None})
    return {"median_hz": float(np.nanmedian(hz)), "seconds": seconds}


def main():
    warnings.simplefilter("ignore")
    found = {}
    for name in CLIPS:
        rate, samples = decode(f"{sys.argv[1]}/{name}")
        found[name] = {"seconds": features(rate, samples)}
        if name in PITCHED:
            found[name]["pitch"] = pitch(rate, samples)
    rounded = json.loads(json.dumps(found), parse_float=lambda text: float(f"{float(text):.6g}"))
    json.dump(rounded, sys.stdout, indent=1)
    print()


main()
