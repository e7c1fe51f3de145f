//! Plans and payments.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;
use url::Url;

use super::reader::Reader;
use super::variables as var;
use crate::plans::{PlanId, Plans};

/// Plans and payments.
#[derive(Debug, Clone)]
pub struct BillingConfig {
    /// The plans on offer (`PLANS_FILE`), and the plan of users without a subscription (`DEFAULT_PLAN`).
    pub plans: Arc<Plans>,
    /// The payment provider, if there is one.
    pub stripe: Option<StripeConfig>,
}

/// Settings of Stripe.
#[derive(Debug, Clone)]
pub struct StripeConfig {
    /// `STRIPE_SECRET_KEY`.
    pub secret_key: SecretString,
    /// The secret that webhook events are signed with (`STRIPE_WEBHOOK_SECRET`).
    pub webhook_secret: SecretString,
    /// Base URL of the API (`STRIPE_API_URL`).
    pub url: Url,
    /// Stripe's price ids of each plan (`STRIPE_PRICES`). The first is on sale; the others are former prices.
    pub prices: BTreeMap<String, Vec<String>>,
}

impl BillingConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let default = PlanId::new(reader.text(&var::DEFAULT_PLAN));
        let plans = match reader.optional(&var::PLANS_FILE) {
            None => Plans::built_in(&default).map_err(|error| (&var::DEFAULT_PLAN, error.to_string())),
            Some(path) => match std::fs::read_to_string(&path) {
                Ok(file) => Plans::parse(&file, &default).map_err(|error| (&var::PLANS_FILE, error.to_string())),
                Err(error) => Err((&var::PLANS_FILE, format!("cannot be read: {error}"))),
            },
        };
        let plans = plans.unwrap_or_else(|(variable, reason)| {
            reader.problem(variable, reason);
            Plans::none()
        });
        let stripe = StripeConfig::read(reader, &plans);
        Self { plans: Arc::new(plans), stripe }
    }
}

impl StripeConfig {
    fn read(reader: &mut Reader<'_>, plans: &Plans) -> Option<Self> {
        let secret_key = reader.secret(&var::STRIPE_SECRET_KEY)?;
        let webhook_secret = reader.secret(&var::STRIPE_WEBHOOK_SECRET).unwrap_or_else(|| {
            reader.problem(&var::STRIPE_WEBHOOK_SECRET, "must be set where STRIPE_SECRET_KEY is");
            SecretString::default()
        });
        let mut prices: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in reader.list(&var::STRIPE_PRICES) {
            match entry.split_once('=').map(|(plan, price)| (plan.trim(), price.trim())) {
                Some((plan, price)) if plans.get(&PlanId::new(plan)).is_some() && !price.is_empty() => {
                    prices.entry(plan.to_owned()).or_default().push(price.to_owned());
                }
                _ => reader.problem(
                    &var::STRIPE_PRICES,
                    format!("must name plans and prices, as in pro=price_123, not \"{entry}\""),
                ),
            }
        }
        let url = reader.url(&var::STRIPE_API_URL)?;
        Some(Self { secret_key, webhook_secret, url, prices })
    }
}
