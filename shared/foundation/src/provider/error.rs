//! Why a provider did not do its part.

use std::fmt;
use std::time::Duration;

use crate::ApiError;
use crate::telemetry;

/// What lies behind a failure: for the log, never for the user.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A failed call of a provider. Its text is a sentence for the user.
#[derive(Debug)]
pub struct ProviderError {
    /// Who failed, as the beginning of a sentence: "The language model".
    pub provider: &'static str,
    /// How.
    pub failure: ProviderFailure,
}

/// The ways in which a provider fails.
#[derive(Debug)]
pub enum ProviderFailure {
    /// It cannot be reached, broke off, or answered what cannot be read.
    Unavailable(Cause),
    /// It refused the request: a wrong key, an unknown model.
    Rejected(Cause),
    /// It has too many requests.
    RateLimited {
        /// When to come back, where the provider says so.
        retry_after_seconds: Option<u64>,
    },
    /// It stayed silent for too long.
    Timeout,
    /// It is not configured, or not installed.
    NotConfigured {
        /// The code on the wire: `vision_model_not_configured`.
        code: &'static str,
        /// A sentence that says what to do.
        advice: String,
    },
}

impl ProviderError {
    /// A failure of `provider`, which is counted.
    #[must_use]
    pub fn new(provider: &'static str, failure: ProviderFailure) -> Self {
        if !matches!(failure, ProviderFailure::NotConfigured { .. }) {
            telemetry::count_provider_error();
        }
        Self { provider, failure }
    }

    /// It cannot be reached, broke off, or answered what cannot be read.
    pub fn unavailable(provider: &'static str, cause: impl Into<Cause>) -> Self {
        Self::new(provider, ProviderFailure::Unavailable(cause.into()))
    }

    /// The code on the wire.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.failure {
            ProviderFailure::Unavailable(_) => "provider_unavailable",
            ProviderFailure::Rejected(_) => "provider_rejected",
            ProviderFailure::RateLimited { .. } => "provider_rate_limited",
            ProviderFailure::Timeout => "provider_timeout",
            ProviderFailure::NotConfigured { code, .. } => code,
        }
    }

    /// When to come back, where the provider says so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.failure {
            ProviderFailure::RateLimited { retry_after_seconds } => retry_after_seconds.map(Duration::from_secs),
            _ => None,
        }
    }

    /// Whether another try may succeed without anybody doing anything.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        !matches!(self.failure, ProviderFailure::Rejected(_) | ProviderFailure::NotConfigured { .. })
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let provider = self.provider;
        match &self.failure {
            ProviderFailure::Unavailable(_) => {
                write!(f, "{provider} cannot be reached at the moment. Please try again shortly.")
            }
            ProviderFailure::Rejected(_) => {
                write!(f, "{provider} refused the request. Its configuration must be checked.")
            }
            ProviderFailure::RateLimited { .. } => write!(f, "{provider} is busy. Please try again shortly."),
            ProviderFailure::Timeout => write!(f, "{provider} took too long to answer. Please try again."),
            ProviderFailure::NotConfigured { advice, .. } => f.write_str(advice),
        }
    }
}

impl std::error::Error for ProviderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.failure {
            ProviderFailure::Unavailable(cause) | ProviderFailure::Rejected(cause) => Some(cause.as_ref()),
            _ => None,
        }
    }
}

impl From<ProviderError> for ApiError {
    /// 503 with the code that says which; where the provider says when to come back, so does the
    /// answer.
    fn from(error: ProviderError) -> Self {
        let answer = Self::unavailable(error.code(), error.to_string());
        match error.failure {
            ProviderFailure::RateLimited { retry_after_seconds: Some(seconds) } => answer.retry_after(seconds),
            ProviderFailure::Unavailable(cause) | ProviderFailure::Rejected(cause) => answer.caused_by(cause),
            _ => answer,
        }
    }
}
