//! Puts the description of each backend together: its own file, what both backends share, and the files of its families.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Map, Value, json};

type Object = Map<String, Value>;
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for backend in ["gateway", "services"] {
        let description = describe(backend).map_err(|error| format!("{backend}: {error}"))?;
        fs::write(out.join(format!("{backend}.json")), serde_json::to_string(&description)?)?;
    }
    Ok(())
}

fn describe(backend: &str) -> Result<Object> {
    let mut whole = read(&format!("shared/openapi/{backend}.yaml"))?;
    let families = whole.remove("families").ok_or("no families")?;
    let mut common = read("shared/openapi/common.yaml")?;
    let mut shelf = common.remove("components").ok_or("no components")?;
    merge(&mut whole, common)?;
    for family in families.as_array().into_iter().flatten().filter_map(Value::as_str) {
        let path = format!("functions/{family}/openapi.yaml");
        merge(&mut whole, read(&path)?).map_err(|error| format!("{path}: {error}"))?;
    }
    whole.values_mut().chain([&mut shelf]).for_each(write_out_responses);
    take_from(&shelf, &mut whole)?;
    Ok(whole)
}

/// Reads a file, by its path from the root of the repository.
fn read(path: &str) -> Result<Object> {
    let file = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..").join(path);
    println!("cargo::rerun-if-changed={}", file.display());
    let text = fs::read_to_string(&file).map_err(|error| format!("{path}: {error}"))?;
    Ok(serde_saphyr::from_str(&text).map_err(|error| format!("{path}: {error}"))?)
}

/// Adds objects to objects and lists to lists. Nothing may be described twice.
fn merge(whole: &mut Object, part: Object) -> Result<()> {
    for (name, value) in part {
        match (whole.get_mut(&name), value) {
            (None, value) => {
                whole.insert(name, value);
            }
            (Some(Value::Object(fields)), Value::Object(more)) => {
                merge(fields, more).map_err(|error| format!("{name}: {error}"))?;
            }
            (Some(Value::Array(items)), Value::Array(more)) => items.extend(more),
            _ => return Err(format!("{name} is there already").into()),
        }
    }
    Ok(())
}

/// Writes out the responses that are written in short, wherever they are.
fn write_out_responses(value: &mut Value) {
    let Some(fields) = value.as_object_mut() else { return };
    for (name, inner) in fields {
        if name == "responses" {
            inner.as_object_mut().into_iter().flat_map(Object::values_mut).for_each(write_out);
        } else {
            write_out_responses(inner);
        }
    }
}

/// `errors` names the codes of an error and says when each is answered, `data` what is in the envelope.
fn write_out(response: &mut Value) {
    let Some(fields) = response.as_object_mut() else { return };
    let mut properties = Object::new();
    let mut envelope = "Envelope";
    if let Some(Value::Object(errors)) = fields.remove("errors") {
        let codes: Vec<&str> = errors.keys().flat_map(|codes| codes.split(", ")).collect();
        properties.insert("code".to_owned(), json!({"enum": codes}));
        let lines = errors.iter().map(|(codes, when)| {
            let codes: Vec<String> = codes.split(", ").map(|code| format!("`{code}`")).collect();
            format!("- {}: {}", codes.join(", "), when.as_str().unwrap_or_default())
        });
        fields.insert("description".to_owned(), lines.collect::<Vec<_>>().join("\n").into());
        envelope = "Error";
    }
    if let Some(data) = fields.remove("data") {
        properties.insert("data".to_owned(), data);
    }
    if properties.is_empty() {
        return;
    }
    let envelope = format!("#/components/schemas/{envelope}");
    let mut content = json!({"schema": {"allOf": [{"$ref": envelope}, {"properties": properties}]}});
    if let (Some(content), Some(example)) = (content.as_object_mut(), fields.remove("example")) {
        content.insert("example".to_owned(), example);
    }
    fields.insert("content".to_owned(), json!({"application/json": content}));
}

/// Adds the components of `shelf` that the description refers to. It may have none of its own that nothing refers to.
fn take_from(shelf: &Value, whole: &mut Object) -> Result<()> {
    let schemes = shelf.get("securitySchemes").cloned();
    merge(whole, Object::from_iter([("components".to_owned(), json!({"securitySchemes": schemes}))]))?;
    loop {
        let used: BTreeSet<String> = whole.values().flat_map(references).collect();
        let missing: Vec<&String> = used.iter().filter(|target| component(whole, target).is_none()).collect();
        if missing.is_empty() {
            return nothing_is_idle(whole, &used);
        }
        for target in missing {
            let [kind, name] = place(target).ok_or_else(|| format!("{target} is no component"))?;
            let found =
                shelf.get(kind).and_then(|kind| kind.get(name)).ok_or_else(|| format!("{target} is nowhere"))?;
            merge(whole, Object::from_iter([("components".to_owned(), json!({kind: {name: found}}))]))?;
        }
    }
}

fn nothing_is_idle(whole: &Object, used: &BTreeSet<String>) -> Result<()> {
    let kinds = whole.get("components").and_then(Value::as_object).into_iter().flatten();
    for (kind, components) in kinds.filter(|(kind, _)| *kind != "securitySchemes") {
        for name in components.as_object().into_iter().flat_map(Object::keys) {
            let target = format!("#/components/{kind}/{name}");
            if !used.contains(&target) {
                return Err(format!("nothing refers to {target}").into());
            }
        }
    }
    Ok(())
}

/// The kind and name of a component that is referred to.
fn place(target: &str) -> Option<[&str; 2]> {
    target.strip_prefix("#/components/")?.split_once('/').map(<[&str; 2]>::from)
}

fn component<'a>(whole: &'a Object, target: &str) -> Option<&'a Value> {
    let [kind, name] = place(target)?;
    whole.get("components")?.get(kind)?.get(name)
}

/// Every `$ref` in `value`.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
