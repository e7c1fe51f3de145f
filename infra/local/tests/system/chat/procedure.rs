//! Working through a procedure one step at a time, by short words.

use serde_json::{Value, json};

use super::{MESSAGES, SESSIONS, said, text};
use crate::billing::PlansFile;
use crate::harness::pdf::pdf;
use crate::harness::{Received, TestSystem, TestUser};

const MANUAL: &str = "3-4 CHANGING THE HYDRAULIC FILTER\n\
    WARNING: Hydraulic oil under pressure penetrates the skin. Relieve the pressure first.\n\
    1. Move the lever to LOWER and wait until the mast is down.\n\
    2. Unscrew the filter bowl with strap wrench HX-204.\n\
    CAUTION: Dirt destroys the pump. Cover the opening.\n\
    3. Oil the seal of the new hydraulic filter.\n\
    4. Screw the filter bowl on and tighten it to 27 N·m.";
const QUESTION: &str = "How do I change the hydraulic filter?";

async fn system_with_the_manual() -> (TestSystem, TestUser, String) {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let document = user.upload_ready("forklift.pdf", pdf(&[MANUAL])).await;
    (system, user, document)
}

/// Says something in a session; the answer.
async fn say(user: &TestUser, session: &str, words: &str) -> Value {
    user.post(&format!("{SESSIONS}/{session}/messages"), said(words)).await.data(201)["assistantMessage"].clone()
}

#[tokio::test]
async fn steps_are_told_one_at_a_time_with_their_warnings() {
    let (_system, user, document) = Box::pin(system_with_the_manual()).await;
    let opened = user.post(MESSAGES, said(QUESTION)).await.data(201);
    let (session, first) = (text(&opened["session"]["id"]), &opened["assistantMessage"]);
    let place = &first["procedure"];
    assert_eq!(
        (&place["documentId"], &place["step"], &place["of"]),
        (&json!(document), &json!(0), &json!(4)),
        "{first}"
    );

    let one = say(&user, &session, "Next").await;
    let content = text(&one["content"]);
    assert!(content.starts_with("**Step 1 of 4.**"), "{content}");
    let (warning, step) = (content.find("penetrates the skin").unwrap(), content.find("Move the lever").unwrap());
    assert!(warning < step && !content.contains("Unscrew"), "{content}");
    assert_eq!(one["procedure"]["step"], 1);
    assert_eq!(
        (&one["citations"][0]["documentId"], &one["citations"][0]["page"]),
        (&json!(document), &json!(1)),
        "{one}"
    );
    assert_eq!(one["verification"]["unverified"], json!([]), "{one}");

    let three = say(&user, &session, "step three").await;
    let content = text(&three["content"]);
    assert!(content.contains("Dirt destroys the pump") && content.contains("Oil the seal"), "{content}");
    assert!(text(&three["procedure"]["text"]).contains("Oil the seal"), "{three}");
    let back = text(&say(&user, &session, "go back, please").await["content"]);
    assert!(back.contains("Step 2 of 4") && back.contains("HX-204") && !back.contains("Dirt"), "{back}");
    let again = text(&say(&user, &session, "say that again").await["content"]);
    assert_eq!(again, back);

    // Another question in between takes nobody out of the procedure.
    let tool = text(&say(&user, &session, "Which tool?").await["content"]);
    assert!(tool.contains("HX-204"), "{tool}");
    assert!(text(&say(&user, &session, "weiter").await["content"]).contains("Schritt 3 von 4"));
    let last = say(&user, &session, "next").await;
    assert!(text(&last["content"]).contains("27 N"), "{last}");
    let beyond = say(&user, &session, "next").await;
    assert!(text(&beyond["content"]).contains("last step"), "{beyond}");
    assert_eq!((&beyond["procedure"]["step"], &beyond["citations"]), (&json!(4), &json!([])));
    let none = text(&say(&user, &session, "step 9").await["content"]);
    assert!(!none.starts_with("**Step"), "it is a question like any other: {none}");

    let done = say(&user, &session, "I'm done").await;
    assert_eq!(done["procedure"]["isEnded"], true, "{done}");
    let after = say(&user, &session, "next").await;
    assert_eq!(after["procedure"], Value::Null, "it is a question like any other: {after}");
    let kept = user.get(&format!("{SESSIONS}/{session}")).await.data(200);
    assert_eq!(kept["messages"][3]["procedure"]["step"], 1, "{kept}");
}

