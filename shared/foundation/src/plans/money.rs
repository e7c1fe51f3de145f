//! Amounts of money as whole numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Currencies without a minor unit, by Stripe's list (docs.stripe.com/currencies).
const WITHOUT_MINOR_UNIT: [&str; 16] =
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"];
/// Currencies with 1,000 minor units.
const OF_A_THOUSAND: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];

/// An amount in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Money {
    /// The amount in the currency's smallest unit, for example cents, or whole yen.
    pub amount: i64,
    /// The ISO 4217 code in lower case.
    pub currency: String,
}

impl Money {
    /// The number of decimal places.
    fn digits(&self) -> u32 {
        match self.currency.as_str() {
            currency if WITHOUT_MINOR_UNIT.contains(&currency) => 0,
            currency if OF_A_THOUSAND.contains(&currency) => 3,
            _ => 2,
        }
    }
}

impl fmt::Display for Money {
    /// Formats the amount as in "19.00 USD".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.amount < 0 { "-" } else { "" };
        let amount = self.amount.unsigned_abs();
        let currency = self.currency.to_uppercase();
        match self.digits() {
            0 => write!(f, "{sign}{amount} {currency}"),
            digits => {
                let unit = 10_u64.pow(digits);
                let (whole, part, width) = (amount / unit, amount % unit, digits as usize);
                write!(f, "{sign}{whole}.{part:0width$} {currency}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_in_the_units_of_their_currency() {
        for (amount, currency, shown) in [
            (1900, "usd", "19.00 USD"),
            (5, "eur", "0.05 EUR"),
            (0, "usd", "0.00 USD"),
            (-1250, "usd", "-12.50 USD"),
            (-7, "usd", "-0.07 USD"),
            (1900, "jpy", "1900 JPY"),
            (-3, "krw", "-3 KRW"),
            (1234, "kwd", "1.234 KWD"),
            (i64::MIN, "jpy", "-9223372036854775808 JPY"),
        ] {
            assert_eq!(Money { amount, currency: currency.to_owned() }.to_string(), shown);
        }
    }
}
