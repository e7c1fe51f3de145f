//! Asks a multimodal model behind an OpenAI-compatible endpoint about one picture.
//!
//! Protocol: <https://platform.openai.com/docs/api-reference/chat/create>, with the picture as a `data:` URL. If the
//! answer should be JSON, it is extracted from any text around it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{Picture, PixelBox};
use foundation::config::OpenAiConfig;
use foundation::provider::{Cause, HttpProvider, ProviderError};

/// Longer side in pixels of the pictures that are sent, which is what such models look at.
const LONGEST_SIDE: u32 = 1_568;
/// Maximum size of a response in bytes.
const LONGEST_ANSWER: usize = 1024 * 1024;
/// Number of positions in a response at which JSON may begin.
const MOST_BEGINNINGS: usize = 64;

/// A client for a multimodal model.
#[derive(Debug)]
pub struct Multimodal {
    server: HttpProvider,
    model: String,
}

#[derive(Deserialize)]
struct ChatCompletion {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
}

impl Multimodal {
    /// A client for the configured model. `name` begins the sentences of its errors.
    ///
    /// # Errors
    /// If TLS cannot be set up, or the key contains characters that a header cannot.
    pub fn new(name: &'static str, config: &OpenAiConfig) -> Result<Self, Cause> {
        let key = config.api_key.as_ref();
        let server = HttpProvider::new(name, &config.base_url, "Bearer", key, config.idle_timeout)?;
        Ok(Self { server, model: config.model.clone() })
    }

    /// The model's name.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The model's answer to a question about a picture.
    ///
    /// # Errors
    /// If the endpoint fails, or its response has no text.
    pub async fn ask(&self, picture: Arc<Picture>, rules: &str, question: &str) -> Result<String, ProviderError> {
        let encoded = tokio::task::spawn_blocking(move || picture.to_jpeg(LONGEST_SIDE)).await;
        let encoded = encoded.map_err(|error| self.server.unavailable(error))?;
        let jpeg = encoded.map_err(|error| self.server.unavailable(error))?;
        let url = format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg));
        let body = json!({
            "model": self.model,
            "stream": false,
            "messages": [
                {"role": "system", "content": rules},
                {"role": "user", "content": [
                    {"type": "text", "text": question},
                    {"type": "image_url", "image_url": {"url": url}},
                ]},
            ],
        });
        let response = self.server.post("chat/completions", |request| request.json(&body)).await?;
        let bytes = self.server.body(response, LONGEST_ANSWER).await?;
        let answer: ChatCompletion = serde_json::from_slice(&bytes).map_err(|error| self.server.unavailable(error))?;
        let text = answer.choices.into_iter().next().and_then(|choice| choice.message.content);
        let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        text.ok_or_else(|| self.server.unavailable("the answer holds no text"))
    }

    /// The same for an answer in JSON.
    ///
    /// # Errors
    /// If the endpoint fails, or the answer contains no such JSON.
    pub async fn ask_json<T: DeserializeOwned>(&self, picture: Arc<Picture>, rules: &str) -> Result<T, ProviderError> {
        let text = self.ask(picture, rules, "Here is the picture.").await?;
        json_in(&text).ok_or_else(|| self.server.unavailable("the answer holds no JSON of the form asked for"))
    }
}

/// The first JSON object of this type in a text.
fn json_in<T: DeserializeOwned>(text: &str) -> Option<T> {
    let beginnings = text.match_indices('{').map(|(at, _)| at).take(MOST_BEGINNINGS);
    beginnings.filter_map(|at| text.get(at..)).find_map(|rest| {
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<T>();
        values.next()?.ok()
    })
}

/// An area as models return it: coordinates as shares of the picture or in thousandths.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Sides {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Sides {
    pub(super) fn on(self, size: (u32, u32)) -> Option<PixelBox> {
        let Self { left, top, right, bottom } = self;
        let unit = if [left, top, right, bottom].iter().any(|side| *side > 1.0) { 1000.0 } else { 1.0 };
        PixelBox::from_shares([left, top, right - left, bottom - top].map(|side| side / unit), size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Count {
        count: u32,
    }

    #[test]
    fn json_is_found_in_what_stands_around_it() {
        for text in [
            "{\"count\": 3}",
            "```json\n{\"count\": 3}\n```",
            "Sure! In {braces}: {\"note\": 1} {\"count\": 3, \"more\": []} Hope this helps {",
        ] {
            assert_eq!(json_in::<Count>(text), Some(Count { count: 3 }), "{text}");
        }
        assert_eq!(json_in::<Count>("I cannot see a picture."), None);
        assert_eq!(json_in::<Count>(&"{".repeat(100_000)), None);
    }

    #[test]
    fn places_come_in_shares_or_thousandths() {
        let place = |scale: f32| Sides { left: 0.1 * scale, top: 0.2 * scale, right: 0.3 * scale, bottom: 0.4 * scale };
        for scale in [1.0, 1000.0] {
            let area = place(scale).on((100, 200));
            assert!(area.is_some_and(|area| (area.x - 10.0).abs() < 0.01 && (area.height - 40.0).abs() < 0.01));
        }
        assert_eq!(Sides { left: 0.5, top: 0.5, right: 0.2, bottom: 0.6 }.on((10, 10)), None);
    }
}
