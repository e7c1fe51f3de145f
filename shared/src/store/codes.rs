//! What was mailed to an address, and which one-time code is pending for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::expressions::{Change, Condition};
use super::item::Key;
use super::{Store, StoreResult, Write};
use crate::identity::Email;
use foundation::ids::UserId;
use foundation::time;

/// How often a change is tried again when another request was first.
const ROUNDS: usize = 12;
/// How long an address is remembered after the last mail or attempt.
const REMEMBERED_SECONDS: i64 = 86_400;

/// What a one-time code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodePurpose {
    /// Proves the address of a new account.
    SignUp,
    /// Allows a new password.
    ResetPassword,
    /// Proves the new address of an account.
    ChangeEmail,
    /// Allows an account without a password to ask for another address.
    AskForEmail,
    /// Lets a Google identity sign in to an account.
    LinkGoogle,
    /// Allows the deletion of an account.
    DeleteAccount,
}

impl CodePurpose {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::SignUp,
        Self::ResetPassword,
        Self::ChangeEmail,
        Self::AskForEmail,
        Self::LinkGoogle,
        Self::DeleteAccount,
    ];

    /// Its name where codes are kept.
    const fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::ResetPassword => "reset_password",
            Self::ChangeEmail => "change_email",
            Self::AskForEmail => "ask_for_email",
            Self::LinkGoogle => "link_google",
            Self::DeleteAccount => "delete_account",
        }
    }
}

/// A code that was mailed and not used yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingCode {
    /// What it is for.
    pub purpose: CodePurpose,
    /// For which account.
    pub user_id: UserId,
    /// Keyed hash of it; the code itself is kept nowhere.
    pub hash: String,
    /// Attempts to give it.
    pub attempts: u32,
    /// When it ends; epoch seconds.
    pub ends_at: i64,
    /// When it was mailed; epoch seconds.
    pub sent_at: i64,
    /// The Google identity that it lets in.
    pub google_subject: Option<String>,
}

/// Everything remembered of one address. Times are epoch seconds, oldest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddressCodes {
    /// When mails were sent.
    pub sent: Vec<i64>,
    /// When wrong codes were given.
    pub wrong: Vec<i64>,
    /// The pending codes, one for each purpose: nobody can replace the code for one thing by asking for another.
    #[serde(rename = "codes", default)]
    pub pending: BTreeMap<CodePurpose, PendingCode>,
    /// Grows with every change, so that none is lost.
    pub version: u64,
    /// When all of this may be forgotten.
    pub expires_at: i64,
}

/// The attribute of the pending codes. One code stood in `pending` before; it is over within minutes.
const PENDING: &str = "codes";

fn key(email: &Email) -> Key {
    Key::new(format!("OTP#{email}"), "OTP")
}

impl Store {
    /// What is remembered of an address.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn address_codes(&self, email: &Email) -> StoreResult<AddressCodes> {
        let found: AddressCodes = self.get(&key(email)).await?.unwrap_or_default();
        if found.expires_at > time::now().as_second() {
            return Ok(found);
        }
        Ok(AddressCodes { version: found.version, ..AddressCodes::default() })
    }

    /// Changes what is remembered of an address. `change` may run several times; what it gives back
    /// the last time is the result.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when other requests were first too often.
    pub async fn change_address_codes<T>(
        &self,
        email: &Email,
        change: impl FnMut(&mut AddressCodes) -> T,
    ) -> StoreResult<T> {
        self.change_codes(email, None, change).await
    }

    /// As [`Store::change_address_codes`], where a code for `user` is added.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::AccountDeleted`].
    pub async fn add_address_code<T>(
        &self,
        email: &Email,
        user: &UserId,
        change: impl FnMut(&mut AddressCodes) -> T,
    ) -> StoreResult<T> {
        self.change_codes(email, Some(user), change).await
    }

    async fn change_codes<T>(
        &self,
        email: &Email,
        user: Option<&UserId>,
        mut change: impl FnMut(&mut AddressCodes) -> T,
    ) -> StoreResult<T> {
        for _ in 0..ROUNDS {
            let mut codes = self.address_codes(email).await?;
            let from = codes.version;
            let result = change(&mut codes);
            codes.version = from + 1;
            codes.expires_at = time::now().as_second() + REMEMBERED_SECONDS;
            let condition = if from == 0 { Condition::absent() } else { Condition::equals("version", from) };
            let written = match user {
                None => self.put_if(&key(email), &codes, condition).await?,
                Some(user) => {
                    let put = Write::put(key(email), &codes)?.when(condition);
                    self.transact_for(user, vec![put]).await?.is_ok()
                }
            };
            if written {
                return Ok(result);
            }
        }
        Err(StoreError::Busy("too many requests for one address".into()))
    }

    /// The write that uses a pending code up, to be made together with what the code allows. Its
    /// condition fails when the code was used or replaced meanwhile.
    #[must_use]
    pub fn consume_code(email: &Email, pending: &PendingCode) -> Write {
        let code = format!("{PENDING}.{}", pending.purpose.name());
        let used = Change::new().set("wrong", Vec::<i64>::new()).add("version", 1).remove([code.as_str()]);
        Write::change(key(email), used).when(Condition::equals(&format!("{code}.hash"), &pending.hash))
    }

    /// Withdraws the codes that are pending for `user` at an address. What was counted for the address
    /// stays counted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn withdraw_code(&self, email: &Email, user: &UserId) -> StoreResult<()> {
        let change = |codes: &mut AddressCodes| {
            codes.pending.retain(|_, pending| pending.user_id != *user);
        };
        self.change_address_codes(email, change).await
    }

    /// Forgets an address, if what is pending for it, where anything is, is of `user`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_address(&self, email: &Email, user: &UserId) -> StoreResult<()> {
        let [first, others @ ..] = CodePurpose::ALL.map(|purpose| {
            let owner = format!("{PENDING}.{}.userId", purpose.name());
            Condition::missing(&owner).or(Condition::equals(&owner, user))
        });
        self.delete_if(&key(email), others.into_iter().fold(first, Condition::and)).await?;
        Ok(())
    }
}
