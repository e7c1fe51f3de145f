//! `POST /vision/detect`: the objects on a picture.

use axum::Json;
use axum::extract::State;
use foundation::ApiResult;
use serde::Serialize;

use crate::App;
use crate::received::Received;
use crate::views::Object;

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Answer {
    objects: Vec<Object>,
}

pub(crate) async fn detect(State(state): State<App>, received: Received) -> ApiResult<Json<Answer>> {
    let found = state.vision.detector().detect(received.picture.clone()).await?;
    Ok(Json(Answer { objects: found.into_iter().map(Object::from).collect() }))
}
