use std::sync::Arc;

use tract_onnx::prelude::{
    Datum, Framework, InferenceFact, InferenceModel, InferenceModelExt, IntoRunnable, IntoTValue, Tensor, ToDim,
    TractResult, TypedRunnableModel, tvec,
};

use super::{Embedding, InferenceError, ModelManifest, Pooling, TokenCounter, worker::Encoder};

/// A sentence-transformers graph with its tokenizer. Clones share the weights.
///
/// Each text runs alone, at its own length. On one thread a batch is no faster, and padding to a common length is
/// wasted work. One plan with a symbolic length stores the packed weights once; one plan per length would store them
/// repeatedly and be no faster.
#[derive(Debug, Clone)]
pub(super) struct SentenceModel {
    plan: Arc<TypedRunnableModel>,
    inputs: Vec<Input>,
    output: Output,
    tokens: TokenCounter,
    max_tokens: usize,
}

/// An input of the graph, in the graph's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    Ids,
    AttentionMask,
    TokenTypes,
}

/// The output of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Output {
    /// One vector for the text.
    Sentence,
    /// One vector for each token, to be pooled.
    Tokens(Pooling),
}

impl SentenceModel {
    /// Reads and optimises the graph.
    pub(super) fn load(manifest: &ModelManifest, tokens: TokenCounter) -> Result<Self, InferenceError> {
        let failed = |error| InferenceError::failed("loading the model", error);
        let model = tract_onnx::onnx().model_for_path(&manifest.graph).map_err(failed)?;
        let inputs = inputs(&model)?;
        let (model, output) = select_output(model, manifest.pooling)?;
        let plan = optimise(model).map_err(failed)?;
        Ok(Self { plan, inputs, output, tokens, max_tokens: manifest.max_tokens })
    }

    /// The unnormalised vector of a text.
    fn run(&self, ids: &[u32]) -> TractResult<Vec<f32>> {
        let inputs = self.inputs.iter().map(|input| {
            let values: Vec<i64> = match input {
                Input::Ids => ids.iter().map(|&id| i64::from(id)).collect(),
                Input::AttentionMask => vec![1; ids.len()],
                Input::TokenTypes => vec![0; ids.len()],
            };
            Ok(Tensor::from_shape(&[1, ids.len()], &values)?.into_tvalue())
        });
        let outputs = self.plan.run(inputs.collect::<TractResult<_>>()?)?;
        let Some(output) = outputs.first() else {
            return Ok(Vec::new());
        };
        let width = output.shape().last().copied().unwrap_or(0);
        let plain = output.try_as_plain_ram()?;
        let values = plain.as_slice::<f32>()?;
        Ok(match self.output {
            Output::Sentence => values.to_vec(),
            Output::Tokens(pooling) => pool(values, width, pooling),
        })
    }
}

impl Encoder for SentenceModel {
    fn encode(&mut self, text: &str) -> Result<Embedding, InferenceError> {
        let ids = self.tokens.ids(text, self.max_tokens)?;
        let values = self.run(&ids).map_err(|error| InferenceError::failed("running the model", error))?;
        Ok(Embedding::normalised(values))
    }
}

/// Optimises the graph for one text of any length.
fn optimise(mut model: InferenceModel) -> TractResult<Arc<TypedRunnableModel>> {
    let length = model.symbols.sym("sequence");
    for input in 0..model.input_outlets()?.len() {
        let shape = tvec![1_i64.to_dim(), length.to_dim()];
        model.set_input_fact(input, InferenceFact::dt_shape(i64::datum_type(), shape))?;
    }
    model.into_optimized()?.into_runnable()
}

fn inputs(model: &InferenceModel) -> Result<Vec<Input>, InferenceError> {
    let outlets = model.input_outlets().map_err(|error| InferenceError::failed("reading the model's inputs", error))?;
    let names = outlets.iter().map(|outlet| model.node(outlet.node).name.as_str());
    names
        .map(|name| match name {
            "input_ids" => Ok(Input::Ids),
            "attention_mask" => Ok(Input::AttentionMask),
            "token_type_ids" => Ok(Input::TokenTypes),
            other => Err(InferenceError::failed("reading the model's inputs", unknown(other))),
        })
        .collect()
}

/// Removes all outputs but the required one, so that nothing else is computed.
fn select_output(model: InferenceModel, pooling: Pooling) -> Result<(InferenceModel, Output), InferenceError> {
    let known = [
        ("sentence_embedding", Output::Sentence),
        ("last_hidden_state", Output::Tokens(pooling)),
        ("token_embeddings", Output::Tokens(pooling)),
    ];
    for (name, output) in known {
        let outlet = model
            .output_outlets()
            .ok()
            .into_iter()
            .flatten()
            .find(|outlet| model.outlet_label(**outlet) == Some(name))
            .copied();
        if let Some(outlet) = outlet {
            let mut model = model;
            model
                .select_output_outlets(&[outlet])
                .map_err(|error| InferenceError::failed("choosing the model's output", error))?;
            return Ok((model, output));
        }
    }
    Err(InferenceError::failed(
        "choosing the model's output",
        "neither sentence_embedding nor last_hidden_state is there",
    ))
}

fn unknown(name: &str) -> String {
    format!("{name} is not an input of a sentence-transformers model")
}

/// Pools the vectors of all tokens, each `width` long, into one.
fn pool(values: &[f32], width: usize, pooling: Pooling) -> Vec<f32> {
    let mut tokens = values.chunks_exact(width.max(1));
    let mut pooled = tokens.next().unwrap_or_default().to_vec();
    if pooling == Pooling::Mean {
        // The sum points where the mean does, and only the direction is kept.
        for token in tokens {
            pooled.iter_mut().zip(token).for_each(|(sum, value)| *sum += value);
        }
    }
    pooled
}
