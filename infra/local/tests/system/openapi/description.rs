//! The `OpenAPI` description of a backend, as it is served.

use serde_json::Value;

/// A description.
pub struct Description {
    pub whole: Value,
}

/// One method of one path.
#[derive(Clone, Copy)]
pub struct Operation<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub value: &'a Value,
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

impl Description {
    /// The description of `backend`.
    pub fn of(backend: &str) -> Self {
        let text = if backend == "gateway" { ::openapi::GATEWAY } else { ::openapi::SERVICES };
        Self { whole: serde_json::from_str(text).unwrap() }
    }

    /// All operations, in the order of the description.
    pub fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.whole["paths"].as_object().unwrap();
        let all = paths.iter().flat_map(|(path, item)| {
            METHODS.iter().filter_map(move |method| Some(Operation { method, path, value: item.get(method)? }))
        });
        all.collect()
    }

    /// The operation with this method and path.
    pub fn operation(&self, method: &str, path: &str) -> Operation<'_> {
        let found =
            self.operations().into_iter().find(|operation| operation.method == method && operation.path == path);
        found.unwrap_or_else(|| panic!("{method} {path} is not described"))
    }

    /// Follows `$ref`s to what they name.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            None => value,
            Some(name) => {
                let target = name.strip_prefix('#').and_then(|pointer| self.whole.pointer(pointer));
                self.resolve(target.unwrap_or_else(|| panic!("{name} is nowhere")))
            }
        }
    }

    /// The answer with `status` that an operation describes.
    pub fn response(&self, operation: Operation<'_>, status: u16) -> Option<&Value> {
        let value = self.whole["paths"][operation.path][operation.method]["responses"].get(status.to_string())?;
        Some(self.resolve(value))
    }
}
