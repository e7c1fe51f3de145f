//! Administrators, and what their pages show.

use super::reader::Reader;
use super::variables as var;

/// Administrators, and what their pages show.
#[derive(Debug, Clone)]
pub struct AdminConfig {
    /// The addresses of administrators (`ADMIN_EMAILS`), in lower case.
    pub emails: Vec<String>,
    /// Rows that a list has at most (`ADMIN_ROWS`).
    pub rows: usize,
    /// The price of a million tokens of prompts (`PROMPT_TOKENS_PRICE`).
    pub prompt_price: f64,
    /// The price of a million tokens of answers (`ANSWER_TOKENS_PRICE`).
    pub answer_price: f64,
}

impl AdminConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let emails: Vec<String> =
            reader.list(&var::ADMIN_EMAILS).into_iter().map(|email| email.to_ascii_lowercase()).collect();
        for email in emails.iter().filter(|email| !is_address(email)) {
            reader.problem(&var::ADMIN_EMAILS, format!("must list e-mail addresses, not \"{email}\""));
        }
        Self {
            rows: reader.number(&var::ADMIN_ROWS, 1, 1_000),
            prompt_price: reader.number(&var::PROMPT_TOKENS_PRICE, 0.0, 1_000_000.0),
            answer_price: reader.number(&var::ANSWER_TOKENS_PRICE, 0.0, 1_000_000.0),
            emails,
        }
    }

    /// The price of so many tokens of prompts and of answers.
    #[must_use]
    pub fn price(&self, prompts: u64, answers: u64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counters of tokens are far below 2^53")]
        let millionths = prompts as f64 * self.prompt_price + answers as f64 * self.answer_price;
        millionths.round() / 1_000_000.0
    }
}

fn is_address(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace) && !part.contains('@');
    text.split_once('@').is_some_and(|(local, domain)| is_part(local) && is_part(domain) && domain.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &'static [(&str, &str)]) -> Result<AdminConfig, super::super::Problems> {
        let lookup = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader::new(&lookup);
        let config = AdminConfig::read(&mut reader);
        reader.finish(config)
    }

    #[test]
    fn addresses_are_compared_in_lower_case_and_checked() {
        let emails = |value| read(value).map(|config| config.emails);
        assert_eq!(emails(&[]), Ok(Vec::new()));
        let two = emails(&[("ADMIN_EMAILS", " Ada@Example.com, b@example.org,")]);
        assert_eq!(two, Ok(vec!["ada@example.com".to_owned(), "b@example.org".to_owned()]));
        for (value, wrong) in [
            (&[("ADMIN_EMAILS", "ada@example.com;b@example.org")], "ada@example.com;b@example.org"),
            (&[("ADMIN_EMAILS", "@example.com")], "@example.com"),
            (&[("ADMIN_EMAILS", "*")], "*"),
        ] {
            assert!(emails(value).is_err_and(|problems| problems.to_string().contains(wrong)), "{wrong}");
        }
    }

    #[test]
    fn tokens_have_a_price_by_the_million() {
        let config = read(&[("PROMPT_TOKENS_PRICE", "0.15"), ("ANSWER_TOKENS_PRICE", "0.6")]);
        let price = |prompts, answers| config.as_ref().map(|config| config.price(prompts, answers).to_string());
        assert_eq!(price(2_000_000, 500_000), Ok("0.6".to_owned()));
        assert_eq!(price(1_000, 10), Ok("0.000156".to_owned()));
        assert_eq!(read(&[]).map(|config| config.price(1_000, 10).to_string()), Ok("0".to_owned()));
    }
}
