//! `POST /asr/transcribe`: what is said in a recording.

use axum::Json;
use axum::extract::{Request, State};
use foundation::{ApiError, ApiResult};
use serde::Serialize;
use shared::http::{body_limit, receive_file};
use speech::endpointing::voiced;
use speech::{SpokenSegment, Transcript};

use crate::App;
use crate::access::Admitted;

/// The largest file, in bytes.
const LARGEST_FILE: usize = 25 * 1024 * 1024;
/// The largest body: the file and the form around it.
pub(crate) const LARGEST_BODY: usize = body_limit(LARGEST_FILE);

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct TranscriptView {
    status: u16,
    message: &'static str,
    /// The text; the frontend looks for it under this name.
    data: String,
    segments: Vec<Segment>,
    language: Option<String>,
    /// Seconds.
    duration: f64,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
struct Segment {
    /// Seconds from the beginning.
    start: f64,
    end: f64,
    text: String,
}

pub(crate) async fn transcribe(
    Admitted { user }: Admitted,
    State(state): State<App>,
    request: Request,
) -> ApiResult<Json<TranscriptView>> {
    let form = receive_file(request, LARGEST_FILE).await?;
    let sound = state.decoder.decode(form.file).await?;
    let duration = sound.duration();
    // Silence and noise are no reason to ask anybody, and no error.
    let voice = state.speech.voice.clone();
    let judged = tokio::task::spawn_blocking(move || voiced(&sound, &voice).map(|is_voiced| (sound, is_voiced)));
    let (sound, is_voiced) = judged.await.map_err(ApiError::internal)??;
    let transcript = if is_voiced {
        let billing = &state.context.billing;
        let counted = match &user {
            Some(user) => Some((user, billing.charge_voice(user, duration).await?)),
            None => None,
        };
        let transcribed = state.speech.transcriber.transcribe(sound).await;
        if let (Err(_), Some((user, month))) = (&transcribed, counted)
            && let Err(error) = billing.refund_voice(user, &month, duration).await
        {
            tracing::error!(%error, %user, "a recording that was not understood stays counted");
        }
        transcribed?
    } else {
        Transcript { duration, ..Transcript::default() }
    };
    let message = if transcript.text.is_empty() { "Nothing was said." } else { "Here is what was said." };
    Ok(Json(TranscriptView {
        status: 200,
        message,
        data: transcript.text,
        segments: transcript.segments.into_iter().map(Segment::from).collect(),
        language: transcript.language,
        duration: seconds(duration),
    }))
}

impl From<SpokenSegment> for Segment {
    fn from(segment: SpokenSegment) -> Self {
        Self { start: seconds(segment.start), end: seconds(segment.end), text: segment.text }
    }
}

/// Seconds, to the millisecond.
fn seconds(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}
