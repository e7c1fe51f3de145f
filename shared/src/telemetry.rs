//! Logs: one subscriber per process, text for people or JSON for log stores.

use tracing_subscriber::EnvFilter;

/// The embedded `DynamoDB` warns of every condition that does not hold, which is how locks work here,
/// and the model loader of a version that is tested.
const DEFAULT: &str = "info,dynoxide=error,tract_onnx=error";

/// Starts logging to standard error, by `RUST_LOG` and `LOG_FORMAT`. A second call does nothing.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let json = std::env::var("LOG_FORMAT").is_ok_and(|format| format == "json");
    // Failing means that a subscriber is there already, which is what was asked for.
    let _ = if json { builder.json().try_init() } else { builder.try_init() };
}
