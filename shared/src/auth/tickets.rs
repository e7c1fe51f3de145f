//! Tickets: each opens one WebSocket, for clients whose cookies do not reach it.

use serde::{Deserialize, Serialize};

use super::frontend::FrontendTicket;
use super::sign_ins::{RefreshError, SignIns};
use super::tokens::TokenError;
use crate::store::SignIn;
use foundation::ids::{SignInId, UserId};
use foundation::public_keys::Purpose;
use foundation::time;

/// Lifetime of a ticket.
const SECONDS: u64 = 60;

/// What a ticket of ours carries.
#[derive(Serialize, Deserialize)]
struct TicketClaims {
    sub: UserId,
    sid: SignInId,
    jti: String,
}

impl SignIns {
    /// A ticket that opens one WebSocket, and its lifetime in seconds.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn ticket(&self, user: &UserId, sign_in: &SignInId) -> Result<(String, u64), TokenError> {
        let claims = TicketClaims { sub: user.clone(), sid: sign_in.clone(), jti: foundation::ids::new_ulid() };
        Ok((self.tokens.sign(Purpose::Ticket, claims, SECONDS)?, SECONDS))
    }

    /// The sign-in that a ticket counts for, if that still lives; the ticket is used up with it.
    ///
    /// A ticket of the frontend's server names the user only. It counts for the sign-in `beside` it, that of the
    /// handshake's cookies, if it is the user's; else for the one that was renewed last. Without a living sign-in it
    /// opens nothing.
    ///
    /// # Errors
    /// [`RefreshError::Ended`], [`RefreshError::Store`].
    pub async fn redeem(&self, ticket: &str, beside: Option<&SignInId>) -> Result<SignIn, RefreshError> {
        if let Some(Ok(theirs)) = self.frontend.as_ref().map(|key| key.ticket(ticket)) {
            return self.redeem_theirs(theirs, beside).await;
        }
        let claims: TicketClaims = self.tokens.verify_newest(Purpose::Ticket, ticket).await?;
        self.use_up(&claims.jti).await?;
        self.store.sign_in(&claims.sub, &claims.sid).await?.ok_or(RefreshError::Ended)
    }

    async fn redeem_theirs(&self, ticket: FrontendTicket, beside: Option<&SignInId>) -> Result<SignIn, RefreshError> {
        self.use_up(&ticket.id).await?;
        // The sign-ins of a deleted account may take a moment to go.
        self.store.user(&ticket.user).await?.ok_or(RefreshError::Ended)?;
        let living = self.store.sign_ins(&ticket.user).await?;
        let chosen = living.into_iter().max_by_key(|sign_in| (beside == Some(&sign_in.id), sign_in.last_used_at));
        chosen.ok_or(RefreshError::Ended)
    }

    async fn use_up(&self, id: &str) -> Result<(), RefreshError> {
        let forgotten = time::now().as_second().saturating_add_unsigned(2 * SECONDS);
        let is_first = self.store.use_ticket(id, forgotten).await?;
        if is_first { Ok(()) } else { Err(RefreshError::Ended) }
    }
}
