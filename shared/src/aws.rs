//! The AWS SDK's shared configuration. TLS is rustls with ring, which cross-compiles without effort.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use secrecy::ExposeSecret;

use crate::config::AwsConfig;

/// Region, credentials, retries and time limits for all clients.
pub async fn sdk_config(config: &AwsConfig) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_mins(1))
        .build();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .region(Region::new(config.region.clone()))
        .retry_config(RetryConfig::standard().with_max_attempts(4))
        .timeout_config(timeouts);
    match &config.credentials {
        Some((id, secret)) => {
            loader.credentials_provider(Credentials::from_keys(id, secret.expose_secret(), None)).load().await
        }
        None => loader.load().await,
    }
}
