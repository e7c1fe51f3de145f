//! The user of a connection.

use foundation::ids::{SignInId, UserId};

use crate::Parts;
use crate::voice_meter::VoiceMeter;

/// The user of a connection.
#[derive(Debug, Clone)]
pub struct Speaker {
    /// The user.
    pub user: UserId,
    /// The sign-in. Once it has ended, no turn begins.
    pub sign_in: SignInId,
    /// The id of the connection in the log.
    pub connection: String,
    /// The id of the request that opened it.
    pub request: String,
}

impl Speaker {
    pub(crate) fn meter(&self, parts: &Parts) -> VoiceMeter {
        VoiceMeter { billing: parts.context.billing.clone(), user: self.user.clone(), tasks: parts.turns.clone() }
    }
}
