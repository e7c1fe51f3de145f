//! Mail over SMTP.

use std::fmt;
use std::time::Duration;

use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::ExposeSecret;
use url::Url;

use super::MailError;
use foundation::config::SmtpConfig;

/// Time for one command.
const TIMEOUT: Duration = Duration::from_secs(15);

pub(super) struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Smtp")
    }
}

impl Smtp {
    pub(super) fn new(config: &SmtpConfig) -> Result<Self, MailError> {
        let url = connection_url(config.url.expose_secret())?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
            .map_err(|error| MailError::Configuration("SMTP_URL", error.to_string()))?;
        Ok(Self(builder.timeout(Some(TIMEOUT)).build()))
    }

    pub(super) async fn send(&self, mail: lettre::Message) -> Result<(), MailError> {
        self.0.send(mail).await.map(drop).map_err(|error| MailError::Refused(Box::new(error)))
    }
}

/// Asks for encryption where the address does not say: always when it holds a password.
fn connection_url(text: &str) -> Result<String, MailError> {
    let mut url = Url::parse(text).map_err(|error| MailError::Configuration("SMTP_URL", error.to_string()))?;
    if url.scheme() == "smtp" && !url.query_pairs().any(|(name, _)| name == "tls") {
        let tls = if url.password().is_some() { "required" } else { "opportunistic" };
        url.query_pairs_mut().append_pair("tls", tls);
    }
    Ok(url.into())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_goes_out_in_the_clear_unless_told() {
        assert_eq!(connection_url("smtp://u:p@h:587").unwrap(), "smtp://u:p@h:587?tls=required");
        assert_eq!(connection_url("smtp://h:25").unwrap(), "smtp://h:25?tls=opportunistic");
        assert_eq!(connection_url("smtps://u:p@h:465").unwrap(), "smtps://u:p@h:465");
        assert_eq!(connection_url("smtp://u:p@h?tls=opportunistic").unwrap(), "smtp://u:p@h?tls=opportunistic");
    }

    #[test]
    fn a_malformed_address_is_a_configuration_error_that_does_not_show_it() {
        let error = Smtp::new(&SmtpConfig { url: "smtp://u:hunter2@:bad".into() }).unwrap_err();
        assert!(matches!(error, MailError::Configuration("SMTP_URL", _)));
        assert!(!error.to_string().contains("hunter2"));
    }
}
