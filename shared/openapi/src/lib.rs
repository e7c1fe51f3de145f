//! The `OpenAPI` descriptions of the two backends, and the page that shows them.
//!
//! Each family describes its paths beside its function, in `functions/<family>/openapi.yaml`. The build script puts
//! them together, so that a backend serves its description as it is.

/// The description of the gateway, as JSON.
pub const GATEWAY: &str = include_str!(concat!(env!("OUT_DIR"), "/gateway.json"));

/// The description of the services, as JSON.
pub const SERVICES: &str = include_str!(concat!(env!("OUT_DIR"), "/services.json"));

/// The page that shows the description beside it, as HTML. It loads nothing else.
pub const PAGE: &str = include_str!("docs.html");
