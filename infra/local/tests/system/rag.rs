//! The rag family.

use foundation::need::{Needed, need};
use reqwest::Method;
use serde_json::{Value, json};
use shared::objects::ObjectKey;

use crate::harness::{TestSystem, TestUser, events, pdf, sentences};

const SEARCH: &str = "/api/v1/rag/search";
const EMBED: &str = "/api/v1/rag/embed";

const PUMP: &[&str] = &[
    "1. OIL PUMP INSTALLATION\nInstall the oil pump on the main bearing cap.\nTighten the mounting bolt to 65 lb-ft (88 Nm).",
    "2. FUEL FILTER\nDrain the water separator every week.\nReplace the fuel filter element once a year.",
    "3. COOLING FAN\nInspect the fan blades for cracks before the engine is started.",
];

async fn found(user: &TestUser, body: Value) -> Vec<Value> {
    let answer = user.post(SEARCH, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["documents"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_search_finds_the_page_and_only_in_the_users_own_documents() {
    if need(Needed::EMBEDDING_MODEL).is_none() {
        return;
    }
    let system = TestSystem::start().await;
    let (owner, other) = (system.user().await, system.user().await);
    let document = owner.upload_ready("pump.pdf", pdf::pdf(PUMP)).await;

    let hits = found(&owner, json!({"query": "oil pump mounting bolt torque"})).await;
    let best = &hits[0];
    assert_eq!(best["documentId"], document.as_str());
    assert_eq!(
        (best["fileName"].as_str(), best["page"].as_u64(), best["pageEnd"].as_u64()),
        (Some("pump.pdf"), Some(1), Some(1))
    );
    assert!(best["content"].as_str().unwrap().contains("65 lb-ft"));
    assert!(best["id"].is_string() && best["heading"].is_string());
    let score = best["score"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&score));
    let scores: Vec<f64> = hits.iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
    assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]), "{scores:?}");

    assert_eq!(found(&owner, json!({"query": "fuel filter", "topK": 1})).await.len(), 1);
    assert!(found(&owner, json!({"query": "fuel filter", "minScore": 1})).await.is_empty());
    let narrowed = json!({"query": "oil pump", "documentIds": [document]});
    assert!(!found(&owner, narrowed.clone()).await.is_empty());
    let elsewhere = json!({"query": "oil pump", "documentIds": ["01HZZZZZZZZZZZZZZZZZZZZZZZ"]});
    assert!(found(&owner, elsewhere).await.is_empty());

    assert!(found(&other, json!({"query": "oil pump"})).await.is_empty());
    assert!(found(&other, narrowed.clone()).await.is_empty());

    let deleted = owner.delete(&format!("/api/v1/repository/documents/{document}")).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text);
    assert!(found(&owner, narrowed).await.is_empty());
}

/// Searches the user's manuals in one of the ways in which that happens.
async fn search_by(family: &str, user: &TestUser) {
    match family {
        "rag" => drop(found(user, json!({"query": "torque of the oil pump bolt"})).await),
        "chat" => {
            let said = json!({"content": "Which torque does the oil pump bolt need?"});
            let request = user.request(Method::POST, "/api/v1/chat/messages/stream").json(&said);
            events(request.send().await.unwrap()).rest().await;
        }
        "stream" => {
            let mut socket = user.socket().await;
            socket.ask("Which torque does the oil pump bolt need?").await;
            socket.find("final").await;
        }
        _ => panic!("{family}"),
    }
}

#[tokio::test]
async fn a_segment_that_cannot_be_used_is_made_again() {
    if need(Needed::EMBEDDING_MODEL).is_none() {
        return;
    }
    let system = TestSystem::start().await;
    for family in ["rag", "chat", "stream"] {
        let user = system.user().await;
        let document = user.upload_ready("pump.pdf", pdf::pdf(PUMP)).await;
        let key = ObjectKey::Segment(user.id.parse().unwrap(), document.parse().unwrap());
        // As a version of this program that wrote another format would have left it.
        system.system.context.objects.put(&key, "application/octet-stream", "IMSEGMT\u{1}…").await.unwrap();

        let query = json!({"query": "torque of the oil pump bolt", "topK": 1});
        search_by(family, &user).await;
        assert_eq!(user.settled(&document).await["status"], "ready", "{family}");
        assert_eq!(found(&user, query.clone()).await[0]["page"], 1, "{family}");

        // One that is gone is passed over.
        system.system.context.objects.delete(&key).await.unwrap();
        search_by(family, &user).await;
        assert_eq!(found(&user, query).await, Vec::<Value>::new(), "{family}");
    }
}

