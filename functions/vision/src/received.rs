//! Receiving a picture: from whom, how often, how large, and how many at once.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use foundation::ApiError;
use foundation::ids::UserId;
use images::Picture;
use shared::access::CurrentUser;
use shared::http::{body_limit, receive_file};
use shared::store::RateLimit;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::App;

/// The largest file, in bytes: what a phone's camera makes.
const LARGEST_FILE: usize = 20 * 1024 * 1024;
/// The largest body: the file and the form around it.
pub(crate) const LARGEST_BODY: usize = body_limit(LARGEST_FILE);
/// Pictures of one user.
const PICTURES: RateLimit = RateLimit { name: "vision", times: 60, seconds: 60 };
/// Pictures that are looked at or wait for it. Their memory is bounded elsewhere; this bounds how long one waits.
const AT_ONCE: usize = 8;
/// When to come back where there are more, in seconds.
const RETRY_SECONDS: u64 = 3;

/// Places for pictures; further ones are refused.
#[derive(Debug, Clone)]
pub(crate) struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// A picture that a user sent.
pub(crate) struct Received {
    pub(crate) user: UserId,
    pub(crate) picture: Arc<Picture>,
    pub(crate) fields: HashMap<String, String>,
    /// Kept until the picture was looked at.
    _place: OwnedSemaphorePermit,
}

impl FromRequest<App> for Received {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &App) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let user = <CurrentUser as FromRequestParts<App>>::from_request_parts(&mut parts, state).await?;
        if let Some(seconds) = state.context.store.count_against(&PICTURES, &user.id.to_string()).await? {
            let message = format!("Too many pictures at once. Please try again in {seconds} seconds.");
            return Err(ApiError::too_many_requests("too_many_pictures", message, seconds));
        }
        let busy = |_| {
            let message = "Many pictures are being looked at. Please try again in a moment.";
            ApiError::too_many_requests("vision_busy", message, RETRY_SECONDS)
        };
        // A slow upload takes nobody's place.
        let form = receive_file(Request::from_parts(parts, body), LARGEST_FILE).await?;
        let place = state.places.0.clone().try_acquire_owned().map_err(busy)?;
        let picture = state.vision.decode(form.file).await?;
        Ok(Self { user: user.id, picture, fields: form.fields, _place: place })
    }
}
