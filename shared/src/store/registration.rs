//! Signing up with an address that nobody has proved yet.

use serde::{Deserialize, Serialize};

use super::User;
use crate::identity::Role;
use crate::identity::password::PasswordHash;

/// Sign-ups with one address that are remembered; of more, the newest.
const REMEMBERED: usize = 5;

/// What somebody says of themselves when signing up.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    /// None for sign-ups with Google.
    pub password_hash: Option<PasswordHash>,
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// May be empty.
    pub company: String,
    /// What they sign up as.
    pub role: Role,
}

/// A sign-up, bound to the browser that it came from. Anybody can type anybody's address; whoever proves it gets
/// what they registered themselves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignUp {
    /// Keyed hash of the secret that the browser keeps.
    pub browser: String,
    /// What was registered.
    pub registration: Registration,
}

impl User {
    /// Remembers a sign-up, in place of an earlier one of the same browser and of those with the passwords
    /// `replaced`. Nobody sees the details of an account that is not proved; they are those of the newest.
    pub fn sign_up(&mut self, sign_up: SignUp, replaced: &[PasswordHash]) {
        self.apply(sign_up.registration.clone());
        self.sign_ups.retain(|earlier| {
            let password = earlier.registration.password_hash.as_ref();
            earlier.browser != sign_up.browser && !password.is_some_and(|hash| replaced.contains(hash))
        });
        self.sign_ups.push(sign_up);
        let surplus = self.sign_ups.len().saturating_sub(REMEMBERED);
        self.sign_ups.drain(..surplus);
    }

    /// Notes that the address is proved: no sign-up with it counts any more.
    pub fn prove(&mut self) {
        self.email_verified = true;
        self.sign_ups.clear();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::identity::Email;

    fn sign_up(browser: &str, first_name: &str) -> SignUp {
        let registration = Registration {
            password_hash: Some(serde_json::from_value(serde_json::json!(first_name)).unwrap()),
            first_name: first_name.to_owned(),
            last_name: String::new(),
            company: String::new(),
            role: Role::Civilian,
        };
        SignUp { browser: browser.to_owned(), registration }
    }

    fn names(user: &User) -> Vec<&str> {
        user.sign_ups.iter().map(|sign_up| sign_up.registration.first_name.as_str()).collect()
    }

    #[test]
    fn a_browser_has_one_sign_up_and_an_address_a_few() {
        let first = sign_up("a", "Ada");
        let mut user = User::new(Email::parse("ada@example.com").unwrap(), first.registration.clone());
        user.sign_up(first.clone(), &[]);
        user.sign_up(sign_up("b", "Eve"), &[]);
        user.sign_up(sign_up("a", "Ann"), &[]);
        assert_eq!((names(&user), user.first_name.as_str()), (vec!["Eve", "Ann"], "Ann"));
        let same_password = user.sign_ups.first().unwrap().registration.password_hash.clone().unwrap();
        user.sign_up(sign_up("c", "Eva"), &[same_password]);
        assert_eq!(names(&user), ["Ann", "Eva"]);
        for browser in ["d", "e", "f", "g"] {
            user.sign_up(sign_up(browser, browser), &[]);
        }
        assert_eq!(names(&user), ["Eva", "d", "e", "f", "g"]);
        user.prove();
        assert!(user.email_verified && user.sign_ups.is_empty());
    }
}
