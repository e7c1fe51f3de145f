//! The routes that the system has.

use std::collections::BTreeSet;

use reqwest::Method;

use crate::harness::TestSystem;

/// An id that belongs to nothing, for the places in a path.
const NOBODYS_ID: &str = "01J8Z0000000000000000000000";

/// A path with something in each of its places.
pub fn filled(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { NOBODYS_ID } else { part }).collect();
    parts.join("/")
}

/// `(method, path)` of every route. The functions say their paths; of the methods, each path tells in `Allow` when it
/// refuses one that nothing has.
pub async fn routes(system: &TestSystem) -> BTreeSet<(String, String)> {
    let visitor = system.visitor();
    let mut routes = BTreeSet::new();
    for path in &system.system.paths {
        let answer = visitor.send(visitor.request(Method::TRACE, &filled(path))).await;
        assert_eq!(answer.status, 405, "TRACE {path}: {}", answer.text);
        let allowed = answer.headers["allow"].to_str().unwrap().to_lowercase();
        let methods = allowed.split(',').map(str::trim).filter(|method| *method != "head");
        routes.extend(methods.map(|method| (method.to_owned(), (*path).to_owned())));
    }
    routes
}
