//! Keys, values and expressions.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

pub(super) type Attributes = HashMap<String, AttributeValue>;

/// An attribute value, opaque outside this module.
#[derive(Debug, Clone)]
pub struct Value(pub(super) AttributeValue);

/// Any serialisable value as an attribute value. What cannot be represented becomes null.
pub fn value<T: Serialize>(value: T) -> Value {
    Value(serde_dynamo::to_attribute_value(value).unwrap_or(AttributeValue::Null(true)))
}

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Partition key.
    pub partition: String,
    /// Sort key.
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

/// An update or condition expression with the names and values it speaks of.
///
/// ```ignore
/// Expression::new("SET #title = :title").name("#title", "title").value(":title", "Pump")
/// ```
#[derive(Debug, Clone, Default)]
pub struct Expression {
    pub(super) text: String,
    pub(super) names: HashMap<String, String>,
    pub(super) values: Attributes,
    /// Whether it holds only of an item that is there: a write under it makes no new item.
    pub(super) demands_item: bool,
}

impl Expression {
    /// The expression's text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// The item must not be there.
    #[must_use]
    pub fn absent() -> Self {
        Self::new("attribute_not_exists(PK)")
    }

    /// The item must be there.
    #[must_use]
    pub fn present() -> Self {
        Self { demands_item: true, ..Self::new("attribute_exists(PK)") }
    }

    /// The item must be there, and `text` must hold of it. A write under such a condition makes no new item, so
    /// that it needs no check of whether the account is being deleted.
    #[must_use]
    pub fn existing(text: &str) -> Self {
        Self { demands_item: true, ..Self::new(format!("attribute_exists(PK) AND ({text})")) }
    }

    /// What a `#name` in the text stands for.
    #[must_use]
    pub fn name(mut self, placeholder: &str, name: &str) -> Self {
        self.names.insert(placeholder.to_owned(), name.to_owned());
        self
    }

    /// What a `:value` in the text stands for.
    #[must_use]
    pub fn value<T: Serialize>(mut self, placeholder: &str, of: T) -> Self {
        self.values.insert(placeholder.to_owned(), value(of).0);
        self
    }
}

/// An update and its condition share their names and values.
pub(super) struct Joined {
    pub(super) update: Option<String>,
    pub(super) condition: Option<String>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: Attributes,
}

impl Joined {
    pub(super) fn of(update: Expression, condition: Option<Expression>) -> Self {
        let condition = condition.unwrap_or_default();
        let (mut names, mut values) = (update.names, update.values);
        names.extend(condition.names);
        values.extend(condition.values);
        Self {
            update: Some(update.text),
            condition: Some(condition.text).filter(|text| !text.is_empty()),
            names,
            values,
        }
    }
}

/// The SDK takes no empty maps.
pub(super) fn some<V>(map: HashMap<String, V>) -> Option<HashMap<String, V>> {
    Some(map).filter(|map| !map.is_empty())
}
