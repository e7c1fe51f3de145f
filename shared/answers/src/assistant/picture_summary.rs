//! Recognises text and objects on the pictures of a question, within limits. A failure never prevents the answer.

use futures::future::join_all;
use tokio::time::timeout;

use super::image_loader::{ImageLoader, PICTURE_TIMEOUT};
use super::question::{Image, MOST_PICTURES};
use foundation::fetch::SetUpError;
use images::{Detection, ReadText, Vision};
use shared::Context;

/// Maximum characters of a picture's text.
const LONGEST_TEXT: usize = 1_500;
/// Maximum characters of all pictures' texts in the search query.
const SEARCHED: usize = 400;
/// Maximum kinds of objects per picture.
const MOST_OBJECTS: usize = 10;

/// What was recognised on a picture.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PictureSummary {
    /// The picture's name.
    pub name: String,
    /// The text on it; empty if there is none.
    pub text: String,
    /// The kinds of objects on it, by descending confidence.
    pub objects: Vec<String>,
    /// Why its text could not be read, as a sentence for the user.
    pub problem: Option<String>,
}

/// Analyses pictures.
#[derive(Debug)]
pub(super) struct PictureAnalyzer {
    vision: Vision,
    loader: ImageLoader,
}

impl PictureAnalyzer {
    pub(super) fn new(context: &Context, vision: Vision) -> Result<Self, SetUpError> {
        Ok(Self { vision, loader: ImageLoader::new(&context.config.documents)? })
    }

    /// Analyses the pictures concurrently. For those that fail or time out, the summary contains the reason.
    pub(super) async fn look(&self, images: &[Image]) -> Vec<PictureSummary> {
        let looks = images.iter().take(MOST_PICTURES).map(|image| async {
            let summary = match timeout(PICTURE_TIMEOUT, self.look_at(image)).await {
                Ok(Ok(summary)) => summary,
                Ok(Err(problem)) => PictureSummary { problem: Some(problem), ..PictureSummary::default() },
                Err(_) => PictureSummary {
                    problem: Some("Looking at it took too long.".to_owned()),
                    ..PictureSummary::default()
                },
            };
            PictureSummary { name: image.name.clone(), ..summary }
        });
        join_all(looks).await
    }

    async fn look_at(&self, image: &Image) -> Result<PictureSummary, String> {
        let file = self.loader.file(image).await.map_err(|error| error.to_string())?;
        let picture = self.vision.decode(file).await.map_err(|error| error.to_string())?;
        let seen = self.vision.look(picture).await;
        let (text, problem) = match seen.text {
            Ok(read) => (text(&read), None),
            Err(error) => (String::new(), Some(error.to_string())),
        };
        let objects = objects(&seen.objects.unwrap_or_default());
        Ok(PictureSummary { name: String::new(), text, objects, problem })
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

/// Extends a query by what was recognised: a question about the picture of a data plate is about its content.
pub(super) fn widened(query: String, picture_summaries: &[PictureSummary]) -> String {
    let mut left = SEARCHED;
    let mut parts: Vec<String> = Vec::new();
    for said in picture_summaries.iter().flat_map(|summary| [summary.text.clone(), summary.objects.join(" ")]) {
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
        let plate = PictureSummary {
            text: "MODEL V8-6.2".to_owned(),
            objects: vec!["plate".to_owned()],
            ..PictureSummary::default()
        };
        assert_eq!(widened("Which oil?".to_owned(), std::slice::from_ref(&plate)), "MODEL V8-6.2\nplate\nWhich oil?");
        assert_eq!(widened(String::new(), &[plate]), "MODEL V8-6.2\nplate");
        assert_eq!(widened("Which oil?".to_owned(), &[]), "Which oil?");
        let page = PictureSummary { text: "x".repeat(9_000), ..PictureSummary::default() };
        assert_eq!(widened(String::new(), &[page.clone(), page]).chars().count(), SEARCHED);
    }
}
