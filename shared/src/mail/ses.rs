//! Mail over Amazon SES.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, RawMessage};

use super::MailError;
use foundation::aws;
use foundation::config::AwsConfig;

#[derive(Debug)]
pub(super) struct Ses(Client);

impl Ses {
    pub(super) async fn new(config: &AwsConfig) -> Self {
        let sdk = aws::sdk_config(config).await;
        let builder = aws_sdk_sesv2::config::Builder::from(&sdk).retry_classifier(aws::HonourRetryAfter);
        Self(Client::from_conf(builder.build()))
    }

    pub(super) async fn send(&self, mail: &lettre::Message) -> Result<(), MailError> {
        let failed = |error: aws_sdk_sesv2::error::BuildError| MailError::Message(Box::new(error));
        let raw = RawMessage::builder().data(Blob::new(mail.formatted())).build().map_err(failed)?;
        let to = mail.envelope().to().iter().map(ToString::to_string).collect();
        self.0
            .send_email()
            .destination(Destination::builder().set_to_addresses(Some(to)).build())
            .content(EmailContent::builder().raw(raw).build())
            .send()
            .await
            .map_err(|error| MailError::Refused(Box::new(error)))?;
        Ok(())
    }
}
