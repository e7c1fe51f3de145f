//! Why a provider failed.

use std::fmt;
use std::time::Duration;

use crate::ApiError;
use crate::telemetry;

/// The underlying error of a failure, for the log only.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A service of AWS that this program was built without: only functions and images have them all.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not part of this program. Start it with `scripts/dev --aws`, or build it with the feature `aws`.")]
pub struct NotBuilt(pub &'static str);

/// A failed call of a provider. Its text is a sentence for the user.
#[derive(Debug)]
pub struct ProviderError {
    /// The provider, as the beginning of a sentence: "The language model".
    pub provider: &'static str,
    /// How it failed.
    pub failure: ProviderFailure,
}

/// The ways in which a provider fails.
#[derive(Debug)]
pub enum ProviderFailure {
    /// It cannot be reached, the connection broke off, or the response cannot be parsed.
    Unavailable(Cause),
    /// It rejected the request, for example because of a wrong key or an unknown model.
    Rejected(Cause),
    /// It has received too many requests.
    RateLimited {
        /// The seconds to wait, if the provider says so.
        retry_after_seconds: Option<u64>,
    },
    /// It did not respond in time.
    Timeout,
    /// It is not configured, or not installed.
    NotConfigured {
        /// The error code on the wire, as in `vision_model_not_configured`.
        code: &'static str,
        /// A sentence that says how to configure or install it.
        advice: String,
    },
}

impl ProviderError {
    /// A failure of `provider`. It is counted in the metrics.
    #[must_use]
    pub fn new(provider: &'static str, failure: ProviderFailure) -> Self {
        if !matches!(failure, ProviderFailure::NotConfigured { .. }) {
            telemetry::count_provider_error();
        }
        Self { provider, failure }
    }

    /// An [`Unavailable`](ProviderFailure::Unavailable) failure.
    pub fn unavailable(provider: &'static str, cause: impl Into<Cause>) -> Self {
        Self::new(provider, ProviderFailure::Unavailable(cause.into()))
    }

    /// The error code on the wire.
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

    /// How long to wait before a retry, if the provider says so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.failure {
            ProviderFailure::RateLimited { retry_after_seconds } => retry_after_seconds.map(Duration::from_secs),
            _ => None,
        }
    }

    /// Whether a retry may succeed without any intervention.
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
    /// 503 with the failure's code, and `Retry-After` if the provider named a time.
    fn from(error: ProviderError) -> Self {
        let answer = Self::unavailable(error.code(), error.to_string());
        match error.failure {
            ProviderFailure::RateLimited { retry_after_seconds: Some(seconds) } => answer.retry_after(seconds),
            ProviderFailure::Unavailable(cause) | ProviderFailure::Rejected(cause) => answer.caused_by(cause),
            _ => answer,
        }
    }
}
