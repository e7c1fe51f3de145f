//! Plans and payments.

use std::sync::Arc;

use super::reader::Reader;
use super::variables as var;
use crate::billing::{PlanId, Plans};

/// Plans and payments.
#[derive(Debug, Clone)]
pub struct BillingConfig {
    /// What can be subscribed to (`PLANS_FILE`), and what people have who have not (`DEFAULT_PLAN`).
    pub plans: Arc<Plans>,
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
        Self { plans: Arc::new(plans) }
    }
}
