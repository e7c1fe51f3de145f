//! Calls that are compared with the description.

use serde_json::Value;

use super::description::{Description, Operation};
use crate::harness::{Answer, TestUser};

/// Fails unless the operation describes this status, and its content this body.
pub fn assert_described(description: &Description, operation: Operation<'_>, answer: &Answer) {
    let name = format!("{} {} {}", operation.method, operation.path, answer.status);
    let response = description
        .response(operation, answer.status)
        .unwrap_or_else(|| panic!("{name} is not described: {}", answer.text));
    let Some(content) = response.get("content") else {
        assert_eq!(answer.text, "", "{name} has a body");
        return;
    };
    let kind = answer.headers["content-type"].to_str().unwrap();
    let essence = kind.split(';').next().unwrap();
    let media = content.get(essence).unwrap_or_else(|| panic!("{name}: {essence} is not described"));
    if essence == "application/json" {
        let faults = description.faults(&media["schema"], &answer.json());
        assert!(faults.is_empty(), "{name}: {faults:#?}\n{}", answer.text);
    }
}

/// A user whose every call is compared with the description.
pub struct Caller {
    pub user: TestUser,
    pub gateway: Description,
    pub services: Description,
}

impl Caller {
    pub fn new(user: TestUser) -> Self {
        Self { user, gateway: Description::of("gateway"), services: Description::of("services") }
    }

    /// The description that has this route.
    fn description(&self, template: &str) -> &Description {
        let families = ["/api/v1/rag/", "/api/v1/extract/", "/api/v1/batches/", "/api/v1/asr/", "/api/v1/vision/"];
        let of_services = families.iter().any(|family| template.starts_with(family));
        if of_services { &self.services } else { &self.gateway }
    }

    /// Calls `template` with `ids` in its places; the answer must have `status` and be as described.
    pub async fn call(&self, call: &str, ids: &[&str], body: Option<Value>, status: u16) -> Value {
        let (method, template) = call.split_once(' ').unwrap();
        let mut path = template.split('?').next().unwrap().to_owned();
        for id in ids {
            let (from, to) = (path.find('{').unwrap(), path.find('}').unwrap());
            path.replace_range(from..=to, id);
        }
        let query = template.split_once('?').map_or_else(String::new, |(_, query)| format!("?{query}"));
        let request = self.user.request(method.parse().unwrap(), &format!("{path}{query}"));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = self.user.send(request).await;
        assert_eq!(answer.status, status, "{call}: {}", answer.text);
        let described = template.split('?').next().unwrap();
        let description = self.description(described);
        assert_described(description, description.operation(&method.to_lowercase(), described), &answer);
        serde_json::from_str(&answer.text).unwrap_or_default()
    }
}
