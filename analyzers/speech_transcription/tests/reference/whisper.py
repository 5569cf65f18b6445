"""Reference values for tests/golden: networks, transcripts and word times of Whisper base in Python.

CTranslate2 4.8.5 in float32 with the front end, tokenizer and word times of faster-whisper 1.2.1, on the same weights (the
source that the graphs were converted from), greedy, without timestamps, a clip as one window; ONNX Runtime 1.32 on the
graphs themselves.

    python whisper.py MEDIA_FOLDER MODELS_FOLDER CT2_FOLDER > whisper.json

CT2_FOLDER holds model.bin, config.json, tokenizer.json and vocabulary.json, as the packages have them.
"""
import json
import pathlib
import subprocess
import sys

import ctranslate2
import numpy as np
import onnxruntime
from faster_whisper import WhisperModel
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer

CLIPS = ["austen_0870.wav", "beckett.wav", "endgame_nagg_nell.wav", "obama_speech.mp4", "mandarin.wav"]
PROMPT = [50258, 50259, 50359, 50363]


def sound(path):
    """16 kHz, one channel, as the tests read it."""
    command = ["ffmpeg", "-v", "error", "-i", path, "-map", "0:a:0", "-f", "f32le", "-ar", "16000", "-ac", "1", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.float32)


def numbers(values):
    return [round(float(value), 6) for value in values]


def main(media, models, ct2):
    media, models = pathlib.Path(media), pathlib.Path(models)
    samples = {name: sound(media / name) for name in CLIPS}
    told = {"networks": networks(models / "whisper-base/current", spectrogram(samples[CLIPS[0]])), "clips": {}}
    model = WhisperModel(ct2, device="cpu", compute_type="float32", cpu_threads=2)
    for name, heard in samples.items():
        language, probability, _ = model.detect_language(heard)
        told["clips"][name] = {"language": language, "probability": round(probability, 4),
                               "text": text(model, spectrogram(heard), language)}
        if name == CLIPS[0]:
            timed = model.transcribe(heard, language=language, beam_size=1, temperature=0.0, without_timestamps=True,
                                     condition_on_previous_text=False, word_timestamps=True)[0]
            told["clips"][name]["words"] = [[word.word.strip(), round(float(word.start), 2), round(float(word.end), 2)]
                                            for segment in timed for word in segment.words]
    json.dump(told, sys.stdout, ensure_ascii=False, indent=1)


def spectrogram(samples):
    """Of a window of 30 s that ends in silence, as Whisper's authors have it (faster-whisper itself pads otherwise)."""
    whole = np.pad(samples, (0, 480_000 - len(samples)))
    return FeatureExtractor(feature_size=80)(whole, padding=0)[None, :, :3000].astype(np.float32)


def text(model, mel, language):
    """Greedy, by CTranslate2."""
    tokens = Tokenizer(model.hf_tokenizer, True, task="transcribe", language=language)
    prompt = [*tokens.sot_sequence, tokens.no_timestamps]
    heard = ctranslate2.StorageView.from_array(np.ascontiguousarray(mel))
    said = model.model.generate(heard, [prompt], beam_size=1, suppress_blank=True, suppress_tokens=[-1])[0]
    return tokens.decode([token for token in said.sequences_ids[0] if token < tokens.eot])


def networks(folder, mel):
    """Some of the first logits and of the attention, in float and in 8 bits."""
    heard = run(folder / "encoder.onnx", {"mel": mel})
    told = {}
    empty = {f"self_{kind}_{layer}": np.zeros((1, 8, 0, 64), np.float32) for kind in "kv" for layer in range(6)}
    for name in ("decoder.onnx", "decoder.int8.onnx"):
        said = run(folder / name, {"tokens": np.array([PROMPT]), **empty, **heard})
        logits = said["logits"][0]
        told[name] = {"logits": numbers(logits[::1000]), "best": np.argsort(-logits)[:5].tolist(),
                      "align": numbers(said["align"].reshape(-1)[::1201][:40])}
    return told


def run(path, inputs):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return dict(zip((output.name for output in session.get_outputs()), session.run(None, inputs)))


if __name__ == "__main__":
    main(*sys.argv[1:])
