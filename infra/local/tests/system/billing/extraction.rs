//! Pages of text extraction.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::{PlansFile, used};
use crate::harness::{Answer, TestUser, eventually, pdf};

const EXTRACT: &str = "/api/v1/extract/extract/full";
const LIMIT: &str = "extractionPagesPerMonth";

async fn extract(caller: &TestUser, pages: usize) -> Answer {
    let texts: Vec<String> = (1..=pages).map(|at| format!("Chapter {at}\nTighten the bolts to 45 Nm.")).collect();
    let file = pdf::pdf(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let form = Form::new().part("file", Part::bytes(file).file_name("manual.pdf"));
    caller.send(caller.request(Method::POST, EXTRACT).multipart(form)).await
}

#[tokio::test]
async fn pages_count_when_a_job_is_begun_and_end_with_the_plan() {
    let plans = PlansFile::new(5, 1 << 20, 10, 1).extracting(10);
    let system = plans.system(&[]).await;
    let (user, neighbour, visitor) = (system.user().await, system.user().await, system.visitor());
    assert_eq!(extract(&user, 7).await.status, 200);
    assert_eq!(used(&user, LIMIT).await, 7);
    let refused = extract(&user, 4).await;
    assert_eq!(refused.code(402), "plan_limit_reached");
    let error = refused.json();
    assert_eq!(
        (&error["data"]["limit"], &error["data"]["allowed"], &error["data"]["used"]),
        (&json!(LIMIT), &json!(10), &json!(7))
    );
    assert!(error["data"]["resetsAt"].as_str().unwrap().ends_with("-01T00:00:00Z"), "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("Of your plan's 10 pages of text extraction a month, 3 are left."), "{message}");
    assert_eq!(used(&user, LIMIT).await, 7, "what is refused does not count");
    assert_eq!(extract(&user, 3).await.status, 200, "what still fits is taken");
    assert_eq!(used(&user, LIMIT).await, 10);

    assert_eq!(extract(&neighbour, 10).await.status, 200);
    assert_eq!(extract(&visitor, 11).await.status, 200, "who has no plan is limited by the rate alone");
    // A file that cannot be read is no job.
    let form = Form::new().part("file", Part::bytes(b"no PDF".to_vec()).file_name("manual.pdf"));
    assert_eq!(visitor.send(neighbour.request(Method::POST, EXTRACT).multipart(form)).await.code(400), "not_a_pdf");
    assert_eq!(used(&neighbour, LIMIT).await, 10);
}

#[tokio::test]
async fn a_plan_that_does_not_name_them_has_no_limit_of_pages() {
    let plans = PlansFile::new(5, 1 << 20, 10, 1);
    let system = plans.system(&[]).await;
    let user = system.user().await;
    assert_eq!(extract(&user, 30).await.status, 200);
    let usage = user.get("/api/v1/billing/subscription").await.data(200)["usage"][LIMIT].clone();
    assert_eq!(usage, json!({"used": 30, "limit": null}));
    // The job itself is done.
    let (notes, _) = system.system.context.store.left_in(&format!("USER#{}", user.id), "JOB#", None).await.unwrap();
    let path = format!("/api/v1/extract/extract/progress/{}", notes[0].sort.trim_start_matches("JOB#"));
    eventually(60, "the text is there", async || user.get(&path).await.text.contains("Chapter 30").then_some(())).await;
}
