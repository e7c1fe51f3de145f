#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::Timestamp;

use super::*;

fn provided(id: &str, status: Status, created: i64) -> ProvidedSubscription {
    ProvidedSubscription {
        id: id.to_owned(),
        status,
        plan: Some(PlanId::new("pro")),
        created: Timestamp::from_second(created).unwrap(),
        current_period_start: Timestamp::from_second(created).ok(),
        current_period_end: Timestamp::from_second(created + 1).ok(),
        trial_end: None,
        cancel_at_period_end: false,
    }
}

#[test]
fn the_newest_subscription_that_gives_a_right_is_followed() {
    use Status::{Active, Canceled, None as Unpaid, PastDue, Trialing};
    let known = Subscription { customer: Some("cus_1".to_owned()), version: 4, ..Subscription::default() };
    for (found, followed) in [
        (vec![], None),
        (vec![("a", Unpaid)], None),
        (vec![("a", Canceled)], Some(("a", Canceled))),
        (vec![("a", Canceled), ("b", Unpaid)], Some(("a", Canceled))),
        (vec![("a", Active), ("b", Canceled)], Some(("a", Active))),
        (vec![("a", PastDue), ("b", Trialing)], Some(("b", Trialing))),
        (vec![("a", Canceled), ("b", PastDue), ("c", Unpaid)], Some(("b", PastDue))),
    ] {
        let list: Vec<_> = (0..).zip(&found).map(|(at, (id, status))| provided(id, *status, at)).collect();
        let forward = following(&known, list.clone());
        let backward = following(&known, list.into_iter().rev().collect());
        assert_eq!(forward, backward, "the order of the list says nothing");
        assert_eq!((forward.version, forward.customer.as_deref()), (5, Some("cus_1")));
        let expected = followed.map(|(id, status)| (id.to_owned(), status));
        assert_eq!(forward.provider_id.map(|id| (id, forward.status)), expected, "{found:?}");
    }
}
