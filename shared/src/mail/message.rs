//! The words of every mail, plain and as HTML.

use jiff::Timestamp;

use crate::identity::Email;
use crate::store::CodePurpose;
use foundation::plans::{Interval, Price};

/// What a mail says. Nothing in it was written by whoever caused it to be sent, so that nobody can
/// have us mail words of their own to strangers.
#[derive(Clone)]
pub struct Message {
    pub(super) subject: String,
    opening: String,
    code: Option<String>,
    closing: String,
}

impl Message {
    /// A one-time code.
    #[must_use]
    pub fn code(purpose: CodePurpose, code: &str) -> Self {
        let (subject, opening) = match purpose {
            CodePurpose::SignUp => {
                ("Your IntelliMaint code", "Welcome to IntelliMaint. To finish signing up, enter this code:")
            }
            CodePurpose::ResetPassword => {
                ("Reset your IntelliMaint password", "To choose a new password for IntelliMaint, enter this code:")
            }
            CodePurpose::ChangeEmail => (
                "Confirm your new e-mail address",
                "To use this address for your IntelliMaint account from now on, enter this code:",
            ),
            CodePurpose::LinkGoogle => (
                "Sign in to IntelliMaint with Google",
                "To sign in to your IntelliMaint account with your Google account from now on, enter this code:",
            ),
            CodePurpose::AskForEmail => (
                "Change your IntelliMaint e-mail address",
                "To use another address for your IntelliMaint account, enter this code:",
            ),
            CodePurpose::DeleteAccount => (
                "Delete your IntelliMaint account",
                "To delete your IntelliMaint account and everything in it, enter this code:",
            ),
        };
        Self {
            subject: subject.to_owned(),
            opening: opening.to_owned(),
            code: Some(code.to_owned()),
            closing: "It is good for 5 minutes. Tell it to nobody: we never ask for it. If this was not you, \
                      you can ignore this mail."
                .to_owned(),
        }
    }

    /// Tells the old address that another one has replaced it.
    #[must_use]
    pub fn address_replaced(new: &Email) -> Self {
        Self::notice(
            "Your IntelliMaint e-mail address was changed",
            &format!("Your IntelliMaint account now uses the address {new} instead of this one."),
            "If this was not you, please contact whoever runs your IntelliMaint system.",
        )
    }

    /// Tells the present address that another one shall replace it.
    #[must_use]
    pub fn address_wanted(new: &Email) -> Self {
        Self::notice(
            "A new e-mail address for your IntelliMaint account",
            &format!("Somebody who is signed in to your IntelliMaint account wants to use the address {new} for it."),
            "If this was not you, please change your password now: that stops the change and signs everybody else out.",
        )
    }

    /// Tells that the password was changed or reset.
    #[must_use]
    pub fn password_changed() -> Self {
        Self::notice(
            "Your IntelliMaint password was changed",
            "The password of your IntelliMaint account was changed, and other sign-ins have ended.",
            "If this was not you, please choose a new password now with \"Forgot password\".",
        )
    }

    /// Tells that a Google account signs in to this account from now on.
    #[must_use]
    pub fn google_linked() -> Self {
        Self::notice(
            "Google signs in to your IntelliMaint account",
            "Your IntelliMaint account can be opened with your Google account from now on.",
            "If this was not you, please contact whoever runs your IntelliMaint system.",
        )
    }

    /// Tells of a sign-in from a browser that is not known.
    #[must_use]
    pub fn new_sign_in(at: Timestamp) -> Self {
        Self::notice(
            "A new sign-in to your IntelliMaint account",
            &format!(
                "Your IntelliMaint account was opened from a new browser or device {}.",
                at.strftime("on %-d %B %Y at %H:%M UTC")
            ),
            "If this was not you, please change your password now: that signs everybody else out.",
        )
    }

    fn notice(subject: &str, opening: &str, closing: &str) -> Self {
        Self { subject: subject.to_owned(), opening: opening.to_owned(), code: None, closing: closing.to_owned() }
    }

    /// Tells that the free days of a plan are nearly over.
    #[must_use]
    pub fn trial_ends(plan: &str, at: Option<Timestamp>, price: Option<&Price>) -> Self {
        let when = at.map_or_else(|| "soon".to_owned(), |at| format!("on {}", at.strftime("%-d %B %Y")));
        let costs = price.map_or_else(String::new, |price| {
            let interval = match price.interval {
                Interval::Month => "month",
                Interval::Year => "year",
            };
            format!(" From then on it costs {} a {interval}.", price.money)
        });
        Self {
            subject: "Your free days of IntelliMaint end soon".to_owned(),
            opening: format!("The free days of your plan {plan} end {when}.{costs}"),
            code: None,
            closing: "If you want to go on, there is nothing to do. Else please cancel before that day, in your \
                      account under billing."
                .to_owned(),
        }
    }

    /// Tells that a payment failed.
    #[must_use]
    pub fn payment_failed(plan: &str) -> Self {
        Self {
            subject: "A payment for IntelliMaint failed".to_owned(),
            opening: format!("The last payment for your plan {plan} did not go through. It will be tried again."),
            code: None,
            closing: "Your plan stays as it is for now. Please check how you pay, in your account under billing."
                .to_owned(),
        }
    }

    pub(super) fn text(&self) -> String {
        let code = self.code.as_ref().map(|code| format!("    {code}\n\n")).unwrap_or_default();
        format!("{}\n\n{code}{}\n", self.opening, wrap(&self.closing))
    }

    pub(super) fn html(&self) -> String {
        let code = self.code.as_ref().map(|code| {
            format!("<p style=\"font-size:28px;letter-spacing:6px;font-weight:bold\">{}</p>\n", escape(code))
        });
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n\
             <body style=\"font-family:sans-serif;line-height:1.5;color:#1a1a1a\">\n<p>{}</p>\n{}<p>{}</p>\n</body>\n</html>\n",
            escape(&self.subject),
            escape(&self.opening),
            code.unwrap_or_default(),
            escape(&self.closing),
        )
    }
}

/// Lines of at most 76 characters, as plain mail has them.
fn wrap(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= 76 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_code_stands_in_both_bodies() {
        let message = Message::code(CodePurpose::SignUp, "012345");
        insta::assert_snapshot!(message.text(), @r"
        Welcome to IntelliMaint. To finish signing up, enter this code:

            012345

        It is good for 5 minutes. Tell it to nobody: we never ask for it. If this
        was not you, you can ignore this mail.
        ");
        assert!(message.html().contains(">012345</p>"));
    }

    #[test]
    fn every_purpose_says_what_the_code_is_for() {
        let purposes =
            [CodePurpose::SignUp, CodePurpose::ResetPassword, CodePurpose::ChangeEmail, CodePurpose::DeleteAccount];
        let subjects: std::collections::HashSet<_> = purposes.map(|purpose| Message::code(purpose, "1").subject).into();
        assert_eq!(subjects.len(), 4);
    }

    #[test]
    fn an_address_is_escaped_in_html() {
        let html = Message::address_replaced(&Email::parse("a&b'c@example.com").unwrap()).html();
        assert!(html.contains("a&amp;b&#39;c@example.com"), "{html}");
        assert_eq!(escape("<a href=\"x\">"), "&lt;a href=&quot;x&quot;&gt;");
    }
}
