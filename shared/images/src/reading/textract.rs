//! Text recognition by Amazon Textract.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_textract::Client;
use aws_sdk_textract::primitives::Blob;
use aws_sdk_textract::types::{Block, BlockType, Document, Relationship, RelationshipType};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::time::timeout;

use super::{ReadLine, ReadText, ReadWord, TextReader};
use crate::{Picture, PixelBox};
use foundation::aws;
use foundation::config::AwsConfig;
use foundation::provider::{ProviderError, ProviderFailure, sdk_failure};

/// The name that begins the sentences of errors.
const NAME: &str = "Text recognition";
/// Longer side in pixels of the pictures that are sent: letters stay legible, and photos stay below the limit of 5 MB.
const LONGEST_SIDE: u32 = 3_000;

/// A client for Amazon Textract's `DetectDocumentText`.
#[derive(Debug)]
pub struct Textract {
    client: Client,
    timeout: Duration,
}

impl Textract {
    /// A client, with a custom endpoint if one is given.
    pub async fn new(config: &AwsConfig, endpoint: Option<&str>, timeout: Duration) -> Self {
        let sdk = aws::at(&aws::sdk_config(config).await, endpoint);
        let builder = aws_sdk_textract::config::Builder::from(&sdk).retry_classifier(aws::HonourRetryAfter);
        Self { client: Client::from_conf(builder.build()), timeout }
    }

    async fn read_picture(&self, picture: Arc<Picture>) -> Result<ReadText, ProviderError> {
        let size = picture.size();
        let encoded = tokio::task::spawn_blocking(move || picture.to_jpeg(LONGEST_SIDE)).await;
        let encoded = encoded.map_err(|error| ProviderError::unavailable(NAME, error))?;
        let jpeg = encoded.map_err(|error| ProviderError::unavailable(NAME, error))?;
        let document = Document::builder().bytes(Blob::new(jpeg)).build();
        let call = self.client.detect_document_text().document(document).send();
        let answer = timeout(self.timeout, call).await;
        let answer = answer.map_err(|_| ProviderError::new(NAME, ProviderFailure::Timeout))?;
        let answer = answer.map_err(|error| sdk_failure(NAME, error))?;
        let words = answer.blocks().iter().filter(|block| block.block_type() == Some(&BlockType::Word));
        let words: Words<'_> = words.filter_map(|block| Some((block.id()?, word(block, size)?))).collect();
        let lines = answer.blocks().iter().filter(|block| block.block_type() == Some(&BlockType::Line));
        Ok(ReadText::of(lines.filter_map(|block| line(block, &words, size)).collect()))
    }
}

/// Words by the id of their block.
type Words<'a> = HashMap<&'a str, ReadWord>;

fn line(block: &Block, words: &Words<'_>, size: (u32, u32)) -> Option<ReadLine> {
    let text = text(block)?;
    let children = block.relationships().iter().filter(|related| related.r#type() == Some(&RelationshipType::Child));
    let words = children.flat_map(Relationship::ids).filter_map(|id| words.get(id.as_str()).cloned()).collect();
    let area = area(block, size).unwrap_or(PixelBox::whole(size));
    Some(ReadLine { text, confidence: confidence(block), area, words })
}

fn word(block: &Block, size: (u32, u32)) -> Option<ReadWord> {
    let (text, area) = (text(block)?, area(block, size)?);
    Some(ReadWord { text, confidence: confidence(block), area, upright: area })
}

fn text(block: &Block) -> Option<String> {
    block.text().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn area(block: &Block, size: (u32, u32)) -> Option<PixelBox> {
    let area = block.geometry()?.bounding_box()?;
    PixelBox::from_shares([area.left(), area.top(), area.width(), area.height()], size)
}

fn confidence(block: &Block) -> f32 {
    (block.confidence().unwrap_or_default() / 100.0).clamp(0.0, 1.0)
}

impl TextReader for Textract {
    fn read(&self, picture: Arc<Picture>) -> BoxFuture<'_, Result<ReadText, ProviderError>> {
        self.read_picture(picture).boxed()
    }
}

#[cfg(test)]
#[path = "textract_tests.rs"]
mod tests;
