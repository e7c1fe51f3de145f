//! External services and programs: language models, speech, vision.
//!
//! All of them fail in the same few ways. So there is one error ([`ProviderError`]), and one client for HTTP with
//! bounded retries ([`HttpProvider`]).

mod error;
mod http;
mod sdk;
#[cfg(any(test, feature = "test-support"))]
pub mod test_server;

pub use error::{Cause, NotBuilt, ProviderError, ProviderFailure};
pub use http::{HttpProvider, Refused};
pub use sdk::sdk_failure;
