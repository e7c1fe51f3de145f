//! Refusals that a page would not show.

use serde_json::json;

use super::{SESSIONS, messages, model_at, stored};
use crate::billing::PlansFile;
use crate::harness::{TestSystem, slow_model};

#[tokio::test]
async fn a_question_over_the_limit_of_the_plan_is_answered_with_the_reason() {
    let system = PlansFile::new(5, 1024 * 1024, 1, 1).system(&[]).await;
    let user = system.user().await;
    let mut chat = user.chat().await;
    chat.ask_first("fake-1", "Which oil?").await;
    let answered = chat.told().await;
    assert!(answered.is_complete());

    chat.ask(&answered.session, "And how much?").await;
    let refused = chat.told().await;
    assert!(refused.is_complete() && refused.text.contains("used up"), "{refused:?}");
    let answer = stored(&user, &refused).await;
    assert_eq!((&answer["refused"], &answer["error"]["code"]), (&json!(true), &json!("plan_limit_reached")));
    let all = messages(&user, &answered.session).await;
    assert_eq!((all.len(), &all[2]["content"]), (4, &json!("And how much?")));
    let listed = user.get(SESSIONS).await.data(200);
    assert_eq!(listed["sessions"][0]["messages"][0]["content"], json!(refused.text));
    // Once a minute is enough.
    chat.ask(&answered.session, "And now?").await;
    let again = chat.told().await;
    assert!(again.end["error"].as_str().unwrap().contains("used up"), "{again:?}");
    assert_eq!(messages(&user, &answered.session).await.len(), 4);

    // In a new chat, the page finds a session with the reason.
    chat.ask_first("fake-2", "Is there a filter?").await;
    let refused = chat.told().await;
    assert!(refused.is_complete() && refused.session != answered.session, "{refused:?}");
    assert_eq!(stored(&user, &refused).await["refused"], true);
    let listed = user.get(&format!("{SESSIONS}?page=1&limit=5")).await.data(200);
    let newest = &listed["sessions"][0];
    assert_eq!((&newest["id"], &newest["title"]), (&json!(refused.session), &json!("Is there a filter?")));
    assert_eq!(newest["messages"][0]["content"], json!(refused.text));
    chat.ask_first("fake-2", "Is there a filter?").await;
    let again = chat.told().await;
    assert_eq!((&again.session, again.is_complete()), (&refused.session, true), "in the chat of this name");
    chat.ask_first("fake-3", "Is there a belt?").await;
    assert!(chat.told().await.end["error"].is_string(), "new chats are not made for each refusal");
}

#[tokio::test]
async fn a_question_in_a_chat_that_is_being_answered_is_refused_there() {
    let system = TestSystem::start_with(&model_at(&slow_model().await, &[])).await;
    let user = system.user().await;
    let (mut first, mut second) = (user.chat().await, user.chat().await);
    first.ask_first("fake-1", "Tell me everything.").await;
    let begun = first.begun().await;
    second.ask(&begun.session, "Me too.").await;
    let refused = second.told().await;
    assert!(refused.is_complete() && refused.text.contains("still being written"), "{refused:?}");
    assert_eq!(stored(&user, &refused).await["error"]["code"], "answer_in_progress");
    first.stop().await;
    let told = first.rest(begun).await;
    assert_eq!(told.end["errorMessage"], "Pipeline aborted");
    stored(&user, &told).await;
    assert_eq!(messages(&user, &told.session).await.len(), 4);
}
