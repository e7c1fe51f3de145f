//! Mail whose fate the caller must not learn: it goes only where there is an account.

use std::future::Future;
use std::time::Duration;

use foundation::config::MailProvider;
use shared::Context;
use shared::access::codes::CodeError;

/// How long an answer takes at least where mail leaves over a network: as long as that usually takes.
const USUAL: Duration = Duration::from_millis(1500);

/// Passes over a mail that could not be sent, but logs it. The code can be asked for again.
pub fn discreet<T>(sent: Result<T, CodeError>) -> Result<(), CodeError> {
    match sent {
        Ok(_) => Ok(()),
        Err(CodeError::Mail(error)) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            tracing::error!(%error, cause, "a code could not be mailed");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Does work that may send mail in a time that does not tell whether it did.
pub async fn in_usual_time<T>(context: &Context, work: impl Future<Output = T>) -> T {
    let least = match context.config.mail.provider {
        MailProvider::Files(_) => Duration::ZERO,
        MailProvider::Smtp(_) | MailProvider::Ses => USUAL,
    };
    tokio::join!(work, tokio::time::sleep(least)).0
}
