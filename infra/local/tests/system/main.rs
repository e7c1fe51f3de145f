//! The whole system, over HTTP, as its clients use it.
//!
//! Every test starts a system of its own: embedded `DynamoDB` in memory, S3 in a temporary folder,
//! both backends on free ports.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod admin;
mod asr;
mod auth;
mod backup;
mod batches;
mod billing;
mod chat;
mod edge;
mod expressions;
mod extract;
mod harness;
mod malformed;
mod openapi;
mod rag;
mod repository;
mod restart;
mod sandbox;
mod scans;
mod socketio;
mod stream;
mod telemetry;
mod user;
mod vision;
