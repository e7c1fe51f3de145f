//! Warnings are said first, and an interruption loses none.

use std::time::Duration;

use foundation::need::need;
use serde_json::{Value, json};

use super::{VOICE, tokens, with_model};
use crate::harness::pdf::pdf;
use crate::harness::{Received, Socket, TestSystem, TestUser, eventually, model_that_says};

const PAGE: &str = "4-2. HOIST REPAIR\n\
    DANGER\n\
    The load falls at once where the brake of the hoist is open, and whoever stands below it is killed.\n\
    1. Open the inspection cover of the hoist.\n\
    WARNING\n\
    Do not touch the spring while it is loaded.\n\
    2. Lift the return spring off its seat.";
const QUESTION: &str = "How do I lift the return spring of the hoist off its seat?";
const DANGER: &str = "The load falls at once";
const WARNING: &str = "Do not touch the spring";

async fn speaking_user(system: &TestSystem) -> (TestUser, Socket) {
    let user = system.user().await;
    user.upload_ready("hoist.pdf", pdf(&[PAGE, "5-1. PAINT\nThe hoist is painted in yellow RAL 1003."])).await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "audio": "sentence"})).await;
    (user, socket)
}

/// A user with the manual, who has answers read out; none on a machine that cannot speak.
async fn speaking() -> Option<(TestSystem, TestUser, Socket)> {
    need(VOICE)?;
    let system = TestSystem::start().await;
    let (user, socket) = speaking_user(&system).await;
    Some((system, user, socket))
}

/// What the frames announce as sound.
fn spoken(received: &[Received]) -> Vec<String> {
    let text = |one: &Received| match one {
        Received::Frame(frame) if frame["type"] == "audio" => frame["text"].as_str().map(str::to_owned),
        _ => None,
    };
    received.iter().filter_map(text).collect()
}

fn last(received: &[Received]) -> Value {
    match received.last() {
        Some(Received::Frame(frame)) => frame.clone(),
        other => panic!("no frame: {other:?}"),
    }
}

/// The rest of a turn that is not interrupted, until its last sentence has left.
async fn to_the_end(socket: &mut Socket) -> (Vec<Received>, Value) {
    let mut received = socket.until("final").await;
    let answer = last(&received);
    // The rest is spoken after it, on a busy machine slowly.
    loop {
        let spoken = socket.for_a_while(Duration::from_secs(3)).await;
        if spoken.is_empty() {
            return (received, answer);
        }
        received.extend(spoken);
    }
}

/// How long the sound takes to be played, as 16-bit samples of 22,050 Hz, the slowest that a voice has here.
fn played(received: &[Received]) -> Duration {
    let bytes = |one: &Received| if let Received::Sound(sound) = one { sound.len() } else { 0 };
    Duration::from_millis(u64::try_from(received.iter().map(bytes).sum::<usize>() / 44).unwrap())
}

/// The warnings that the user's only session keeps pending, as an export shows them.
async fn pending(user: &TestUser) -> Vec<String> {
    let exported = user.get("/api/v1/user/export").await.json();
    let chats = exported["chatSessions"].as_array().expect("sessions");
    let warnings = chats[0]["pendingWarnings"].as_array().cloned().unwrap_or_default();
    warnings.iter().map(|warning| warning["text"].as_str().unwrap().to_owned()).collect()
}

/// Waits until the user's only session keeps so many warnings pending.
async fn are_pending(count: usize, user: &TestUser) {
    eventually(10, "warnings are pending", async || (pending(user).await.len() == count).then_some(())).await;
}

/// Says something, and interrupts the answer when its first sound has come.
async fn interrupt_answer_to(said: &str, socket: &mut Socket) {
    socket.ask(said).await;
    socket.until("sound").await;
    socket.send(json!({"type": "interrupt"})).await;
    socket.until("interrupted").await;
}

/// Asks for the procedure, and interrupts the answer before one of its two warnings was said.
async fn interrupted_at_once(user: &TestUser, socket: &mut Socket) {
    interrupt_answer_to(QUESTION, socket).await;
    are_pending(2, user).await;
}

#[tokio::test]
async fn warnings_are_said_before_all_steps_and_without_signs() {
    let Some((_system, user, mut socket)) = Box::pin(speaking()).await else { return };
    socket.ask(QUESTION).await;
    let (received, answer) = to_the_end(&mut socket).await;
    assert_eq!(answer["warnings"].as_array().unwrap().len(), 2, "{answer}");
    assert_eq!(answer["response"], json!(tokens(&received)));
    let said = spoken(&received).join("\n");
    let place = |part: &str| said.find(part).unwrap_or_else(|| panic!("{part} is not in {said}"));
    assert!(place(DANGER) < place("Lift the return spring") && place(WARNING) < place("Lift the return"), "{said}");
    assert!(place("DANGER:") < place(DANGER), "{said}");
    assert_eq!(pending(&user).await, [""; 0], "all of it was said");
}

