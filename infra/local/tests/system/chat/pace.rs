//! What a streamed answer costs, and how soon it comes.

use std::time::{Duration, Instant};

use reqwest::Method;

use super::{MESSAGES, ask, has_text, said, text};
use crate::harness::pdf::pdf;
use crate::harness::{TestSystem, model_that_says};

#[tokio::test]
async fn a_long_answer_costs_at_most_twenty_times_its_length() {
    // Close to the longest answer, as fast as a model may write.
    let pieces: Vec<String> =
        (0..1_500).map(|at| format!("word{at:04} and then another one, again; so on.\n")).collect();
    let length: usize = pieces.iter().map(String::len).sum();
    let model = model_that_says(pieces, Duration::from_millis(3)).await;
    let variables = [("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", &model), ("ANSWER_TOKENS", "100000")];
    let system = TestSystem::start_with(&variables).await;
    let user = system.user().await;
    let response =
        user.request(Method::POST, &format!("{MESSAGES}/stream")).json(&said("Tell me all.")).send().await.unwrap();
    let body = response.text().await.unwrap();
    let events = body.matches("data: {\"token\"").count();
    println!("{length} bytes of text: {events} events, {} bytes sent", body.len());
    assert!(body.contains("word1200 and"), "the answer is long");
    assert!(body.len() <= 20 * length, "{} bytes for {length}", body.len());
    assert!(events >= 20, "{events} events");
}

#[tokio::test]
async fn a_default_answer_comes_in_pieces_over_a_while() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let page = "PUMP\nTighten the flange bolts of the pump to 45 Nm in two steps, first to 20 Nm.";
    user.upload_ready("pump.pdf", pdf(&[page])).await;
    let mut stream = ask(&user, &format!("{MESSAGES}/stream"), "How tight are the flange bolts of the pump?").await;
    let mut events = vec![(Instant::now(), stream.find(has_text).await)];
    events[0].0 = Instant::now();
    while let Some(event) = stream.next().await {
        events.push((Instant::now(), event));
    }
    let took = events.last().unwrap().0 - events[0].0;
    let with_text = events.iter().filter(|(_, event)| event.get("token").is_some() && event["done"] == false).count();
    assert!(with_text >= 5, "{with_text} events");
    assert!(took >= Duration::from_millis(250), "{took:?}");
    assert!(text(&events.last().unwrap().1["fullText"]).contains("45 Nm"));
}
