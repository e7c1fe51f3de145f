//! Which payment provider is used.

use std::sync::Arc;

use super::{NoPayments, Payments, Stripe};
use foundation::config::BillingConfig;
use foundation::provider::Cause;

/// The configured payment provider.
///
/// # Errors
/// When the client of Stripe cannot be set up (a key that no header takes).
pub fn configured(config: &BillingConfig) -> Result<Arc<dyn Payments>, Cause> {
    Ok(match &config.stripe {
        Some(stripe) => Arc::new(Stripe::new(stripe)?),
        None => Arc::new(NoPayments),
    })
}
