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
    /// What can be subscribed to (`PLANS_FILE`), and what people have who have not (`DEFAULT_PLAN`).
    pub plans: Arc<Plans>,
    /// Who takes the money, where anybody does.
    pub stripe: Option<StripeConfig>,
}

/// Stripe.
#[derive(Debug, Clone)]
pub struct StripeConfig {
    /// `STRIPE_SECRET_KEY`.
    pub secret_key: SecretString,
    /// What its events are signed with (`STRIPE_WEBHOOK_SECRET`).
    pub webhook_secret: SecretString,
    /// Where its API is (`STRIPE_API_URL`).
    pub url: Url,
    /// What each plan's prices are called there (`STRIPE_PRICES`); the first is sold, the others were.
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
