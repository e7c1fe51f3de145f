"""Building ONNX graphs."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class GraphBuilder:
    """Collects nodes and weights; every node's output is named after the node."""

    def __init__(self):
        self.nodes = []
        self.weights = []
        self.rounded = {}

    def weight(self, name, array):
        # ascontiguousarray turns scalars into vectors, hence the reshape.
        array = np.asarray(array)
        contiguous = np.ascontiguousarray(array).reshape(array.shape)
        self.weights.append(numpy_helper.from_array(contiguous, name))
        return name

    def op(self, kind, name, *inputs, **attributes):
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def split(self, name, source, axis, parts):
        outputs = [f"{name}.{index}" for index in range(parts)]
        self.nodes.append(helper.make_node("Split", [source], outputs, name=name, axis=axis, num_outputs=parts))
        return outputs

    def product(self, name, source, matrix):
        """source @ matrix, with eight bits on both sides: a quarter of the memory, and less than half of the time."""
        whole, scale = to_bytes(matrix)
        return self.product_of_bytes(name, source, self.weight(f"{name}.weight", whole), scale)

    def product_of_bytes(self, name, source, whole, scale):
        """source @ (whole * scale), where `whole` is the name of a weight of signed bytes."""
        if source not in self.rounded:
            parts = [f"{source}.rounded", f"{source}.step", f"{source}.zero"]
            self.nodes.append(helper.make_node("DynamicQuantizeLinear", [source], parts, name=parts[0]))
            self.rounded[source] = parts
        rounded, step, zero = self.rounded[source]
        product = self.op("MatMulInteger", f"{name}.whole", rounded, whole, zero)
        product = self.op("Cast", f"{name}.float", product, to=TensorProto.FLOAT)
        steps = self.op("Mul", f"{name}.steps", step, self.weight(f"{name}.scale", scale))
        return self.op("Mul", name, product, steps)

    def model(self, name, inputs, outputs, opset):
        """The graph as a checked ModelProto."""
        body = helper.make_graph(self.nodes, name, inputs, outputs, self.weights)
        model = helper.make_model(body, opset_imports=[helper.make_opsetid("", opset)], producer_name="scripts/models")
        model.ir_version = 9
        onnx.checker.check_model(model)
        return model


def to_bytes(matrix):
    """A matrix as signed bytes, and what a step of each column is worth."""
    scale = np.abs(matrix).max(axis=0) / np.float32(127)
    scale[scale == 0] = 1
    return np.clip(np.round(matrix / scale), -127, 127).astype(np.int8), scale.astype(np.float32)
