//! Expressions: what must hold of an item, and what a write changes of it.
//!
//! A path is the name of an attribute; names of nested attributes follow after dots (`generation.leaseUntil`). In the
//! text of an expression, placeholders stand for all names and values, so that any name may be used, also a reserved
//! word.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::builders::{ConditionCheckBuilder, DeleteBuilder, PutBuilder, UpdateBuilder};
use serde::Serialize;

use super::item::value;

/// A piece of the text of an expression.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(&'static str),
    Path(String),
    Value(AttributeValue),
}

fn text(text: &'static str) -> Piece {
    Piece::Text(text)
}

fn path(path: &str) -> Piece {
    Piece::Path(path.to_owned())
}

fn of(of: impl Serialize) -> Piece {
    Piece::Value(value(of))
}

/// What must hold of an item.
///
/// ```ignore
/// Condition::equals("status", "queued").and(Condition::missing("leaseUntil").or(Condition::below("leaseUntil", now)))
/// ```
#[must_use]
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pieces: Vec<Piece>,
    demands_item: bool,
}

impl Condition {
    /// A condition that holds of no item without the attribute that it speaks of.
    fn demanding(pieces: impl Into<Vec<Piece>>) -> Self {
        Self { pieces: pieces.into(), demands_item: true }
    }

    /// The item is there.
    pub fn present() -> Self {
        Self::exists("PK")
    }

    /// The item is not there.
    pub fn absent() -> Self {
        Self::missing("PK")
    }

    /// The item has the attribute.
    pub fn exists(attribute: &str) -> Self {
        Self::demanding([text("attribute_exists("), path(attribute), text(")")])
    }

    /// The item has no such attribute, or is not there.
    pub fn missing(attribute: &str) -> Self {
        let pieces = vec![text("attribute_not_exists("), path(attribute), text(")")];
        Self { pieces, demands_item: false }
    }

    /// The attribute is there and null.
    pub fn is_null(attribute: &str) -> Self {
        Self::demanding([text("attribute_type("), path(attribute), text(", "), of("NULL"), text(")")])
    }

    /// The attribute has this value.
    pub fn equals(attribute: &str, value: impl Serialize) -> Self {
        Self::demanding([path(attribute), text(" = "), of(value)])
    }

    /// The attribute has another value, or there is none.
    pub fn differs(attribute: &str, value: impl Serialize) -> Self {
        Self { pieces: vec![path(attribute), text(" <> "), of(value)], demands_item: false }
    }

    /// The attribute is less than this value.
    pub fn below(attribute: &str, value: impl Serialize) -> Self {
        Self::demanding([path(attribute), text(" < "), of(value)])
    }

    /// The attribute is this value or less.
    pub fn at_most(attribute: &str, value: impl Serialize) -> Self {
        Self::demanding([path(attribute), text(" <= "), of(value)])
    }

    /// The attribute is this value or more.
    pub fn at_least(attribute: &str, value: impl Serialize) -> Self {
        Self::demanding([path(attribute), text(" >= "), of(value)])
    }

    /// The attribute is one of both values or between them; the first must not be greater.
    pub fn between(attribute: &str, least: impl Serialize, greatest: impl Serialize) -> Self {
        Self::demanding([path(attribute), text(" BETWEEN "), of(least), text(" AND "), of(greatest)])
    }

    /// The attribute is a string that begins so.
    pub fn begins_with(attribute: &str, prefix: &str) -> Self {
        Self::demanding([text("begins_with("), path(attribute), text(", "), of(prefix), text(")")])
    }

    /// The attribute is a string with this in it, or a set or list that holds it.
    pub fn contains(attribute: &str, value: impl Serialize) -> Self {
        Self::demanding([text("contains("), path(attribute), text(", "), of(value), text(")")])
    }

    /// It does not hold.
    pub fn negated(self) -> Self {
        Self { pieces: [vec![text("(NOT ")], self.pieces, vec![text(")")]].concat(), demands_item: false }
    }

