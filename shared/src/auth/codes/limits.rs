//! How often codes are mailed to an address, and tried at it.

use super::{CodeError, Sending};
use crate::ids::UserId;
use crate::store::{AddressCodes, CodePurpose, PendingCode};

/// Attempts for a code, and wrong ones for an address in [`ATTEMPT_WINDOW`].
const ATTEMPTS: usize = 5;
/// Seconds for which wrong attempts count against an address.
const ATTEMPT_WINDOW: i64 = 900;
/// Seconds between two mails, while the first one's code is good.
const MAIL_INTERVAL: i64 = 60;
/// Mails to an address in [`MAIL_WINDOW`].
const MAILS: usize = 5;
/// One hour.
const MAIL_WINDOW: i64 = 3600;

impl AddressCodes {
    /// Whether a mail for `user` may go now: `Ok(Kept)` when the last one must do.
    pub(super) fn may_mail(&mut self, now: i64, user: &UserId, purpose: CodePurpose) -> Result<Sending, CodeError> {
        // No other code does for a deletion, and only its owner can ask for that.
        let serves = |pending: &PendingCode| pending.purpose == purpose || purpose != CodePurpose::DeleteAccount;
        let good = |pending: &&PendingCode| pending.ends_at > now && pending.user_id == *user && serves(pending);
        let pending = self.pending.as_ref().filter(good);
        if pending.is_some() && self.mailed_recently(now) { Ok(Sending::Kept) } else { self.may_mail_again(now) }
    }

    pub(super) fn mailed_recently(&self, now: i64) -> bool {
        self.sent.last().is_some_and(|at| *at > now - MAIL_INTERVAL)
    }

    pub(super) fn may_mail_again(&mut self, now: i64) -> Result<Sending, CodeError> {
        self.sent.retain(|at| *at > now - MAIL_WINDOW);
        match self.sent.first() {
            Some(first) if self.sent.len() >= MAILS => {
                Err(CodeError::TooManyMails { seconds: seconds_between(now, first + MAIL_WINDOW) })
            }
            _ => Ok(Sending::Sent),
        }
    }

    /// Counts an attempt as wrong until [`AddressCodes::take_back_attempt`].
    pub(super) fn begin_attempt(&mut self, now: i64) -> Result<Option<PendingCode>, CodeError> {
        self.wrong.retain(|at| *at > now - ATTEMPT_WINDOW);
        if let Some(first) = self.wrong.first()
            && self.wrong.len() >= ATTEMPTS
        {
            return Err(CodeError::TooManyAttempts { seconds: seconds_between(now, first + ATTEMPT_WINDOW) });
        }
        self.wrong.push(now);
        let Some(pending) = &mut self.pending else { return Ok(None) };
        pending.attempts += 1;
        if usize::try_from(pending.attempts).unwrap_or(usize::MAX) > ATTEMPTS {
            return Err(CodeError::TooManyAttempts { seconds: seconds_between(now, pending.ends_at) });
        }
        Ok(Some(pending.clone()))
    }

    pub(super) fn take_back_attempt(&mut self, counted_at: i64, hash: &str) {
        if let Some(place) = self.wrong.iter().position(|at| *at == counted_at) {
            self.wrong.remove(place);
        }
        if let Some(pending) = self.pending.as_mut().filter(|pending| pending.hash == hash) {
            pending.attempts = pending.attempts.saturating_sub(1);
        }
    }
}

fn seconds_between(now: i64, then: i64) -> u64 {
    u64::try_from(then - now).unwrap_or(0).max(1)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn pending(ends_at: i64) -> PendingCode {
        PendingCode {
            purpose: CodePurpose::SignUp,
            user_id: UserId::new(),
            hash: "h".to_owned(),
            attempts: 0,
            ends_at,
            registration: None,
        }
    }

    #[test]
    fn a_second_mail_waits_a_minute_while_the_first_code_is_good() {
        let waiting = pending(NOW + 290);
        let user = waiting.user_id.clone();
        let mut codes = AddressCodes { sent: vec![NOW - 10], pending: Some(waiting), ..AddressCodes::default() };
        assert_eq!(codes.may_mail(NOW, &user, CodePurpose::SignUp).unwrap(), Sending::Kept);
        assert_eq!(codes.may_mail(NOW + 60, &user, CodePurpose::SignUp).unwrap(), Sending::Sent);
        assert_eq!(codes.may_mail(NOW, &UserId::new(), CodePurpose::SignUp).unwrap(), Sending::Sent);
        assert_eq!(codes.may_mail(NOW, &user, CodePurpose::DeleteAccount).unwrap(), Sending::Sent);
        codes.pending = None;
        assert_eq!(codes.may_mail(NOW, &user, CodePurpose::SignUp).unwrap(), Sending::Sent);
    }

    #[test]
    fn an_address_gets_five_mails_an_hour() {
        let sent = [3000, 2000, 1000, 500, 100].map(|ago| NOW - ago).to_vec();
        let mut codes = AddressCodes { sent, ..AddressCodes::default() };
        assert!(matches!(codes.may_mail_again(NOW), Err(CodeError::TooManyMails { seconds: 600 })));
        assert_eq!(codes.may_mail_again(NOW + 600).unwrap(), Sending::Sent);
    }

    #[test]
    fn the_sixth_attempt_is_refused_and_a_new_code_does_not_help() {
        let mut codes = AddressCodes { pending: Some(pending(NOW + 300)), ..AddressCodes::default() };
        for second in 0..5 {
            assert!(codes.begin_attempt(NOW + second).unwrap().is_some());
        }
        assert!(matches!(codes.begin_attempt(NOW + 5), Err(CodeError::TooManyAttempts { seconds: 895 })));
        codes.pending = Some(pending(NOW + 360));
        assert!(codes.begin_attempt(NOW + 60).is_err());
        assert!(codes.begin_attempt(NOW + 900).is_ok());
    }

    #[test]
    fn a_code_has_five_attempts_even_when_they_are_spread_out() {
        let mut codes = AddressCodes {
            pending: Some(PendingCode { attempts: 5, ..pending(NOW + 300) }),
            ..AddressCodes::default()
        };
        assert!(matches!(codes.begin_attempt(NOW), Err(CodeError::TooManyAttempts { .. })));
    }

    #[test]
    fn a_right_attempt_does_not_count() {
        let mut codes = AddressCodes { pending: Some(pending(NOW + 300)), ..AddressCodes::default() };
        for _ in 0..20 {
            codes.begin_attempt(NOW).unwrap();
            codes.take_back_attempt(NOW, "h");
        }
        assert!(codes.wrong.is_empty());
    }

    #[test]
    fn attempts_at_an_address_without_a_code_count_too() {
        let mut codes = AddressCodes::default();
        for _ in 0..5 {
            assert!(codes.begin_attempt(NOW).unwrap().is_none());
        }
        assert!(codes.begin_attempt(NOW).is_err());
    }
}