#[tokio::test]
async fn every_field_of_a_search_is_checked() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let cases = [
        (json!({}), "query is required"),
        (json!({"query": null}), "query is required"),
        (json!({"query": "  "}), "query must not be empty"),
        (json!({"query": 7}), "query must be text"),
        (json!({"query": "x".repeat(1_001)}), "query must have at most 1000 characters"),
        (json!({"query": "x", "topK": 0}), "topK must be a whole number from 1 to 50"),
        (json!({"query": "x", "topK": 51}), "topK must be a whole number from 1 to 50"),
        (json!({"query": "x", "topK": "8"}), "topK must be a whole number from 1 to 50"),
        (json!({"query": "x", "topK": 1.5}), "topK must be a whole number from 1 to 50"),
        (json!({"query": "x", "minScore": 1.1}), "minScore must be a number from 0 to 1"),
        (json!({"query": "x", "minScore": "high"}), "minScore must be a number from 0 to 1"),
        (json!({"query": "x", "documentIds": "all"}), "documentIds must be a list"),
        (json!({"query": "x", "documentIds": []}), "documentIds must hold 1 to 200 items"),
        (json!({"query": "x", "documentIds": ["../x"]}), "documentIds[0] must be a document's id"),
    ];
    for (body, sentence) in cases {
        let answer = user.post(SEARCH, body.clone()).await;
        assert_eq!(answer.code(400), "validation_failed");
        assert_eq!(sentences(&answer.json()), [sentence], "{body}");
    }
    let both = user.post(SEARCH, json!({"topK": 0, "minScore": -1})).await;
    assert_eq!(sentences(&both.json()).len(), 3);
}

#[tokio::test]
async fn embeddings_have_length_one_and_keep_their_order() {
    if need(Needed::EMBEDDING_MODEL).is_none() {
        return;
    }
    let system = TestSystem::start().await;
    let user = system.user().await;
    let texts = json!({"texts": ["That is a happy person", "That is a happy dog", "Today is a sunny day"]});
    let answer = user.post(EMBED, texts).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = answer.json();
    assert_eq!(answer["dimensions"], 384);
    assert!(answer["model"].as_str().is_some_and(|model| !model.is_empty()));
    let vectors: Vec<Vec<f64>> = serde_json::from_value(answer["embeddings"].clone()).unwrap();
    let cosine = |a: usize, b: usize| vectors[a].iter().zip(&vectors[b]).map(|(a, b)| a * b).sum::<f64>();
    assert!((cosine(0, 0) - 1.0).abs() < 1e-3);
    // The weights have eight bits, so that similarities of short sentences differ by some hundredths.
    assert!((cosine(0, 1) - 0.6946).abs() < 0.05 && (cosine(0, 2) - 0.2569).abs() < 0.05);
}

#[tokio::test]
async fn every_field_of_an_embedding_is_checked() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let cases = [
        (json!({}), "texts is required"),
        (json!({"texts": "one"}), "texts must be a list"),
        (json!({"texts": []}), "texts must hold 1 to 64 items"),
        (json!({"texts": vec!["x"; 65]}), "texts must hold 1 to 64 items"),
        (json!({"texts": [""]}), "texts[0] must not be empty"),
        (json!({"texts": ["x", 5]}), "texts[1] must be text"),
        (json!({"texts": ["x".repeat(8_001)]}), "texts[0] must have at most 8000 characters"),
    ];
    for (body, sentence) in cases {
        let answer = user.post(EMBED, body).await;
        assert_eq!(answer.code(400), "validation_failed");
        assert_eq!(sentences(&answer.json()), [sentence]);
    }
}

#[tokio::test]
async fn nobody_searches_or_embeds_without_a_sign_in() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    for path in [SEARCH, EMBED] {
        assert_eq!(visitor.post(path, json!({"query": "x"})).await.code(401), "not_signed_in");
    }
}

#[tokio::test]
async fn without_a_model_search_says_what_to_run() {
    let system = TestSystem::start_with(&[("MODEL_DIR", "/nowhere")]).await;
    let user = system.user().await;
    for (path, body) in [(SEARCH, json!({"query": "x"})), (EMBED, json!({"texts": ["x"]}))] {
        let answer = user.post(path, body).await;
        assert_eq!(answer.code(503), "embedding_model_not_installed");
        assert!(answer.json()["message"].as_str().unwrap().contains("scripts/models"));
    }
}