    /// Both hold.
    pub fn and(self, other: Self) -> Self {
        let demands_item = self.demands_item || other.demands_item;
        Self { pieces: self.joined(" AND ", other), demands_item }
    }

    /// One of both holds, or both do.
    pub fn or(self, other: Self) -> Self {
        let demands_item = self.demands_item && other.demands_item;
        Self { pieces: self.joined(" OR ", other), demands_item }
    }

    fn joined(self, operator: &'static str, other: Self) -> Vec<Piece> {
        [vec![text("(")], self.pieces, vec![text(operator)], other.pieces, vec![text(")")]].concat()
    }

    /// Whether it holds only of an item that is there: a write under it makes no new item.
    pub(super) fn demands_item(&self) -> bool {
        self.demands_item
    }
}

/// What a write changes of an item; each attribute may be named once. An item that is not there is made.
///
/// ```ignore
/// Change::new().set("status", "done").add("attempts", 1).remove(["run", "leaseUntil"])
/// ```
#[must_use]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// By clause (`SET`, `REMOVE`, `ADD`).
    actions: BTreeMap<&'static str, Vec<Vec<Piece>>>,
}

impl Change {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn with(mut self, clause: &'static str, action: impl Into<Vec<Piece>>) -> Self {
        self.actions.entry(clause).or_default().push(action.into());
        self
    }

    /// The attribute has this value from now on. Of a nested one, the outer one must be there.
    pub fn set(self, attribute: &str, value: impl Serialize) -> Self {
        self.with("SET", [path(attribute), text(" = "), of(value)])
    }

    /// The attribute has this value from now on, or, with `None`, is removed.
    pub fn set_or_remove(self, attribute: &str, value: Option<impl Serialize>) -> Self {
        match value {
            Some(value) => self.set(attribute, value),
            None => self.remove([attribute]),
        }
    }

    /// The attribute has this value from now on if it has none yet.
    pub fn set_if_missing(self, attribute: &str, value: impl Serialize) -> Self {
        let kept = [path(attribute), text(" = if_not_exists("), path(attribute), text(", "), of(value), text(")")];
        self.with("SET", kept)
    }

    /// Adds a number to the attribute, which is 0 where it is missing.
    pub fn add(self, attribute: &str, number: impl Serialize) -> Self {
        self.with("ADD", [path(attribute), text(" "), of(number)])
    }

    /// Takes a number from the attribute, which must be there.
    pub fn subtract(self, attribute: &str, number: impl Serialize) -> Self {
        self.with("SET", [path(attribute), text(" = "), path(attribute), text(" - "), of(number)])
    }

    /// Removes the attributes; those that are not there are no error.
    pub fn remove<'a>(self, attributes: impl IntoIterator<Item = &'a str>) -> Self {
        attributes.into_iter().fold(self, |change, attribute| change.with("REMOVE", [path(attribute)]))
    }
}

/// The names and values that stand behind the placeholders in all expressions of one request.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    names: Vec<String>,
    values: Vec<AttributeValue>,
}

impl Placeholders {
    /// The text of a condition, where there is one.
    pub(super) fn condition(&mut self, condition: Option<&Condition>) -> Option<String> {
        condition.map(|condition| self.fill(&condition.pieces))
    }

    /// The text of an update.
    pub(super) fn change(&mut self, change: &Change) -> String {
        let clauses = change.actions.iter().map(|(clause, actions)| {
            let actions: Vec<String> = actions.iter().map(|action| self.fill(action)).collect();
            format!("{clause} {}", actions.join(", "))
        });
        clauses.collect::<Vec<_>>().join(" ")
    }

    /// The text of a projection: the attributes that are read.
    pub(super) fn projection(&mut self, attributes: &[&str]) -> String {
        let attributes: Vec<String> = attributes.iter().map(|attribute| self.path(attribute)).collect();
        attributes.join(", ")
    }

