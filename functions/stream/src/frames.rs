//! The frames of the protocol.

use bytes::Bytes;
use foundation::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::store::{Citation, Procedure, TokenUsage, Verification, Warning};

/// A frame of the client.
#[derive(Debug, Clone, PartialEq)]
pub enum ClientFrame {
    /// A written question.
    FinalText {
        /// The question.
        text: String,
        /// The session that it belongs to.
        session: Option<String>,
    },
    /// A question of a client that speaks the answer itself: a frame without a type, or text that is no JSON.
    Sentence {
        /// The question; empty if the frame has none.
        text: String,
        /// The session that it belongs to, as far as the client knows.
        session: Option<String>,
    },
    /// Silences the answer.
    Interrupt,
    /// Ends the turn, but not the connection.
    Stop,
    /// Configures the connection.
    Config(ClientConfig),
    /// Ends the recording.
    AudioEnd,
    /// A part of a recording.
    Audio(Bytes),
    /// JSON of an unknown type.
    Unknown(String),
}

/// Settings of a client. Fields that it omits stay unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientConfig {
    /// The format of microphone audio.
    pub format: Option<AudioFormat>,
    /// The sample rate of raw audio in hertz.
    pub sample_rate: Option<u32>,
    /// The voice of the answers.
    pub voice: Option<String>,
    /// How answers are spoken.
    pub audio: Option<SpokenAnswers>,
    /// Whether partial transcripts are sent while the user is speaking.
    pub transcript: Option<bool>,
    /// Whether the steps of a procedure are also sent as data.
    pub procedure: Option<bool>,
    /// The session that questions belong to.
    pub session_id: Option<String>,
}

/// The format of microphone audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AudioFormat {
    /// Raw signed 16-bit little-endian mono samples.
    Pcm16,
    /// A `WebM` recording, in pieces.
    WebM,
    /// An Ogg recording, in pieces.
    Ogg,
    /// A WAV file, in pieces.
    Wav,
}

/// How answers are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpokenAnswers {
    /// As one file, once the answer is complete.
    #[default]
    Turn,
    /// As one file per sentence, as soon as it is ready.
    Sentence,
    /// Not at all.
    None,
    /// By the client, which gets the words. It asks in frames without a type instead of configuring it.
    #[serde(skip)]
    Words,
}

#[derive(Deserialize)]
struct FinalText {
    text: String,
    #[serde(rename = "sessionId")]
    session: Option<String>,
}

impl ClientFrame {
    /// Parses a text frame. Text that is not a JSON object, and does not look like one, is a question, and so is an
    /// object without a type that has a text or a session.
    ///
    /// # Errors
    /// If a frame of a known type is malformed, or text that looks like JSON cannot be parsed. The error is a sentence
    /// for the client.
    pub fn from_text(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let object = match serde_json::from_str(text) {
            Ok(serde_json::Value::Object(object)) => object,
            Err(_) if looks_like_json(text) => {
                return Err("The frame looks like JSON but cannot be read as JSON.".to_owned());
            }
            _ => return Ok(Self::Sentence { text: text.to_owned(), session: None }),
        };
        let is_untyped = object.get("type").is_none_or(Value::is_null);
        if is_untyped && (object.contains_key("text") || object.contains_key("sessionId")) {
            let field = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
            return Ok(Self::Sentence { text: field("text").unwrap_or_default(), session: field("sessionId") });
        }
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

/// Whether a text begins like a JSON object: `{"`, `{}` or `{name:`. No question does.
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
    /// A transcript of the user's speech.
    Transcript {
        /// The text so far.
        text: String,
        /// Whether it is final.
        #[serde(rename = "final")]
        is_final: bool,
    },
    /// More text of the answer.
    Token {
        /// The text.
        token: String,
    },
    /// The answer as stored.
    Final {
        /// Its text.
        response: String,
        /// The pages that it cites.
        citations: Vec<Citation>,
        /// The result of checking its figures against them.
        #[serde(skip_serializing_if = "Option::is_none")]
        verification: Option<Verification>,
        /// The procedure that it starts or continues, if the client asked for it.
        #[serde(skip_serializing_if = "Option::is_none")]
        procedure: Option<Box<Procedure>>,
        /// The warnings that apply to its steps.
        warnings: Vec<Warning>,
        /// The session that stores it.
        session_id: String,
        /// The id of the message.
        message_id: String,
        /// The tokens that it used.
        token_usage: TokenUsage,
    },
    /// The session of a turn whose answer the client speaks.
    Session {
        /// Its id.
        session_id: String,
    },
    /// Words for the client to speak.
    Chunk {
        /// The words, without any Markdown.
        token: String,
    },
    /// The end of a turn whose answer the client speaks.
    #[serde(rename = "final")]
    Said {
        /// The answer as it is stored, or what failed.
        response: String,
    },
    /// The turn was interrupted.
    Interrupted {
        /// The part of the answer that was sent, which is what is stored.
        heard: String,
    },
    /// A sentence of the answer follows as a file.
    Audio {
        /// The index of the sentence, from 0.
        index: usize,
        /// The sentence.
        text: String,
    },
    /// Something failed. The connection stays open.
    Error {
        /// The error code for programs.
        code: String,
        /// The message for the user.
        message: String,
        /// Additional data for programs; null if there is none.
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
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_json_object_is_a_question() {
        for text in ["hello", "", "42", "[1]", "{broken", "\"quoted\"", "{E-31} means what?", "[see page 3] why?"] {
            let question = ClientFrame::Sentence { text: text.to_owned(), session: None };
            assert_eq!(ClientFrame::from_text(text), Ok(question));
        }
    }

    #[test]
    fn objects_without_a_type_are_questions_if_they_could_be() {
        for (frame, text, session) in [
            (r#"{"text":"hi","sessionId":"s"}"#, "hi", Some("s")),
            (r#"{"type":null,"text":"hi","sessionId":null}"#, "hi", None),
            (r#"{"text":7,"sessionId":{}}"#, "", None),
            (r#"{"sessionId":"s"}"#, "", Some("s")),
        ] {
            let question = ClientFrame::Sentence { text: text.to_owned(), session: session.map(str::to_owned) };
            assert_eq!(ClientFrame::from_text(frame), Ok(question), "{frame}");
        }
        for frame in [r#"{"no":"type"}"#, "{}", r#"{"type":"","text":"hi"}"#, r#"{"type":7,"text":"hi"}"#] {
            assert_eq!(ClientFrame::from_text(frame), Ok(ClientFrame::Unknown(String::new())), "{frame}");
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
        for audio in ["loud", "words"] {
            let frame = json!({"type": "config", "audio": audio}).to_string();
            assert!(ClientFrame::from_text(&frame).is_err(), "{audio}");
        }
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
        let session = ServerFrame::Session { session_id: "s".to_owned() };
        assert_eq!(session.to_text(), r#"{"type":"session","sessionId":"s"}"#);
        assert_eq!(ServerFrame::Said { response: "Hi.".to_owned() }.to_text(), r#"{"type":"final","response":"Hi."}"#);
    }
}
