//! What goes over the wire.

use bytes::Bytes;
use foundation::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::store::{Citation, Procedure, TokenUsage, Verification, Warning};

/// A frame of the client, as it is understood.
#[derive(Debug, Clone, PartialEq)]
pub enum ClientFrame {
    /// A question in words.
    FinalText {
        /// The words.
        text: String,
        /// The session that it belongs to.
        session: Option<String>,
    },
    /// The answer is to be silent.
    Interrupt,
    /// The turn ends; the connection does not.
    Stop,
    /// How the connection is to be.
    Config(ClientConfig),
    /// The recording is complete.
    AudioEnd,
    /// A part of a recording.
    Audio(Bytes),
    /// JSON of no type that is known here.
    Unknown(String),
}

/// The client's wishes; what it leaves out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientConfig {
    /// What the microphone audio is.
    pub format: Option<AudioFormat>,
    /// Samples a second of raw audio.
    pub sample_rate: Option<u32>,
    /// The voice of the answers.
    pub voice: Option<String>,
    /// How answers are spoken.
    pub audio: Option<SpokenAnswers>,
    /// Whether parts of what is understood are sent while somebody speaks.
    pub transcript: Option<bool>,
    /// Whether the steps of a procedure are also sent as data.
    pub procedure: Option<bool>,
    /// The session that questions belong to.
    pub session_id: Option<String>,
}

/// What microphone audio is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AudioFormat {
    /// Signed 16-bit little-endian samples of one channel.
    Pcm16,
    /// A `WebM` recording in pieces.
    WebM,
    /// An Ogg recording in pieces.
    Ogg,
    /// A WAV file in pieces.
    Wav,
}

/// How answers are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpokenAnswers {
    /// One file, when the answer is complete.
    #[default]
    Turn,
    /// A file a sentence, as soon as each is ready.
    Sentence,
    /// Not at all.
    None,
}

#[derive(Deserialize)]
struct FinalText {
    text: String,
    #[serde(rename = "sessionId")]
    session: Option<String>,
}

