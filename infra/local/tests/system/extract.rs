//! Text extraction.

use std::time::Duration;

use insta::assert_json_snapshot;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use shared::objects::ObjectKey;

use crate::harness::{Answer, TestSystem, TestUser, eventually, masked, pdf, refused_beyond};

const START: &str = "/api/v1/extract/extract/full";

async fn start(caller: &TestUser, part: Part) -> Answer {
    caller.send(caller.request(Method::POST, START).multipart(Form::new().part("file", part))).await
}

fn file(bytes: Vec<u8>) -> Part {
    Part::bytes(bytes).file_name("manual.pdf").mime_str("application/pdf").unwrap()
}

fn manual(pages: usize) -> Vec<u8> {
    let pages: Vec<String> = (1..=pages)
        .map(|n| format!("Chapter {n}\n{}", "Tighten the housing bolts to 85 Nm in a crosswise pattern.\n".repeat(20)))
        .collect();
    pdf::pdf(&pages.iter().map(String::as_str).collect::<Vec<_>>())
}

async fn poll(caller: &TestUser, job: &str) -> Answer {
    caller.get(&format!("/api/v1/extract/extract/progress/{job}")).await
}

/// Polls as the frontend does; the milestones it was told of, and the text.
async fn follow(caller: &TestUser, job: &str) -> (Vec<Value>, String) {
    let mut milestones = Vec::new();
    let text = eventually(60, "the text is there", async || {
        let answer = poll(caller, job).await;
        let kind = answer.headers.get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        match (answer.status, kind.as_deref()) {
            (204, _) => None,
            (200, Some("application/json")) => {
                milestones.push(answer.json());
                None
            }
            (200, Some("text/plain; charset=utf-8")) => Some(answer.text),
            other => panic!("{other:?}: {}", answer.text),
        }
    })
    .await;
    (milestones, text)
}

#[tokio::test]
async fn a_file_that_was_just_extracted_is_read_once() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let started = start(&user, file(manual(3))).await.json();
    follow(&user, started["job_id"].as_str().unwrap()).await;
    let objects = &system.system.context.objects;
    let folder = format!("readings/{}/", user.id);
    let kept = objects.list(&folder).await.unwrap();
    assert_eq!(kept.len(), 1, "{kept:?}");

    // What was kept is what the ingest of the same bytes takes: here it says something else.
    let key = ObjectKey::Reading(user.id.parse().unwrap(), kept[0].rsplit('/').next().unwrap().to_owned());
    let reading = String::from_utf8(objects.get(&key, 1 << 20).await.unwrap().to_vec()).unwrap();
    objects.put(&key, "application/json", reading.replace("85 Nm", "58 Nm")).await.unwrap();
    let text = async |id: &str| {
        user.settled(id).await;
        let page = user.get(&format!("/api/v1/repository/documents/{id}/pages/2")).await.data(200);
        page["text"].as_str().unwrap().to_owned()
    };
    let id = user.upload("manual.pdf", manual(3)).await;
    assert!(text(&id).await.contains("58 Nm"));
    // It is given once, to its owner, for these bytes.
    assert!(objects.list(&folder).await.unwrap().is_empty());
    let again = user.upload("manual.pdf", manual(3)).await;
    assert!(text(&again).await.contains("85 Nm"));
}

#[tokio::test]
async fn anybody_can_extract_the_text_of_a_pdf() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let started = start(&visitor, file(manual(300))).await;
    assert_eq!(started.status, 200, "{}", started.text);
    assert_json_snapshot!("started", masked(&started.json(), &[("job_id", "[id]")]));
    let job = started.json()["job_id"].as_str().unwrap().to_owned();

    let (milestones, text) = follow(&visitor, &job).await;
    let told: Vec<u64> = milestones.iter().map(|milestone| milestone["progress"].as_u64().unwrap()).collect();
    assert!(told.is_sorted() && told.len() <= 3, "{milestones:?}");
    for milestone in &milestones {
        let percent = milestone["progress"].as_u64().unwrap();
        assert!((25..=99).contains(&percent), "{milestone}");
        assert_eq!((&milestone["job_id"], &milestone["status"]), (&json!(job), &json!("processing")));
        assert!(milestone["current_step"].is_string() && milestone["message"].is_string());
    }
    assert!(text.contains("Chapter 1\n") && text.contains("Chapter 300\n"));
    // The end is told as often as it is asked for.
    assert_eq!(poll(&visitor, &job).await.text, text);
    // The file is not kept, only the text.
    let objects = &system.system.context.objects;
    assert!(objects.list("uploads/").await.unwrap().is_empty());
}

