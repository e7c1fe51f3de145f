//! Object detection by Amazon Rekognition.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_rekognition::Client;
use aws_sdk_rekognition::primitives::Blob;
use aws_sdk_rekognition::types::{BoundingBox, Image, Label};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::time::timeout;

use super::{Detection, Detector, NAME, sorted};
use crate::{Picture, PixelBox};
use foundation::aws;
use foundation::config::AwsConfig;
use foundation::provider::{ProviderError, ProviderFailure, sdk_failure};

/// Longer side in pixels of the pictures that are sent, so that they stay below the limit of 5 MB.
const LONGEST_SIDE: u32 = 2_000;
/// Maximum number of labels.
const MOST_LABELS: i32 = 50;
/// Minimum confidence of a label, from 0 to 100.
const LEAST_CONFIDENCE: f32 = 50.0;

/// A client for Amazon Rekognition's `DetectLabels`.
#[derive(Debug)]
pub struct Rekognition {
    client: Client,
    timeout: Duration,
}

impl Rekognition {
    /// A client, with a custom endpoint if one is given.
    pub async fn new(config: &AwsConfig, endpoint: Option<&str>, timeout: Duration) -> Self {
        let sdk = aws::at(&aws::sdk_config(config).await, endpoint);
        let builder = aws_sdk_rekognition::config::Builder::from(&sdk).retry_classifier(aws::HonourRetryAfter);
        Self { client: Client::from_conf(builder.build()), timeout }
    }

    async fn detect_on(&self, picture: Arc<Picture>) -> Result<Vec<Detection>, ProviderError> {
        let size = picture.size();
        let encoded = tokio::task::spawn_blocking(move || picture.to_jpeg(LONGEST_SIDE)).await;
        let encoded = encoded.map_err(|error| ProviderError::unavailable(NAME, error))?;
        let jpeg = encoded.map_err(|error| ProviderError::unavailable(NAME, error))?;
        let image = Image::builder().bytes(Blob::new(jpeg)).build();
        let request = self.client.detect_labels().image(image);
        let call = request.max_labels(MOST_LABELS).min_confidence(LEAST_CONFIDENCE).send();
        let answer = timeout(self.timeout, call).await;
        let answer = answer.map_err(|_| ProviderError::new(NAME, ProviderFailure::Timeout))?;
        let answer = answer.map_err(|error| sdk_failure(NAME, error))?;
        Ok(sorted(answer.labels().iter().flat_map(|label| detections(label, size)).collect()))
    }
}

/// The areas of a label; the whole picture if it has none, such as "Machine" or "Outdoors".
fn detections(label: &Label, size: (u32, u32)) -> Vec<Detection> {
    let Some(name) = label.name() else { return Vec::new() };
    let sure = |confidence: Option<f32>| (confidence.unwrap_or_default() / 100.0).clamp(0.0, 1.0);
    let of = |confidence, area| Detection { label: name.to_owned(), confidence: sure(confidence), area };
    let instances = label.instances().iter();
    let placed: Vec<Detection> = instances
        .filter_map(|instance| Some(of(instance.confidence(), area(instance.bounding_box()?, size)?)))
        .collect();
    if placed.is_empty() { vec![of(label.confidence(), PixelBox::whole(size))] } else { placed }
}

fn area(shares: &BoundingBox, size: (u32, u32)) -> Option<PixelBox> {
    PixelBox::from_shares([shares.left()?, shares.top()?, shares.width()?, shares.height()?], size)
}

impl Detector for Rekognition {
    fn detect(&self, picture: Arc<Picture>) -> BoxFuture<'_, Result<Vec<Detection>, ProviderError>> {
        self.detect_on(picture).boxed()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::test_support::{Answering, plain};
    use foundation::provider::test_server::{Server, aws_config, aws_failures_are_handled, good};

    #[tokio::test]
    async fn labels_come_with_their_places() {
        let place = json!({"Left": 0.5, "Top": 0.0, "Width": 0.25, "Height": 0.5});
        let body = json!({"Labels": [
            {"Name": "Machine", "Confidence": 80.0, "Instances": []},
            {"Name": "Wheel", "Confidence": 99.0, "Instances": [{"Confidence": 95.0, "BoundingBox": place}]},
        ]});
        let server = Answering::start(200, "application/x-amz-json-1.1", body.to_string()).await;
        let detector = Rekognition::new(&aws_config(), Some(server.url.as_str()), Duration::from_secs(5)).await;
        let found = detector.detect(plain(200, 100, [9; 3])).await.unwrap();
        let wheel = PixelBox { x: 100.0, y: 0.0, width: 50.0, height: 50.0 };
        let found: Vec<_> = found.into_iter().map(|found| (found.label, found.area)).collect();
        assert_eq!(found, [("Wheel".to_owned(), wheel), ("Machine".to_owned(), PixelBox::whole((200, 100)))]);
        assert_eq!(server.last().get("MaxLabels"), Some(&json!(50)));
    }

    #[tokio::test]
    async fn failures_are_told_or_tried_again() {
        let empty = || good(&json!({"Labels": []}));
        let server = Server::start(vec![empty()]).await;
        let at = async |url: &str| {
            let detector = Rekognition::new(&aws_config(), Some(url), Duration::from_secs(10)).await;
            detector.detect(plain(20, 10, [9; 3])).await.map(drop)
        };
        at(&server.url).await.unwrap();
        let head = server.seen().remove(0).head;
        assert!(head.starts_with("POST / HTTP/1.1\n"), "{head}");
        assert!(head.contains("x-amz-target: rekognitionservice.detectlabels\r\n"), "{head}");
        assert!(head.contains("/eu-west-1/rekognition/aws4_request"), "{head}");
        aws_failures_are_handled(at, empty, "400 Bad Request").await;
    }
}
