//! Mail: what it says, and the ways it leaves.

mod files;
mod message;
#[cfg(feature = "aws")]
mod ses;
mod smtp;

use std::sync::Arc;

use lettre::message::{Mailbox, MultiPart};

pub use message::Message;

use crate::identity::Email;
use files::Files;
use foundation::config::{AwsConfig, MailConfig, MailProvider};
#[cfg(feature = "aws")]
use ses::Ses;
use smtp::Smtp;

/// Why a mail did not leave, or cannot leave at all.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// `MAIL_FROM` or `SMTP_URL` cannot be used. The value is not shown: it may hold a password.
    #[error("{0} cannot be used: {1}")]
    Configuration(&'static str, String),
    /// The mail could not be put together.
    #[error("the mail could not be written")]
    Message(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A file could not be written.
    #[error("the mail could not be kept as a file")]
    File(#[from] std::io::Error),
    /// The server refused it, or did not answer.
    #[error("the mail was not taken")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[derive(Debug)]
enum Transport {
    Files(Files),
    Smtp(Smtp),
    #[cfg(feature = "aws")]
    Ses(Ses),
}

/// Sends mail. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mailer {
    from: Mailbox,
    transport: Arc<Transport>,
}

impl Mailer {
    /// The configured way to send.
    ///
    /// # Errors
    /// [`MailError::Configuration`].
    #[cfg_attr(not(feature = "aws"), expect(unused_variables, clippy::unused_async, reason = "for SES alone"))]
    pub async fn new(config: &MailConfig, aws: &AwsConfig) -> Result<Self, MailError> {
        let from: Mailbox = config
            .from
            .parse()
            .map_err(|error: lettre::address::AddressError| MailError::Configuration("MAIL_FROM", error.to_string()))?;
        let transport = match &config.provider {
            MailProvider::Files(folder) => Transport::Files(Files::new(folder)),
            MailProvider::Smtp(server) => Transport::Smtp(Smtp::new(server)?),
            #[cfg(feature = "aws")]
            MailProvider::Ses => Transport::Ses(Ses::new(aws).await),
            #[cfg(not(feature = "aws"))]
            MailProvider::Ses => {
                let missing = foundation::provider::NotBuilt("Amazon SES").to_string();
                return Err(MailError::Configuration("MAIL_PROVIDER", missing));
            }
        };
        Ok(Self { from, transport: Arc::new(transport) })
    }

    /// Sends a notice. What it tells of does not hang on it: where it cannot be sent, that is logged.
    pub async fn notify(&self, to: &Email, notice: &Message) {
        if let Err(error) = self.send(to, notice).await {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            tracing::warn!(%error, cause, "a notice was not sent");
        }
    }

    /// Sends a mail; when this is done without an error, it was handed over for delivery.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn send(&self, to: &Email, message: &Message) -> Result<(), MailError> {
        let malformed = |error: lettre::address::AddressError| MailError::Message(Box::new(error));
        let to: Mailbox = to.as_str().parse().map_err(malformed)?;
        let mail = lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(message.subject.clone())
            .message_id(None)
            .multipart(MultiPart::alternative_plain_html(message.text(), message.html()))
            .map_err(|error| MailError::Message(Box::new(error)))?;
        match self.transport.as_ref() {
            Transport::Files(files) => files.send(&mail).await,
            Transport::Smtp(smtp) => smtp.send(mail).await,
            #[cfg(feature = "aws")]
            Transport::Ses(ses) => ses.send(&mail).await,
        }
    }
}
