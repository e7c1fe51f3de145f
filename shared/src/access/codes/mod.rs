//! One-time codes: 6 digits, mailed, good for 5 minutes and one use.
//!
//! The limits are per address, so that they hold across codes: 5 wrong codes in 15 minutes, a mail a
//! minute, 5 mails an hour. A browser that has signed in before, and somebody who is signed in, have limits of
//! their own, since anybody can use up those of an address. An attempt is counted before the code is looked at and taken back when
//! it was right; otherwise many requests at once could each try a code of their own.

mod limits;

use super::counter::Counter;
use crate::Context;
use crate::auth::KeyUse;
use crate::http::{Field, text};
use crate::identity::Email;
use crate::mail::{MailError, Mailer, Message};
use crate::store::{AddressCodes, CodePurpose, PendingCode, RateLimit, StoreError};
use foundation::ApiError;
use foundation::ids::UserId;
use foundation::{telemetry, time};

/// Seconds that a code is good for.
const LIFETIME: i64 = 300;
/// Wrong codes of a known browser or a signed-in user.
const OWN_ATTEMPTS: RateLimit = RateLimit { name: "own-code", times: 5, seconds: 900 };
/// Mails that these ask for.
const OWN_MAILS: RateLimit = RateLimit { name: "own-mail", times: 5, seconds: 3600 };

/// A code as a client gives it.
#[derive(Clone)]
pub struct GivenCode(String);

impl Field for GivenCode {
    fn parse(value: &serde_json::Value) -> Result<Self, String> {
        let code = text(value, 1, 32)?.replace([' ', '-'], "");
        let well_formed = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
        if well_formed { Ok(Self(code)) } else { Err("must be the 6 digits that were mailed".to_owned()) }
    }
}

/// A code that shall be mailed.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// To whom.
    pub email: Email,
    /// For what.
    pub purpose: CodePurpose,
    /// For which account.
    pub user: UserId,
    /// The Google identity that it lets in, for [`CodePurpose::LinkGoogle`].
    pub google_subject: Option<String>,
}

impl NewCode {
    /// A code for `user` at an address.
    #[must_use]
    pub fn new(email: Email, purpose: CodePurpose, user: UserId) -> Self {
        Self { email, purpose, user, google_subject: None }
    }
}

/// What became of a request for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// It was mailed.
    Sent,
    /// One was mailed less than a minute ago; that one stays good.
    Kept,
}

/// Why a code was not sent or not taken.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// It is wrong, or was used, or was never sent.
    #[error("the code is wrong")]
    Invalid,
    /// It was right, but too late.
    #[error("the code has expired")]
    Expired,
    /// Too many wrong codes were given.
    #[error("too many wrong codes")]
    TooManyAttempts {
        /// When the next attempt counts.
        seconds: u64,
    },
    /// Too many mails went to this address.
    #[error("too many mails to one address")]
    TooManyMails {
        /// When the next one may go.
        seconds: u64,
    },
    /// The mail did not leave.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CodeError> for ApiError {
    fn from(error: CodeError) -> Self {
        match error {
            CodeError::Invalid => {
                Self::bad_request("otp_invalid", "This code is not right. Check it, or ask for a new one.")
            }
            CodeError::Expired => Self::bad_request("otp_expired", "This code has expired. Please ask for a new one."),
            CodeError::TooManyAttempts { seconds } => Self::too_many_requests(
                "too_many_attempts",
                "Too many wrong codes. Please wait a few minutes, then ask for a new one.",
                seconds,
            ),
            CodeError::TooManyMails { seconds } => Self::too_many_requests(
                "too_many_mails",
                "We have mailed this address several times already. Please try again later.",
                seconds,
            ),
            CodeError::Mail(error) => Self::unavailable(
                "mail_unavailable",
                "We could not send the mail right now. Please ask for a new code in a moment.",
            )
            .caused_by(error),
            CodeError::Store(error) => error.into(),
        }
    }
}

/// A function that sends and checks codes was started without the secret that they are hashed with.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("TOKEN_SECRET must be set: this function checks one-time codes")]
pub struct NoTokenSecret;

/// Sends codes and checks them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Codes {
    context: Context,
    mailer: Mailer,
}

impl Codes {
    /// Mails codes with `mailer` and keeps them in the table.
    ///
    /// # Errors
    /// [`NoTokenSecret`]: codes are hashed with it.
    pub fn new(context: &Context, mailer: Mailer) -> Result<Self, NoTokenSecret> {
        context.config.auth.token_secret.as_ref().ok_or(NoTokenSecret)?;
        Ok(Self { context: context.clone(), mailer })
    }

    /// Mails a new code, which replaces the one before for the same purpose; `counter` says whose mails are counted.
    ///
    /// # Errors
    /// [`CodeError::TooManyMails`], [`CodeError::Mail`]; after the latter it can be tried again at once.
    pub async fn send(&self, new: &NewCode, counter: &Counter) -> Result<Sending, CodeError> {
        let own = counter.own_subject(&self.context, &new.email);
        let now = time::now().as_second();
        let code = format!("{:06}", rand::random_range(0..1_000_000_u32));
        let pending = PendingCode {
            purpose: new.purpose,
            user_id: new.user.clone(),
            hash: self
                .context
                .sign_ins
                .secret()
                .keyed_hash(KeyUse::OneTimeCode, &hashed(&new.email, new.purpose, &code)),
            attempts: 0,
            ends_at: now + LIFETIME,
            sent_at: now,
            google_subject: new.google_subject.clone(),
        };
        if let Some(subject) = &own {
            if self.context.store.address_codes(&new.email).await?.may_keep(now, &new.user, new.purpose) {
                return Ok(Sending::Kept);
            }
            if let Some(seconds) = self.context.store.count_against(&OWN_MAILS, subject).await? {
                return Err(CodeError::TooManyMails { seconds });
            }
        }
        let change = |codes: &mut AddressCodes| {
            if codes.may_keep(now, &new.user, new.purpose) {
                return Ok(Sending::Kept);
            }
            if own.is_none() {
                codes.may_mail_again(now)?;
            }
            codes.sent.push(now);
            codes.pending.insert(new.purpose, pending.clone());
            Ok::<_, CodeError>(Sending::Sent)
        };
        let sending = self.context.store.add_address_code(&new.email, &new.user, change).await??;
        if sending == Sending::Sent
            && let Err(error) = self.mailer.send(&new.email, &Message::code(new.purpose, &code)).await
        {
            self.unsend(&new.email, &pending).await?;
            return Err(error.into());
        }
        Ok(sending)
    }

