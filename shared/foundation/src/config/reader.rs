//! Reads variables and collects what is wrong with them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use strum::VariantNames;
use url::Url;

use super::variables::{self as var, Variable};

/// A variable with an invalid value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name of the variable.
    pub name: &'static str,
    /// What is wrong with it, as the rest of a sentence that begins with the name.
    pub reason: String,
}

/// All problems of a configuration.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

/// The same as `Display`, because this is what Rust prints when `main` returns the error.
impl fmt::Debug for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration cannot be used:")?;
        for Problem { name, reason } in &self.0 {
            write!(f, "\n  {name} {reason}")?;
        }
        Ok(())
    }
}

/// Reads variables one by one. An invalid one is recorded, and its default is used until [`Reader::finish`] fails.
pub struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// Reads from `lookup`, which returns the value of a variable if it is set.
    #[must_use]
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, problems: Vec::new() }
    }

    /// Records a problem with `variable`.
    pub fn problem(&mut self, variable: &Variable, reason: impl Into<String>) {
        self.problems.push(Problem { name: variable.name, reason: reason.into() });
    }

    /// The value, if it is set and not blank.
    pub fn optional(&mut self, variable: &Variable) -> Option<String> {
        (self.lookup)(variable.name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty())
    }

    /// The value, or the default.
    pub fn text(&mut self, variable: &Variable) -> String {
        self.optional(variable).unwrap_or_else(|| variable.default.to_owned())
    }

    /// The folder that the variable names, by default the one with this name in `MODELS_DIR`.
    pub fn model_folder(&mut self, variable: &Variable, name: &str) -> PathBuf {
        let named = self.optional(variable).map(PathBuf::from);
        named.unwrap_or_else(|| Path::new(&self.text(&var::MODELS_DIR)).join(name))
    }

    /// A secret, if it is set.
    pub fn secret(&mut self, variable: &Variable) -> Option<SecretString> {
        self.optional(variable).map(SecretString::from)
    }

    /// A secret that must be too long to be guessed, if it is set.
    pub fn strong_secret(&mut self, variable: &Variable) -> Option<SecretString> {
        let secret = self.secret(variable);
        if secret.as_ref().is_some_and(is_weak) {
            self.problem(variable, "must have at least 32 random characters");
        }
        secret
    }

    /// A number between `min` and `max`.
    pub fn number<T: FromStr + PartialOrd + fmt::Display + Copy>(&mut self, variable: &Variable, min: T, max: T) -> T {
        let text = self.text(variable);
        match text.parse::<T>() {
            Ok(value) if value >= min && value <= max => value,
            _ => {
                self.problem(variable, format!("must be a number from {min} to {max}, not \"{text}\""));
                min
            }
        }
    }

    /// `true` or `false`.
    pub fn flag(&mut self, variable: &Variable) -> bool {
        let text = self.text(variable);
        text.parse().unwrap_or_else(|_| {
            self.problem(variable, format!("must be true or false, not \"{text}\""));
            variable.default.parse().unwrap_or_default()
        })
    }

    /// One of the words of `T`.
    pub fn choice<T: FromStr + VariantNames + Default>(&mut self, variable: &Variable) -> T {
        let text = self.text(variable);
        text.parse().unwrap_or_else(|_| {
            self.problem(variable, format!("must be one of {}, not \"{text}\"", T::VARIANTS.join(", ")));
            variable.default.parse().unwrap_or_default()
        })
    }

    /// A comma-separated list.
    pub fn list(&mut self, variable: &Variable) -> Vec<String> {
        self.text(variable).split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
    }

    /// An http or https address.
    pub fn url(&mut self, variable: &Variable) -> Option<Url> {
        let text = self.text(variable);
        let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if url.is_none() {
            self.problem(variable, format!("must be an http or https address, not \"{text}\""));
        }
        url
    }

    /// A comma-separated list of origins (`scheme://host[:port]`).
    pub fn origins(&mut self, variable: &Variable) -> Vec<String> {
        let mut origins = Vec::new();
        for text in self.list(variable) {
            match Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
                Some(url) => origins.push(url.origin().ascii_serialization()),
                None => self.problem(variable, format!("must list http or https origins, not \"{text}\"")),
            }
        }
        origins
    }

    /// The finished configuration.
    ///
    /// # Errors
    /// [`Problems`] if any problem was recorded.
    pub fn finish<T>(self, config: T) -> Result<T, Problems> {
        if self.problems.is_empty() { Ok(config) } else { Err(Problems(self.problems)) }
    }
}

/// Whether a secret is so short that it could be guessed.
pub(super) fn is_weak(secret: &SecretString) -> bool {
    secret.expose_secret().len() < 32
}
