//! The `repository` function: a user's documents.
//!
//! Files go straight to storage by presigned addresses, or are fetched from an address; either way
//! an object that is put starts the `ingest` function, which alone changes what a document holds. Pages are shown as
//! pictures, which a child process draws.

mod complete;
mod delete;
mod fields;
mod file;
mod list;
mod page;
mod page_image;
mod pictures;
mod read;
mod register;
mod reprocess;
#[cfg(feature = "schemas")]
pub mod schemas;
mod upload;
mod view;
mod wish;

use std::sync::Arc;

use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use documents::pdf::PdfWorker;
use foundation::ApiError;
use foundation::ids::{DocumentId, UserId};
use shared::Context;
use shared::http::Router;
use shared::pace::pace;
use shared::store::Document;
use tokio::sync::Semaphore;

/// Permits to make pictures of pages: so many are made at the same time, and further requests wait.
const PICTURES_AT_ONCE: usize = 2;

/// What the function holds.
#[derive(Debug, Clone)]
pub struct App {
    context: Context,
    pdf: PdfWorker,
    pictures: Arc<Semaphore>,
}

impl App {
    /// Everything that the function needs.
    ///
    /// # Errors
    /// When the program that reads PDF files cannot be named.
    pub fn new(context: Context) -> std::io::Result<Self> {
        let pdf = PdfWorker::configured(&context.config.documents)?;
        Ok(Self { context, pdf, pictures: Arc::new(Semaphore::new(PICTURES_AT_ONCE)) })
    }

    /// The user's document, or 404.
    async fn document(&self, user: &UserId, id: &DocumentId) -> Result<Document, ApiError> {
        self.context.store.document(user, id).await?.ok_or_else(|| ApiError::not_found("Document"))
    }
}

impl FromRef<App> for Context {
    fn from_ref(state: &App) -> Self {
        state.context.clone()
    }
}

/// The routes under `/api/v1/repository`.
pub fn router(state: App) -> Router {
    let paced = from_fn_with_state(state.context.clone(), pace);
    Router::new()
        .route("/api/v1/repository/uploads", post(upload::begin_upload))
        .route("/api/v1/repository/uploads/{id}/complete", post(complete::complete_upload))
        .route("/api/v1/repository/documents", get(list::list_documents).post(register::register_documents))
        .route("/api/v1/repository/documents/{id}", get(read::read_document).delete(delete::delete_document))
        .route("/api/v1/repository/documents/{id}/file", get(file::download_file))
        .route("/api/v1/repository/documents/{id}/pages/{page}", get(page::read_page))
        .route("/api/v1/repository/documents/{id}/pages/{page}/image", get(page_image::show_page))
        .route("/api/v1/repository/documents/{id}/reprocess", post(reprocess::reprocess_document))
        .layer(paced)
        .with_state(state)
}
