//! Questions in frames without a type, answers in words for the client to speak: what the newest frontend does.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{kinds, stored_answer, tokens, with_model};
use crate::harness::{Received, Socket, TestSystem, TestUser, model_that_refuses, model_that_says};

/// A turn: its frames up to `final`, and when they came.
struct Turn(Vec<Received>, Vec<Instant>);

impl Turn {
    /// Everything up to `final`. A client that asks before it can have spoken the last answer is told first that it is
    /// interrupted, which such a client ignores.
    async fn of(socket: &mut Socket) -> Self {
        let mut turn = Self(Vec::new(), Vec::new());
        loop {
            let received = socket.next().await;
            if received.kind() != "interrupted" {
                turn.0.push(received);
                turn.1.push(Instant::now());
            }
            match turn.0.last().map(Received::kind) {
                Some("final") => return turn,
                Some("closed") => panic!("closed: {:?}", turn.0),
                _ => {}
            }
        }
    }

    fn kinds(&self) -> Vec<&str> {
        kinds(&self.0)
    }

    fn frames(&self, kind: &str) -> Vec<&Value> {
        let found = self.0.iter().filter(|one| one.kind() == kind);
        found.filter_map(|one| if let Received::Frame(frame) = one { Some(frame) } else { None }).collect()
    }

    fn chunks(&self) -> Vec<&str> {
        self.frames("chunk").into_iter().map(|frame| frame["token"].as_str().unwrap()).collect()
    }

    fn session(&self) -> Value {
        self.frames("session")[0]["sessionId"].clone()
    }

    fn response(&self) -> Value {
        let [last] = self.frames("final")[..] else { panic!("one end: {:?}", self.0) };
        assert_eq!(last.as_object().unwrap().len(), 2, "{last}");
        last["response"].clone()
    }
}

/// Asks without a type.
async fn asked(socket: &mut Socket, text: &str, session: Value) -> Turn {
    socket.send(json!({"text": text, "sessionId": session})).await;
    Turn::of(socket).await
}

async fn questions(user: &TestUser, session: &Value) -> usize {
    let path = format!("/api/v1/chat/sessions/{}", session.as_str().unwrap());
    let messages = user.get(&path).await.data(200)["messages"].clone();
    messages.as_array().unwrap().iter().filter(|message| message["role"] == "user").count()
}

#[tokio::test]
async fn a_question_without_a_type_is_answered_in_sentences_for_the_client_to_speak() {
    let which = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"];
    let pieces = which.map(|which| format!("The {which} one is **said**. ")).to_vec();
    let system = with_model(&model_that_says(pieces, Duration::ZERO).await).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    let turn = asked(&mut socket, "Say eight sentences.", Value::Null).await;
    assert_eq!(turn.kinds(), ["session", "chunk", "final"]);
    assert_eq!(turn.chunks(), which.map(|which| format!("The {which} one is said.")));
    for (frames, times) in turn.0.windows(2).zip(turn.1.windows(2)) {
        let both = frames.iter().all(|frame| frame.kind() == "chunk");
        assert!(!both || times[1] - times[0] >= Duration::from_millis(50), "{:?}", times[1] - times[0]);
    }
    assert_eq!(socket.for_a_while(Duration::from_millis(700)).await, [], "no sound, and nothing else");
    let stored = stored_answer(&user).await;
    assert_eq!((&stored["content"], &stored["isStopped"]), (&turn.response(), &json!(false)));
    assert!(stored["content"].as_str().unwrap().contains("**said**"), "{stored}");
    assert_eq!(questions(&user, &turn.session()).await, 1);
}

#[tokio::test]
async fn no_chunk_is_equal_to_the_one_before() {
    let pieces = ["So it is. ", "So it is. ", "So it is not. ", "So it is. "].map(str::to_owned).to_vec();
    let system = with_model(&model_that_says(pieces, Duration::from_millis(5)).await).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    let first = asked(&mut socket, "Is it?", Value::Null).await;
    assert_eq!(first.chunks(), ["So it is.", "So it is. ", "So it is not.", "So it is."]);
    // Not across turns either, nor for what is refused.
    let second = asked(&mut socket, "Is it?", Value::Null).await;
    assert_eq!(second.chunks(), ["So it is. ", "So it is.", "So it is not.", "So it is."]);
    for said in ["The question is empty.", "The question is empty. ", "The question is empty."] {
        let refused = asked(&mut socket, " ", Value::Null).await;
        assert_eq!((refused.kinds(), refused.chunks()), (vec!["chunk", "final"], vec![said]));
        assert_eq!(refused.response(), "The question is empty.");
    }
}

