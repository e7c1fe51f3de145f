"""Building ONNX graphs."""

import numpy as np
import onnx
from onnx import helper, numpy_helper


class GraphBuilder:
    """Collects nodes and weights; every node's output is named after the node."""

    def __init__(self):
        self.nodes = []
        self.weights = []

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

    def model(self, name, inputs, outputs, opset):
        """The graph as a checked ModelProto."""
        body = helper.make_graph(self.nodes, name, inputs, outputs, self.weights)
        model = helper.make_model(body, opset_imports=[helper.make_opsetid("", opset)], producer_name="scripts/models")
        model.ir_version = 9
        onnx.checker.check_model(model)
        return model
