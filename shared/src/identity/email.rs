//! E-mail addresses.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Host;

use crate::http::{Field, text};

/// Longest address, by RFC 5321, section 4.5.3.1.
const LONGEST: usize = 254;
/// Longest part before the `@`.
const LONGEST_LOCAL: usize = 64;

/// An e-mail address in the one form that is stored and compared: lower case, the domain as it
/// stands in the DNS.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// The text is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address")]
pub struct NotAnEmail;

impl Email {
    /// Reads an address.
    ///
    /// # Errors
    /// [`NotAnEmail`].
    pub fn parse(text: &str) -> Result<Self, NotAnEmail> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(NotAnEmail)?;
        if !is_local_part(local) {
            return Err(NotAnEmail);
        }
        let domain = match Host::parse(domain) {
            Ok(Host::Domain(domain)) if is_domain(&domain) => domain,
            _ => return Err(NotAnEmail),
        };
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        if address.len() > LONGEST { Err(NotAnEmail) } else { Ok(Self(address)) }
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// What stands behind the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// The `dot-atom` of RFC 5322; quoted local parts are not taken.
fn is_local_part(local: &str) -> bool {
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    local.len() <= LONGEST_LOCAL && local.split('.').all(|part| !part.is_empty() && part.bytes().all(atom))
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

impl TryFrom<String> for Email {
    type Error = NotAnEmail;
    fn try_from(text: String) -> Result<Self, NotAnEmail> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Field for Email {
    fn parse(value: &Value) -> Result<Self, String> {
        Self::parse(&text(value, 1, LONGEST)?).map_err(|error| error.to_string())
    }
}

/// An address that may have gone through a query string unescaped, where `+` became a blank. No
/// address has a blank, so nothing is lost by reading it as `+`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MangledEmail(pub Email);

impl Field for MangledEmail {
    fn parse(value: &Value) -> Result<Self, String> {
        let repaired = text(value, 1, LONGEST)?.replace(' ', "+");
        Email::parse(&repaired).map(Self).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn addresses_that_differ_in_case_only_are_the_same() {
        assert_eq!(Email::parse(" Ann.Lee+x@Example.COM ").unwrap(), Email::parse("ann.lee+x@example.com").unwrap());
        assert_eq!(Email::parse("a@bücher.example").unwrap().as_str(), "a@xn--bcher-kva.example");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        let bad = [
            "",
            "a",
            "@b.c",
            "a@",
            "a@b",
            "a b@c.de",
            "a@b..de",
            ".a@b.de",
            "a.@b.de",
            "a..b@c.de",
            "a@-b.de",
            "a@[1.2.3.4]",
            "a@1.2.3.4",
            "a@b.de\r\nBcc: c@d.ef",
            "\"a b\"@c.de",
            "a@b@c.de",
            "ä@b.de",
            "a#b@c.de/d",
            "a@b.de.",
            &long,
        ];
        for text in bad {
            assert_eq!(Email::parse(text), Err(NotAnEmail), "{text}");
        }
    }

    #[test]
    fn a_lost_plus_is_found_again() {
        let MangledEmail(email) = Field::parse(&json!("a b@example.com")).unwrap();
        assert_eq!(email.as_str(), "a+b@example.com");
        assert!(<Email as Field>::parse(&json!("a b@example.com")).is_err());
    }
}
