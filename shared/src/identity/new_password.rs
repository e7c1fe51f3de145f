//! Passwords that people choose.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use zxcvbn::feedback::Warning;
use zxcvbn::{Score, zxcvbn};

use super::password::{GivenPassword, LONGEST, canonical, typed};
use crate::http::Field;

/// Fewest characters.
const SHORTEST: usize = 8;
/// Letters of a name or an address from which a password must not be it.
const TELLING: usize = 4;

/// A password that somebody chooses: 8 to 256 characters, in its canonical form, and none of those that everybody
/// tries first.
#[derive(Debug, Clone)]
pub struct NewPassword(pub SecretString);

impl NewPassword {
    /// Whether `confirmation` is the same.
    #[must_use]
    pub fn is(&self, confirmation: &GivenPassword) -> bool {
        self.0.expose_secret() == canonical(confirmation.0.expose_secret()).expose_secret()
    }

    /// Whether it is one of these facts of its owner, such as a name or an address, digits and signs aside.
    #[must_use]
    pub fn tells(&self, facts: &[&str]) -> bool {
        let password = letters(self.0.expose_secret());
        facts.iter().map(|fact| letters(fact)).any(|fact| fact.chars().count() >= TELLING && fact == password)
    }

    /// What is wrong where it [tells](Self::tells) something.
    pub const TELLS: &'static str = "must not be your name or your e-mail address";
}

impl Field for NewPassword {
    fn parse(value: &Value) -> Result<Self, String> {
        let password = canonical(typed(value)?);
        let length = password.expose_secret().chars().count();
        if length < SHORTEST {
            return Err(format!("must have at least {SHORTEST} characters"));
        }
        if length > LONGEST {
            return Err(format!("must have at most {LONGEST} characters"));
        }
        if is_common(password.expose_secret()) {
            return Err("must not be one of the passwords that everybody tries first".to_owned());
        }
        Ok(Self(password))
    }
}

/// Whether it is among the passwords that were found most often, or nearly as quick to guess.
fn is_common(password: &str) -> bool {
    let estimate = zxcvbn(password, &[]);
    let warning = estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning);
    let is_listed = matches!(
        warning,
        Some(Warning::ThisIsATop10Password | Warning::ThisIsATop100Password | Warning::ThisIsACommonPassword)
    );
    is_listed || estimate.score() == Score::Zero
}

/// Its letters, in lower case.
fn letters(text: &str) -> String {
    text.nfkc().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_new_password_has_8_to_256_characters_and_is_not_trimmed() {
        for bad in [json!("1q7x!4z"), json!("\u{e9}".repeat(257)), json!(12_345_678), json!("tab\there now")] {
            assert!(NewPassword::parse(&bad).is_err(), "{bad}");
        }
        assert_eq!(NewPassword::parse(&json!(" 7x!4z9q ")).unwrap().0.expose_secret(), " 7x!4z9q ");
        assert!(NewPassword::parse(&json!("korrekt hors ".repeat(19))).is_ok());
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for common in ["password", "PASSWORD", "12345678", "qwertyuiop", "iloveyou", "sunshine", "trustno1", "aaaaaaaa"]
        {
            assert!(NewPassword::parse(&json!(common)).is_err(), "{common}");
        }
        for good in
            ["correct horse", "another password", "Tr4ktor-Winde", "\u{43f}\u{430}\u{440}\u{43e}\u{43b}\u{44c} 42"]
        {
            assert!(NewPassword::parse(&json!(good)).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_password_is_not_its_owners_name_or_address() {
        let tells = |password: &str| {
            NewPassword::parse(&json!(password)).unwrap().tells(&[
                "ada.moss@example.com",
                "ada.moss",
                "AdaMoss",
                "Moss",
                "Li",
            ])
        };
        assert!(tells("Ada.Moss1987") && tells("ada.moss@example.com") && tells("--moss--4711"));
        assert!(!tells("ada likes moss") && !tells("li-99-li-77"));
    }

    #[test]
    fn a_confirmation_in_another_unicode_form_is_the_same() {
        let password = NewPassword::parse(&json!("Schl\u{fc}ssel 9")).unwrap();
        assert!(password.is(&GivenPassword::parse(&json!("Schlu\u{308}ssel 9")).unwrap()));
        assert!(!password.is(&GivenPassword::parse(&json!("Schlussel 9")).unwrap()));
    }
}
