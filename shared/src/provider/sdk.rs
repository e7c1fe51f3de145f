//! Failures of the AWS SDK as those of a provider.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::error::{ProviderError, ProviderFailure};

/// What a failed call of an AWS service means. The SDK has tried again as often as it may.
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
    let retry_after = error
        .raw_response()
        .and_then(|response| response.headers().get("retry-after"))
        .and_then(|seconds| seconds.trim().parse().ok());
    let failure = match (&error, status) {
        (SdkError::TimeoutError(_), _) => ProviderFailure::Timeout,
        (_, Some(429)) => ProviderFailure::RateLimited { retry_after_seconds: retry_after },
        _ if throttled => ProviderFailure::RateLimited { retry_after_seconds: retry_after },
        (_, Some(400..500)) => ProviderFailure::Rejected(Box::new(error)),
        _ => ProviderFailure::Unavailable(Box::new(error)),
    };
    ProviderError::new(provider, failure)
}
