//! `POST /vision/ocr`: the text on a picture.

use axum::Json;
use axum::extract::State;
use foundation::ApiResult;
use images::plate_entries;
use serde::Serialize;

use crate::App;
use crate::received::Received;
use crate::views::{Entry, Line};

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Answer {
    text: String,
    lines: Vec<Line>,
    plate: Vec<Entry>,
}

pub(crate) async fn ocr(State(state): State<App>, received: Received) -> ApiResult<Json<Answer>> {
    let read = state.vision.reader().read(received.picture.clone()).await?;
    let plate = plate_entries(&read.lines).into_iter().map(Entry::from).collect();
    Ok(Json(Answer { text: read.text, lines: read.lines.into_iter().map(Line::from).collect(), plate }))
}