#[tokio::test]
async fn an_unknown_job_is_an_empty_text() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    for job in ["01KB0000000000000000000000", "nonsense", "a%20b", &"x".repeat(200)] {
        let answer = poll(&visitor, job).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{job}");
        assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    }
}

#[tokio::test]
async fn a_job_goes_on_without_polls_and_belongs_to_who_started_it() {
    let system = TestSystem::start().await;
    let (owner, other, visitor) = (system.user().await, system.user().await, system.visitor());
    let job = start(&owner, file(manual(3))).await.json()["job_id"].as_str().unwrap().to_owned();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let answer = poll(&owner, &job).await;
    assert!(answer.status == 200 && answer.text.contains("Chapter 3"), "{} {}", answer.status, answer.text);
    for stranger in [&other, &visitor] {
        let answer = poll(stranger, &job).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    }
    let (notes, _) = system.system.context.store.left_in(&format!("USER#{}", owner.id), "JOB#", None).await.unwrap();
    assert_eq!(notes.into_iter().map(|note| note.sort).collect::<Vec<_>>(), [format!("JOB#{job}")]);
}

#[tokio::test]
async fn a_text_that_is_lost_is_said_to_be() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let job = start(&visitor, file(manual(1))).await.json()["job_id"].as_str().unwrap().to_owned();
    follow(&visitor, &job).await;
    system.system.context.objects.delete(&ObjectKey::ExtractText(job.parse().unwrap())).await.unwrap();
    let answer = poll(&visitor, &job).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text, "The text of this document is not kept any more. Please upload it again.");
}

#[tokio::test]
async fn a_text_that_is_too_large_for_an_answer_is_linked() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let objects = &system.system.context.objects;
    let job = start(&user, file(manual(1))).await.json()["job_id"].as_str().unwrap().to_owned();
    follow(&user, &job).await;
    let key = ObjectKey::ExtractText(job.parse().unwrap());
    let put = async |text: &str| objects.put(&key, "text/plain; charset=utf-8", text.to_owned()).await.unwrap();
    // What just fits, and what does not once its line breaks are escaped.
    let fits = "Torque 85 Nm".repeat(400_000);
    put(&fits).await;
    assert_eq!(poll(&user, &job).await.text, fits);
    for text in ["85 Nm\n".repeat(800_000), "Torque 85 Nm ".repeat(500_000)] {
        put(&text).await;
        // The page that polls is given text, which it takes for the end.
        let answer = poll(&user, &job).await;
        assert_eq!(
            (answer.status, &answer.headers["content-type"]),
            (200, &"text/plain; charset=utf-8".parse().unwrap())
        );
        let url = answer.text.split_whitespace().last().unwrap();
        assert!(answer.text.contains("too long") && url.starts_with("http"), "{}", answer.text);
        assert_eq!(user.send(user.client.get(url)).await.text, text);
        // Others are told in a form for programs.
        let path = format!("/api/v1/extract/extract/progress/{job}");
        let linked = user.send(user.request(Method::GET, &path).header("Accept", "application/json")).await.json();
        assert_eq!((&linked["status"], &linked["text"]), (&json!("done"), &Value::Null));
        assert_eq!(linked["size"].as_u64().unwrap(), text.len() as u64);
        assert!(linked["expiresAt"].is_string());
        let link = user.client.get(linked["textUrl"].as_str().unwrap());
        assert_eq!(user.send(link).await.text, text);
    }
}

