//! `DELETE /batches/:id/cancel`: ends the events of a batch. Documents that were registered stay.

use axum::Json;
use axum::extract::State;
use foundation::ids::BatchId;
use foundation::{ApiError, ApiResult};
use serde::Serialize;
use shared::http::Id;

use crate::App;
use crate::access::Caller;

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cancelled {
    batch_id: BatchId,
    status: &'static str,
}

pub(crate) async fn cancel_batch(
    State(state): State<App>,
    caller: Caller,
    Id(id): Id<BatchId>,
) -> ApiResult<Json<Cancelled>> {
    caller.count_look(&state).await?;
    if !state.context.store.cancel_batch(caller.user(), &id).await? {
        return Err(ApiError::not_found("Batch"));
    }
    Ok(Json(Cancelled { batch_id: id, status: "cancelled" }))
}
