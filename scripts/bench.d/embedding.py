"""Compares the embedding model in the system with onnxruntime, one thread each.

Both sides tokenise, run the same ONNX file, pool and normalise the same texts. They
take turns for several rounds, so that whatever else the machine does hits both; each
figure is the median round. Prints one table, and the worst cosine between the two
sides' embeddings. Called by scripts/bench embedding.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

LENGTHS = (16, 64, 128, 256)
CHUNK_TOKENS = 200
MIX_TEXTS = 64
FALLBACK = "Remove the bolts and lift the pump from the engine block; check the gasket for wear. "


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--model", type=pathlib.Path, required=True)
    arguments.add_argument("--driver", type=pathlib.Path, required=True)
    arguments.add_argument("--data", type=pathlib.Path, required=True)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--repeats", type=int, default=20)
    arguments = arguments.parse_args()

    reference = Reference(arguments.model)
    cases = make_cases(reference.tokenizer, arguments.data)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([case | {"repeats": arguments.repeats} for case in cases], file)
        file.flush()
        rounds = [run_round(reference, cases, file.name, arguments) for _ in range(arguments.rounds)]
    report(cases, rounds)


def run_round(reference, cases, file, arguments):
    """Milliseconds per text of both sides, and their worst agreement, by case."""
    command = [arguments.driver, arguments.model, file]
    ours = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    measured = {}
    for case, own in zip(cases, ours["cases"], strict=True):
        theirs, embeddings = reference.measure(case, arguments.repeats)
        agreement = float(np.min(np.sum(embeddings * np.array(own["embeddings"]), axis=1)))
        measured[case["name"]] = (own["millisecondsPerText"], theirs, agreement)
    return measured


def report(cases, rounds):
    print(f"{'texts':<26}{'count':>6}{'ours ms':>11}{'ort ms':>9}{'ratio':>8}{'min cosine':>13}")
    for case in cases:
        rows = [measured[case["name"]] for measured in rounds]
        ours, theirs = (statistics.median(row[side] for row in rows) for side in (0, 1))
        worst = min(row[2] for row in rows)
        print(
            f"{case['name']:<26}{len(case['texts']):>6}{ours:>11.2f}{theirs:>9.2f}{ours / theirs:>8.2f}{worst:>13.6f}"
        )


def make_cases(tokenizer, data):
    """One text of each length, as a question is embedded; many, as a document is."""
    pages = read_pages(data / "ir" / "faa_amtp_pages.jsonl")
    cases = []
    for length in LENGTHS:
        text = " ".join(pages)[:20000]
        encoding = tokenizer.encode(text, add_special_tokens=False)
        text = text[: encoding.offsets[length - 3][1]]
        assert len(tokenizer.encode(text).ids) == length
        cases.append({"name": f"{length} tokens", "texts": [text]})
    chunks = [chunk for page in pages for chunk in split(tokenizer, page)]
    every = max(1, len(chunks) // MIX_TEXTS)
    cases.append({"name": "chunks of a handbook", "texts": chunks[::every][:MIX_TEXTS]})
    return cases


def read_pages(file):
    if not file.is_file():
        print(f"bench: {file} is not there; measuring made-up text instead", file=sys.stderr)
        return [FALLBACK * repeat for repeat in range(1, 60)] * 3
    lines = file.read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def split(tokenizer, page):
    offsets = tokenizer.encode(page, add_special_tokens=False).offsets
    for start in range(0, len(offsets), CHUNK_TOKENS):
        end = min(start + CHUNK_TOKENS, len(offsets)) - 1
        yield page[offsets[start][0] : offsets[end][1]]


class Reference:
    """onnxruntime on one thread."""

    def __init__(self, model):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model / "model.onnx", options, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()

    def measure(self, case, repeats):
        """The faster of one by one and sorted batches: the yardstick at its best."""
        texts = case["texts"]
        if len(texts) > 1:
            repeats = 1
        strategies = [1] if len(texts) == 1 else [1, 8]
        times, embeddings = [], None
        for size in strategies:
            self.embed(texts[:size], size)
            taken = []
            for _ in range(repeats):
                start = time.perf_counter()
                embeddings = self.embed(texts, size)
                taken.append((time.perf_counter() - start) * 1000 / len(texts))
            times.append(statistics.median(taken))
        return min(times), embeddings

    def embed(self, texts, size):
        encoded = [self.tokenizer.encode(text).ids[:256] for text in texts]
        order = sorted(range(len(texts)), key=lambda index: len(encoded[index]))
        result = [None] * len(texts)
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            longest = max(len(encoded[index]) for index in chosen)
            ids = np.zeros((len(chosen), longest), np.int64)
            mask = np.zeros_like(ids)
            for row, index in enumerate(chosen):
                ids[row, : len(encoded[index])] = encoded[index]
                mask[row, : len(encoded[index])] = 1
            inputs = {"input_ids": ids, "attention_mask": mask}
            hidden = self.session.run(["last_hidden_state"], inputs)[0]
            pooled = (hidden * mask[:, :, None]).sum(1)
            pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
            for row, index in enumerate(chosen):
                result[index] = pooled[row]
        return np.array(result)


if __name__ == "__main__":
    main()
