//! HTTP calls to other servers. TLS is rustls with ring, as everywhere in this project.

use std::sync::Once;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};

/// Timeout for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Timeout for a whole call.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);

static PROVIDER: Once = Once::new();

/// A client that follows no redirects and times out after 15 seconds. Build it once and keep it, since it pools
/// connections.
///
/// # Errors
/// If TLS cannot be set up, for example because there are no root certificates.
pub fn client() -> Result<Client, reqwest::Error> {
    builder().timeout(CALL_TIMEOUT).build()
}

/// The same without a timeout for the whole call, for long responses. The caller sets its own timeouts.
pub fn builder() -> ClientBuilder {
    install_tls();
    Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(Policy::none())
        .user_agent(concat!("IntelliMaint/", env!("CARGO_PKG_VERSION")))
}

/// Makes ring the TLS provider of this process.
fn install_tls() {
    // The provider is one per process; an error only says that it is installed already.
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}
