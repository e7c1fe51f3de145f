//! What all AWS SDK clients share. TLS is rustls with ring, which cross-compiles easily.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority, RetryReason,
};
use secrecy::{ExposeSecret, SecretString};

use crate::retry_after::{self, LONGEST_WAIT};

/// The longest wait before the first retry. It doubles with each further retry.
const FIRST_BACKOFF: Duration =
    if cfg!(any(test, feature = "test-support")) { Duration::from_millis(20) } else { Duration::from_secs(1) };

/// `DynamoDB` and S3.
#[derive(Debug, Clone)]
pub struct AwsConfig {
    /// `TABLE_NAME`.
    pub table: String,
    /// `BUCKET_NAME`.
    pub bucket: String,
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ENDPOINT_URL_DYNAMODB`.
    pub dynamodb_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_S3`.
    pub s3_endpoint: Option<String>,
    /// `INGEST_QUEUE_URL`.
    pub ingest_queue: Option<String>,
    /// `AWS_ENDPOINT_URL_SQS`.
    pub sqs_endpoint: Option<String>,
    /// Fixed credentials, used for the embedded servers only. Otherwise the SDK's default chain applies.
    pub credentials: Option<(String, SecretString)>,
}

/// Region, credentials, retries and timeouts of all clients.
pub async fn sdk_config(config: &AwsConfig) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_mins(1))
        .build();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .region(Region::new(config.region.clone()))
        .retry_config(RetryConfig::standard().with_max_attempts(4).with_initial_backoff(FIRST_BACKOFF))
        .timeout_config(timeouts);
    match &config.credentials {
        Some((id, secret)) => {
            loader.credentials_provider(Credentials::from_keys(id, secret.expose_secret(), None)).load().await
        }
        None => loader.load().await,
    }
}

/// The same configuration with another endpoint, if one is given; otherwise the SDK's own endpoint settings apply.
#[must_use]
pub fn at(sdk: &SdkConfig, endpoint: Option<&str>) -> SdkConfig {
    match endpoint {
        Some(endpoint) => sdk.to_builder().endpoint_url(endpoint).build(),
        None => sdk.clone(),
    }
}

/// A client for Secrets Manager.
#[must_use]
pub fn secrets_manager(sdk: &SdkConfig) -> aws_sdk_secretsmanager::Client {
    let config = aws_sdk_secretsmanager::config::Builder::from(sdk).retry_classifier(HonourRetryAfter).build();
    aws_sdk_secretsmanager::Client::from_conf(config)
}

/// Makes a client obey `Retry-After`: it retries when the service asks for it, and not at all if that is too late. By
/// default the SDK only follows its own schedule. The shared configuration cannot hold this, so each client gets it
/// separately.
#[derive(Debug)]
pub struct HonourRetryAfter;

impl ClassifyRetry for HonourRetryAfter {
    fn name(&self) -> &'static str {
        "Retry-After"
    }

    fn priority(&self) -> RetryClassifierPriority {
        // The last of them: whether trying again can help at all is known by then.
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }

    fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
        RetryAction::NoActionIndicated
    }

    fn classify_retry_v2(&self, call: &InterceptorContext, previous: &RetryAction) -> RetryAction {
        let named = call.response().and_then(|response| response.headers().get("retry-after"));
        match (previous, named.and_then(retry_after::parse)) {
            (RetryAction::RetryIndicated(_), Some(wait)) if wait > LONGEST_WAIT => RetryAction::RetryForbidden,
            (RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. }), Some(wait)) => {
                RetryAction::retryable_error_with_explicit_delay(*kind, wait)
            }
            _ => RetryAction::NoActionIndicated,
        }
    }
}
