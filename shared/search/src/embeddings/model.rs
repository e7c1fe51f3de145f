use std::sync::Arc;

use inference::rten::{self, Weights};
use inference::{Network, Tensor};

use super::{Embedding, EmbeddingError, ModelManifest, Pooling, TokenCounter, worker::Encoder};

/// A sentence-transformers graph with its tokenizer. Clones share the weights.
///
/// Each text runs alone, at its own length. On one thread a batch is no faster, and padding to a common length is
/// wasted work.
#[derive(Debug, Clone)]
pub(super) struct SentenceModel {
    network: Arc<dyn Network>,
    inputs: Vec<Input>,
    /// The place of the output among those of the graph.
    place: usize,
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
    /// Loads the graph.
    pub(super) fn load(manifest: &ModelManifest, tokens: TokenCounter) -> Result<Self, EmbeddingError> {
        let network = rten::load(&manifest.graph, Weights::Prepared, &[]);
        let network = network.map_err(|error| EmbeddingError::failed("loading the model", error))?;
        let (place, output) = choose(network.outputs(), manifest.pooling)?;
        let inputs = network.inputs().iter().map(|port| match port.name.as_str() {
            "input_ids" => Ok(Input::Ids),
            "attention_mask" => Ok(Input::AttentionMask),
            "token_type_ids" => Ok(Input::TokenTypes),
            other => Err(EmbeddingError::failed("reading the model's inputs", unknown(other))),
        });
        let inputs = inputs.collect::<Result<_, _>>()?;
        Ok(Self { network, inputs, place, output, tokens, max_tokens: manifest.max_tokens })
    }

    /// The unnormalised vector of a text.
    fn run(&self, ids: &[u32]) -> Result<Vec<f32>, inference::NetworkError> {
        let inputs = self.inputs.iter().map(|input| {
            let values: Vec<i32> = match input {
                Input::Ids => ids.iter().map(|id| i32::try_from(*id).unwrap_or(0)).collect(),
                Input::AttentionMask => vec![1; ids.len()],
                Input::TokenTypes => vec![0; ids.len()],
            };
            Tensor::new([1, ids.len()], values).into()
        });
        let outputs = self.network.run(inputs.collect())?;
        let Some(output) = outputs.get(self.place) else {
            return Ok(Vec::new());
        };
        let width = output.shape().last().copied().unwrap_or(0);
        let values = output.floats().unwrap_or_default();
        Ok(match self.output {
            Output::Sentence => values.to_vec(),
            Output::Tokens(pooling) => pool(values, width, pooling),
        })
    }
}

/// The best output of the graph: its place among the outputs, and what it is.
fn choose(outputs: &[String], pooling: Pooling) -> Result<(usize, Output), EmbeddingError> {
    let known = [
        ("sentence_embedding", Output::Sentence),
        ("last_hidden_state", Output::Tokens(pooling)),
        ("token_embeddings", Output::Tokens(pooling)),
    ];
    let place = |name: &str| outputs.iter().position(|output| output == name);
    let found = known.into_iter().find_map(|(name, output)| Some((place(name)?, output)));
    found.ok_or_else(|| {
        let cause = "neither sentence_embedding nor last_hidden_state is there";
        EmbeddingError::failed("choosing the model's output", cause)
    })
}

impl Encoder for SentenceModel {
    fn encode(&mut self, text: &str) -> Result<Embedding, EmbeddingError> {
        let ids = self.tokens.ids(text, self.max_tokens)?;
        let values = self.run(&ids).map_err(|error| EmbeddingError::failed("running the model", error))?;
        Ok(Embedding::normalised(values))
    }
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
