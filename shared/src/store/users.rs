//! Accounts: the profile, who owns an address, which Google identity belongs to whom, settings.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::{Refused, StoreError};
use super::expressions::{Change, Condition};
use super::figures::joining;
use super::item::Key;
use super::{Registration, SignUp, Store, StoreResult, Write};
use crate::identity::Email;
use crate::identity::Role;
use crate::identity::password::PasswordHash;
use foundation::ids::UserId;
use foundation::time;

/// How often a change is tried again when another request was first.
const ROUNDS: usize = 8;

/// An account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its address, which is nobody else's.
    pub email: Email,
    /// Whether the user proved that the address is theirs.
    pub email_verified: bool,
    /// An address that shall replace it once it is proved.
    pub pending_email: Option<Email>,
    /// When that is given up; epoch seconds.
    #[serde(default)]
    pub pending_email_ends_at: i64,
    /// Who signed up with the address while nobody has proved it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sign_ups: Vec<SignUp>,
    /// None for accounts that only ever signed in with Google.
    pub password_hash: Option<PasswordHash>,
    /// The Google identity that signs in to this account.
    pub google_subject: Option<String>,
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// May be empty.
    pub company: String,
    /// What the user signed up as.
    pub role: Role,
    /// Address of a picture.
    pub profile_image_url: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Grows with every change, so that none is lost.
    pub version: u64,
}

impl User {
    /// A new account whose address is not proved yet.
    #[must_use]
    pub fn new(email: Email, registration: Registration) -> Self {
        let now = time::now();
        let mut user = Self {
            id: UserId::new(),
            email,
            email_verified: false,
            pending_email: None,
            pending_email_ends_at: 0,
            sign_ups: Vec::new(),
            password_hash: None,
            google_subject: None,
            first_name: String::new(),
            last_name: String::new(),
            company: String::new(),
            role: registration.role,
            profile_image_url: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        user.apply(registration);
        user
    }

    /// Takes over what a registration says.
    pub fn apply(&mut self, registration: Registration) {
        let Registration { password_hash, first_name, last_name, company, role } = registration;
        self.password_hash = password_hash;
        self.first_name = first_name;
        self.last_name = last_name;
        self.company = company;
        self.role = role;
    }
}

/// What a user chose for the frontend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Whether to mail notices.
    pub email_notifications: bool,
    /// `light`, `dark` or `system`.
    pub theme: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { email_notifications: true, theme: "light".to_owned() }
    }
}

/// Says whose an address or a Google identity is.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Owner {
    user_id: UserId,
}

pub(super) fn profile(id: &UserId) -> Key {
    Key::new(format!("USER#{id}"), "PROFILE")
}

fn settings(id: &UserId) -> Key {
    Key::new(format!("USER#{id}"), "SETTINGS")
}

pub(super) fn address(email: &Email) -> Key {
    Key::alone(format!("EMAIL#{email}"))
}

pub(super) fn google(subject: &str) -> Key {
    Key::alone(format!("OAUTH#google#{subject}"))
}

pub(super) fn owned_by(id: &UserId) -> Condition {
    Condition::equals("userId", id)
}

pub(super) fn unchanged(version: u64) -> Condition {
    Condition::equals("version", version)
}