#[tokio::test]
async fn a_warning_that_was_not_said_begins_the_next_answer_on_another_device_too() {
    let Some((_system, user, mut socket)) = Box::pin(speaking()).await else { return };
    interrupted_at_once(&user, &mut socket).await;

    let sessions = user.get("/api/v1/chat/sessions").await.data(200);
    let session = sessions["sessions"][0]["id"].clone();
    // What the interrupted answer does not say any more stands behind it in an export.
    let exported = user.get(&format!("/api/v1/chat/sessions/{}/export", session.as_str().unwrap())).await.text;
    assert!(exported.contains(&format!("> **⚠ WARNING**, page 1: {WARNING}")), "{exported}");
    let mut other = user.socket().await;
    other.send(json!({"type": "config", "audio": "sentence", "sessionId": session})).await;
    other.ask("Which colour is the hoist painted in?").await;
    let (received, answer) = to_the_end(&mut other).await;
    let response = answer["response"].as_str().unwrap();
    assert!(response.starts_with("> **⚠ DANGER:** The load falls at once"), "{response}");
    assert!(response.find(WARNING) < response.find("RAL 1003"), "{response}");
    assert_eq!(answer["warnings"].as_array().unwrap().len(), 2, "{answer}");
    assert!(spoken(&received)[0].contains(DANGER), "{:?}", spoken(&received));
    // They are said as soon as they were played.
    assert_eq!(pending(&user).await, [""; 0]);
    other.for_a_while(played(&received)).await;
    other.ask("Which colour is the hoist painted in?").await;
    let (_, answer) = to_the_end(&mut other).await;
    assert!(!answer["response"].as_str().unwrap().contains(DANGER), "{answer}");
}

#[tokio::test]
async fn pending_warnings_are_dismissed_by_word() {
    let Some((_system, user, mut socket)) = Box::pin(speaking()).await else { return };
    for (said, expected) in
        [("Okay, I know the warnings.", "All right"), ("Got it. Which paint has the hoist?", "RAL 1003")]
    {
        interrupted_at_once(&user, &mut socket).await;
        socket.ask(said).await;
        let (_, answer) = to_the_end(&mut socket).await;
        let response = answer["response"].as_str().unwrap();
        assert!(response.contains(expected) && !response.contains(DANGER), "{response}");
        assert_eq!(pending(&user).await, [""; 0]);
    }
}

#[tokio::test]
async fn one_file_that_is_cut_off_while_it_plays_leaves_its_warnings_pending() {
    let Some((_system, user, mut socket)) = Box::pin(speaking()).await else { return };
    socket.send(json!({"type": "config", "audio": "turn"})).await;
    interrupted_at_once(&user, &mut socket).await;
}

#[tokio::test]
async fn one_file_that_nobody_hears_to_its_end_leaves_its_warnings_pending() {
    let Some((_system, user, mut socket)) = Box::pin(speaking()).await else { return };
    socket.send(json!({"type": "config", "audio": "turn"})).await;
    socket.ask(QUESTION).await;
    socket.until("sound").await;
    drop(socket);
    are_pending(2, &user).await;
}

#[tokio::test]
async fn a_client_that_vanishes_without_a_word_has_heard_nothing_since_its_last_sign_of_life() {
    let Some((_system, user, mut socket)) = Box::pin(speaking()).await else { return };
    socket.ask(QUESTION).await;
    let (received, _) = to_the_end(&mut socket).await;
    // Who does not read answers no ping: the network may be gone.
    tokio::time::sleep(played(&received)).await;
    assert_eq!(pending(&user).await, [""; 0]);
    drop(socket);
    are_pending(2, &user).await;
}

#[tokio::test]
async fn an_answer_that_is_interrupted_before_its_first_word_loses_no_warning_from_before() {
    let Some((_system, user, mut socket)) = Box::pin(speaking()).await else { return };
    interrupted_at_once(&user, &mut socket).await;
    socket.ask("Which colour is the hoist painted in?").await;
    socket.send(json!({"type": "interrupt"})).await;
    socket.until("interrupted").await;
    socket.for_a_while(Duration::from_millis(500)).await;
    assert_eq!(pending(&user).await.len(), 2);
    // The next answer still begins with them.
    socket.ask("Which colour is the hoist painted in?").await;
    let (_, answer) = to_the_end(&mut socket).await;
    let response = answer["response"].as_str().unwrap();
    assert!(response.contains(DANGER) && response.contains(WARNING) && response.contains("RAL 1003"), "{response}");
}

#[tokio::test]
async fn the_next_step_in_writing_has_the_warnings_that_were_not_heard_with_the_last() {
    let Some((_system, user, mut socket)) = Box::pin(speaking()).await else { return };
    let opened = user.post("/api/v1/chat/messages", json!({"content": QUESTION})).await.data(201);
    let session = opened["session"]["id"].as_str().unwrap();
    socket.send(json!({"type": "config", "sessionId": session})).await;
    interrupt_answer_to("next", &mut socket).await;
    are_pending(1, &user).await;
    let next = user.post(&format!("/api/v1/chat/sessions/{session}/messages"), json!({"content": "next"})).await;
    let content = next.data(201)["assistantMessage"]["content"].as_str().unwrap().to_owned();
    assert!(content.starts_with("**Step 2 of 2.**"), "{content}");
    assert!(content.contains(DANGER) && content.contains(WARNING), "{content}");
}

#[tokio::test]
async fn a_model_that_leaves_a_warning_out_has_it_said_before_the_step() {
    if need(VOICE).is_none() {
        return;
    }
    let said = "It is easily done. Lift the return spring off its seat [1]. Put it on the bench.";
    let pieces = said.split_inclusive(' ').map(str::to_owned).collect();
    let system = with_model(&model_that_says(pieces, Duration::from_millis(30)).await).await;
    let (_user, mut socket) = speaking_user(&system).await;
    socket.ask(QUESTION).await;
    let (received, answer) = to_the_end(&mut socket).await;
    assert_eq!(answer["response"], json!(tokens(&received)), "nothing is put in front afterwards");
    let all = spoken(&received);
    let place =
        |part: &str| all.iter().position(|sentence| sentence.contains(part)).unwrap_or_else(|| panic!("{all:?}"));
    assert!(place(DANGER) < place("Lift the return") && place(WARNING) < place("Lift the return"), "{all:?}");
    assert!(all.iter().all(|sentence| !sentence.starts_with("Lift") || sentence.contains("off its seat")), "{all:?}");
}
