use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::EmbeddingError;

/// Default maximum input in tokens: what most sentence-transformers models are trained with.
const DEFAULT_MAX_TOKENS: usize = 256;

/// How the vectors of the tokens become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// The mean of all tokens.
    Mean,
    /// The vector of the first token.
    Cls,
}

/// The description of a model, read before it is loaded.
#[derive(Debug, Clone)]
pub struct ModelManifest {
    /// The model's name. Also identifies its embeddings.
    pub name: String,
    /// Maximum input in tokens, including special tokens. Longer texts are truncated.
    pub max_tokens: usize,
    /// How the vectors of the tokens become one vector.
    pub pooling: Pooling,
    /// The ONNX file.
    pub graph: PathBuf,
    /// The tokenizer file.
    pub tokenizer: PathBuf,
}

/// `model.json`, as `scripts/models` writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    name: Option<String>,
    max_tokens: Option<usize>,
    pooling: Option<Pooling>,
}

/// `sentence_bert_config.json` of sentence-transformers.
#[derive(Debug, Default, Deserialize)]
struct SentenceConfig {
    max_seq_length: Option<usize>,
}

/// `1_Pooling/config.json` of sentence-transformers.
#[derive(Debug, Default, Deserialize)]
struct PoolingConfig {
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
}

impl ModelManifest {
    /// Describes the model in `dir` by `model.json` and, for what that lacks, by the files that sentence-transformers
    /// writes.
    ///
    /// # Errors
    /// [`EmbeddingError::NotInstalled`] if there is no graph or tokenizer, [`EmbeddingError::Failed`] if a description
    /// is malformed or names an unsupported pooling.
    pub fn read(dir: &Path) -> Result<Self, EmbeddingError> {
        let graph = ["model.onnx", "onnx/model.onnx"].map(|file| dir.join(file));
        let graph = graph.into_iter().find(|file| file.is_file());
        let tokenizer = Some(dir.join("tokenizer.json")).filter(|file| file.is_file());
        let (Some(graph), Some(tokenizer)) = (graph, tokenizer) else {
            return Err(EmbeddingError::NotInstalled { dir: dir.to_owned() });
        };

        let described: Description = read_json(&dir.join("model.json"))?.unwrap_or_default();
        let sentence: SentenceConfig = read_json(&dir.join("sentence_bert_config.json"))?.unwrap_or_default();
        let pooling = match described.pooling {
            Some(pooling) => pooling,
            None => read_pooling(&dir.join("1_Pooling/config.json"))?,
        };
        let max_tokens = described.max_tokens.or(sentence.max_seq_length);
        Ok(Self {
            name: described.name.unwrap_or_else(|| folder_name(dir)),
            // Room for the two marks and at least one token of text.
            max_tokens: max_tokens.unwrap_or(DEFAULT_MAX_TOKENS).max(3),
            pooling,
            graph,
            tokenizer,
        })
    }
}

fn read_pooling(file: &Path) -> Result<Pooling, EmbeddingError> {
    match read_json::<PoolingConfig>(file)? {
        None => Ok(Pooling::Mean),
        Some(config) if config.pooling_mode_mean_tokens => Ok(Pooling::Mean),
        Some(config) if config.pooling_mode_cls_token => Ok(Pooling::Cls),
        Some(_) => {
            Err(EmbeddingError::failed("reading 1_Pooling/config.json", "only mean and cls pooling are supported"))
        }
    }
}

/// The parsed file, or `None` if there is no such file.
fn read_json<T: for<'de> Deserialize<'de>>(file: &Path) -> Result<Option<T>, EmbeddingError> {
    let doing = || format!("reading {}", file.display());
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(EmbeddingError::failed(&doing(), error)),
    };
    serde_json::from_str(&text).map(Some).map_err(|error| EmbeddingError::failed(&doing(), error))
}

fn folder_name(dir: &Path) -> String {
    dir.file_name().map_or_else(|| "model".to_owned(), |name| name.to_string_lossy().into_owned())
}
