//! No text recognition.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

use super::{ReadText, TextReader};
use crate::Picture;
use foundation::provider::{ProviderError, ProviderFailure};

/// Responds that text recognition is not configured.
#[derive(Debug)]
pub(super) struct NoReader;

impl TextReader for NoReader {
    fn read(&self, _: Arc<Picture>) -> BoxFuture<'_, Result<ReadText, ProviderError>> {
        let failure = ProviderFailure::NotConfigured {
            code: "text_reader_not_configured",
            advice: "Text recognition is switched off here. Set OCR to tesseract, textract or openai to switch it on."
                .to_owned(),
        };
        let error = ProviderError::new("Text recognition", failure);
        async { Err(error) }.boxed()
    }
}
