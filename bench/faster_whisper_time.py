#!/usr/bin/env python3
"""Measures faster-whisper: one run to warm up, one that counts. Prints a line of JSON.

    faster_whisper_time.py WAV CT2_FOLDER THREADS OPTIONS_JSON

8 bits, speech detected first, times of words. `batch_size` among the options takes its pipeline of batches.
"""
import json
import sys
import time

from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.audio import decode_audio


def main(wav, weights, threads, options):
    options = {"word_timestamps": True, "vad_filter": True, **json.loads(options)}
    model = WhisperModel(weights, device="cpu", compute_type="int8", cpu_threads=int(threads))
    transcriber = BatchedInferencePipeline(model) if "batch_size" in options else model
    sound = decode_audio(wav)
    for _ in range(2):
        begun = time.monotonic()
        segments, _ = transcriber.transcribe(sound, **options)
        text = " ".join(segment.text.strip() for segment in segments)
        seconds = time.monotonic() - begun
    print(json.dumps({"transcribe_s": seconds, "text": text}))


if __name__ == "__main__":
    main(*sys.argv[1:])