    fn fill(&mut self, pieces: &[Piece]) -> String {
        let filled = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => (*text).to_owned(),
            Piece::Path(path) => self.path(path),
            Piece::Value(value) => {
                self.values.push(value.clone());
                format!(":v{}", self.values.len() - 1)
            }
        });
        filled.collect()
    }

    fn path(&mut self, path: &str) -> String {
        let names = path.split('.').map(|name| {
            let known = self.names.iter().position(|known| known == name);
            let place = known.unwrap_or_else(|| {
                self.names.push(name.to_owned());
                self.names.len() - 1
            });
            format!("#n{place}")
        });
        names.collect::<Vec<_>>().join(".")
    }
}

/// A request with expressions.
pub(super) trait Expressive {
    /// Adds the names and values of its expressions.
    #[must_use]
    fn explained(self, placeholders: Placeholders) -> Self;
}

/// The SDK takes no empty maps.
fn numbered<V>(prefix: &str, of: Vec<V>) -> Option<HashMap<String, V>> {
    let numbered = of.into_iter().enumerate().map(|(place, of)| (format!("{prefix}{place}"), of));
    Some(numbered.collect()).filter(|map: &HashMap<_, _>| !map.is_empty())
}

macro_rules! expressive {
    ($($request:ty),+) => {$(
        impl Expressive for $request {
            fn explained(self, placeholders: Placeholders) -> Self {
                self.set_expression_attribute_names(numbered("#n", placeholders.names))
                    .set_expression_attribute_values(numbered(":v", placeholders.values))
            }
        }
    )+};
}

expressive!(PutItemFluentBuilder, UpdateItemFluentBuilder, DeleteItemFluentBuilder);
expressive!(QueryFluentBuilder, ScanFluentBuilder);
expressive!(PutBuilder, UpdateBuilder, DeleteBuilder, ConditionCheckBuilder);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_stand_behind_placeholders() {
        let mut placeholders = Placeholders::default();
        let change = Change::new().set("status", "done").add("attempts", 1).set_if_missing("a.status", true);
        let change = change.remove(["run", "lease"]).subtract("left", 2).set_or_remove("error", None::<u8>);
        assert_eq!(
            placeholders.change(&change),
            "ADD #n0 :v0 REMOVE #n1, #n2, #n3 SET #n4 = :v1, #n5.#n4 = if_not_exists(#n5.#n4, :v2), #n6 = #n6 - :v3"
        );
        let free = Condition::missing("lease").or(Condition::below("lease", 7));
        let condition = Condition::equals("status", "queued").and(free);
        assert_eq!(
            placeholders.condition(Some(&condition)).as_deref(),
            Some("(#n4 = :v4 AND (attribute_not_exists(#n2) OR #n2 < :v5))"),
            "a name has one placeholder in all expressions of a request"
        );
        assert_eq!(placeholders.names, ["attempts", "run", "lease", "error", "status", "a", "left"]);
        assert_eq!(placeholders.values.get(4), Some(&AttributeValue::S("queued".to_owned())));
        assert_eq!(placeholders.values.len(), 6);
    }

    #[test]
    fn a_condition_that_demands_an_item_holds_of_no_other() {
        for condition in [
            Condition::present(),
            Condition::equals("a", 1).and(Condition::missing("b")),
            Condition::missing("b").and(Condition::equals("a", 1)),
            Condition::between("a", 1, 2).or(Condition::begins_with("b", "x")),
            Condition::is_null("a"),
        ] {
            assert!(condition.demands_item(), "{condition:?}");
        }
        for condition in [
            Condition::absent(),
            Condition::differs("a", 1),
            Condition::missing("a").or(Condition::equals("a", 1)),
            Condition::equals("a", 1).or(Condition::differs("a", 2)),
        ] {
            assert!(!condition.demands_item(), "{condition:?}");
        }
    }
}
