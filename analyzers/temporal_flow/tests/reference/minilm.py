"""Reference values for tests/golden/embeddings.rs: tokens and embeddings of MiniLM in Python.

tokenizers 0.23.3 on the model's tokenizer.json, its own padding and truncation switched off; ONNX Runtime 1.32 on the
graph, one sentence at a time, for the first twelve. Names of special tokens within a sentence are not among them: the
reference takes them for the tokens, which nobody should be able to say.

    python minilm.py MODELS_FOLDER > minilm.json
"""
import json
import pathlib
import sys

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

SENTENCES = [
    "Today, after two years of negotiations, the United States has achieved something.",
    "Never tried, ever failed. No matter. Try again. Fail again. Fail better.",
    "Someone performs music on a guitar.",
    "The stock market fell by 3.5% on Monday!",
    "Caf\u00e9 na\u00efve, \u00fcber-cool: Stra\u00dfe & \u00c5ngstr\u00f6m",
    "it's the user's don't-know-what",
    "@handle #hashtag https://example.org/a?b=c \u20ac19.99 \u2013 50% off \u2014 now\u2026",
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "\u6211\u559c\u6b22\u5403\u9ebb\u8fa3\u706b\u9505 and noodles",
    "\u30ab\u30bf\u30ab\u30ca \u3072\u3089\u304c\u306a \ud55c\uad6d\uc5b4",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440! \u0395\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "tab\tand\nline\u00a0break\u200bzero\u0000null\ufffdend\u00adsoft",
    "\U0001f600 smile \u2764\ufe0f heart \U0001f468\u200d\U0001f469\u200d\U0001f467 family",
    "\u00abquoted\u00bb \u201ccurly\u201d \u00bfqu\u00e9? \u3000full\uff01width\uff1f",
    "\u0130stanbul \u01c5 \ufb01ne \u00bd \u2167 x\u00b2",
    "a" * 101 + " short",
    "a" * 100 + " short",
    "",
    "   ",
    "!",
    "word " * 300,
]


def main(models):
    folder = pathlib.Path(models) / "minilm-l6-v2/current"
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    told = []
    for sentence in SENTENCES:
        tokens = tokenizer.encode(sentence).ids
        entry = {"text": sentence, "tokens": tokens}
        if len(told) < 12:
            ids = np.array([tokens], np.int64)
            inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            said = session.run(["sentence_embedding"], inputs)[0][0]
            entry["embedding"] = [round(float(value), 6) for value in said]
        told.append(entry)
    json.dump(told, sys.stdout)
    print()


if __name__ == "__main__":
    main(*sys.argv[1:])
