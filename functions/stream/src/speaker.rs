//! Who is connected.

use foundation::ids::{SignInId, UserId};

use crate::Parts;
use crate::voice_meter::VoiceMeter;

/// Who is connected.
#[derive(Debug, Clone)]
pub struct Speaker {
    /// The user.
    pub user: UserId,
    /// The sign-in; once it has ended, no turn begins.
    pub sign_in: SignInId,
    /// Names the connection in the log.
    pub connection: String,
    /// The request that opened it.
    pub request: String,
}

impl Speaker {
    pub(crate) fn meter(&self, parts: &Parts) -> VoiceMeter {
        VoiceMeter { billing: parts.context.billing.clone(), user: self.user.clone(), tasks: parts.turns.clone() }
    }
}
