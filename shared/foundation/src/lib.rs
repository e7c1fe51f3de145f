//! The foundation of all other crates: configuration, ids, the error type of handlers, clients of external services,
//! and child processes. It knows nothing of users, requests or documents.

mod api_error;
pub mod aws;
pub mod config;
pub mod fetch;
pub mod file_url;
pub mod ids;
#[cfg(any(test, feature = "test-support"))]
pub mod need;
pub mod outbound;
pub mod page_boxes;
pub mod page_texts;
pub mod plans;
pub mod process;
pub mod program;
pub mod provider;
pub mod public_keys;
pub mod retry_after;
pub mod telemetry;
pub mod time;
pub mod worker;

#[cfg(any(test, feature = "test-support"))]
launcher_for_tests!();

pub use api_error::{ApiError, ApiResult};
