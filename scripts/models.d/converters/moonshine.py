"""Moonshine: speech to text.

The packaged files are graphs of onnxruntime's own format, with weights of eight bits. Of them only the weights are
used. Two graphs are built from these. The encoder turns samples into the keys and values that each layer of the decoder
attends to, so that they are computed once. The decoder takes one token, and the keys and values of those before, and
gives the scores of all tokens that may follow.

Products have weights of eight bits, and activations that are rounded to eight bits as they come. That reads a quarter
of the memory, which is most of what a token takes.
"""

import json
import math
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from converters.graph import GraphBuilder, to_bytes

OPSET = 17
EPSILON = np.float32(1e-5)
# The longest sound, in positions of the encoder (24 ms each), and the longest text, in tokens.
MOST_POSITIONS = 2048
MOST_TOKENS = 512

DESCRIPTION = {"begin": 1, "end": 2, "tokensPerSecond": 6.5, "language": "en-US"}


def convert(inputs):
    """The files of the model by name, from those of the package."""
    encoder = read(inputs["encoder_model.ort"])
    decoder = read(inputs["decoder_model_merged.ort"])
    weights = Weights(encoder.graph, decoder.graph)
    shape = Shape(weights)
    description = DESCRIPTION | {"layers": shape.layers, "heads": shape.heads, "headWidth": shape.width}
    return {
        "encoder.onnx": Encoder(weights, shape).build().SerializeToString(deterministic=True),
        "decoder.onnx": Decoder(weights, shape).build().SerializeToString(deterministic=True),
        "tokens.json": json.dumps(tokens(inputs["tokenizer.bin"]), ensure_ascii=False).encode(),
        "model.json": (json.dumps(description, indent=2) + "\n").encode(),
    }


def read(packaged):
    """A graph of onnxruntime's format as a ModelProto, unchanged."""
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.optimized_model_filepath = file.name
        options.add_session_config_entry("session.save_model_format", "ONNX")
        options.add_session_config_entry("session.load_model_format", "ORT")
        onnxruntime.InferenceSession(packaged, options, providers=["CPUExecutionProvider"])
        return onnx.load(file.name)


def tokens(packed):
    """The text of each token, by its number: three marks, 256 single bytes, and text. Each comes after its length."""
    names, at = [], 0
    while at < len(packed):
        length, at = packed[at], at + 1
        if length > 127:
            length, at = (length & 127) + (packed[at] << 7), at + 1
        names.append(packed[at : at + length])
        at += length
    marks, single, text = names[:3], names[3:259], names[259:]
    if single != [bytes([byte]) for byte in range(256)]:
        raise ValueError("the tokens are in another order")
    single = [f"<0x{byte[0]:02X}>" for byte in single]
    return [mark.decode() for mark in marks] + single + [name.decode() for name in text]


class Weights:
    """The weights by the names of their layers, as floats."""

    def __init__(self, encoder, decoder):
        self.by_name = {}
        self.collect(encoder, "encoder.")
        # The branch that computes everything; the other one takes what is known already.
        branches = {
            attribute.name: attribute.g for node in decoder.node if node.op_type == "If" for attribute in node.attribute
        }
        self.collect(branches["else_branch"], "", decoder)

    def collect(self, graph, prefix, around=None):
        packed = {weight.name: weight for part in (graph, around) if part for weight in part.initializer}
        stored = {name: numpy_helper.to_array(weight) for name, weight in packed.items()}

        def value(name):
            name = name.removesuffix("_add_tensor")
            if name in stored:
                return stored[name].astype(np.float32)
            whole = stored[f"{name}_quantized"].astype(np.float32)
            return whole * stored[f"{name}_scale"] + stored[f"{name}_zero_point"]

        for node in graph.node:
            name = prefix + node.name.removeprefix("/model").strip("/").removesuffix("/MatMul").replace("/", ".")
            if node.op_type == "MatMul" and node.input[1].startswith("onnx::MatMul"):
                self.by_name[name] = value(node.input[1])
            elif node.op_type == "Conv":
                name = prefix + node.name.strip("/").split("/")[0]
                self.by_name[f"{name}.weight"] = value(node.input[1])
                if len(node.input) > 2:
                    self.by_name[f"{name}.bias"] = value(node.input[2])
            elif node.name in ("/groupnorm/Mul", "/groupnorm/Add"):
                self.by_name[prefix + node.name.strip("/").replace("/", ".")] = value(node.input[1])
            elif node.name.endswith("rotary_emb/MatMul"):
                self.by_name[f"{prefix}frequencies"] = value(node.input[0]).reshape(-1)
        for name in stored:
            plain = name.removesuffix("_merged_0").removeprefix("model.")
            if plain.endswith(("norm.weight", ".bias")):
                self.by_name.setdefault(prefix + plain, stored[name])
        if around:
            self.by_name["embeddings"] = value("model.decoder.embed_tokens.weight_merged_0")

    def __getitem__(self, name):
        return self.by_name[name]

    def __contains__(self, name):
        return name in self.by_name


