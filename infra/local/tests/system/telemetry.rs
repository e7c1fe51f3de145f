//! What an operator is told: logs and figures.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Process, events, model_that_says, pdf};

const QUESTION: &str = "Which torque do the marmalade bolts of the housing need?";

fn lines(text: &str) -> Vec<Value> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// All values of a figure that is counted by function alone, in the
/// [embedded metric format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
fn values(figures: &[Value], name: &str) -> Vec<f64> {
    let mut values = Vec::new();
    for figure in figures {
        let directive = &figure["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "IntelliMaint");
        let by_function = directive["Dimensions"] == json!([["Function"]]);
        assert!(by_function || directive["Dimensions"] == json!([["Function", "Model"]]), "{directive}");
        assert_eq!(figure["Function"], "intellimaint");
        assert!(figure["_aws"]["Timestamp"].is_u64());
        let mut metrics = directive["Metrics"].as_array().unwrap().iter();
        let named = by_function && metrics.any(|metric| metric["Name"] == name);
        match &figure[name] {
            Value::Array(many) if named => values.extend(many.iter().filter_map(Value::as_f64)),
            Value::Number(one) if named => values.extend(one.as_f64()),
            other => assert!(other.is_null() || !by_function, "{other}"),
        }
    }
    values
}

#[tokio::test]
async fn logs_and_figures_tell_who_and_how_long_but_never_what() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), &[("METRICS", "emf"), ("LOG_FORMAT", "json")]).await;
    let user = process.user().await;
    let manual =
        pdf::pdf(&["1 Housing\nTighten the marmalade bolts of the housing to 25 Nm.", "2 Seal\nOil the seal."]);
    let document = user.upload("housing.pdf", manual).await;
    assert_eq!(user.settled(&document).await["status"], "ready");
    let request = user.request(Method::POST, "/api/v1/chat/messages/stream").json(&json!({"content": QUESTION}));
    let answer = events(request.send().await.unwrap()).rest().await;
    assert!(answer.last().unwrap()["fullText"].as_str().unwrap().contains("25 Nm"), "{answer:?}");
    assert_eq!(user.get("/api/v1/repository/documents/none").await.status, 404);
    assert!(process.terminate().await);

    let (log, output) = (process.log(), process.output());
    let figures: Vec<Value> = lines(&output).into_iter().filter(|line| line["_aws"].is_object()).collect();
    assert_eq!(values(&figures, "ColdStartMs").len(), 1, "once in the life of a process");
    assert_eq!(values(&figures, "IngestPages"), [2.0]);
    assert!(!values(&figures, "RetrievalMs").is_empty());
    let requests: Vec<Value> = lines(&log).into_iter().filter(|line| line["fields"]["route"].is_string()).collect();
    assert_eq!(values(&figures, "RequestMs").len(), requests.len());

    let asked = |line: &&Value| line["fields"]["route"] == "/api/v1/chat/messages/stream";
    let line = requests.iter().find(asked).expect("a line about the question");
    assert_eq!((&line["span"]["user"], &line["fields"]["family"]), (&json!(user.id), &json!("chat")));
    assert!(line["span"]["id"].is_string() && line["fields"]["milliseconds"].is_u64(), "{line}");
    assert_eq!(requests.iter().filter(|line| line["fields"]["cold"] == true).count(), 1);
    let refused = requests.iter().find(|line| line["fields"]["status"] == 404).expect("a line about the refusal");
    assert_eq!(refused["fields"]["code"], "not_found");
    for secret in ["marmalade", &user.password, &user.email] {
        assert!(!log.contains(secret) && !output.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn figures_of_answers_are_counted_by_the_model_that_wrote_them() {
    let folder = tempfile::tempdir().unwrap();
    let lie = "The bolts take 25 Nm, the lid takes 99 Nm [1].";
    let model = model_that_says(vec![lie.to_owned()], Duration::from_millis(2)).await;
    let variables = [("METRICS", "emf"), ("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", model.as_str())];
    let mut process = Process::start(folder.path(), &[&variables[..], &[("OPENAI_MODEL", "liar-7b")]].concat()).await;
    let user = process.user().await;
    let manual = pdf::pdf(&["1 Housing\nTighten the marmalade bolts of the housing to 25 Nm."]);
    let document = user.upload("housing.pdf", manual).await;
    assert_eq!(user.settled(&document).await["status"], "ready");
    let request = user.request(Method::POST, "/api/v1/chat/messages/stream").json(&json!({"content": QUESTION}));
    let answer = events(request.send().await.unwrap()).rest().await;
    assert_eq!(answer.last().unwrap()["verification"]["checked"], 2, "{answer:?}");
    assert!(process.terminate().await);

    let output = process.output();
    let counted = |name: &str| -> Vec<Value> {
        let figures = lines(&output).into_iter().filter(|line| line["_aws"].is_object() && !line[name].is_null());
        figures.map(|line| json!([line["Model"], line[name]])).collect()
    };
    assert_eq!(counted("CheckedFigures"), [json!(["liar-7b", 2])]);
    assert_eq!(counted("UnverifiedFigures"), [json!(["liar-7b", 1])]);
}
