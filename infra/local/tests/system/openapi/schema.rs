//! Whether an answer is what its schema says. Only the keywords that the descriptions use are
//! known; any other is a failure, so that nothing is passed over. Stricter than JSON Schema in one
//! thing: a field that the schema does not know is a failure too.

use std::collections::BTreeMap;

use serde_json::Value;

use super::description::Description;

impl Description {
    /// What is wrong with `value`: one line for each fault, empty where it is as described.
    pub fn faults(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        self.check(schema, value, "$", &mut faults);
        self.check_fields(&[schema], value, "$", &mut faults);
        faults
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let schema = self.resolve(schema);
        for (keyword, argument) in schema.as_object().expect("a schema is an object") {
            let holds = match keyword.as_str() {
                "description" | "format" | "pattern" | "default" | "examples" | "contentMediaType" => true,
                "type" => is_of_type(argument, value),
                "const" => argument == value,
                "enum" => argument.as_array().is_some_and(|words| words.contains(value)),
                "minimum" | "maximum" | "minLength" | "maxLength" | "minItems" | "maxItems" => {
                    is_within(keyword, argument, value)
                }
                "required" => {
                    let names = argument.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
                    let missing: Vec<&str> =
                        names.filter(|name| value.is_object() && value.get(name).is_none()).collect();
                    faults.extend(missing.iter().map(|name| format!("{at}.{name} is missing")));
                    true
                }
                "oneOf" => argument.as_array().unwrap().iter().filter(|choice| self.fits(choice, value)).count() == 1,
                "allOf" => {
                    argument.as_array().unwrap().iter().for_each(|part| self.check(part, value, at, faults));
                    true
                }
                "properties" => {
                    for (name, property) in argument.as_object().unwrap() {
                        if let Some(inner) = value.get(name) {
                            self.check(property, inner, &format!("{at}.{name}"), faults);
                        }
                    }
                    true
                }
                "additionalProperties" => {
                    for inner in value.as_object().into_iter().flat_map(|fields| fields.values()) {
                        self.check(argument, inner, at, faults);
                    }
                    true
                }
                "items" => {
                    for (place, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(argument, item, &format!("{at}[{place}]"), faults);
                    }
                    true
                }
                other => panic!("{at}: the schema keyword {other} is not known to this test"),
            };
            if !holds {
                faults.push(format!("{at} is {value}, against {keyword} {argument}"));
            }
        }
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let mut faults = Vec::new();
        self.check(schema, value, "$", &mut faults);
        faults.is_empty()
    }

    /// Fields that no schema of `schemas`, which all hold for `value`, knows.
    fn check_fields(&self, schemas: &[&Value], value: &Value, at: &str, faults: &mut Vec<String>) {
        let parts: Vec<&Value> = schemas.iter().flat_map(|schema| self.parts(schema, value)).collect();
        for (place, item) in value.as_array().into_iter().flatten().enumerate() {
            let items: Vec<&Value> = parts.iter().filter_map(|part| part.get("items")).collect();
            self.check_fields(&items, item, &format!("{at}[{place}]"), faults);
        }
        let mut known: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for (name, property) in parts.iter().filter_map(|part| part.get("properties")?.as_object()).flatten() {
            known.entry(name).or_default().push(property);
        }
        if known.is_empty() {
            return;
        }
        for (name, inner) in value.as_object().into_iter().flatten() {
            match known.get(name.as_str()) {
                Some(properties) => self.check_fields(properties, inner, &format!("{at}.{name}"), faults),
                None => faults.push(format!("{at}.{name} is not described")),
            }
        }
    }

    /// The schemas that `schema` is put together from, as far as they hold for `value`.
    fn parts<'a>(&'a self, schema: &'a Value, value: &Value) -> Vec<&'a Value> {
        let schema = self.resolve(schema);
        let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
        let chosen = list("oneOf").filter(|choice| self.fits(choice, value));
        let inner = list("allOf").chain(chosen).flat_map(|part| self.parts(part, value));
        std::iter::once(schema).chain(inner).collect()
    }
}

fn is_of_type(argument: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("there is no type {other}"),
    };
    match argument {
        Value::String(name) => is(name),
        names => names.as_array().unwrap().iter().any(|name| is(name.as_str().unwrap())),
    }
}

/// A limit holds for values that it does not speak of, too.
fn is_within(keyword: &str, limit: &Value, value: &Value) -> bool {
    let limit = limit.as_f64().unwrap();
    let count = |count: usize| f64::from(u32::try_from(count).unwrap());
    let size = match value {
        Value::Number(number) if keyword.ends_with("imum") => number.as_f64(),
        Value::String(text) if keyword.ends_with("Length") => Some(count(text.chars().count())),
        Value::Array(items) if keyword.ends_with("Items") => Some(count(items.len())),
        _ => None,
    };
    size.is_none_or(|size| if keyword.starts_with("min") { size >= limit } else { size <= limit })
}

#[test]
fn the_check_finds_faults() {
    let description = Description {
        whole: serde_json::json!({"schemas": {
            "Name": {"type": "string", "minLength": 1},
            "Person": {"allOf": [
                {"type": "object", "properties": {"name": {"$ref": "#/schemas/Name"}}, "required": ["name"]},
                {"properties": {"age": {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]}}},
            ]},
        }}),
    };
    let faults = |value: Value| description.faults(&serde_json::json!({"$ref": "#/schemas/Person"}), &value);
    assert_eq!(faults(serde_json::json!({"name": "Ada", "age": 36})), Vec::<String>::new());
    assert_eq!(faults(serde_json::json!({"name": "Ada", "age": null})), Vec::<String>::new());
    assert_eq!(faults(serde_json::json!({"age": null})), ["$.name is missing"]);
    assert_eq!(faults(serde_json::json!({"name": "Ada", "shoe": 38})), ["$.shoe is not described"]);
    assert_eq!(faults(serde_json::json!({"name": ""})).len(), 1);
    assert_eq!(faults(serde_json::json!({"name": "Ada", "age": -1})).len(), 1);
    assert_eq!(faults(serde_json::json!(["Ada"])).len(), 1);
}