class Shape:
    """The numbers of the architecture."""

    heads = 8

    def __init__(self, weights):
        self.layers = sum(f"decoder.layers.{layer}.self_attn.q_proj" in weights for layer in range(64))
        self.encoder_layers = sum(f"encoder.layers.{layer}.self_attn.q_proj" in weights for layer in range(64))
        self.size = weights["embeddings"].shape[1]
        self.vocabulary = weights["embeddings"].shape[0]
        self.width = self.size // self.heads
        self.rotated = 2 * len(weights["encoder.frequencies"])


class Transformer:
    """What encoder and decoder have in common."""

    def __init__(self, weights, shape):
        self.weights, self.shape = weights, shape
        self.graph = GraphBuilder()
        self.names = set()

    def op(self, kind, name, *inputs, **attributes):
        return self.graph.op(kind, name, *inputs, **attributes)

    def weight(self, name, array):
        if name not in self.names:
            self.names.add(name)
            self.graph.weight(name, array)
        return name

    def ints(self, *values):
        return self.weight("ints." + ".".join(map(str, values)), np.array(values, np.int64))

    def number(self, value):
        return self.weight(f"number.{value}", np.float32(value))

    def product(self, name, source, matrix):
        return self.graph.product(name, source, matrix)

    def biased(self, name, source, weights):
        return self.op(
            "Add",
            f"{name}.biased",
            self.product(name, source, weights[name]),
            self.weight(f"{name}.bias", weights[f"{name}.bias"]),
        )

    def norm(self, name, source):
        scale = self.weight(name, self.weights[name])
        return self.op("LayerNormalization", f"{name}.normed", source, scale, axis=-1, epsilon=float(EPSILON))

    def by_head(self, name, source):
        """[1, length, size] to [1, heads, length, width]."""
        heads = self.op("Reshape", f"{name}.heads", source, self.ints(1, -1, self.shape.heads, self.shape.width))
        return self.op("Transpose", f"{name}.by_head", heads, perm=[0, 2, 1, 3])

    def query(self, name, rotated=True):
        matrix = self.weights[name] * np.float32(1 / math.sqrt(self.shape.width))
        return self.apart(matrix) if rotated else matrix

    def apart(self, matrix):
        """The columns of each head so that the pairs which are rotated together stand in two halves."""
        rotated, width = self.shape.rotated, self.shape.width
        order = [*range(0, rotated, 2), *range(1, rotated, 2), *range(rotated, width)]
        columns = [head * width + column for head in range(self.shape.heads) for column in order]
        return matrix[:, columns]

    def rotate(self, name, source, cosines, sines):
        half = self.shape.rotated // 2
        parts = [f"{name}.{part}" for part in ("first", "second", "still")]
        lengths = self.ints(half, half, self.shape.width - 2 * half)
        self.graph.nodes.append(helper.make_node("Split", [source, lengths], parts, name=f"{name}.split", axis=-1))
        first, second, still = parts
        turned = self.op(
            "Sub",
            f"{name}.x",
            self.op("Mul", f"{name}.x1", first, cosines),
            self.op("Mul", f"{name}.x2", second, sines),
        )
        other = self.op(
            "Add",
            f"{name}.y",
            self.op("Mul", f"{name}.y1", second, cosines),
            self.op("Mul", f"{name}.y2", first, sines),
        )
        return self.op("Concat", f"{name}.rotated", turned, other, still, axis=-1)

    def tables(self, frequencies, length):
        """Cosines and sines for each position."""
        angles = [[position * float(frequency) for frequency in frequencies] for position in range(length)]
        return (
            self.weight("cosines", np.array([[math.cos(angle) for angle in row] for row in angles], np.float32)),
            self.weight("sines", np.array([[math.sin(angle) for angle in row] for row in angles], np.float32)),
        )

    def attend(self, name, query, keys, values):
        """`keys` have their positions last."""
        scores = self.op("Softmax", f"{name}.softmax", self.op("MatMul", f"{name}.scores", query, keys), axis=-1)
        heads = self.op(
            "Transpose", f"{name}.by_position", self.op("MatMul", f"{name}.sum", scores, values), perm=[0, 2, 1, 3]
        )
        joined = self.op("Reshape", f"{name}.joined", heads, self.ints(1, -1, self.shape.size))
        return self.product(f"{name}.dense", joined, self.weights[f"{name}.dense"])

    def gelu(self, name, source):
        scaled = self.op("Mul", f"{name}.scaled", source, self.number(math.sqrt(0.5)))
        share = self.op("Add", f"{name}.share", self.op("Erf", f"{name}.erf", scaled), self.number(1.0))
        return self.op("Mul", name, self.op("Mul", f"{name}.half", source, self.number(0.5)), share)


