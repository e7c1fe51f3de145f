//! The HTTP edge: envelope, errors, validation, and the layers every backend is wrapped in.

mod address;
mod answer_size;
mod backend;
mod bearer;
mod body_text;
mod client_address;
mod csrf;
mod distribution;
mod docs;
mod encoding;
mod envelope;
mod fields;
mod finish;
mod form;
mod idempotency;
mod json;
mod pagination;
mod path;
mod request_log;
mod router;
#[cfg(feature = "schemas")]
mod schema;
mod server;
mod upload;

pub use answer_size::{HEAVIEST_ANSWER, weight};
pub use backend::{Backend, serve};
pub(crate) use bearer::bearer;
pub use client_address::ClientAddress;
pub use envelope::{Reply, created, ok};
pub use fields::{Field, Fields, FromFields, Invalid, OptionalText, said, text, without_controls};
pub use finish::{RequestId, ResponseCookies};
pub use form::{IncomingForm, Part};
pub use idempotency::IdempotencyKey;
pub use json::{Valid, ValidOrEmpty};
pub use pagination::{Page, Pagination};
pub use path::Id;
pub use router::Router;
#[cfg(feature = "schemas")]
pub use schema::{AnswerSchema, answer};
pub use server::{ClientTimeouts, listen};
pub use upload::{UploadedForm, body_limit, receive_file};
