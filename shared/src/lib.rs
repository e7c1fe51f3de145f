//! What every function of `IntelliMaint` shares.
//!
//! A route family (a crate under `functions/`) parses requests with [`http`], knows its caller
//! through [`access`], keeps its state through [`store`] and [`objects`], and answers in the envelope
//! of [`http`].

pub mod access;
pub mod account;
pub mod auth;
pub mod billing;
mod context;
pub mod http;
pub mod identity;
pub mod ingest_request;
pub mod mail;
pub mod objects;
pub mod pace;
pub mod queue;
pub mod store;

pub use context::Context;
