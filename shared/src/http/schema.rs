//! The types of answers as JSON Schemas, to be compared with the description.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

/// The schema of an answer that is JSON, beside the id of its operation.
pub type AnswerSchema = (&'static str, Schema);

/// What these operations answer: `T`, as it is written.
#[must_use]
pub fn answer<T: JsonSchema>(operations: &[&'static str]) -> Vec<AnswerSchema> {
    let schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    operations.iter().map(|operation| (*operation, schema.clone())).collect()
}
