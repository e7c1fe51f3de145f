//! How often codes are mailed to an address, and tried at it.

use super::CodeError;
use crate::store::{AddressCodes, CodePurpose, PendingCode};
use foundation::ids::UserId;

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
    /// Whether no mail for `user` is needed now, since the last one must do.
    pub(super) fn may_keep(&self, now: i64, user: &UserId, purpose: CodePurpose) -> bool {
        // No other code does for what only the owner of the account can ask for.
        let is_own = matches!(purpose, CodePurpose::DeleteAccount | CodePurpose::AskForEmail);
        let good = |pending: &PendingCode| {
            pending.ends_at > now && pending.user_id == *user && (pending.purpose == purpose || !is_own)
        };
        self.mailed_recently(now) && self.pending.values().any(good)
    }

    pub(super) fn mailed_recently(&self, now: i64) -> bool {
        self.sent.last().is_some_and(|at| *at > now - MAIL_INTERVAL)
    }

    pub(super) fn may_mail_again(&mut self, now: i64) -> Result<(), CodeError> {
        self.sent.retain(|at| *at > now - MAIL_WINDOW);
        match self.sent.iter().rev().nth(MAILS - 1) {
            Some(first) => Err(CodeError::TooManyMails { seconds: seconds_between(now, first + MAIL_WINDOW) }),
            None => Ok(()),
        }
    }

    /// Counts an attempt as wrong until [`AddressCodes::take_back_attempt`]: the codes that it may be an attempt at.
    pub(super) fn begin_attempt(&mut self, now: i64) -> Result<Vec<PendingCode>, CodeError> {
        self.wrong.retain(|at| *at > now - ATTEMPT_WINDOW);
        if let Some(first) = self.wrong.first()
            && self.wrong.len() >= ATTEMPTS
        {
            return Err(CodeError::TooManyAttempts { seconds: seconds_between(now, first + ATTEMPT_WINDOW) });
        }
        self.wrong.push(now);
        let mut left = Vec::new();
        let mut used_up = None;
        for pending in self.pending.values_mut() {
            pending.attempts += 1;
            if usize::try_from(pending.attempts).unwrap_or(usize::MAX) > ATTEMPTS {
                used_up = used_up.max(Some(pending.ends_at));
            } else {
                left.push(pending.clone());
            }
        }
        match used_up.filter(|_| left.is_empty()) {
            Some(ends_at) => Err(CodeError::TooManyAttempts { seconds: seconds_between(now, ends_at) }),
            None => Ok(left),
        }
    }

    pub(super) fn take_back_attempt(&mut self, counted_at: i64) {
        if let Some(place) = self.wrong.iter().position(|at| *at == counted_at) {
            self.wrong.remove(place);
        }
        for pending in self.pending.values_mut() {
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

    fn codes(ends_at: i64) -> AddressCodes {
        let pending = PendingCode {
            purpose: CodePurpose::SignUp,
            user_id: UserId::new(),
            hash: "h".to_owned(),
            attempts: 0,
            ends_at,
            sent_at: ends_at - 300,
            google_subject: None,
        };
        AddressCodes { pending: [(pending.purpose, pending)].into(), ..AddressCodes::default() }
    }

    fn sign_up(codes: &mut AddressCodes) -> &mut PendingCode {
        codes.pending.get_mut(&CodePurpose::SignUp).unwrap()
    }

    #[test]
    fn a_second_mail_waits_a_minute_while_the_first_code_is_good() {
        let mut codes = AddressCodes { sent: vec![NOW - 10], ..codes(NOW + 290) };
        let user = sign_up(&mut codes).user_id.clone();
        assert!(codes.may_keep(NOW, &user, CodePurpose::SignUp));
        assert!(codes.may_keep(NOW, &user, CodePurpose::ResetPassword));
        assert!(!codes.may_keep(NOW + 60, &user, CodePurpose::SignUp));
        assert!(!codes.may_keep(NOW, &UserId::new(), CodePurpose::SignUp));
        assert!(!codes.may_keep(NOW, &user, CodePurpose::DeleteAccount));
        codes.pending.clear();
        assert!(!codes.may_keep(NOW, &user, CodePurpose::SignUp));
    }

    #[test]
    fn an_address_gets_five_mails_an_hour() {
        let sent = [3000, 2000, 1000, 500, 100].map(|ago| NOW - ago).to_vec();
        let mut codes = AddressCodes { sent, ..AddressCodes::default() };
        assert!(matches!(codes.may_mail_again(NOW), Err(CodeError::TooManyMails { seconds: 600 })));
        assert!(codes.may_mail_again(NOW + 600).is_ok());
        // Mails that others were not counted for make strangers wait all the longer.
        codes.sent.extend([NOW + 601, NOW + 602]);
        assert!(matches!(codes.may_mail_again(NOW + 700), Err(CodeError::TooManyMails { seconds: 1900 })));
    }

    #[test]
    fn the_sixth_attempt_is_refused_and_a_new_code_does_not_help() {
        let mut codes = codes(NOW + 300);
        for second in 0..5 {
            assert_eq!(codes.begin_attempt(NOW + second).unwrap().len(), 1);
        }
        assert!(matches!(codes.begin_attempt(NOW + 5), Err(CodeError::TooManyAttempts { seconds: 895 })));
        sign_up(&mut codes).attempts = 0;
        assert!(codes.begin_attempt(NOW + 60).is_err());
        assert!(codes.begin_attempt(NOW + 900).is_ok());
    }

    #[test]
    fn a_code_has_five_attempts_even_when_they_are_spread_out() {
        let mut codes = codes(NOW + 300);
        sign_up(&mut codes).attempts = 5;
        assert!(matches!(codes.begin_attempt(NOW), Err(CodeError::TooManyAttempts { .. })));
    }

    #[test]
    fn a_code_whose_attempts_are_used_up_does_not_take_another_with_it() {
        let mut codes = codes(NOW + 300);
        let fresh = PendingCode { purpose: CodePurpose::ResetPassword, ..sign_up(&mut codes).clone() };
        codes.pending.insert(fresh.purpose, fresh);
        sign_up(&mut codes).attempts = 5;
        let left = codes.begin_attempt(NOW).unwrap();
        assert_eq!(left.iter().map(|code| code.purpose).collect::<Vec<_>>(), [CodePurpose::ResetPassword]);
    }

    #[test]
    fn a_right_attempt_does_not_count() {
        let mut codes = codes(NOW + 300);
        for _ in 0..20 {
            codes.begin_attempt(NOW).unwrap();
            codes.take_back_attempt(NOW);
        }
        assert!(codes.wrong.is_empty());
    }

    #[test]
    fn attempts_at_an_address_without_a_code_count_too() {
        let mut codes = AddressCodes::default();
        for _ in 0..5 {
            assert!(codes.begin_attempt(NOW).unwrap().is_empty());
        }
        assert!(codes.begin_attempt(NOW).is_err());
    }
}
