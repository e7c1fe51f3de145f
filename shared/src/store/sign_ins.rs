//! A sign-in of a user: the family of refresh tokens that began with it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::expressions::Condition;
use super::item::Key;
use super::{Listing, Store, StoreResult};
use foundation::ids::{SignInId, UserId};

/// One sign-in. Its refresh tokens are numbered; only the number of the active one is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    /// Its id, which every token of the family carries.
    pub id: SignInId,
    /// Whose it is.
    pub user_id: UserId,
    /// `password` or `google`.
    pub method: String,
    /// What the client called itself, cut to 200 characters.
    pub user_agent: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last renewed.
    pub last_used_at: Timestamp,
    /// Number of the active refresh token.
    pub generation: u64,
    /// When the last tokens were superseded, newest first: `(number, time)`.
    pub superseded: Vec<(u64, Timestamp)>,
    /// When it ends without use; epoch seconds.
    pub expires_at: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UsedTicket {
    expires_at: i64,
}

pub(super) fn key(user: &UserId, id: &SignInId) -> Key {
    Key::new(format!("USER#{user}"), format!("SESSION#{id}"))
}

impl Store {
    /// Keeps a new sign-in.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn create_sign_in(&self, sign_in: &SignIn) -> StoreResult<()> {
        self.create(&key(&sign_in.user_id, &sign_in.id), sign_in).await
    }

    /// Reads a sign-in that has not been revoked or expired.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn sign_in(&self, user: &UserId, id: &SignInId) -> StoreResult<Option<SignIn>> {
        let found: Option<SignIn> = self.get(&key(user, id)).await?;
        Ok(found.filter(|found| found.expires_at > foundation::time::now().as_second()))
    }

    /// Notes that a ticket has been used, until `expires_at` (epoch seconds); whether this was the
    /// first time.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn use_ticket(&self, id: &str, expires_at: i64) -> StoreResult<bool> {
        let key = Key::alone(format!("TICKET#{id}"));
        let used = UsedTicket { expires_at };
        self.put_if(&key, &used, Condition::absent()).await
    }

    /// The user's living sign-ins.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn sign_ins(&self, user: &UserId) -> StoreResult<Vec<SignIn>> {
        let now = foundation::time::now().as_second();
        let mut all: Vec<SignIn> = self.list(Listing::new(format!("USER#{user}"), "SESSION#")).await?;
        all.retain(|sign_in| sign_in.expires_at > now);
        all.sort_by_key(|sign_in| std::cmp::Reverse(sign_in.last_used_at));
        Ok(all)
    }

    /// Replaces a sign-in, if its active token is still number `from`: not when another request was first, or it was
    /// revoked.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn rotate_sign_in(&self, renewed: &SignIn, from: u64) -> StoreResult<bool> {
        let is_active = Condition::equals("generation", from);
        self.put_if(&key(&renewed.user_id, &renewed.id), renewed, is_active).await
    }

    /// Ends a sign-in; whether it was there.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn revoke_sign_in(&self, user: &UserId, id: &SignInId) -> StoreResult<bool> {
        self.delete_if(&key(user, id), Condition::present()).await
    }

    /// Ends all sign-ins of a user, but `except`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn revoke_sign_ins(&self, user: &UserId, except: Option<&SignInId>) -> StoreResult<()> {
        for sign_in in self.sign_ins(user).await? {
            if Some(&sign_in.id) != except {
                self.revoke_sign_in(user, &sign_in.id).await?;
            }
        }
        Ok(())
    }
}
