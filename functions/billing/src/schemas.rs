//! The types of the answers, to be compared with the description.

use foundation::plans::Plan;
use shared::billing::payments::Invoice;
use shared::http::{AnswerSchema, Reply, answer};

use crate::checkout::{Page, Portal};
use crate::subscription::SubscriptionView;
use crate::webhook::Received;

/// What each operation answers that answers with JSON.
#[must_use]
pub fn answers() -> Vec<AnswerSchema> {
    [
        answer::<Reply<Vec<Plan>>>(&["listPlans"]),
        answer::<Reply<SubscriptionView>>(&["getSubscription", "cancelSubscription", "resumeSubscription"]),
        answer::<Reply<Page>>(&["subscribe"]),
        answer::<Reply<Portal>>(&["openPortal"]),
        answer::<Reply<Vec<Invoice>>>(&["listInvoices"]),
        answer::<Reply<Received>>(&["receiveEvent"]),
    ]
    .concat()
}