class Encoder(Transformer):
    def build(self):
        hidden = self.sound()
        shape = self.op("Shape", "shape", hidden)
        length = self.op("Slice", "length", shape, self.ints(1), self.ints(2))
        cosines, sines = (
            self.op("Slice", f"{table}.taken", table, self.ints(0), length, self.ints(0))
            for table in self.tables(self.weights["encoder.frequencies"], MOST_POSITIONS)
        )
        for layer in range(self.shape.encoder_layers):
            hidden = self.layer(f"encoder.layers.{layer}", hidden, cosines, sines)
        hidden = self.norm("encoder.layer_norm.weight", hidden)
        outputs = [output for layer in range(self.shape.layers) for output in self.heard(layer, hidden)]
        samples = helper.make_tensor_value_info("samples", TensorProto.FLOAT, [1, "samples"])
        return self.graph.model("moonshine-encoder", [samples], outputs, OPSET)

    def sound(self):
        """Samples to vectors, one for each 384 samples."""
        weights = self.weights
        channels = self.op("Unsqueeze", "channel", "samples", self.ints(1))
        hidden = self.convolve("conv1", channels, 64)
        hidden = self.op("Tanh", "tanh", hidden)
        middle = self.op("Sub", "centred", hidden, self.op("ReduceMean", "mean", hidden, axes=[1, 2]))
        spread = self.op("ReduceMean", "variance", self.op("Mul", "squared", middle, middle), axes=[1, 2])
        spread = self.op("Sqrt", "deviation", self.op("Add", "variance.positive", spread, self.number(EPSILON)))
        hidden = self.op("Div", "normed", middle, spread)
        scale, shift = (weights[f"encoder.groupnorm.{part}"].reshape(1, -1, 1) for part in ("Mul", "Add"))
        hidden = self.op("Mul", "scaled", hidden, self.weight("scale", scale))
        hidden = self.op("Add", "shifted", hidden, self.weight("shift", shift))
        hidden = self.gelu("gelu2", self.convolve("conv2", hidden, 3))
        hidden = self.gelu("gelu3", self.convolve("conv3", hidden, 2))
        return self.op("Transpose", "positions", hidden, perm=[0, 2, 1])

    def convolve(self, name, source, stride):
        weight = self.weights[f"encoder.{name}.weight"]
        inputs = [self.weight(f"{name}.weight", weight)]
        if f"encoder.{name}.bias" in self.weights:
            inputs.append(self.weight(f"{name}.bias", self.weights[f"encoder.{name}.bias"]))
        return self.op("Conv", name, source, *inputs, strides=[stride], kernel_shape=[weight.shape[2]])

    def layer(self, name, hidden, cosines, sines):
        normed = self.norm(f"{name}.input_layernorm.weight", hidden)
        attention = f"{name}.self_attn"
        query = self.product(f"{attention}.q", normed, self.query(f"{attention}.q_proj"))
        query = self.rotate(f"{attention}.query", self.by_head(f"{attention}.q", query), cosines, sines)
        key = self.product(f"{attention}.k", normed, self.apart(self.weights[f"{attention}.k_proj"]))
        key = self.rotate(f"{attention}.key", self.by_head(f"{attention}.k", key), cosines, sines)
        key = self.op("Transpose", f"{attention}.keys", key, perm=[0, 1, 3, 2])
        value = self.product(f"{attention}.v", normed, self.weights[f"{attention}.v_proj"])
        value = self.by_head(f"{attention}.v", value)
        hidden = self.op("Add", f"{attention}.added", hidden, self.attend(attention, query, key, value))
        normed = self.norm(f"{name}.post_attention_layernorm.weight", hidden)
        inner = self.gelu(f"{name}.gelu", self.biased(f"{name}.mlp.fc1", normed, self.weights))
        return self.op("Add", f"{name}.added", hidden, self.biased(f"{name}.mlp.fc2", inner, self.weights))

    def heard(self, layer, hidden):
        """What a layer of the decoder attends to, as outputs."""
        name = f"decoder.layers.{layer}.encoder_attn"
        shape = self.ints(1, -1, self.shape.heads, self.shape.width)
        for part, output, perm in (("k", "cross_key", [0, 2, 3, 1]), ("v", "cross_value", [0, 2, 1, 3])):
            vectors = self.product(f"{name}.{part}", hidden, self.weights[f"{name}.{part}_proj"])
            vectors = self.op("Reshape", f"{name}.{part}.heads", vectors, shape)
            self.op("Transpose", f"{output}.{layer}", vectors, perm=perm)
            yield cached(f"{output}.{layer}", self.shape, "positions")