#[tokio::test]
async fn whatever_session_a_client_believes_in_it_gets_one_and_keeps_it() {
    let system = TestSystem::start_with(&[("TEXT_TO_SPEECH", "none")]).await;
    let (user, other) = (system.user().await, system.user().await);
    let foreign = asked(&mut other.socket().await, "Which oil?", Value::Null).await.session();

    let mut socket = user.socket().await;
    let first = asked(&mut socket, "Which oil?", json!("fake-1764547200000")).await;
    let session = first.session();
    assert!(!first.chunks().is_empty());
    for named in
        [json!("fake-1764547200000"), json!("01HZZZZZZZZZZZZZZZZZZZZZZZ"), json!("../1"), json!(7), foreign.clone()]
    {
        assert_eq!(asked(&mut socket, "And how much?", named.clone()).await.session(), session, "{named}");
    }
    socket.send(json!({"text": "And how often?"})).await;
    assert_eq!(Turn::of(&mut socket).await.session(), session);
    for sentence in ["And by whom?", "42", "{E-31} means what?"] {
        socket.send_text(sentence).await;
        let turn = Turn::of(&mut socket).await;
        assert_eq!((turn.kinds(), turn.session()), (vec!["session", "chunk", "final"], session.clone()), "{sentence}");
    }
    assert_eq!(questions(&user, &session).await, 10);
    assert_eq!(questions(&other, &foreign).await, 1, "nobody gets into another's session");

    // Another connection begins its own, or goes on where it says; a session that is deleted is followed by a new one.
    let mut socket = user.socket().await;
    let second = asked(&mut socket, "Which filter?", json!("fake-2")).await.session();
    assert_ne!(second, session);
    assert_eq!(asked(&mut socket, "And then?", session.clone()).await.session(), session);
    user.delete(&format!("/api/v1/chat/sessions/{}", session.as_str().unwrap())).await.data(200);
    let third = asked(&mut socket, "And now?", session.clone()).await;
    assert_eq!(third.kinds(), ["session", "chunk", "final"]);
    assert!(![&session, &second].contains(&&third.session()));
}

#[tokio::test]
async fn each_turn_has_the_frames_of_its_own_question() {
    let pieces = ["The first is said. ", "The second is said. "].map(str::to_owned).to_vec();
    let system = with_model(&model_that_says(pieces, Duration::from_millis(20)).await).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "audio": "none"})).await;
    let mut sessions = Vec::new();
    for _ in 0..2 {
        socket.ask("Say two sentences.").await;
        let typed = Turn::of(&mut socket).await;
        assert_eq!(typed.kinds(), ["token", "final"]);
        let last = typed.frames("final")[0];
        assert_eq!(last["response"], json!(tokens(&typed.0)));
        assert!(last["messageId"].is_string() && last["citations"].is_array(), "{last}");
        sessions.push(last["sessionId"].clone());
        let untyped = asked(&mut socket, "Say them again.", Value::Null).await;
        assert_eq!(untyped.kinds(), ["session", "chunk", "final"]);
        assert_eq!(untyped.response(), last["response"]);
        sessions.push(untyped.session());
    }
    sessions.dedup();
    assert_eq!(sessions.len(), 1, "one connection, one session");

    for (frame, code) in [
        (r#"{"no":"type"}"#, "unknown_frame"),
        (r#"{"type":"","text":"Which oil?"}"#, "unknown_frame"),
        (r#"{"text":"cut of"#, "malformed_frame"),
    ] {
        socket.send_text(frame).await;
        assert_eq!(socket.find("error").await["code"], code, "{frame}");
    }
    for (frame, said) in [
        (json!({"text": 7}), "The question is empty."),
        (json!({"sessionId": sessions[0]}), "The question is empty. "),
        (json!({"text": "x".repeat(16_001)}), "A question may have at most 16000 characters."),
    ] {
        socket.send(frame).await;
        let refused = Turn::of(&mut socket).await;
        assert_eq!((refused.kinds(), refused.chunks()), (vec!["chunk", "final"], vec![said]));
    }
}

#[tokio::test]
async fn what_fails_is_said() {
    let model = model_that_refuses().await;
    let system = with_model(&model).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    let failed = asked(&mut socket, "Which oil?", Value::Null).await;
    assert_eq!(failed.kinds(), ["session", "chunk", "final"]);
    let stored = stored_answer(&user).await;
    let reason = stored["error"]["message"].as_str().unwrap();
    assert_eq!((failed.chunks(), failed.response()), (vec![reason], json!(reason)));

    // Stopped elsewhere before the first sentence is complete.
    let pieces = vec!["word ".to_owned(); 100];
    let slow = model_that_says(pieces, Duration::from_millis(50)).await;
    let system = with_model(&slow).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.send_text("Tell me everything.").await;
    let session = socket.find("session").await["sessionId"].as_str().unwrap().to_owned();
    user.post(&format!("/api/v1/chat/sessions/{session}/stop-stream"), json!({})).await.data(200);
    let stopped = Turn::of(&mut socket).await;
    assert_eq!((stopped.kinds(), stopped.chunks()), (vec!["chunk", "final"], vec!["The answer was stopped."]));
}

#[tokio::test]
async fn a_question_that_the_plan_does_not_allow_is_refused_in_words() {
    let plans = crate::billing::PlansFile::new(5, 1024 * 1024, 1, 1);
    let system = plans.system(&[("TEXT_TO_SPEECH", "none")]).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    let session = asked(&mut socket, "Which oil?", Value::Null).await.session();
    let refused = asked(&mut socket, "And how much?", session.clone()).await;
    assert_eq!(refused.kinds(), ["chunk", "final"]);
    let [said] = refused.chunks()[..] else { panic!("{:?}", refused.0) };
    assert!(said.starts_with("Your plan's 1 question"), "{said}");
    assert_eq!(refused.response(), said);
    assert_eq!(questions(&user, &session).await, 1);

    // One whose sign-in has ended hears why, before the connection is closed.
    let sign_ins = user.get("/api/v1/auth/sessions").await.data(200);
    let id = sign_ins["sessions"][0]["id"].as_str().unwrap();
    user.delete(&format!("/api/v1/auth/sessions/{id}")).await.data(200);
    let ended = asked(&mut socket, "And now?", session).await;
    assert_eq!(ended.chunks(), ["Your sign-in has expired. Please sign in again."]);
    assert_eq!(socket.next().await, Received::Closed(Some((1008, "signed out".to_owned()))));
}
