//! The plans, read from one file.

mod money;
mod subscription;
mod usage;

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use money::Money;
pub use subscription::{Status, Subscription};
pub use usage::{FormerUsage, Month, Usage};

/// The plans that come with the product.
const BUILT_IN: &str = include_str!("plans.json");
/// The supported version of the file format.
const VERSION: u32 = 1;

/// The id of a plan, as in `pro`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct PlanId(String);

impl PlanId {
    /// An id.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How often a price is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Interval {
    /// Every month.
    Month,
    /// Every year.
    Year,
}

/// What a plan costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Price {
    /// The amount.
    #[serde(flatten)]
    pub money: Money,
    /// The billing interval.
    pub interval: Interval,
}

/// The limits of a plan. `None` (`null` in the file) means unlimited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// Number of stored documents.
    pub documents: Option<u64>,
    /// Total size of stored files in bytes.
    pub storage_bytes: Option<u64>,
    /// Answered questions per calendar month.
    pub messages_per_month: Option<u64>,
    /// Minutes of recognised and synthesized speech per calendar month.
    pub voice_minutes_per_month: Option<u64>,
    /// Pages per calendar month from which text is extracted. Plan files that do not name it have no such limit.
    #[serde(default)]
    pub extraction_pages_per_month: Option<u64>,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// Its display name.
    pub name: String,
    /// What it costs.
    pub price: Price,
    /// Free days of a first subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial_days: Option<u32>,
    /// Its limits.
    pub limits: Limits,
    /// Its features, as sentences for users.
    pub features: Vec<String>,
}

impl Plan {
    /// Whether it is free of charge.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.price.money.amount == 0
    }
}

/// All plans, cheapest first, as the file lists them.
#[derive(Debug, Clone)]
pub struct Plans {
    plans: Vec<Plan>,
    default: Plan,
}

/// Why a plan file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlansError {
    /// It is not a plan file.
    #[error("is no file of plans: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It has a newer version than this program supports.
    #[error("is of version {0}, and only version {VERSION} is understood")]
    Version(u32),
    /// It contains an invalid value.
    #[error("cannot be used: {0}")]
    Invalid(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    plans: Vec<Plan>,
}

impl Plans {
    /// The plans that come with the product. Users without a subscription have `default`.
    ///
    /// # Errors
    /// [`PlansError::Invalid`] if there is no plan `default`.
    pub fn built_in(default: &PlanId) -> Result<Self, PlansError> {
        Self::parse(BUILT_IN, default)
    }

    /// Parses a plan file.
    ///
    /// # Errors
    /// If the file is malformed, has an unsupported version, or contains invalid values, or if there is no plan
    /// `default`.
    pub fn parse(file: &str, default: &PlanId) -> Result<Self, PlansError> {
        let File { version, plans } = serde_json::from_str(file)?;
        if version != VERSION {
            return Err(PlansError::Version(version));
        }
        let invalid = |reason: String| Err(PlansError::Invalid(reason));
        let mut seen = HashSet::new();
        for Plan { id, price, .. } in &plans {
            let currency = &price.money.currency;
            if !seen.insert(id.as_str()) {
                return invalid(format!("two plans are called {id}"));
            }
            if price.money.amount < 0 {
                return invalid(format!("the price of {id} is negative"));
            }
            if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_lowercase()) {
                return invalid(format!("the currency of {id} must be three small letters"));
            }
        }
        match plans.iter().find(|plan| plan.id == *default) {
            Some(default) => Ok(Self { default: default.clone(), plans }),
            None => invalid(format!("there is no plan {default}, which people without a subscription would have")),
        }
    }

    /// All plans.
    pub fn iter(&self) -> std::slice::Iter<'_, Plan> {
        self.plans.iter()
    }

    /// The plan with this id.
    #[must_use]
    pub fn get(&self, id: &PlanId) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id == *id)
    }

    /// The plan of users without a subscription.
    #[must_use]
    pub fn default_plan(&self) -> &Plan {
        &self.default
    }

    /// Gives users without a subscription the plan with the most questions; of several, the last.
    pub fn default_to_largest(&mut self) {
        let questions = |plan: &&Plan| plan.limits.messages_per_month.unwrap_or(u64::MAX);
        if let Some(largest) = self.plans.iter().max_by_key(questions) {
            self.default = largest.clone();
        }
    }

    /// A single plan without a name that allows nothing.
    #[must_use]
    pub fn none() -> Self {
        let money = Money { amount: 0, currency: String::new() };
        let nothing = Some(0);
        let limits = Limits {
            documents: nothing,
            storage_bytes: nothing,
            messages_per_month: nothing,
            voice_minutes_per_month: nothing,
            extraction_pages_per_month: nothing,
        };
        let price = Price { money, interval: Interval::Month };
        let (id, name) = (PlanId::new(""), String::new());
        Self { default: Plan { id, name, price, trial_days: None, limits, features: Vec::new() }, plans: Vec::new() }
    }
}

