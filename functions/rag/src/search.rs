//! `POST /rag/search`: passages of the user's own manuals.

use answers::library::LibraryQuery;
use axum::Json;
use axum::extract::State;
use foundation::ApiResult;
use foundation::ids::DocumentId;
use serde::Serialize;
use serde_json::Value;
use shared::access::CurrentUser;
use shared::http::{Field, Fields, FromFields, Invalid, Valid, said};

use crate::App;

/// Characters of a query.
const LONGEST_QUERY: usize = 1_000;
/// Documents that a search can be narrowed to.
const MOST_DOCUMENTS: usize = 200;
const MOST_HITS: u64 = 50;
const USUAL_HITS: usize = 8;

pub(crate) struct Body(LibraryQuery);

struct QueryText(String);
struct TopK(usize);
struct Share(f32);
struct Document(DocumentId);
/// A field is there, whatever it holds.
struct Given;

impl FromFields for Body {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let text = fields.required::<QueryText>("query");
        let top_k = fields.optional::<TopK>("topK");
        let min_score = fields.optional::<Share>("minScore");
        let documents = match fields.optional::<Given>("documentIds")? {
            None => Ok(None),
            Some(Given) => fields.list::<Document>("documentIds", 1, MOST_DOCUMENTS).map(Some),
        };
        let ids = |documents: Vec<Document>| documents.into_iter().map(|Document(id)| id).collect();
        Ok(Self(LibraryQuery {
            text: text?.0,
            top_k: top_k?.map_or(USUAL_HITS, |TopK(top_k)| top_k),
            document_ids: documents?.map(ids),
            min_score: min_score?.map(|Share(share)| share),
        }))
    }
}

impl Field for QueryText {
    fn parse(value: &Value) -> Result<Self, String> {
        said(value, 1, LONGEST_QUERY).map(Self)
    }
}

impl Field for TopK {
    fn parse(value: &Value) -> Result<Self, String> {
        let number = value.as_u64().filter(|number| (1..=MOST_HITS).contains(number));
        let number = number.and_then(|number| usize::try_from(number).ok());
        number.map(Self).ok_or_else(|| format!("must be a whole number from 1 to {MOST_HITS}"))
    }
}

impl Field for Share {
    fn parse(value: &Value) -> Result<Self, String> {
        let number = value.as_f64().filter(|number| (0.0..=1.0).contains(number));
        #[expect(clippy::cast_possible_truncation, reason = "a score needs no more digits")]
        number.map(|number| Self(number as f32)).ok_or_else(|| "must be a number from 0 to 1".to_owned())
    }
}

impl Field for Given {
    fn parse(_: &Value) -> Result<Self, String> {
        Ok(Self)
    }
}

impl Field for Document {
    fn parse(value: &Value) -> Result<Self, String> {
        let id = value.as_str().and_then(|text| text.parse().ok());
        id.map(Self).ok_or_else(|| "must be a document's id".to_owned())
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct SearchResponse {
    documents: Vec<FoundPassage>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct FoundPassage {
    id: String,
    document_id: String,
    file_name: String,
    heading: String,
    content: String,
    page: u32,
    page_end: u32,
    score: f32,
}

pub(crate) async fn search(
    user: CurrentUser,
    State(state): State<App>,
    Valid(Body(query)): Valid<Body>,
) -> ApiResult<Json<SearchResponse>> {
    let hits = state.library.search(&user.id, query).await?;
    let found = hits.into_iter().map(|hit| FoundPassage {
        id: hit.id,
        document_id: hit.document_id,
        file_name: hit.file_name,
        heading: hit.heading,
        content: hit.content,
        page: hit.page,
        page_end: hit.page_end,
        score: hit.score,
    });
    Ok(Json(SearchResponse { documents: found.collect() }))
}
