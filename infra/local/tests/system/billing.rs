//! Plans, and the limits that they set.

mod bytes;
mod extraction;
mod limits;
mod paying;
mod pictures;
mod usage;
mod voice;
mod webhook;

use serde_json::{Value, json};

use crate::harness::{TestSystem, TestUser};

const SUBSCRIPTION: &str = "/api/v1/billing/subscription";

/// A file of one plan with these limits.
pub struct PlansFile(tempfile::NamedTempFile, Value);

impl PlansFile {
    pub fn new(documents: u64, storage_bytes: u64, messages: u64, voice_minutes: u64) -> Self {
        Self::of(json!({
            "id": "free", "name": "Small", "features": [],
            "price": {"amount": 0, "currency": "usd", "interval": "month"},
            "limits": {"documents": documents, "storageBytes": storage_bytes, "messagesPerMonth": messages,
                "voiceMinutesPerMonth": voice_minutes},
        }))
    }

    /// The same with a limit of pages of text extraction.
    pub fn extracting(self, pages: u64) -> Self {
        let mut plan = self.1;
        plan["limits"]["extractionPagesPerMonth"] = json!(pages);
        Self::of(plan)
    }

    fn of(plan: Value) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), json!({"version": 1, "plans": [plan]}).to_string()).unwrap();
        Self(file, plan)
    }

    /// A system with this plan.
    pub async fn system(&self, variables: &[(&str, &str)]) -> TestSystem {
        let plans = [("PLANS_FILE", self.0.path().to_str().unwrap())];
        TestSystem::start_with(&[&plans, variables].concat()).await
    }
}

/// How much of each limit is used.
async fn used(user: &TestUser, limit: &str) -> u64 {
    user.get(SUBSCRIPTION).await.data(200)["usage"][limit]["used"].as_u64().unwrap()
}

#[tokio::test]
async fn everybody_sees_the_plans_and_has_the_default_one() {
    let system = TestSystem::start().await;
    let plans = system.visitor().get("/api/v1/billing/plans").await.data(200);
    let ids: Vec<&Value> = plans.as_array().unwrap().iter().map(|plan| &plan["id"]).collect();
    assert_eq!(ids, ["free", "pro", "team"]);
    assert_eq!(plans[1]["price"], json!({"amount": 1900, "currency": "usd", "interval": "month"}));

    assert_eq!(system.visitor().get(SUBSCRIPTION).await.code(401), "not_signed_in");
    let mut subscription = system.user().await.get(SUBSCRIPTION).await.data(200);
    let resets_at = subscription["usage"].as_object_mut().unwrap().remove("resetsAt").unwrap();
    assert!(resets_at.as_str().unwrap().ends_with("-01T00:00:00Z"), "{resets_at}");
    let limit = |limit: u64| json!({"used": 0, "limit": limit});
    assert_eq!(
        subscription,
        json!({
            "planId": "free", "status": "none", "currentPeriodStart": null, "currentPeriodEnd": null,
            "trialEnd": null, "cancelAtPeriodEnd": false,
            "usage": {"documents": limit(25), "storageBytes": limit(524_288_000), "messagesPerMonth": limit(100),
                "voiceMinutesPerMonth": limit(30), "extractionPagesPerMonth": limit(5_000)},
        })
    );
}

#[tokio::test]
async fn the_plan_of_people_who_have_not_subscribed_can_be_chosen() {
    let system = TestSystem::start_with(&[("DEFAULT_PLAN", "team")]).await;
    let subscription = system.user().await.get(SUBSCRIPTION).await.data(200);
    assert_eq!((&subscription["planId"], &subscription["status"]), (&json!("team"), &json!("none")));
}

/// `DEFAULT_PLAN` as it is in the environment of a newcomer.
const NO_DEFAULT_PLAN: (&str, &str) = ("DEFAULT_PLAN", "");

#[tokio::test]
async fn everybody_has_the_largest_plan_where_nobody_can_pay() {
    let system = TestSystem::start_with(&[NO_DEFAULT_PLAN]).await;
    assert_eq!(system.user().await.get(SUBSCRIPTION).await.data(200)["planId"], "team");
}

#[tokio::test]
async fn the_largest_plan_is_paid_for_where_people_can_pay() {
    let stripe = [
        ("STRIPE_SECRET_KEY", "sk_test_key"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_test"),
        ("STRIPE_PRICES", "team=price_1"),
    ];
    let system = TestSystem::start_with(&[&[NO_DEFAULT_PLAN], &stripe[..]].concat()).await;
    assert_eq!(system.user().await.get(SUBSCRIPTION).await.data(200)["planId"], "free");
}