impl<'a> IntoIterator for &'a Plans {
    type Item = &'a Plan;
    type IntoIter = std::slice::Iter<'a, Plan>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn free() -> PlanId {
        PlanId::new("free")
    }

    #[test]
    fn the_plans_that_come_with_the_product_can_be_used() {
        let plans = Plans::built_in(&free()).unwrap();
        assert!(plans.default_plan().is_free());
        let ids: Vec<_> = plans.iter().map(|plan| plan.id.as_str()).collect();
        assert_eq!(ids, ["free", "pro", "team"]);
        let allowed = |of: fn(&Limits) -> Option<u64>| plans.iter().map(|plan| of(&plan.limits)).collect::<Vec<_>>();
        for of in [
            |limits: &Limits| limits.documents,
            |limits: &Limits| limits.storage_bytes,
            |limits: &Limits| limits.messages_per_month,
            |limits: &Limits| limits.voice_minutes_per_month,
            |limits: &Limits| limits.extraction_pages_per_month,
        ] {
            assert!(allowed(of).is_sorted(), "whoever pays more may do more");
        }
    }

    fn plan(id: &str, amount: i64, currency: &str) -> String {
        format!(
            r#"{{"id": "{id}", "name": "A plan", "features": [],
            "price": {{"amount": {amount}, "currency": "{currency}", "interval": "year"}},
            "limits": {{"documents": 1, "storageBytes": null, "messagesPerMonth": 2, "voiceMinutesPerMonth": 0}}}}"#
        )
    }

    fn file(version: u32, plans: &[String]) -> String {
        format!(r#"{{"version": {version}, "plans": [{}]}}"#, plans.join(","))
    }

    #[test]
    fn the_largest_plan_has_the_most_questions() {
        let asking =
            |id: &str, questions: &str| plan(id, 0, "usd").replace("Month\": 2", &format!("Month\": {questions}"));
        for (plans, largest) in [
            ([asking("free", "5"), asking("solo", "50"), asking("crew", "500")], "crew"),
            ([asking("crew", "null"), asking("free", "5"), asking("solo", "50")], "crew"),
            ([asking("free", "5"), asking("solo", "50"), asking("quiet", "50")], "quiet"),
        ] {
            let mut plans = Plans::parse(&file(1, &plans), &free()).unwrap();
            plans.default_to_largest();
            assert_eq!(plans.default_plan().id.as_str(), largest);
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        let usable = Plans::parse(&file(1, &[plan("free", 0, "usd")]), &free()).unwrap();
        let limits = &usable.default_plan().limits;
        assert_eq!(
            (limits.storage_bytes, limits.extraction_pages_per_month),
            (None, None),
            "what is not named is no limit"
        );
        for (file, reason) in [
            (file(2, &[plan("free", 0, "usd")]), "version 2"),
            (file(1, &[plan("pro", 0, "usd")]), "no plan free"),
            (file(1, &[plan("free", 0, "usd"), plan("free", 0, "usd")]), "two plans"),
            (file(1, &[plan("free", -1, "usd")]), "negative"),
            (file(1, &[plan("free", 0, "USD")]), "currency"),
            (file(1, &[plan("free", 0, "usd").replace("documents", "document")]), "document"),
            ("[]".to_owned(), "no file of plans"),
        ] {
            let error = Plans::parse(&file, &free()).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
