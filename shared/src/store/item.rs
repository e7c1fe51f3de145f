//! Keys and values.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

pub(super) type Attributes = HashMap<String, AttributeValue>;

/// Any serialisable value as an attribute value. What cannot be represented becomes null.
pub(super) fn value(of: impl Serialize) -> AttributeValue {
    serde_dynamo::to_attribute_value(of).unwrap_or(AttributeValue::Null(true))
}

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct Key {
    /// Partition key.
    #[serde(rename = "PK")]
    pub partition: String,
    /// Sort key.
    #[serde(rename = "SK")]
    pub sort: String,
}

impl Key {
    /// The item `sort` in the partition `partition`.
    pub fn new(partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Self { partition: partition.into(), sort: sort.into() }
    }

    /// An item that is alone in its partition.
    pub fn alone(key: impl Into<String>) -> Self {
        let key = key.into();
        Self { partition: key.clone(), sort: key }
    }

    pub(super) fn attributes(&self) -> Attributes {
        HashMap::from([
            ("PK".to_owned(), AttributeValue::S(self.partition.clone())),
            ("SK".to_owned(), AttributeValue::S(self.sort.clone())),
        ])
    }
}