    /// What the last code for an address was mailed for, where any is pending.
    ///
    /// # Errors
    /// [`CodeError::Store`].
    pub async fn last(&self, email: &Email) -> Result<Option<NewCode>, CodeError> {
        let pending = self.context.store.address_codes(email).await?.pending;
        let last = pending.into_values().max_by_key(|pending| pending.sent_at);
        Ok(last.map(|last| NewCode {
            google_subject: last.google_subject,
            ..NewCode::new(email.clone(), last.purpose, last.user_id)
        }))
    }

    /// Counts a mail that is not sent because nobody has this address, so that the answers to
    /// further requests are the same as for an address that somebody has.
    ///
    /// # Errors
    /// [`CodeError::TooManyMails`].
    pub async fn pretend(&self, email: &Email) -> Result<(), CodeError> {
        let now = time::now().as_second();
        let change = |codes: &mut AddressCodes| {
            if !codes.mailed_recently(now) {
                codes.may_mail_again(now)?;
                codes.sent.push(now);
            }
            Ok::<(), CodeError>(())
        };
        self.context.store.change_address_codes(email, change).await?
    }

    /// The pending code, if `code` is it and its purpose is one of `purposes`; `counter` says whose wrong ones are
    /// counted. It stays pending: [`Store::consume_code`](crate::store::Store::consume_code) uses it up.
    ///
    /// # Errors
    /// [`CodeError::Invalid`], [`CodeError::Expired`], [`CodeError::TooManyAttempts`].
    pub async fn check(
        &self,
        email: &Email,
        code: &GivenCode,
        purposes: &[CodePurpose],
        counter: &Counter,
    ) -> Result<PendingCode, CodeError> {
        let right = self.find(email, code, purposes, counter).await;
        if let Err(CodeError::TooManyAttempts { .. }) = right {
            telemetry::count_refused_guess();
        }
        right
    }

    async fn find(
        &self,
        email: &Email,
        code: &GivenCode,
        purposes: &[CodePurpose],
        counter: &Counter,
    ) -> Result<PendingCode, CodeError> {
        let now = time::now().as_second();
        let own = counter.own_subject(&self.context, email);
        let pending = match &own {
            Some(subject) => {
                if let Some(seconds) = self.context.store.count_against(&OWN_ATTEMPTS, subject).await? {
                    return Err(CodeError::TooManyAttempts { seconds });
                }
                self.context.store.address_codes(email).await?.pending.into_values().collect()
            }
            None => self.context.store.change_address_codes(email, |codes| codes.begin_attempt(now)).await??,
        };
        let is_it = |pending: &PendingCode| {
            let text = hashed(email, pending.purpose, &code.0);
            purposes.contains(&pending.purpose)
                && self.context.sign_ins.secret().is_keyed_hash(KeyUse::OneTimeCode, &text, &pending.hash)
        };
        let right = pending.into_iter().find(is_it).ok_or(CodeError::Invalid)?;
        match &own {
            Some(subject) => self.context.store.reset_count(&OWN_ATTEMPTS, subject).await?,
            None => self.context.store.change_address_codes(email, |codes| codes.take_back_attempt(now)).await?,
        }
        if right.ends_at > now { Ok(right) } else { Err(CodeError::Expired) }
    }

    /// The mailer, for notices without a code.
    #[must_use]
    pub fn mailer(&self) -> &Mailer {
        &self.mailer
    }

    /// Takes back that a code was mailed. It is over, but can be mailed again for the same.
    async fn unsend(&self, email: &Email, unsent: &PendingCode) -> Result<(), CodeError> {
        let at = unsent.sent_at;
        let change = |codes: &mut AddressCodes| {
            if let Some(place) = codes.sent.iter().position(|sent| *sent == at) {
                codes.sent.remove(place);
            }
            let pending = codes.pending.get_mut(&unsent.purpose);
            if let Some(pending) = pending.filter(|pending| pending.hash == unsent.hash) {
                pending.ends_at = at;
            }
        };
        Ok(self.context.store.change_address_codes(email, change).await?)
    }
}

/// What is hashed of a code: a code is good for its address and purpose only.
fn hashed(email: &Email, purpose: CodePurpose, code: &str) -> String {
    format!("{email}\n{purpose:?}\n{code}")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_code_is_six_digits_with_or_without_blanks() {
        assert_eq!(GivenCode::parse(&json!(" 123 456 ")).unwrap().0, "123456");
        for bad in [json!("12345"), json!("1234567"), json!("12345a"), json!("１２３４５６"), json!(123_456), json!("")]
        {
            assert!(GivenCode::parse(&bad).is_err(), "{bad}");
        }
    }
}
