//! `{statusCode, message, data}`, success and error alike.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

/// A successful answer in the envelope.
#[derive(Debug)]
pub struct Reply<T> {
    status: StatusCode,
    message: &'static str,
    data: T,
}

/// 200 with a sentence for a person.
pub fn ok<T: Serialize>(message: &'static str, data: T) -> Reply<T> {
    Reply { status: StatusCode::OK, message, data }
}

/// 201 with a sentence for a person.
pub fn created<T: Serialize>(message: &'static str, data: T) -> Reply<T> {
    Reply { status: StatusCode::CREATED, message, data }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Envelope<'a, T> {
    status_code: u16,
    message: &'a str,
    data: T,
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let body = Envelope { status_code: self.status.as_u16(), message: self.message, data: self.data };
        (self.status, Json(body)).into_response()
    }
}

/// An envelope.
#[cfg(feature = "schemas")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Reply<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        <Envelope<'static, T> as schemars::JsonSchema>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        <Envelope<'static, T> as schemars::JsonSchema>::json_schema(generator)
    }
}