#[tokio::test]
async fn a_step_counts_as_no_question() {
    let (_system, user, _) = Box::pin(system_with_the_manual()).await;
    let used =
        async || user.get("/api/v1/billing/subscription").await.data(200)["usage"]["messagesPerMonth"]["used"].clone();
    let session = text(&user.post(MESSAGES, said(QUESTION)).await.data(201)["session"]["id"]);
    let before = used().await;
    assert_eq!(before, 1);
    say(&user, &session, "next").await;
    say(&user, &session, "repeat").await;
    assert_eq!(used().await, before);
    say(&user, &session, "How tight is the filter bowl?").await;
    assert_eq!(used().await, 2);
}

#[tokio::test]
async fn steps_are_told_when_the_questions_of_the_month_are_used_up() {
    let plans = PlansFile::new(5, 1024 * 1024, 1, 1);
    let system = Box::pin(plans.system(&[])).await;
    let user = system.user().await;
    user.upload_ready("forklift.pdf", pdf(&[MANUAL])).await;
    let session = text(&user.post(MESSAGES, said(QUESTION)).await.data(201)["session"]["id"]);
    for (words, step) in [("next", "**Step 1 of 4.**"), ("next", "**Step 2 of 4.**"), ("repeat", "**Step 2 of 4.**")] {
        let content = text(&say(&user, &session, words).await["content"]);
        assert!(content.starts_with(step), "{words}: {content}");
    }
    let path = format!("{SESSIONS}/{session}/messages");
    assert_eq!(user.post(&path, said("Which tool?")).await.code(402), "plan_limit_reached");
}

#[tokio::test]
async fn a_question_in_between_keeps_the_place_and_is_what_is_repeated() {
    let (_system, user, _) = Box::pin(system_with_the_manual()).await;
    let session = text(&user.post(MESSAGES, said(QUESTION)).await.data(201)["session"]["id"]);
    say(&user, &session, "step 2").await;
    // The same run is quoted again.
    let asked = say(&user, &session, QUESTION).await;
    assert_eq!((&asked["procedure"]["step"], &asked["procedure"]["of"]), (&json!(2), &json!(4)), "{asked}");
    let value = say(&user, &session, "How tight is the filter bowl?").await;
    assert_eq!(value["procedure"], Value::Null, "{value}");
    let repeated = text(&say(&user, &session, "repeat").await["content"]);
    assert!(!repeated.starts_with("**Step"), "the step is not the newest answer: {repeated}");
    let next = text(&say(&user, &session, "next").await["content"]);
    assert!(next.starts_with("**Step 3 of 4.**"), "{next}");
}

#[tokio::test]
async fn a_procedure_ends_with_its_manual() {
    let (_system, user, document) = Box::pin(system_with_the_manual()).await;
    let session = text(&user.post(MESSAGES, said(QUESTION)).await.data(201)["session"]["id"]);
    user.delete(&format!("/api/v1/repository/documents/{document}")).await.data(200);
    let told = say(&user, &session, "next").await;
    assert!(text(&told["content"]).contains("was deleted"), "{told}");
    assert_eq!(told["procedure"]["isEnded"], true);
}

#[tokio::test]
async fn another_device_goes_on_by_voice_with_steps_as_data() {
    let (_system, user, _) = Box::pin(system_with_the_manual()).await;
    let session = text(&user.post(MESSAGES, said(QUESTION)).await.data(201)["session"]["id"]);
    say(&user, &session, "next").await;
    let mut socket = user.socket().await;
    for (wants, expected) in [(true, json!(2)), (false, Value::Null)] {
        socket.send(json!({"type": "config", "audio": "none", "sessionId": session, "procedure": wants})).await;
        socket.ask("next").await;
        let received = socket.until("final").await;
        let Some(Received::Frame(last)) = received.last() else { panic!("no frame") };
        assert_eq!(last["procedure"]["step"], expected, "{last}");
    }
}
