//! What a schema allows, without words and limits, so that one that was written can be compared with one that was
//! derived from a type.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The kinds of value that a schema allows. None at all: anything.
#[derive(Debug, Clone, Default)]
pub struct Shape(Vec<Kind>);

#[derive(Debug, Clone)]
enum Kind {
    Null,
    /// A string, number or boolean; one of the listed, if there is a list.
    Scalar(String, Option<BTreeSet<String>>),
    List(Shape),
    /// An object whose names are not known.
    Map(Shape),
    Object(BTreeMap<String, Field>),
}

#[derive(Debug, Clone, Default)]
struct Field {
    is_required: bool,
    shape: Shape,
}

impl Shape {
    /// The shape of `schema`, whose references lead into `whole`.
    pub fn of(whole: &Value, schema: &Value) -> Self {
        let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
        let mut shape = Self::own(whole, schema);
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = whole.pointer(reference.trim_start_matches('#')).expect("a reference leads somewhere");
            shape = shape.and(Self::of(whole, target));
        }
        for part in list("allOf") {
            shape = shape.and(Self::of(whole, part));
        }
        let choices: Vec<Self> =
            list("oneOf").chain(list("anyOf")).map(|choice| shape.clone().and(Self::of(whole, choice))).collect();
        choices.into_iter().reduce(Self::or).unwrap_or(shape)
    }

    /// What the schema says itself.
    fn own(whole: &Value, schema: &Value) -> Self {
        let listed: Option<Vec<&Value>> = match (schema.get("const"), schema.get("enum")) {
            (Some(only), _) => Some(vec![only]),
            (None, listed) => listed.and_then(Value::as_array).map(|values| values.iter().collect()),
        };
        let types: BTreeSet<&str> = match (schema.get("type"), &listed) {
            (Some(Value::String(name)), _) => BTreeSet::from([name.as_str()]),
            (Some(names), _) => names.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
            (None, Some(values)) => values.iter().map(|value| type_of(value)).collect(),
            (None, None) if schema.get("properties").or(schema.get("required")).is_some() => BTreeSet::from(["object"]),
            (None, None) => return Self::default(),
        };
        let kind = |name: &str| match name {
            "null" => Kind::Null,
            "array" => Kind::List(schema.get("items").map(|items| Self::of(whole, items)).unwrap_or_default()),
            "object" => Kind::object(whole, schema),
            scalar => {
                let of_type = |values: &Vec<&Value>| {
                    values.iter().filter(|value| type_of(value) == scalar).map(ToString::to_string).collect()
                };
                Kind::Scalar(scalar.to_owned(), listed.as_ref().map(of_type))
            }
        };
        Self(types.into_iter().map(kind).collect())
    }

    /// What both allow.
    fn and(self, other: Self) -> Self {
        match (self.0.is_empty(), other.0.is_empty()) {
            (true, _) => other,
            (_, true) => self,
            _ => Self(self.0.iter().flat_map(|one| other.0.iter().filter_map(|other| one.and(other))).collect()),
        }
    }

    /// What either allows.
    pub fn or(mut self, other: Self) -> Self {
        if self.0.is_empty() || other.0.is_empty() {
            return Self::default();
        }
        for kind in other.0 {
            let known = self.0.iter_mut().find_map(|known| match (known, &kind) {
                (Kind::Scalar(name, listed), Kind::Scalar(other, more)) if name == other => Some((listed, more)),
                _ => None,
            });
            match known {
                Some((listed, more)) => *listed = listed.take().zip(more.clone()).map(|(some, others)| &some | &others),
                None => self.0.push(kind),
            }
        }
        self
    }

    /// How this description differs from the shape of a type: one line for each difference. It may list the values of
    /// a string that the type leaves open.
    pub fn differences(&self, typed: &Self) -> Vec<String> {
        let mut found = Vec::new();
        self.compare(typed, "$", &mut found);
        found
    }

    fn compare(&self, typed: &Self, at: &str, found: &mut Vec<String>) {
        if typed.0.is_empty() {
            return;
        }
        let objects = |shape: &Self| shape.0.iter().filter(|kind| matches!(kind, Kind::Object(_))).count();
        let is_choice = objects(self) > 1 || objects(typed) > 1;
        let names = |shape: &Self| shape.0.iter().map(Kind::name).collect::<Vec<_>>();
        let sorted = |mut names: Vec<String>| {
            names.sort_unstable();
            names
        };
        let (described, sent) = (sorted(names(self)), sorted(names(typed)));
        if described != sent {
            found.push(format!("{at} is described as {described:?}, and is {sent:?}"));
            return;
        }
        for kind in &typed.0 {
            let same = self.0.iter().filter(|described| described.name() == kind.name());
            let tried = same.map(|described| {
                let mut differences = Vec::new();
                described.compare(kind, at, &mut differences);
                differences
            });
            let best = tried.min_by_key(Vec::len).unwrap_or_default();
            if is_choice && !best.is_empty() {
                found.push(format!("{at}: none of the described objects is {kind:?}; the nearest differs in:"));
            }
            found.extend(best);
        }
    }
}

