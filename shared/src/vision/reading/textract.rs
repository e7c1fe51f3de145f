//! Amazon Textract.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_textract::Client;
use aws_sdk_textract::primitives::Blob;
use aws_sdk_textract::types::{Block, BlockType, Document};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::time::timeout;

use super::{ReadLine, ReadText, TextReader};
use crate::aws;
use crate::config::AwsConfig;
use crate::provider::{ProviderError, ProviderFailure, sdk_failure};
use crate::vision::{Picture, PixelBox};

/// Who this is in sentences.
const NAME: &str = "Text recognition";
/// The longer side of the picture that is sent, in pixels: letters stay legible, and a photo stays
/// below the 5 MB that one call takes.
const LONGEST_SIDE: u32 = 3_000;

/// Amazon Textract's `DetectDocumentText`.
#[derive(Debug)]
pub struct Textract {
    client: Client,
    patience: Duration,
}

impl Textract {
    /// A client, at another endpoint where one is given.
    pub async fn new(config: &AwsConfig, endpoint: Option<&str>, patience: Duration) -> Self {
        let sdk = aws::at(&aws::sdk_config(config).await, endpoint);
        let builder = aws_sdk_textract::config::Builder::from(&sdk).retry_classifier(aws::HonourRetryAfter);
        Self { client: Client::from_conf(builder.build()), patience }
    }

    async fn read_picture(&self, picture: Arc<Picture>) -> Result<ReadText, ProviderError> {
        let size = picture.size();
        let encoded = tokio::task::spawn_blocking(move || picture.to_jpeg(LONGEST_SIDE)).await;
        let encoded = encoded.map_err(|error| ProviderError::unavailable(NAME, error))?;
        let jpeg = encoded.map_err(|error| ProviderError::unavailable(NAME, error))?;
        let document = Document::builder().bytes(Blob::new(jpeg)).build();
        let call = self.client.detect_document_text().document(document).send();
        let answer = timeout(self.patience, call).await;
        let answer = answer.map_err(|_| ProviderError::new(NAME, ProviderFailure::Timeout))?;
        let answer = answer.map_err(|error| sdk_failure(NAME, error))?;
        let lines = answer.blocks().iter().filter(|block| block.block_type() == Some(&BlockType::Line));
        Ok(ReadText::of(lines.filter_map(|block| line(block, size)).collect()))
    }
}

fn line(block: &Block, size: (u32, u32)) -> Option<ReadLine> {
    let text = block.text().map(str::trim).filter(|text| !text.is_empty())?.to_owned();
    let area = block.geometry().and_then(|geometry| geometry.bounding_box());
    let area =
        area.and_then(|area| PixelBox::from_shares([area.left(), area.top(), area.width(), area.height()], size));
    let confidence = (block.confidence().unwrap_or_default() / 100.0).clamp(0.0, 1.0);
    Some(ReadLine { text, confidence, area: area.unwrap_or(PixelBox::whole(size)) })
}

impl TextReader for Textract {
    fn name(&self) -> &'static str {
        "textract"
    }

    fn read(&self, picture: Arc<Picture>) -> BoxFuture<'_, Result<ReadText, ProviderError>> {
        self.read_picture(picture).boxed()
    }
}

#[cfg(test)]
#[path = "textract_tests.rs"]
mod tests;
