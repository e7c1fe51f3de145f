"""Builds the ONNX graph of a BERT sentence encoder from its safetensors weights.

The graph takes `input_ids` and `attention_mask` (int64, [batch, sequence]) and
gives `last_hidden_state` (float32, [batch, sequence, hidden]). Pooling is left to
the caller, as sentence-transformers exports do.

Where the plain architecture allows it, work is moved from every inference to this
one conversion: query, key and value are one matrix product, the attention scale is
folded into the query's weights, and the only token type ever used is folded into
the position embeddings. Products are made with eight bits, and words are kept with
eight bits each: the cosine of a vector with that of the original is about .99.
"""

import math

import numpy as np
from onnx import TensorProto, helper

from converters.graph import GraphBuilder, to_bytes

OPSET = 20
MASKED = np.float32(-1e9)


def build(tensors, config):
    """The encoder as a ModelProto. `tensors` maps weight names to arrays."""
    graph = GraphBuilder()
    hidden = embed(graph, tensors, config)
    mask = additive_mask(graph)
    for index in range(config["num_hidden_layers"]):
        hidden = layer(graph, tensors, config, index, hidden, mask)
    graph.op("Identity", "last_hidden_state", hidden)

    ids = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info(
        "last_hidden_state", TensorProto.FLOAT, ["batch", "sequence", config["hidden_size"]]
    )
    return graph.model("bert", ids, [output], OPSET)


def embed(graph, tensors, config):
    """Word plus position (and token type 0) embeddings, normalised."""
    positions = tensors["embeddings.position_embeddings.weight"] + tensors["embeddings.token_type_embeddings.weight"][0]
    positions = graph.weight("position_embeddings", positions)
    shape = graph.op("Shape", "input_shape", "input_ids")
    length = graph.op(
        "Slice",
        "length",
        shape,
        graph.weight("one", np.array([1], np.int64)),
        graph.weight("two", np.array([2], np.int64)),
    )
    zero = graph.weight("zero", np.array([0], np.int64))
    positions = graph.op("Slice", "positions", positions, zero, length, zero)
    words = rows(graph, "words", tensors["embeddings.word_embeddings.weight"], "input_ids")
    total = graph.op("Add", "embeddings", words, positions)
    return layer_norm(graph, tensors, config, "embeddings.LayerNorm", total)


def rows(graph, name, matrix, numbers):
    """The rows of a matrix with these numbers, which are kept as bytes."""
    whole, scale = to_bytes(matrix.T)
    whole = graph.weight(f"{name}.weight", whole.T)
    scale = graph.weight(f"{name}.scale", scale[:, None])
    whole = graph.op("Gather", f"{name}.whole", whole, numbers, axis=0)
    whole = graph.op("Cast", f"{name}.float", whole, to=TensorProto.FLOAT)
    return graph.op("Mul", name, whole, graph.op("Gather", f"{name}.scales", scale, numbers, axis=0))


def additive_mask(graph):
    """0 where a token counts, a large negative number where it is padding."""
    mask = graph.op("Cast", "mask.float", "attention_mask", to=TensorProto.FLOAT)
    padding = graph.op("Sub", "mask.padding", graph.weight("mask.one", np.float32(1)), mask)
    bias = graph.op("Mul", "mask.bias", padding, graph.weight("mask.low", MASKED))
    axes = graph.weight("mask.axes", np.array([1, 2], np.int64))
    return graph.op("Unsqueeze", "mask", bias, axes)


def layer(graph, tensors, config, index, hidden, mask):
    """One transformer layer: attention and feed-forward, each with its residual."""
    name = f"encoder.layer.{index}"
    context = attention(graph, tensors, config, f"{name}.attention.self", hidden, mask)
    attended = dense(graph, tensors, f"{name}.attention.output.dense", context)
    attended = graph.op("Add", f"{name}.attention.residual", attended, hidden)
    attended = layer_norm(graph, tensors, config, f"{name}.attention.output.LayerNorm", attended)
    inner = dense(graph, tensors, f"{name}.intermediate.dense", attended)
    inner = graph.op("Gelu", f"{name}.gelu", inner)
    inner = dense(graph, tensors, f"{name}.output.dense", inner)
    inner = graph.op("Add", f"{name}.residual", inner, attended)
    return layer_norm(graph, tensors, config, f"{name}.output.LayerNorm", inner)


def attention(graph, tensors, config, name, hidden, mask):
    heads = config["num_attention_heads"]
    size = config["hidden_size"] // heads
    scale = np.float32(1 / math.sqrt(size))
    parts = {
        part: (tensors[f"{name}.{part}.weight"].T, tensors[f"{name}.{part}.bias"]) for part in ("query", "key", "value")
    }
    parts["query"] = tuple(array * scale for array in parts["query"])
    weights = np.concatenate([w for w, _ in parts.values()], 1)
    bias = graph.weight(f"{name}.qkv.bias", np.concatenate([b for _, b in parts.values()]))
    product = graph.product(f"{name}.qkv.product", hidden, weights)
    product = graph.op("Add", f"{name}.qkv", product, bias)

    per_head = graph.weight(f"{name}.per_head", np.array([0, 0, 3 * heads, size], np.int64))
    product = graph.op("Reshape", f"{name}.heads", product, per_head)
    product = graph.op("Transpose", f"{name}.by_head", product, perm=[0, 2, 1, 3])
    query, key, value = graph.split(f"{name}.split", product, 1, 3)
    key = graph.op("Transpose", f"{name}.key_transposed", key, perm=[0, 1, 3, 2])
    scores = graph.op("MatMul", f"{name}.scores", query, key)
    scores = graph.op("Add", f"{name}.masked", scores, mask)
    weights = graph.op("Softmax", f"{name}.softmax", scores, axis=-1)
    context = graph.op("MatMul", f"{name}.context", weights, value)
    context = graph.op("Transpose", f"{name}.by_token", context, perm=[0, 2, 1, 3])
    merged = graph.weight(f"{name}.merged_shape", np.array([0, 0, heads * size], np.int64))
    return graph.op("Reshape", f"{name}.merged", context, merged)


def dense(graph, tensors, name, source):
    product = graph.product(f"{name}.product", source, tensors[f"{name}.weight"].T)
    return graph.op("Add", name, product, graph.weight(f"{name}.bias", tensors[f"{name}.bias"]))


def layer_norm(graph, tensors, config, name, source):
    weight = graph.weight(f"{name}.weight", tensors[f"{name}.weight"])
    bias = graph.weight(f"{name}.bias", tensors[f"{name}.bias"])
    return graph.op("LayerNormalization", name, source, weight, bias, axis=-1, epsilon=config["layer_norm_eps"])
