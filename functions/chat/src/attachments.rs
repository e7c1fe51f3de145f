//! Pictures that were sent with messages.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use foundation::ids::AttachmentId;
use foundation::{ApiError, ApiResult};
use http::{HeaderValue, StatusCode, header};
use shared::access::CurrentUser;
use shared::http::Id;

use crate::App;

/// `GET /chat/attachments/:id`: to the picture, for its owner.
pub async fn read(user: CurrentUser, State(state): State<App>, Id(id): Id<AttachmentId>) -> ApiResult<Response> {
    let address = state.conversations.image_address(&user.id, &id).await?;
    let address = address.ok_or_else(|| ApiError::not_found("Picture"))?;
    let location = HeaderValue::try_from(address).map_err(ApiError::internal)?;
    // The address works for some minutes; the browser may keep it for less.
    let headers =
        [(header::LOCATION, location), (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"))];
    Ok((StatusCode::FOUND, headers).into_response())
}