impl Store {
    /// An account by its id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user(&self, id: &UserId) -> StoreResult<Option<User>> {
        self.get(&profile(id)).await
    }

    /// The account that an address belongs to, proved or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user_by_email(&self, email: &Email) -> StoreResult<Option<User>> {
        match self.get::<Owner>(&address(email)).await? {
            Some(owner) => self.user(&owner.user_id).await,
            None => Ok(None),
        }
    }

    /// The account that a Google identity signs in to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user_by_google(&self, subject: &str) -> StoreResult<Option<User>> {
        match self.get::<Owner>(&google(subject)).await? {
            Some(owner) => self.user(&owner.user_id).await,
            None => Ok(None),
        }
    }

    /// Keeps a new account; not when its address or Google identity belongs to an account already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create_user(&self, user: &User) -> StoreResult<bool> {
        let owner = Owner { user_id: user.id.clone() };
        let mut writes = vec![Write::put(address(&user.email), &owner)?, Write::put(profile(&user.id), user)?];
        if let Some(subject) = &user.google_subject {
            writes.push(Write::put(google(subject), &owner)?);
        }
        let mut new: Vec<Write> = writes.into_iter().map(|write| write.when(Condition::absent())).collect();
        if user.email_verified {
            new.extend(joining(user));
        }
        Ok(self.transact(new).await?.is_ok())
    }

    /// Keeps a changed account, where nobody else has changed it since it was read and it is not gone. Whether its
    /// address is verified must be as it was.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn replace_user(&self, mut user: User) -> StoreResult<bool> {
        let from = user.version;
        user.version = from + 1;
        user.updated_at = time::now();
        self.put_if(&profile(&user.id), &user, unchanged(from)).await
    }

    /// Changes an account and gives it back as it is then; `None` when it is gone. `change` may run
    /// several times.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn change_user(&self, id: &UserId, change: impl Fn(&mut User)) -> StoreResult<Option<User>> {
        Ok(self.change_user_with(id, &[], change).await??)
    }

    /// As [`Store::change_user`], together with other writes: all or none. [`Refused`] has the places of those of
    /// `others` whose condition did not hold.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn change_user_with(
        &self,
        id: &UserId,
        others: &[Write],
        change: impl Fn(&mut User),
    ) -> StoreResult<Result<Option<User>, Refused>> {
        for _ in 0..ROUNDS {
            let Some(mut user) = self.user(id).await? else { return Ok(Ok(None)) };
            let (from, was_verified) = (user.version, user.email_verified);
            change(&mut user);
            user.version = from + 1;
            user.updated_at = time::now();
            let counting = if user.email_verified && !was_verified { joining(&user) } else { Vec::new() };
            match self.replace_with(&user, from, (others, counting.as_slice())).await {
                Ok(Ok(())) => return Ok(Ok(Some(user))),
                Ok(Err(refused)) if refused.failed == [others.len()] => {}
                Ok(Err(refused)) => return Ok(Err(refused)),
                Err(error) if error.is_passing() => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Busy("the account is being changed by other requests".into()))
    }

    /// Writes an account, where it still has the version `from`, between other writes.
    async fn replace_with(
        &self,
        user: &User,
        from: u64,
        (before, after): (&[Write], &[Write]),
    ) -> StoreResult<Result<(), Refused>> {
        if before.is_empty() && after.is_empty() {
            let written = self.put_if(&profile(&user.id), user, unchanged(from)).await?;
            return Ok(if written { Ok(()) } else { Err(Refused { failed: vec![0] }) });
        }
        let own = Write::put(profile(&user.id), user)?.when(unchanged(from));
        self.transact([before, &[own], after].concat()).await
    }

    /// Gives an account the Google identity `subject`, by `change` too; `others` are written with it. [`Refused`] when
    /// the identity belongs to an account already, with the place 0; those of `others` follow.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn link_google(
        &self,
        id: &UserId,
        subject: &str,
        others: &[Write],
        change: impl Fn(&mut User),
    ) -> StoreResult<Result<Option<User>, Refused>> {
        let claim = Write::put(google(subject), &Owner { user_id: id.clone() })?.when(Condition::absent());
        self.change_user_with(id, &[&[claim], others].concat(), |user| {
            user.google_subject = Some(subject.to_owned());
            change(user);
        })
        .await
    }

    /// Replaces the address of `user` by one that the user proved, and gives up an unproved account
    /// that held it. `consumption` is written with it: all or nothing. [`Refused`] has the place 0 where that could not
    /// be; others when the address has become somebody else's meanwhile.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn replace_email(
        &self,
        user: &User,
        email: &Email,
        consumption: Write,
    ) -> StoreResult<Result<Option<User>, Refused>> {
        let owner = Owner { user_id: user.id.clone() };
        let mut writes = vec![consumption, Write::delete(address(&user.email)).when(owned_by(&user.id))];
        let claim = Write::put(address(email), &owner)?;
        match self.user_by_email(email).await? {
            None => writes.push(claim.when(Condition::absent())),
            Some(other) => {
                let unproved = Condition::equals("emailVerified", false);
                writes.push(claim.when(owned_by(&other.id)));
                writes.push(Write::delete(profile(&other.id)).when(unproved));
            }
        }
        self.change_user_with(&user.id, &writes, |user| {
            user.email = email.clone();
            user.email_verified = true;
            user.drop_pending_email();
        })
        .await
    }

    /// What a user chose, or the defaults.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn settings(&self, id: &UserId) -> StoreResult<Settings> {
        Ok(self.get(&settings(id)).await?.unwrap_or_default())
    }

    /// Changes what is given of a user's settings, and gives them back.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn change_settings(
        &self,
        id: &UserId,
        email_notifications: Option<bool>,
        theme: Option<&str>,
    ) -> StoreResult<Settings> {
        let defaults = Settings::default();
        // One update that sets either the new value or, where there is none yet, the default.
        let change = match email_notifications {
            Some(given) => Change::new().set("emailNotifications", given),
            None => Change::new().set_if_missing("emailNotifications", defaults.email_notifications),
        };
        let change = match theme {
            Some(given) => change.set("theme", given),
            None => change.set_if_missing("theme", defaults.theme),
        };
        self.update(&settings(id), change).await
    }
}
