//! What a user is, and which addresses that asks for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::email::Email;
use crate::http::Field;

/// What a user signed up as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Any address.
    Civilian,
    /// A `.mil` address.
    Military,
    /// An educational address: `.edu`, `.edu.xx` or `.ac.xx`.
    Student,
}

/// The role of an account as clients see it: what the user signed up as, or that they are an administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AccountRole {
    /// Granted by the operator. Nobody can sign up as one.
    Admin,
    /// As [`Role::Civilian`].
    Civilian,
    /// As [`Role::Military`].
    Military,
    /// As [`Role::Student`].
    Student,
}

impl From<Role> for AccountRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Civilian => Self::Civilian,
            Role::Military => Self::Military,
            Role::Student => Self::Student,
        }
    }
}

impl Role {
    /// The role by its name on the wire.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "civilian" => Some(Self::Civilian),
            "military" => Some(Self::Military),
            "student" => Some(Self::Student),
            _ => None,
        }
    }

    /// Whether somebody with this role may have this address: a sentence for a person if not.
    ///
    /// # Errors
    /// The sentence.
    pub fn check_address(self, email: &Email) -> Result<(), &'static str> {
        let labels: Vec<&str> = email.domain().rsplit('.').collect();
        let fits = match (self, labels.as_slice()) {
            (Self::Civilian, _) | (Self::Military, ["mil", _, ..]) | (Self::Student, ["edu", _, ..]) => true,
            // Only countries have such zones.
            (Self::Student, [country, "edu" | "ac", _, ..]) => country.len() == 2,
            _ => false,
        };
        match self {
            _ if fits => Ok(()),
            Self::Military => Err("A military account needs an e-mail address that ends in .mil"),
            _ => Err(
                "A student account needs an e-mail address of a school or university, such as one that ends in .edu",
            ),
        }
    }
}

impl Field for Role {
    fn parse(value: &Value) -> Result<Self, String> {
        value.as_str().and_then(Self::parse).ok_or_else(|| "must be civilian, military or student".to_owned())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn fits(role: Role, email: &str) -> bool {
        role.check_address(&Email::parse(email).unwrap()).is_ok()
    }

    #[test]
    fn a_civilian_may_have_any_address() {
        assert!(fits(Role::Civilian, "a@example.com") && fits(Role::Civilian, "a@army.mil"));
    }

    #[test]
    fn the_military_needs_a_mil_address() {
        assert!(fits(Role::Military, "a@army.mil") && fits(Role::Military, "a@mail.us.army.mil"));
        for email in ["a@example.com", "a@mil.example.com", "a@army.mil.example.com", "a@xmil.de"] {
            assert!(!fits(Role::Military, email), "{email}");
        }
    }

    #[test]
    fn a_student_needs_an_educational_address() {
        for email in ["a@mit.edu", "a@cs.mit.edu", "a@nust.edu.pk", "a@ox.ac.uk", "a@cs.ox.ac.uk"] {
            assert!(fits(Role::Student, email), "{email}");
        }
        for email in ["a@example.com", "a@edu.com", "a@x.edu.com", "a@x.ac.com", "a@ac.uk", "a@edu.pk", "a@myedu.de"] {
            assert!(!fits(Role::Student, email), "{email}");
        }
    }
}
