//! Networks run by tract.

use std::path::Path;
use std::sync::Arc;

use tract_onnx::prelude::{
    Datum, DatumType, Framework, InferenceFact, InferenceModel, InferenceModelExt, IntoRunnable, IntoTValue, TValue,
    TractResult, TypedRunnableModel,
};
use tract_onnx::tract_hir::infer::Factoid;

use crate::{Input, Network, NetworkError, Port, Tensor, Values};

/// A network in memory.
#[derive(Debug)]
struct TractNetwork {
    plan: Arc<TypedRunnableModel>,
    inputs: Vec<Port>,
    /// Which kind of numbers each input takes.
    kinds: Vec<DatumType>,
    outputs: Vec<String>,
}

/// Loads an ONNX file and optimises it for inputs of these shapes, one for each.
///
/// # Errors
/// If the file is missing or malformed, holds an unknown kind of node, or does not take these shapes.
pub fn load(file: &Path, shapes: &[&[usize]]) -> Result<Arc<dyn Network>, NetworkError> {
    let network = read(file, shapes);
    Ok(Arc::new(network.map_err(|error| NetworkError::new(format!("loading {}", file.display()), error))?))
}

fn read(file: &Path, shapes: &[&[usize]]) -> TractResult<TractNetwork> {
    let mut model = tract_onnx::onnx().model_for_path(file)?;
    let mut kinds = Vec::new();
    for (input, shape) in shapes.iter().enumerate() {
        let named = model.input_fact(input)?.datum_type.concretize();
        let kind = named.unwrap_or_else(f32::datum_type);
        model.set_input_fact(input, InferenceFact::dt_shape(kind, *shape))?;
        kinds.push(kind);
    }
    let inputs = names(&model, model.input_outlets()?).into_iter().zip(&kinds);
    let inputs = inputs.map(|(name, kind)| Port { name, takes_bytes: *kind == u8::datum_type() }).collect();
    let outputs = names(&model, model.output_outlets()?);
    Ok(TractNetwork { plan: model.into_optimized()?.into_runnable()?, inputs, kinds, outputs })
}

fn names(model: &InferenceModel, outlets: &[tract_onnx::prelude::OutletId]) -> Vec<String> {
    let name = |outlet: &tract_onnx::prelude::OutletId| {
        let label = model.outlet_label(*outlet).map(str::to_owned);
        label.unwrap_or_else(|| model.node(outlet.node).name.clone())
    };
    outlets.iter().map(name).collect()
}

impl Network for TractNetwork {
    fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    fn outputs(&self) -> &[String] {
        &self.outputs
    }

    fn run(&self, inputs: Vec<Input<'_>>) -> Result<Vec<Tensor>, NetworkError> {
        self.compute(&inputs).map_err(|error| NetworkError::new("running a network", error))
    }
}

impl TractNetwork {
    fn compute(&self, inputs: &[Input<'_>]) -> TractResult<Vec<Tensor>> {
        let inputs = inputs.iter().zip(&self.kinds).map(|(input, kind)| match input {
            Input::Owned(tensor) => value(tensor, *kind),
            Input::Borrowed(tensor) => value(tensor, *kind),
        });
        let outputs = self.plan.run(inputs.collect::<TractResult<_>>()?)?;
        outputs.iter().map(tensor).collect()
    }
}

fn value(tensor: &Tensor, kind: DatumType) -> TractResult<TValue> {
    use tract_onnx::prelude::Tensor as TractTensor;
    let shape = tensor.shape();
    let value = match tensor.values() {
        Values::Floats(values) => TractTensor::from_shape(shape, values)?,
        Values::Integers(values) => TractTensor::from_shape(shape, values)?,
        Values::Bytes(values) => TractTensor::from_shape(shape, values)?,
    };
    Ok(value.cast_to_dt(kind)?.into_owned().into_tvalue())
}

fn tensor(value: &TValue) -> TractResult<Tensor> {
    let cast = value.cast_to::<f32>()?;
    let plain = cast.try_as_plain_ram()?;
    Ok(Tensor::new(value.shape().to_vec(), plain.as_slice::<f32>()?.to_vec()))
}