impl ClientFrame {
    /// Reads a text frame. One that is no JSON object, and does not look like one, is a question.
    ///
    /// # Errors
    /// A sentence for the client, where a frame of a known type is malformed, or one that looks like JSON
    /// cannot be read.
    pub fn from_text(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let object = match serde_json::from_str(text) {
            Ok(serde_json::Value::Object(object)) => object,
            Err(_) if looks_like_json(text) => {
                return Err("The frame looks like JSON but cannot be read as JSON.".to_owned());
            }
            _ => return Ok(Self::FinalText { text: text.to_owned(), session: None }),
        };
        let kind = object.get("type").and_then(|kind| kind.as_str()).unwrap_or_default().to_owned();
        let value = serde_json::Value::Object(object);
        match kind.as_str() {
            "final_text" => {
                let found: FinalText = read(value, "final_text")?;
                Ok(Self::FinalText { text: found.text, session: found.session.filter(|id| !id.is_empty()) })
            }
            "interrupt" => Ok(Self::Interrupt),
            "stop" => Ok(Self::Stop),
            "audio_end" => Ok(Self::AudioEnd),
            "config" => read(value, "config").map(Self::Config),
            _ => Ok(Self::Unknown(kind.chars().take(40).collect())),
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(value: serde_json::Value, kind: &str) -> Result<T, String> {
    serde_json::from_value(value)
        .map_err(|_| format!("A field of the frame \"{kind}\" is missing or has a value that is not allowed."))
}

/// Whether a text begins as an object does, `{"` or `{}` or `{name:`: no question does.
fn looks_like_json(text: &str) -> bool {
    let Some(inside) = text.trim_start().strip_prefix('{') else { return false };
    let inside = inside.trim_start();
    let name = inside.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    inside.is_empty()
        || inside.starts_with(['"', '\'', '}'])
        || (name.len() < inside.len() && name.trim_start().starts_with(':'))
}

/// A frame of the server.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ServerFrame {
    /// The connection is open.
    Ready,
    /// What is understood.
    Transcript {
        /// All of it so far.
        text: String,
        /// Whether it stays so.
        #[serde(rename = "final")]
        is_final: bool,
    },
    /// Further text of the answer.
    Token {
        /// The text.
        token: String,
    },
    /// The answer, as it is stored.
    Final {
        /// Its text.
        response: String,
        /// The pages that it cites.
        citations: Vec<Citation>,
        /// Whether its figures stand on them.
        #[serde(skip_serializing_if = "Option::is_none")]
        verification: Option<Verification>,
        /// The procedure that it opens, or whose step it tells; where the client wants to know.
        #[serde(skip_serializing_if = "Option::is_none")]
        procedure: Option<Box<Procedure>>,
        /// The warnings that hold for the steps that it tells.
        warnings: Vec<Warning>,
        /// The session that it is kept in.
        session_id: String,
        /// The message.
        message_id: String,
        /// What it cost.
        token_usage: TokenUsage,
    },
    /// The turn was interrupted.
    Interrupted {
        /// What of the answer was sent, which is what is kept.
        heard: String,
    },
    /// A file with a sentence of the answer follows.
    Audio {
        /// The sentence's number, from 0.
        index: usize,
        /// The sentence.
        text: String,
    },
    /// Something failed; the connection stays.
    Error {
        /// For programs.
        code: String,
        /// For a person.
        message: String,
        /// More for programs, where there is more.
        #[serde(skip_serializing_if = "Value::is_null")]
        data: Value,
    },
}

/// An error as a frame: its code and its sentence, never its cause.
impl From<&ApiError> for ServerFrame {
    fn from(error: &ApiError) -> Self {
        let (code, message) = (error.code().to_owned(), error.message().to_owned());
        Self::Error { code, message, data: error.data().clone() }
    }
}

impl ServerFrame {
    /// The frame as JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Nothing in a frame can fail to be written; should it, an empty object harms nobody.
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_object_is_a_question() {
        for text in ["hello", "", "42", "[1]", "{broken", "\"quoted\"", "{E-31} means what?", "[see page 3] why?"] {
            let question = ClientFrame::FinalText { text: text.to_owned(), session: None };
            assert_eq!(ClientFrame::from_text(text), Ok(question));
        }
    }

    #[test]
    fn frames_are_read_by_their_type() {
        let asked = ClientFrame::from_text(r#"{"type":"final_text","text":"hi","sessionId":"s","extra":1}"#).unwrap();
        assert_eq!(asked, ClientFrame::FinalText { text: "hi".to_owned(), session: Some("s".to_owned()) });
        assert_eq!(ClientFrame::from_text(r#"{"type":"stop"}"#), Ok(ClientFrame::Stop));
        let config = ClientFrame::from_text(r#"{"type":"config","audio":"sentence","sampleRate":48000}"#).unwrap();
        let wished =
            ClientConfig { audio: Some(SpokenAnswers::Sentence), sample_rate: Some(48_000), ..Default::default() };
        assert_eq!(config, ClientFrame::Config(wished));
        assert_eq!(ClientFrame::from_text(r#"{"type":"dance"}"#), Ok(ClientFrame::Unknown("dance".to_owned())));
        assert!(ClientFrame::from_text(r#"{"type":"final_text"}"#).unwrap_err().contains("final_text"));
        let marked = ClientFrame::from_text("\u{feff}{\"type\":\"stop\"}");
        assert_eq!(marked, Ok(ClientFrame::Stop), "a byte order mark is passed over");
        assert!(ClientFrame::from_text(r#"{"type":"config","audio":"loud"}"#).is_err());
    }

    #[test]
    fn what_looks_like_json_and_is_none_is_no_question() {
        for text in [
            r#"{"type":"final_text","text":"a \ud83d b"}"#,
            r#"{"type":"final_text","text":"cut of"#,
            r#" {"type":"stop"}}"#,
            "{type: \"interrupt\"}",
            "{'type': 'interrupt'}",
            "{\n  \"type\": \"stop\",\n}",
            "{",
        ] {
            assert!(ClientFrame::from_text(text).unwrap_err().contains("JSON"), "{text}");
        }
    }

    #[test]
    fn frames_are_written_as_clients_know_them() {
        let heard = ServerFrame::Transcript { text: "hi".to_owned(), is_final: true };
        assert_eq!(heard.to_text(), r#"{"type":"transcript","text":"hi","final":true}"#);
        assert_eq!(ServerFrame::Ready.to_text(), r#"{"type":"ready"}"#);
    }
}