class Decoder(Transformer):
    def build(self):
        hidden = self.embed()
        cosines, sines = (
            self.op("Gather", f"{table}.taken", table, "position")
            for table in self.tables(self.weights["frequencies"], MOST_TOKENS)
        )
        inputs = [
            helper.make_tensor_value_info("token", TensorProto.INT64, [1, 1]),
            helper.make_tensor_value_info("position", TensorProto.INT64, [1]),
        ]
        outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, self.shape.vocabulary])]
        for layer in range(self.shape.layers):
            hidden = self.layer(layer, hidden, cosines, sines)
            inputs += [cached(f"past_{part}.{layer}", self.shape, "past") for part in ("key", "value")]
            inputs += [cached(f"cross_{part}.{layer}", self.shape, "positions") for part in ("key", "value")]
            outputs += [cached(f"{part}.{layer}", self.shape, "written") for part in ("key", "value")]
        hidden = self.norm("decoder.norm.weight", hidden)
        hidden = self.op("Reshape", "last", hidden, self.ints(1, -1))
        self.graph.product_of_bytes("logits", hidden, "embeddings", self.scale)
        return self.graph.model("moonshine-decoder", inputs, outputs, OPSET)

    def embed(self):
        """The vector of the token. The same weights give the scores at the end."""
        whole, self.scale = to_bytes(self.weights["embeddings"].T)
        column = self.op(
            "Gather",
            "column",
            self.weight("embeddings", whole),
            self.op("Reshape", "number", "token", self.ints(1)),
            axis=1,
        )
        column = self.op("Cast", "column.float", column, to=TensorProto.FLOAT)
        scale = self.op("Gather", "column.scale", self.weight("embeddings.scale", self.scale), "number")
        column = self.op("Mul", "column.scaled", column, scale)
        return self.op("Reshape", "embedded", column, self.ints(1, 1, self.shape.size))

    def layer(self, layer, hidden, cosines, sines):
        name = f"decoder.layers.{layer}"
        attention = f"{name}.self_attn"
        normed = self.norm(f"{name}.input_layernorm.weight", hidden)
        query = self.product(f"{attention}.q", normed, self.query(f"{attention}.q_proj"))
        query = self.rotate(f"{attention}.query", self.by_head(f"{attention}.q", query), cosines, sines)
        key = self.product(f"{attention}.k", normed, self.apart(self.weights[f"{attention}.k_proj"]))
        key = self.rotate(f"{attention}.key", self.by_head(f"{attention}.k", key), cosines, sines)
        value = self.product(f"{attention}.v", normed, self.weights[f"{attention}.v_proj"])
        value = self.by_head(f"{attention}.v", value)
        keys = self.op("Concat", f"key.{layer}", f"past_key.{layer}", key, axis=2)
        values = self.op("Concat", f"value.{layer}", f"past_value.{layer}", value, axis=2)
        keys = self.op("Transpose", f"{attention}.keys", keys, perm=[0, 1, 3, 2])
        hidden = self.op("Add", f"{attention}.added", hidden, self.attend(attention, query, keys, values))

        attention = f"{name}.encoder_attn"
        normed = self.norm(f"{name}.post_attention_layernorm.weight", hidden)
        query = self.product(f"{attention}.q", normed, self.query(f"{attention}.q_proj", rotated=False))
        query = self.by_head(f"{attention}.q", query)
        heard = self.attend(attention, query, f"cross_key.{layer}", f"cross_value.{layer}")
        hidden = self.op("Add", f"{attention}.added", hidden, heard)

        normed = self.norm(f"{name}.final_layernorm.weight", hidden)
        inner = self.biased(f"{name}.mlp.up_proj", normed, self.weights)
        half = self.weights[f"{name}.mlp.up_proj.bias"].shape[0] // 2
        parts = [f"{name}.mlp.value", f"{name}.mlp.gate"]
        split = helper.make_node("Split", [inner, self.ints(half, half)], parts, name=f"{name}.mlp.split", axis=-1)
        self.graph.nodes.append(split)
        gate = self.op("Mul", f"{name}.mlp.gated", parts[1], self.op("Sigmoid", f"{name}.mlp.sigmoid", parts[1]))
        inner = self.op("Mul", f"{name}.mlp.inner", parts[0], gate)
        return self.op("Add", f"{name}.added", hidden, self.biased(f"{name}.mlp.down_proj", inner, self.weights))


def cached(name, shape, length):
    """An input or output of keys or values. Keys that come from the encoder have their positions last."""
    dimensions = [shape.width, length] if name.startswith("cross_key") else [length, shape.width]
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, shape.heads, *dimensions])