#[tokio::test]
async fn a_job_that_is_deleted_while_it_is_read_leaves_nothing() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let context = &system.system.context;
    let job = start(&user, file(manual(300))).await.json()["job_id"].as_str().unwrap().to_owned();
    context.store.delete_job(&job.parse().unwrap(), Some(&user.id.parse().unwrap())).await.unwrap();
    eventually(60, "nothing is kept of the job", async || {
        let (file, text) = (context.objects.list("uploads/extract/").await, context.objects.list("extracted/").await);
        (file.unwrap().is_empty() && text.unwrap().is_empty()).then_some(())
    })
    .await;
    assert_eq!(poll(&user, &job).await.text, "");
}

#[tokio::test]
async fn a_bad_file_is_refused_at_once() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let cases: [(Vec<u8>, &[&str]); 4] = [
        (Vec::new(), &["pdf_empty"]),
        (b"<html>not a manual</html>".to_vec(), &["not_a_pdf"]),
        (b"%PDF-1.7\n".to_vec(), &["pdf_damaged"]),
        (pdf::encrypted(), &["pdf_password_protected", "pdf_unsupported_encryption"]),
    ];
    for (bytes, codes) in cases {
        let answer = start(&visitor, file(bytes)).await;
        let code = answer.code(400);
        assert!(codes.contains(&code.as_str()), "{code}");
        assert!(answer.json()["message"].as_str().unwrap().ends_with('.'));
    }
    let picture = Part::bytes(manual(1)).file_name("a.png").mime_str("image/png").unwrap();
    assert_eq!(start(&visitor, picture).await.code(415), "unsupported_document_type");
    let unnamed_type = Part::bytes(manual(1)).file_name("a.pdf");
    assert_eq!(start(&visitor, unnamed_type).await.status, 200);
}

#[tokio::test]
async fn a_bad_form_is_refused() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let answer = visitor.post(START, json!({"file": "a.pdf"})).await;
    assert_eq!(answer.code(415), "unsupported_media_type");
    let form = Form::new().part("document", file(manual(1)));
    let answer = visitor.send(visitor.request(Method::POST, START).multipart(form)).await;
    assert_eq!(answer.code(400), "validation_failed");
    assert_eq!(answer.json()["data"], json!(["file is required"]));
    let broken = visitor.request(Method::POST, START).header("Content-Type", "multipart/form-data; boundary=x");
    assert_eq!(visitor.send(broken.body("--x\r\nnonsense")).await.code(400), "malformed_form");
    let large = start(&visitor, file(vec![b'%'; 25 * 1024 * 1024 + 1])).await;
    assert_eq!(large.code(413), "file_too_large");
    assert!(large.json()["message"].as_str().unwrap().contains("repository"));
    assert_eq!(visitor.get(START).await.code(405), "method_not_allowed");
}

#[tokio::test]
async fn a_scan_ends_with_a_sentence_instead_of_its_text() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let job = start(&visitor, file(pdf::blank(2))).await.json()["job_id"].as_str().unwrap().to_owned();
    let (_, text) = follow(&visitor, &job).await;
    assert!(text.starts_with("The 2 pages of this document hold no readable text"), "{text}");
}

#[tokio::test]
async fn uploads_of_one_address_are_limited() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let refused = refused_beyond(100, async || start(&visitor, file(b"no PDF".to_vec())).await).await;
    assert_eq!(refused.code(429), "too_many_uploads");
}

#[tokio::test]
async fn where_the_family_is_not_open_a_sign_in_is_needed() {
    let system = TestSystem::start_with(&[("SERVICES_ANONYMOUS", "none")]).await;
    let (user, visitor) = (system.user().await, system.visitor());
    assert_eq!(start(&visitor, file(manual(1))).await.code(401), "not_signed_in");
    assert_eq!(poll(&visitor, "anything").await.code(401), "not_signed_in");
    let started = start(&user, file(manual(1))).await;
    assert_eq!(started.status, 200, "{}", started.text);
    let job = started.json()["job_id"].as_str().unwrap().to_owned();
    assert!(follow(&user, &job).await.1.contains("Chapter 1"));
}
