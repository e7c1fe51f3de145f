//! The bucket: files, segments and request objects over S3.
//!
//! Keys: `uploads/<user>/<document>/source` is a document's file, and putting it starts its ingest;
//! `uploads/<user>/<document>/request.json` asks for an import or a new ingest;
//! `uploads/extract/<job>/source` is the file of an extraction job, `extracted/<job>` its text;
//! `segments/<user>/<document>` are search segments, `pages/<user>/<document>` the texts of pages,
//! `drawn/<user>/<document>/…` pictures of pages;
//! `exports/<user>/…` are a user's data to be taken along, `deletions/<user>.json` starts the removal of what a deleted
//! account has left.

mod document;
mod error;
mod keys;
mod notification;
mod presign;
mod transfer;
mod upload;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

pub use error::ObjectError;
pub use keys::{DrawnPage, ObjectKey};
pub use notification::{Notification, NotificationError};
pub use presign::{MultipartUpload, Presigned, part_sizes};
pub use transfer::{Changed, ObjectInfo};
pub use upload::Upload;

use foundation::aws;
use foundation::config::AwsConfig;

/// What object calls give back.
pub type ObjectResult<T> = Result<T, ObjectError>;

/// The bucket. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Objects {
    client: Client,
    bucket: String,
}

impl Objects {
    /// A client for the configured bucket.
    #[must_use]
    pub fn new(sdk: &SdkConfig, config: &AwsConfig) -> Self {
        let sdk = aws::at(sdk, config.s3_endpoint.as_deref());
        let builder = aws_sdk_s3::config::Builder::from(&sdk)
            .retry_classifier(aws::HonourRetryAfter)
            // A presigned PUT must not promise a checksum that a browser does not send.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            // Servers other than Amazon's have no name of their own for each bucket.
            .force_path_style(sdk.endpoint_url().is_some());
        Self { client: Client::from_conf(builder.build()), bucket: config.bucket.clone() }
    }

    /// The same, with somebody who sees every request.
    #[must_use]
    pub(crate) fn watched(&self, watcher: SharedInterceptor) -> Self {
        let mut builder = self.client.config().to_builder();
        builder.push_interceptor(watcher);
        Self { client: Client::from_conf(builder.build()), bucket: self.bucket.clone() }
    }

    /// Makes the bucket, where it is not there yet.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub async fn create_bucket(&self) -> ObjectResult<()> {
        if self.client.head_bucket().bucket(&self.bucket).send().await.is_ok() {
            return Ok(());
        }
        self.client.create_bucket().bucket(&self.bucket).send().await?;
        Ok(())
    }
}
