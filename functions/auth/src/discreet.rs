//! Mail whose fate the caller must not learn.

use shared::auth::codes::CodeError;

/// Passes over a mail that could not be sent, but logs it: mail goes only where there is an account,
/// so that an error would tell that there is one. The code can be asked for again.
pub fn discreet<T>(sent: Result<T, CodeError>) -> Result<(), CodeError> {
    match sent {
        Ok(_) => Ok(()),
        Err(CodeError::Mail(error)) => {
            tracing::error!(%error, "a code could not be mailed");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use shared::mail::MailError;

    use super::*;

    #[test]
    fn only_mail_that_failed_is_passed_over() {
        let failed = CodeError::Mail(MailError::File(std::io::Error::other("the disk is full")));
        assert!(discreet::<()>(Err(failed)).is_ok());
        assert!(discreet::<()>(Err(CodeError::TooManyMails { seconds: 1 })).is_err());
        assert!(discreet(Ok(1)).is_ok());
    }
}
