//! `POST /batches/upload-pdfs`: checks PDFs and makes them a batch.
//!
//! One file that cannot be used refuses all of them, with a sentence that names it.

use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use foundation::{ApiError, ApiResult};
use shared::billing::Kept;
use shared::store::Batch;

use crate::App;
use crate::access::Caller;
use crate::received::{Received, receive};
use crate::view::QueuedBatch;

/// How long opening all files may take. The API gives up on a request after 29 seconds.
const CHECKING: Duration = Duration::from_secs(20);

pub(crate) async fn upload_batch(
    State(state): State<App>,
    caller: Caller,
    request: Request,
) -> ApiResult<Json<QueuedBatch>> {
    caller.count_upload(&state).await?;
    let files = receive(request).await?;
    if let Some(user) = caller.user() {
        state.context.billing.check_room(user, room(&files)).await?;
    }
    tokio::time::timeout(CHECKING, check(&state, &files)).await.map_err(|_| too_slow())??;
    let batch = Batch::new(files.into_iter().map(|file| file.name).collect());
    state.context.store.create_batch(caller.user(), &batch).await?;
    Ok(Json(batch.into()))
}

/// What the files would take of a plan, were they all registered.
fn room(files: &[Received]) -> Kept {
    Kept { documents: files.len() as u64, bytes: files.iter().map(|file| file.size).sum() }
}

/// Opens the files one after the other: side by side, hostile ones would together take more memory than a function has.
async fn check(state: &App, files: &[Received]) -> ApiResult<()> {
    for Received { name, file, .. } in files {
        state.inspector.inspect(file.path()).await.map_err(|error| ApiError::from(error).about(name))?;
    }
    Ok(())
}

fn too_slow() -> ApiError {
    let sentence = "Checking these files takes too long. Please send fewer at once, or try again in a moment.";
    ApiError::unavailable("batch_took_too_long", sentence).retry_after(5)
}
