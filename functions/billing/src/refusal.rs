//! What a refused or failed change is on the wire.

use foundation::ApiError;
use shared::billing::payments::SubscriptionsError;

/// The answer to a request that could not be done.
pub(crate) fn refusal(error: SubscriptionsError) -> ApiError {
    match error {
        SubscriptionsError::NoSuchPlan => {
            ApiError::validation(vec!["planId must be a plan that can be paid for".to_owned()])
        }
        SubscriptionsError::Subscribed => ApiError::conflict(
            "already_subscribed",
            "You have a subscription already. You can change it where you manage your payments.",
        ),
        SubscriptionsError::NotSubscribed => ApiError::conflict("not_subscribed", "You have no subscription."),
        SubscriptionsError::Busy => {
            ApiError::unavailable("busy", "Your subscription is being changed right now. Please try again in a moment.")
                .retry_after(5)
        }
        SubscriptionsError::Payments(error) => error.into(),
        SubscriptionsError::Store(error) => error.into(),
        SubscriptionsError::Mail(error) => {
            ApiError::unavailable("mail_unavailable", "A mail could not be sent. Please try again.").caused_by(error)
        }
    }
}
