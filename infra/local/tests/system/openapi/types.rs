//! Whether the answers are described as their types are.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::BACKENDS;
use super::description::{Description, Operation};
use super::shape::Shape;

/// Operations whose answers have no type: JSON that is put together as it is written.
const WITHOUT_A_TYPE: [&str; 1] = ["exportAccount"];

/// The shape of what each operation answers, by the types of its function.
fn types() -> BTreeMap<&'static str, Shape> {
    let families = [
        admin::schemas::answers(),
        asr::schemas::answers(),
        auth::schemas::answers(),
        batches::schemas::answers(),
        billing::schemas::answers(),
        chat::schemas::answers(),
        extract::schemas::answers(),
        rag::schemas::answers(),
        repository::schemas::answers(),
        user::schemas::answers(),
        vision::schemas::answers(),
    ];
    let mut types: BTreeMap<&'static str, Shape> = BTreeMap::new();
    for (operation, schema) in families.into_iter().flatten() {
        let schema = schema.to_value();
        let shape = Shape::of(&schema, &schema);
        let shape = match types.remove(operation) {
            Some(other) => other.or(shape),
            None => shape,
        };
        types.insert(operation, shape);
    }
    types
}

/// The schemas of what an operation answers that is JSON, or events of JSON.
fn described<'a>(description: &'a Description, operation: Operation<'a>) -> Vec<&'a Value> {
    let successes =
        operation.value["responses"].as_object().unwrap().iter().filter(|(status, _)| status.starts_with('2'));
    let media = successes.flat_map(|(_, response)| {
        let content = description.resolve(response).get("content").and_then(Value::as_object);
        content
            .into_iter()
            .flatten()
            .filter(|(kind, _)| ["application/json", "text/event-stream"].contains(&kind.as_str()))
    });
    media.map(|(_, media)| &media["schema"]).collect()
}

#[test]
fn answers_are_described_as_their_types_are() {
    let mut types = types();
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for backend in BACKENDS {
        let description = Description::of(backend);
        for operation in description.operations().into_iter().filter(|operation| operation.value["tags"][0] != "system")
        {
            let id = operation.value["operationId"].as_str().unwrap();
            for schema in described(&description, operation) {
                let Some(shape) = types.get(id) else {
                    assert!(WITHOUT_A_TYPE.contains(&id), "{id}: `schemas.rs` of its family does not name its type");
                    continue;
                };
                let differences = Shape::of(&description.whole, schema).differences(shape);
                found.extend(differences.into_iter().map(|difference| format!("{id}: {difference}")));
                seen.push(id.to_owned());
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    types.retain(|id, _| !seen.iter().any(|seen| seen == id));
    assert!(types.is_empty(), "no operation has these types: {:?}", types.keys());
}

#[test]
fn the_comparison_finds_differences() {
    let whole = json!({"schemas": {"Kind": {"type": "string", "enum": ["a", "b"]}}});
    let shape = |schema: Value| Shape::of(&whole, &schema);
    let described = shape(json!({"allOf": [
        {"type": "object", "properties": {"kind": {}, "size": {"type": ["integer", "null"]}}, "required": ["kind"]},
        {"properties": {"kind": {"$ref": "#/schemas/Kind"}}},
    ]}));
    let typed = |kind: Value, size: Value, required: Value| {
        shape(json!({"type": "object", "properties": {"kind": kind, "size": size}, "required": required}))
    };
    let kind = json!({"oneOf": [{"const": "a"}, {"const": "b"}]});
    let size = json!({"anyOf": [{"type": "integer", "format": "uint8"}, {"type": "null"}]});
    let same = typed(kind.clone(), size.clone(), json!(["kind"]));
    assert_eq!(described.differences(&same), Vec::<String>::new());
    // The type leaves open what the description lists.
    let open = typed(json!({"type": "string"}), size.clone(), json!(["kind"]));
    assert_eq!(described.differences(&open), Vec::<String>::new());
    let other = [
        typed(json!({"enum": ["a", "b", "c"]}), size.clone(), json!(["kind"])),
        typed(kind.clone(), json!({"type": "integer"}), json!(["kind"])),
        typed(kind.clone(), json!({"type": ["string", "null"]}), json!(["kind"])),
        typed(kind.clone(), size.clone(), json!(["kind", "size"])),
        typed(kind, size, json!([])),
        shape(json!({"type": "object", "properties": {"kind": {"$ref": "#/schemas/Kind"}}, "required": ["kind"]})),
        shape(json!({"type": "array", "items": {}})),
    ];
    for other in other {
        assert_eq!(described.differences(&other).len(), 1, "{other:?}");
    }
}
