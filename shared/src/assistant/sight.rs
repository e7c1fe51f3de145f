//! What is read and detected on the pictures of a question, within limits, and never at the cost of the
//! answer.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::future::join_all;
use tokio::time::timeout;

use super::question::Image;
use crate::config::DocumentsConfig;
use crate::fetch::{FetchLimits, Fetcher, SetUpError};
use crate::vision::{Detection, ReadText, Vision};

/// Pictures of a question that are looked at.
const MOST_PICTURES: usize = 4;
/// How long looking at them may take; they are looked at side by side.
const PATIENCE: Duration = Duration::from_secs(20);
/// The largest picture that is fetched, in bytes.
const LARGEST: u64 = 20 * 1024 * 1024;
/// Characters of a picture's text.
const LONGEST_TEXT: usize = 1_500;
/// Characters of all pictures' texts that manuals are searched for.
const SEARCHED: usize = 400;
/// Kinds of objects of a picture.
const MOST_OBJECTS: usize = 10;

/// What was seen on a picture.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sight {
    /// The picture's name.
    pub name: String,
    /// The text on it; empty where there is none.
    pub text: String,
    /// The kinds of objects on it, the surest first.
    pub objects: Vec<String>,
    /// Why its text could not be read, as a sentence for the user.
    pub problem: Option<String>,
}

/// What looks at pictures.
#[derive(Debug)]
pub(super) struct Eyes {
    vision: Vision,
    fetcher: Fetcher,
}

impl Eyes {
    pub(super) fn new(config: &DocumentsConfig, vision: Vision) -> Result<Self, SetUpError> {
        let limits =
            FetchLimits { bytes: LARGEST, total: PATIENCE, idle: Duration::from_secs(5), ..FetchLimits::default() };
        Ok(Self { vision, fetcher: Fetcher::new(config, limits)? })
    }

    /// What is on each picture. What takes too long or fails leaves its reason.
    pub(super) async fn look(&self, images: &[Image]) -> Vec<Sight> {
        let looks = images.iter().take(MOST_PICTURES).map(|image| async {
            let sight = match timeout(PATIENCE, self.look_at(image)).await {
                Ok(Ok(sight)) => sight,
                Ok(Err(problem)) => Sight { problem: Some(problem), ..Sight::default() },
                Err(_) => Sight { problem: Some("Looking at it took too long.".to_owned()), ..Sight::default() },
            };
            Sight { name: image.name.clone(), ..sight }
        });
        join_all(looks).await
    }

    async fn look_at(&self, image: &Image) -> Result<Sight, String> {
        let bytes = self.bytes(image).await?;
        let picture = self.vision.decode(bytes).await.map_err(|error| error.to_string())?;
        let seen = self.vision.look(picture).await;
        let (text, problem) = match seen.text {
            Ok(read) => (text(&read), None),
            Err(error) => (String::new(), Some(error.to_string())),
        };
        let objects = objects(&seen.objects.unwrap_or_default());
        Ok(Sight { name: String::new(), text, objects, problem })
    }

    async fn bytes(&self, image: &Image) -> Result<Bytes, String> {
        let Some((_, encoded)) = image.url.strip_prefix("data:").and_then(|data| data.split_once(";base64,")) else {
            return self.fetcher.bytes(&image.url).await.map_err(|error| error.to_string());
        };
        let bytes = STANDARD.decode(encoded).map_err(|_| "The picture is not encoded as it should be.")?;
        Ok(bytes.into())
    }
}

fn text(read: &ReadText) -> String {
    read.text.chars().take(LONGEST_TEXT).collect()
}

fn objects(detections: &[Detection]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for detection in detections {
        if labels.len() < MOST_OBJECTS && !labels.contains(&detection.label) {
            labels.push(detection.label.clone());
        }
    }
    labels
}

/// A query with what was seen: a question about the picture of a plate is one about what it says.
pub(super) fn widened(query: String, sights: &[Sight]) -> String {
    let mut left = SEARCHED;
    let mut parts: Vec<String> = Vec::new();
    for said in sights.iter().flat_map(|sight| [sight.text.clone(), sight.objects.join(" ")]) {
        let said: String = said.trim().chars().take(left).collect();
        left -= said.chars().count();
        if !said.is_empty() {
            parts.push(said);
        }
    }
    if !query.is_empty() {
        // Last, as a question is that leans on what was said before.
        parts.push(query);
    }
    parts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_widened_by_what_was_seen_within_bounds() {
        let plate = Sight { text: "MODEL V8-6.2".to_owned(), objects: vec!["plate".to_owned()], ..Sight::default() };
        assert_eq!(widened("Which oil?".to_owned(), std::slice::from_ref(&plate)), "MODEL V8-6.2\nplate\nWhich oil?");
        assert_eq!(widened(String::new(), &[plate]), "MODEL V8-6.2\nplate");
        assert_eq!(widened("Which oil?".to_owned(), &[]), "Which oil?");
        let page = Sight { text: "x".repeat(9_000), ..Sight::default() };
        assert_eq!(widened(String::new(), &[page.clone(), page]).chars().count(), SEARCHED);
    }
}
