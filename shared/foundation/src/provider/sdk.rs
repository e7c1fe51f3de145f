//! Converts errors of the AWS SDK to provider errors.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::error::{ProviderError, ProviderFailure};
use crate::retry_after;

/// The provider error of a failed call. The SDK has already retried.
pub fn sdk_failure<E>(provider: &'static str, error: SdkError<E, HttpResponse>) -> ProviderError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let throttled = matches!(
        error.code(),
        Some(
            "ThrottlingException"
                | "LimitExceededException"
                | "ProvisionedThroughputExceededException"
                | "TooManyRequestsException"
        )
    );
    let named = error.raw_response().and_then(|response| response.headers().get("retry-after"));
    let retry_after_seconds = named.and_then(retry_after::parse).map(|wait| wait.as_secs().max(1));
    let failure = match (&error, status) {
        (SdkError::TimeoutError(_), _) => ProviderFailure::Timeout,
        (_, Some(429)) => ProviderFailure::RateLimited { retry_after_seconds },
        _ if throttled => ProviderFailure::RateLimited { retry_after_seconds },
        (_, Some(408)) => ProviderFailure::Timeout,
        // What the service itself depends on failed.
        (_, Some(424)) => ProviderFailure::Unavailable(Box::new(error)),
        (_, Some(400..500)) => ProviderFailure::Rejected(Box::new(error)),
        _ => ProviderFailure::Unavailable(Box::new(error)),
    };
    ProviderError::new(provider, failure)
}
