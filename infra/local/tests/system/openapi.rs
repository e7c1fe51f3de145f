//! The descriptions and the system say the same.

mod answers;
mod caller;
mod description;
mod routes;
mod schema;
mod shape;
mod types;

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::TestSystem;
use caller::assert_described;
use description::{Description, Operation};

const BACKENDS: [&str; 2] = ["gateway", "services"];

#[test]
fn every_operation_is_described_whole() {
    for backend in BACKENDS {
        let description = Description::of(backend);
        assert_eq!(description.whole["openapi"], "3.1.0");
        let known: Vec<&Value> = description.whole["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
        let mut ids = BTreeSet::new();
        for operation in description.operations() {
            let name = format!("{backend}: {} {}", operation.method, operation.path);
            let Operation { value, .. } = operation;
            assert!(value["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{name} has no summary");
            assert!(ids.insert(value["operationId"].as_str().expect("an id")), "{name}: its id is taken");
            let tags = value["tags"].as_array().unwrap();
            assert!(!tags.is_empty() && tags.iter().all(|tag| known.contains(&tag)), "{name}: {tags:?}");
            let statuses: Vec<&String> = value["responses"].as_object().unwrap().keys().collect();
            assert!(statuses.iter().any(|status| status.starts_with(['1', '2', '3'])), "{name} describes no success");
            assert!(statuses.iter().any(|status| status.starts_with(['4', '5'])), "{name} describes no error");
            for status in statuses {
                let response = description.response(operation, status.parse().unwrap()).unwrap();
                assert!(response["description"].is_string(), "{name}: {status} is not described");
            }
            assert_eq!(variables(operation), parameters(&description, operation), "{name}: parameters of the path");
        }
    }
}

fn variables(operation: Operation<'_>) -> BTreeSet<String> {
    operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(str::to_owned).collect()
}

fn parameters(description: &Description, operation: Operation<'_>) -> BTreeSet<String> {
    let all =
        operation.value["parameters"].as_array().into_iter().flatten().map(|parameter| description.resolve(parameter));
    let in_path = all.filter(|parameter| parameter["in"] == "path");
    in_path.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_functions_and_the_descriptions_have_the_same_routes() {
    let system = TestSystem::start().await;
    let mut described = BTreeSet::new();
    for backend in BACKENDS {
        let description = Description::of(backend);
        let operations =
            description.operations().into_iter().filter(|operation| operation.value["tags"][0] != "system");
        described.extend(operations.map(|operation| (operation.method.to_owned(), operation.path.to_owned())));
    }
    let routed = routes::routes(&system).await;
    let missing: Vec<_> = routed.difference(&described).collect();
    assert!(missing.is_empty(), "not described: {missing:?}");
    let gone: Vec<_> = described.difference(&routed).collect();
    assert!(gone.is_empty(), "described, but not there: {gone:?}");
}

#[tokio::test]
async fn every_described_route_is_there_and_answers_as_described_without_a_sign_in() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    for backend in BACKENDS {
        let description = Description::of(backend);
        let base = if backend == "gateway" { &visitor.gateway } else { &visitor.services };
        for operation in description.operations() {
            let path = routes::filled(operation.path);
            let method: Method = operation.method.to_uppercase().parse().unwrap();
            let answer = visitor.send(visitor.client.request(method, format!("{base}{path}"))).await;
            let code = serde_json::from_str::<Value>(&answer.text).unwrap_or_default()["code"].clone();
            let name = format!("{backend}: {} {}", operation.method, operation.path);
            assert_ne!(answer.status, 405, "{name}");
            assert_ne!(code, "no_such_path", "{name}");
            let open = operation.value["security"].as_array().unwrap();
            if !open.is_empty() && open.iter().all(|way| *way != json!({})) {
                assert_eq!(answer.status, 401, "{name}: {}", answer.text);
            }
            assert_described(&description, operation, &answer);
        }
    }
}
