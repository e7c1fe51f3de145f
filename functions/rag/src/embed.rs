//! `POST /rag/embed`: embeddings of the caller's own texts, by the model that searches.

use answers::library::LibraryError;
use axum::Json;
use axum::extract::State;
use foundation::ApiResult;
use serde::Serialize;
use serde_json::Value;
use shared::access::CurrentUser;
use shared::http::{Field, Fields, FromFields, Invalid, Valid, text};

use crate::App;

/// Texts of one call.
const MOST_TEXTS: usize = 64;
/// Characters of a text. The model sees some 250 words of it and nothing beyond.
const LONGEST_TEXT: usize = 8_000;

pub(crate) struct Body {
    texts: Vec<String>,
}

struct Text(String);

impl FromFields for Body {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let texts = fields.list::<Text>("texts", 1, MOST_TEXTS)?;
        Ok(Self { texts: texts.into_iter().map(|Text(text)| text).collect() })
    }
}

impl Field for Text {
    fn parse(value: &Value) -> Result<Self, String> {
        text(value, 1, LONGEST_TEXT).map(Self)
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct EmbedResponse {
    embeddings: Vec<Vec<f32>>,
    model: String,
    dimensions: usize,
}

pub(crate) async fn embed(
    _user: CurrentUser,
    State(state): State<App>,
    Valid(body): Valid<Body>,
) -> ApiResult<Json<EmbedResponse>> {
    let embedder = state.library.embedder().await?;
    let embedded = embedder.embed(body.texts).await.map_err(LibraryError::from)?;
    Ok(Json(EmbedResponse {
        embeddings: embedded.into_iter().map(search::embeddings::Embedding::into_vec).collect(),
        model: embedder.model_name().to_owned(),
        dimensions: embedder.dimensions(),
    }))
}