impl Kind {
    fn object(whole: &Value, schema: &Value) -> Self {
        let properties = schema.get("properties").and_then(Value::as_object);
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        if properties.is_none() && required.is_empty() {
            let values = schema.get("additionalProperties").filter(|values| values.is_object());
            return Self::Map(values.map(|values| Shape::of(whole, values)).unwrap_or_default());
        }
        let mut fields: BTreeMap<String, Field> = BTreeMap::new();
        for (name, property) in properties.into_iter().flatten() {
            fields.insert(name.clone(), Field { is_required: false, shape: Shape::of(whole, property) });
        }
        for name in required {
            fields.entry(name.to_owned()).or_default().is_required = true;
        }
        Self::Object(fields)
    }

    fn name(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Scalar(name, _) => name.clone(),
            Self::List(_) => "list".to_owned(),
            Self::Map(_) => "map".to_owned(),
            Self::Object(_) => "object".to_owned(),
        }
    }

    fn and(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Null, Self::Null) => Some(Self::Null),
            (Self::Scalar(name, some), Self::Scalar(other, others)) if name == other => {
                let both = match (some, others) {
                    (Some(some), Some(others)) => Some(some & others),
                    (some, others) => some.clone().or_else(|| others.clone()),
                };
                Some(Self::Scalar(name.clone(), both))
            }
            (Self::List(some), Self::List(others)) => Some(Self::List(some.clone().and(others.clone()))),
            (Self::Map(some), Self::Map(others)) => Some(Self::Map(some.clone().and(others.clone()))),
            (Self::Map(_), Self::Object(_)) => Some(other.clone()),
            (Self::Object(_), Self::Map(_)) => Some(self.clone()),
            (Self::Object(some), Self::Object(others)) => {
                let mut fields = some.clone();
                for (name, more) in others {
                    let field = fields.entry(name.clone()).or_default();
                    field.is_required |= more.is_required;
                    field.shape = std::mem::take(&mut field.shape).and(more.shape.clone());
                }
                Some(Self::Object(fields))
            }
            _ => None,
        }
    }

    /// Compares a described kind with a typed one of the same name.
    fn compare(&self, typed: &Self, at: &str, found: &mut Vec<String>) {
        match (self, typed) {
            (Self::Scalar(_, described), Self::Scalar(_, Some(sent))) if described.as_ref() != Some(sent) => {
                found.push(format!("{at} is described as one of {described:?}, and is one of {sent:?}"));
            }
            (Self::List(described), Self::List(sent)) => described.compare(sent, &format!("{at}[]"), found),
            (Self::Map(described), Self::Map(sent)) => described.compare(sent, &format!("{at}.*"), found),
            (Self::Object(described), Self::Object(sent)) => compare_fields(described, sent, at, found),
            _ => {}
        }
    }
}

fn compare_fields(
    described: &BTreeMap<String, Field>,
    sent: &BTreeMap<String, Field>,
    at: &str,
    found: &mut Vec<String>,
) {
    for name in described.keys().filter(|name| !sent.contains_key(*name)) {
        found.push(format!("{at}.{name} is described, and the type has no such field"));
    }
    for (name, field) in sent {
        let Some(known) = described.get(name) else {
            found.push(format!("{at}.{name} is not described"));
            continue;
        };
        match (known.is_required, field.is_required) {
            (true, false) => found.push(format!("{at}.{name} is required, and may be missing")),
            (false, true) => found.push(format!("{at}.{name} is always there, and is not required")),
            _ => {}
        }
        let mut shape = field.shape.clone();
        // What may be missing is left out, instead of being null, unless it is described as both.
        if !field.is_required && !known.shape.0.iter().any(|kind| matches!(kind, Kind::Null)) {
            shape.0.retain(|kind| !matches!(kind, Kind::Null));
        }
        known.shape.compare(&shape, &format!("{at}.{name}"), found);
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
