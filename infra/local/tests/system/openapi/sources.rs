//! The routes that the sources declare.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// `(method, path)` of every `.route("/api/v1/…", …)` in the sources of the functions.
pub fn routes() -> BTreeSet<(String, String)> {
    let functions = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../functions"));
    let mut files = Vec::new();
    collect(functions, &mut files);
    let texts = files.iter().map(|file| std::fs::read_to_string(file).unwrap());
    texts.flat_map(|text| routes_in(&text)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn routes_in(text: &str) -> Vec<(String, String)> {
    let mut routes = Vec::new();
    for rest in text.split(".route(").skip(1) {
        let Some(literal) = rest.trim_start().strip_prefix('"') else { continue };
        let (path, handlers) = literal.split_once('"').expect("the end of a path");
        if path.starts_with("/api/v1/") {
            let methods = methods_in(arguments(handlers));
            assert!(!methods.is_empty(), "no method was found for {path}");
            routes.extend(methods.into_iter().map(|method| (method, path.to_owned())));
        }
    }
    routes
}

/// What stands before the bracket that ends the call.
fn arguments(text: &str) -> &str {
    let mut open = 1;
    let end = text.find(|c| {
        open += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        open == 0
    });
    &text[..end.expect("the end of a call")]
}

/// The methods of `get(a).post(b)`: calls by these names that are not handlers (`module::delete`).
fn methods_in(arguments: &str) -> Vec<String> {
    let mut methods = Vec::new();
    for method in ["get", "post", "put", "patch", "delete"] {
        let call = format!("{method}(");
        let is_method = |(at, _): (usize, &str)| {
            let before = arguments[..at].chars().next_back();
            before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
        };
        if arguments.match_indices(&call).any(is_method) {
            methods.push(method.to_owned());
        }
    }
    methods
}

#[test]
fn routes_are_found_in_sources() {
    let text = r#"
        .route("/api/v1/a", get(list::list).post(create::create))
        .route(
            "/api/v1/a/{id}",
            delete(remove::delete).layer(limit(1)),
        )
        .route("/health", get(health))"#;
    let found = |method: &str, path: &str| (method.to_owned(), path.to_owned());
    assert_eq!(
        routes_in(text),
        [found("get", "/api/v1/a"), found("post", "/api/v1/a"), found("delete", "/api/v1/a/{id}")]
    );
}
