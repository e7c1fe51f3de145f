//! The lease on a session, and the work that it is leased to.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::store::expressions::Condition;
use crate::store::{Store, Write};
use foundation::ids::{ChatId, MessageId, UserId, new_ulid};
use foundation::plans::Month;
use foundation::time;

/// How long a lease lives without being extended.
pub const LEASE: Duration = Duration::from_secs(15);

/// The work that a session is leased to, kept on the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Generation {
    /// Its id.
    pub id: String,
    /// The answer that is being written; none while messages are removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// Until when the lease is good; milliseconds since the epoch.
    pub lease_until: i64,
    /// Whether the user asked it to stop.
    #[serde(default)]
    pub stop_requested: bool,
    /// The month that the question was counted in; none for work that counts as none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charged: Option<Month>,
}

impl Generation {
    /// The work under a lease, from now on.
    #[must_use]
    pub fn new(lease: &Lease, message_id: Option<MessageId>) -> Self {
        let (id, charged) = (lease.id.clone(), lease.charged.clone());
        Self { id, message_id, lease_until: lease_until(), stop_requested: false, charged }
    }

    /// Whether its process must be taken to be alive.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.lease_until > time::now().as_millisecond()
    }
}

pub(super) fn lease_until() -> i64 {
    time::now().as_millisecond().saturating_add(i64::try_from(LEASE.as_millis()).unwrap_or(0))
}

/// A lease that this process holds.
#[derive(Debug, Clone)]
pub struct Lease {
    /// Whose session.
    pub user: UserId,
    /// The session.
    pub chat: ChatId,
    /// The generation's id.
    pub id: String,
    /// The month that its question was counted in; none for work that counts as none.
    pub charged: Option<Month>,
}

impl Lease {
    /// A lease to be taken on a session.
    #[must_use]
    pub fn new(user: &UserId, chat: &ChatId) -> Self {
        Self { user: user.clone(), chat: chat.clone(), id: new_ulid(), charged: None }
    }

    /// The same for a question that was counted in `month`.
    #[must_use]
    pub fn charged(self, month: Month) -> Self {
        Self { charged: Some(month), ..self }
    }

    /// Takes back that the question was counted, as a part of a transaction.
    pub(super) fn refund(&self) -> Option<Write> {
        self.charged.as_ref().map(|month| Store::uncounting_message(&self.user, month))
    }

    pub(super) fn is_own(&self) -> Condition {
        Condition::equals("generation.id", &self.id)
    }
}
