//! Calls to other servers over HTTP. TLS is rustls with ring, as everywhere here.

use std::sync::Once;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};

/// Time to reach a server.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time for a whole call.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);

static PROVIDER: Once = Once::new();

/// A client that follows no redirects and gives a call up after 15 seconds. Build it once and keep
/// it: it pools connections.
///
/// # Errors
/// When TLS cannot be set up, as without any root certificates.
pub fn client() -> Result<Client, reqwest::Error> {
    builder().timeout(CALL_TIMEOUT).build()
}

/// The same without a limit on the whole call, for long answers; the caller sets limits of its own.
pub fn builder() -> ClientBuilder {
    install_tls();
    Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(Policy::none())
        .user_agent(concat!("IntelliMaint/", env!("CARGO_PKG_VERSION")))
}

/// Chooses ring for whoever speaks TLS in this process.
fn install_tls() {
    // The provider is one per process; an error only says that it is installed already.
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}
