//! What every function of `IntelliMaint` is built from.
//!
//! A route family (a crate under `functions/`) parses requests with [`http`], knows its caller
//! through [`auth`], keeps its state through [`store`] and [`objects`], and answers in the envelope
//! of [`http`]. Heavy parts (mail, PDF, inference, retrieval, answers) are cargo features, so that a
//! function carries only what it calls.

pub mod account;
#[cfg(feature = "assistant")]
pub mod assistant;
pub mod auth;
pub mod aws;
pub mod billing;
pub mod config;
pub mod context;
#[cfg(feature = "assistant")]
pub mod conversation;
#[cfg(any(feature = "documents", feature = "retrieval"))]
pub mod documents;
#[cfg(feature = "fetch")]
pub mod fetch;
pub mod file_url;
pub mod http;
pub mod ids;
#[cfg(feature = "inference")]
pub mod inference;
pub mod ingest_request;
#[cfg(feature = "retrieval")]
pub mod library;
#[cfg(feature = "mail")]
pub mod mail;
pub mod objects;
#[cfg(feature = "fetch")]
pub mod outbound;
pub mod page_boxes;
#[cfg(feature = "pages")]
pub mod page_pictures;
pub mod page_texts;
pub mod process;
#[cfg(feature = "children")]
pub mod program;
#[cfg(feature = "provider")]
pub mod provider;
#[cfg(feature = "queue")]
pub mod queue;
#[cfg(all(feature = "documents", feature = "vision"))]
pub mod recognition;
#[cfg(feature = "retrieval")]
pub mod retrieval;
pub mod retry_after;
#[cfg(feature = "speech")]
pub mod speech;
pub mod store;
pub mod telemetry;
pub mod time;
#[cfg(feature = "vision")]
pub mod vision;
#[cfg(feature = "children")]
pub mod worker;

pub use context::Context;
