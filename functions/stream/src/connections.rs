//! Limits the number of connections, in total and per user.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use foundation::ids::UserId;
use foundation::{ApiError, ApiResult};

/// Seconds after which a refused client may retry.
const RETRY_SECONDS: u64 = 10;

/// Counts connections against their limits. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    of_users: Arc<Mutex<HashMap<UserId, usize>>>,
    of_user: usize,
    of_all: usize,
    /// What they are called in a refusal.
    kind: &'static str,
}

/// A permit for one connection, released when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    connections: Connections,
    user: UserId,
}

impl Connections {
    pub(crate) fn new(kind: &'static str, of_user: usize, of_all: usize) -> Self {
        Self { of_users: Arc::default(), of_user, of_all, kind }
    }

    /// A permit for another connection of `user`. Fails with 429 at the user's limit and 503 at that of the process.
    pub(crate) fn enter(&self, user: &UserId) -> ApiResult<Permit> {
        let mut of_users = self.of_users.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = of_users.values().sum();
        if all >= self.of_all {
            let message = "There are too many connections right now. Please try again in a moment.";
            return Err(ApiError::unavailable("busy", message).retry_after(RETRY_SECONDS));
        }
        let of_user = of_users.entry(user.clone()).or_default();
        if *of_user >= self.of_user {
            let message = format!("You have {of_user} {} connections open already. Please close one.", self.kind);
            return Err(ApiError::too_many_requests("too_many_connections", message, RETRY_SECONDS));
        }
        *of_user += 1;
        Ok(Permit { connections: self.clone(), user: user.clone() })
    }

    /// Number of open connections.
    pub(crate) fn count(&self) -> usize {
        self.of_users.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut of_users = self.connections.of_users.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = of_users.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                of_users.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn places_are_limited_and_given_back() {
        let connections = Connections::new("voice", 2, 3);
        let (ada, ben) = (UserId::new(), UserId::new());
        let first = connections.enter(&ada).unwrap();
        let _second = connections.enter(&ada).unwrap();
        assert_eq!(connections.enter(&ada).unwrap_err().status().as_u16(), 429);
        let _third = connections.enter(&ben).unwrap();
        assert_eq!(connections.enter(&ben).unwrap_err().status().as_u16(), 503);
        drop(first);
        assert_eq!(connections.count(), 2);
        connections.enter(&ada).unwrap();
    }
}
