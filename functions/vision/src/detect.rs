//! `POST /vision/detect`: the objects on a picture.

use axum::Json;
use axum::extract::State as Shared;
use foundation::ApiResult;
use serde::Serialize;

use crate::State;
use crate::received::Received;
use crate::views::Object;

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Answer {
    objects: Vec<Object>,
}

pub(crate) async fn detect(Shared(state): Shared<State>, received: Received) -> ApiResult<Json<Answer>> {
    let found = state.vision.detector().detect(received.picture.clone()).await?;
    Ok(Json(Answer { objects: found.into_iter().map(Object::from).collect() }))
}
