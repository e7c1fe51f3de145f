//! Whose wrong passwords, wrong codes and mails are counted together.

use http::HeaderMap;

use crate::Context;
use crate::auth::Device;
use crate::auth::KeyUse;
use crate::identity::Email;
use crate::store::User;
use foundation::ids::UserId;

/// Whose attempts are counted together. Anybody can use up what is counted for an address; therefore a browser that
/// has signed in before, and somebody who is signed in, have counts of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counter {
    /// Everybody who gives this address.
    Address,
    /// A browser that has signed in to the account before, by its device cookie.
    Device(String),
    /// Whoever is signed in to the account.
    Account(UserId),
}

impl Counter {
    /// For a request without a sign-in that names the address of `user`.
    #[must_use]
    pub fn of(context: &Context, headers: &HeaderMap, user: Option<&User>) -> Self {
        let device = Device::of(headers, context.sign_ins.secret());
        match (device, user) {
            (Some(device), Some(user)) if device.knows(&user.id) => Self::Device(device.id),
            _ => Self::Address,
        }
    }

    /// What is counted, where the address is not. Neither the address nor the account's id stands in the key of a
    /// counter, which outlives the account.
    #[must_use]
    pub fn own_subject(&self, context: &Context, email: &Email) -> Option<String> {
        match self {
            Self::Address => None,
            Self::Device(device) => Some(format!("device#{device}#{}", hashed(context, email.as_str()))),
            Self::Account(user) => Some(format!("account#{}", hashed(context, user.as_str()))),
        }
    }

    /// What is counted.
    #[must_use]
    pub fn subject(&self, context: &Context, email: &Email) -> String {
        self.own_subject(context, email).unwrap_or_else(|| hashed(context, email.as_str()))
    }
}

fn hashed(context: &Context, text: &str) -> String {
    context.sign_ins.secret().keyed_hash(KeyUse::OneTimeCode, text)
}
