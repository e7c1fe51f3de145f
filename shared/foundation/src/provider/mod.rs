//! Outside services and programs that do a part of the work: language models, speech, vision.
//!
//! All of them fail in the same few ways, so there is one error ([`ProviderError`]), and one way to
//! call a server over HTTP with bounded retries ([`HttpProvider`]).

mod error;
mod http;
mod sdk;
#[cfg(any(test, feature = "test-support"))]
pub mod test_server;

pub use error::{Cause, ProviderError, ProviderFailure};
pub use http::{HttpProvider, Refused};
pub use sdk::sdk_failure;
