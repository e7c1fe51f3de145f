//! The `asr` family: recordings to text, and text to recordings.
//!
//! The frontend calls it without a sign-in, which `SERVICES_ANONYMOUS` allows. Payloads are top level
//! or sound; errors are the envelope.

mod access;
#[cfg(feature = "schemas")]
pub mod schemas;
mod synthesize;
mod transcribe;

use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use shared::Context;
use shared::http::Router;
use shared::pace::pace;
use speech::Speech;
use speech::audio::{AudioDecoder, AudioLimits, AudioWorker};

/// Recordings that are decoded at the same time; further ones wait.
const DECODED_AT_ONCE: usize = 4;

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct App {
    context: Context,
    decoder: AudioDecoder,
    speech: Speech,
}

impl App {
    /// The state of this family.
    #[must_use]
    pub fn new(context: Context, speech: Speech) -> Self {
        let config = &context.config.speech;
        let worker = AudioWorker::new(config.audio_worker.clone());
        let decoder = AudioDecoder::new(worker, AudioLimits::new(config.longest_audio), DECODED_AT_ONCE);
        Self { context, decoder, speech }
    }
}

impl FromRef<App> for Context {
    fn from_ref(state: &App) -> Self {
        state.context.clone()
    }
}

/// The routes of this family.
pub fn router(state: App) -> Router {
    let paced = from_fn_with_state(state.context.clone(), pace);
    let recordings = DefaultBodyLimit::max(transcribe::LARGEST_BODY);
    Router::new()
        .route("/api/v1/asr/transcribe", post(transcribe::transcribe).layer(recordings))
        .route("/api/v1/asr/synthesize", post(synthesize::synthesize))
        .layer(paced)
        .with_state(state)
}
