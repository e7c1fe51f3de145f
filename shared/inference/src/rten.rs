//! Networks run by rten.

use std::path::Path;
use std::sync::Arc;

use rten::{DataType, Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView, ValueType, ValueView};
use rten_tensor::{Layout, Tensor as RtenTensor, TensorView};

use crate::{Input, Network, NetworkError, Port, Tensor, Values};

thread_local! {
    /// rten computes on threads of its own, as many as there are processors. Here each thread that asks has one, so that
    /// what runs at the same time is for its callers to decide.
    static THREAD: Arc<ThreadPool> = Arc::new(ThreadPool::with_num_threads(1));
}

/// A network in memory.
#[derive(Debug)]
struct RtenNetwork {
    model: Model,
    inputs: Vec<Port>,
    outputs: Vec<String>,
    output_ids: Vec<NodeId>,
}

/// Whether the weights are also kept in the order in which they are multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// They are: loading takes longer and twice the memory, and inputs of many rows are computed faster.
    Prepared,
    /// They are not, which is as fast for one row.
    AsTheyAre,
}

/// Loads an ONNX file. `outputs` are the names of those that are needed, in the order in which runs return them; all
/// that the file names if it is empty.
///
/// # Errors
/// If the file is missing or malformed, holds an unknown kind of node, or has no such output.
pub fn load(file: &Path, weights: Weights, outputs: &[&str]) -> Result<Arc<dyn Network>, NetworkError> {
    let doing = || format!("loading {}", file.display());
    let mut options = ModelOptions::with_all_ops();
    options.prepack_weights(weights == Weights::Prepared);
    let model = options.load_file(file).map_err(|error| NetworkError::new(doing(), error))?;
    let inputs = names(&model, model.input_ids()).into_iter().zip(model.input_ids()).map(|(name, node)| {
        let kind = model.node_info(*node).and_then(|node| node.dtype());
        Port { name, takes_bytes: kind == Some(ValueType::Tensor(DataType::UInt8)) }
    });
    let inputs = inputs.collect();
    let output_ids = if outputs.is_empty() {
        model.output_ids().to_vec()
    } else {
        let found = outputs.iter().map(|name| model.node_id(name)).collect::<Result<_, _>>();
        found.map_err(|error| NetworkError::new(doing(), error))?
    };
    let outputs = names(&model, &output_ids);
    Ok(Arc::new(RtenNetwork { model, inputs, outputs, output_ids }))
}

fn names(model: &Model, nodes: &[NodeId]) -> Vec<String> {
    let name = |node: &NodeId| model.node_info(*node).and_then(|node| node.name()).unwrap_or_default().to_owned();
    nodes.iter().map(name).collect()
}

impl Network for RtenNetwork {
    fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    fn outputs(&self) -> &[String] {
        &self.outputs
    }

    fn run(&self, inputs: Vec<Input<'_>>) -> Result<Vec<Tensor>, NetworkError> {
        if inputs.len() != self.inputs.len() {
            let cause = format!("{} inputs, not the {} of the graph", inputs.len(), self.inputs.len());
            return Err(NetworkError::new("running a network", cause));
        }
        let inputs = self.model.input_ids().iter().copied().zip(inputs.into_iter().map(value)).collect();
        let options = RunOptions::default().with_thread_pool(Some(THREAD.with(Arc::clone)));
        let outputs = self.model.run(inputs, &self.output_ids, Some(options));
        let outputs = outputs.map_err(|error| NetworkError::new("running a network", error))?;
        outputs.into_iter().map(tensor).collect()
    }
}

fn value(input: Input<'_>) -> ValueOrView<'_> {
    match input {
        Input::Owned(tensor) => {
            let (shape, values) = tensor.into_parts();
            ValueOrView::Value(match values {
                Values::Floats(values) => RtenTensor::from_data(&shape, values).into(),
                Values::Integers(values) => RtenTensor::from_data(&shape, values).into(),
                Values::Bytes(values) => RtenTensor::from_data(&shape, values).into(),
            })
        }
        Input::Borrowed(tensor) => {
            let shape = tensor.shape();
            ValueOrView::View(match tensor.values() {
                Values::Floats(values) => ValueView::from(TensorView::from_data(shape, values.as_slice())),
                Values::Integers(values) => ValueView::from(TensorView::from_data(shape, values.as_slice())),
                Values::Bytes(values) => ValueView::from(TensorView::from_data(shape, values.as_slice())),
            })
        }
    }
}

fn tensor(value: Value) -> Result<Tensor, NetworkError> {
    Ok(match value {
        Value::FloatTensor(tensor) => Tensor::new(tensor.shape().to_vec(), tensor.into_data()),
        Value::Int32Tensor(tensor) => Tensor::new(tensor.shape().to_vec(), tensor.into_data()),
        Value::UInt8Tensor(tensor) => Tensor::new(tensor.shape().to_vec(), tensor.into_data()),
        _ => return Err(NetworkError::new("running a network", "an output is neither of numbers nor of bytes")),
    })
}
