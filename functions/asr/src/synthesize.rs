//! `POST /asr/synthesize`: a text, read out.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use foundation::ids::UserId;
use foundation::provider::{ProviderError, ProviderFailure};
use foundation::{ApiError, ApiResult};
use http::header::CONTENT_TYPE;
use serde_json::Value;
use shared::http::{Field, Fields, FromFields, Invalid, Valid, text};
use speech::audio::{Pcm, SoundFormat};
use speech::synthesis::{is_voice_name, say};

use crate::App;
use crate::access::Admitted;

/// Characters of a text.
const LONGEST_TEXT: usize = 5_000;

pub(crate) struct Body {
    text: String,
    voice: Option<String>,
    format: SoundFormat,
    speed: f32,
}

struct Text(String);
struct Voice(String);
struct Format(SoundFormat);
struct Speed(f32);

impl FromFields for Body {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let text = fields.required::<Text>("text");
        let voice = fields.optional::<Voice>("voice");
        let format = fields.optional::<Format>("format");
        let speed = fields.optional::<Speed>("speed");
        Ok(Self {
            text: text?.0,
            voice: voice?.map(|Voice(name)| name),
            format: format?.map_or(SoundFormat::Wav, |Format(format)| format),
            speed: speed?.map_or(1.0, |Speed(speed)| speed),
        })
    }
}

impl Field for Text {
    /// Too long a text is refused by the handler: with 413, as too large a file would be.
    fn parse(value: &Value) -> Result<Self, String> {
        text(value, 1, usize::MAX).map(Self)
    }
}

impl Field for Voice {
    fn parse(value: &Value) -> Result<Self, String> {
        let name = text(value, 1, usize::MAX)?;
        if is_voice_name(&name) { Ok(Self(name)) } else { Err("must be the name of a voice".to_owned()) }
    }
}

impl Field for Format {
    fn parse(value: &Value) -> Result<Self, String> {
        let format = value.as_str().and_then(|name| name.parse().ok());
        format.map(Self).ok_or_else(|| "must be wav, mp3 or opus".to_owned())
    }
}

impl Field for Speed {
    fn parse(value: &Value) -> Result<Self, String> {
        let speed = value.as_f64().filter(|speed| (0.5..=2.0).contains(speed));
        #[expect(clippy::cast_possible_truncation, reason = "a speed needs no more digits")]
        speed.map(|speed| Self(speed as f32)).ok_or_else(|| "must be a number from 0.5 to 2".to_owned())
    }
}

pub(crate) async fn synthesize(
    Admitted { user }: Admitted,
    State(state): State<App>,
    Valid(body): Valid<Body>,
) -> ApiResult<Response> {
    if body.text.chars().count() > LONGEST_TEXT {
        return Err(ApiError::payload_too_large(
            "text_too_long",
            format!("A text may have at most {LONGEST_TEXT} characters. Please send it in parts."),
        ));
    }
    if let Some(user) = &user {
        state.context.billing.check_voice(user).await?;
    }
    let chosen = body.voice.is_some();
    let format = body.format;
    // What was begun is counted also where the client does not wait for it.
    let said = tokio::spawn(read_out(state, user, body)).await.map_err(ApiError::internal)??;
    let sound = said.map_err(|error| if chosen { voice_refused(error) } else { error.into() })?;
    if sound.samples.is_empty() {
        return Err(ApiError::validation(vec!["text holds nothing that can be read out".to_owned()]));
    }
    let encoded = tokio::task::spawn_blocking(move || sound.encode(format)).await.map_err(ApiError::internal)?;
    let encoded = encoded.map_err(ApiError::internal)?;
    Ok(([(CONTENT_TYPE, format.content_type())], encoded).into_response())
}

/// The sound of the text, counted. Its sentences together may take half as long again as one of them.
async fn read_out(state: App, user: Option<UserId>, body: Body) -> ApiResult<Result<Pcm, ProviderError>> {
    let saying = say(state.speech.synthesizer.clone(), &body.text, body.voice, body.speed);
    let limit = state.context.config.speech.timeout * 3 / 2;
    let said = tokio::time::timeout(limit, saying).await.map_err(|_| {
        ApiError::unavailable("provider_timeout", "This text takes too long to read out. Please send it in parts.")
    })?;
    if let (Some(user), Ok(sound)) = (&user, &said) {
        state.context.billing.note_voice(user, sound.duration()).await?;
    }
    Ok(said)
}

/// What a refusal means where the client has chosen the voice.
fn voice_refused(error: ProviderError) -> ApiError {
    match error.failure {
        ProviderFailure::Rejected(cause) => {
            let message = "This voice was refused. Please choose another, or leave it out.";
            ApiError::bad_request("voice_refused", message).caused_by(cause)
        }
        _ => error.into(),
    }
}
