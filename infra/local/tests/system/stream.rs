//! The voice WebSocket, over real sockets.

mod handshake;

use crate::harness::{TestSystem, slow_model};

/// Whether answers can be spoken here; says so where they cannot.
fn can_speak() -> bool {
    let found = shared::program::is_installed("espeak-ng");
    if !found {
        eprintln!("skipped: espeak-ng is not installed");
    }
    found
}

/// A system whose model says two hundred words in ten seconds.
async fn slow_system() -> TestSystem {
    with_model(&slow_model().await).await
}

/// A system with the language model at this address.
async fn with_model(url: &str) -> TestSystem {
    TestSystem::start_with(&[("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", url), ("OPENAI_API_KEY", "sk-test")])
        .await
}
