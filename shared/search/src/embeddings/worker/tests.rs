#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    sync::mpsc::{Receiver, Sender, channel},
    time::Duration,
};

use super::*;

/// Reports each text it begins and waits for leave to finish it.
struct Gated {
    begun: Sender<String>,
    leave: Receiver<()>,
}

impl Encoder for Gated {
    fn encode(&mut self, text: &str) -> Result<Embedding, EmbeddingError> {
        self.begun.send(text.to_owned()).unwrap();
        self.leave.recv().unwrap();
        assert_ne!(text, "panic", "as a broken model would");
        if text == "fail" {
            return Err(EmbeddingError::failed("embedding", "asked to"));
        }
        let length = u16::try_from(text.len()).unwrap();
        Ok(Embedding::normalised(vec![f32::from(length), 1.0]))
    }
}

fn gated(queue: usize) -> (Arc<WorkerPool>, Receiver<String>, Sender<()>) {
    let (begun, begins) = channel();
    let (leaves, leave) = channel();
    let pool = WorkerPool::start(vec![Box::new(Gated { begun, leave })], queue).unwrap();
    (Arc::new(pool), begins, leaves)
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn spawn(pool: &Arc<WorkerPool>, names: &[&str]) -> tokio::task::JoinHandle<Reply> {
    let pool = Arc::clone(pool);
    let texts = texts(names);
    tokio::spawn(async move { pool.embed(texts).await })
}

async fn next(begins: &Receiver<String>) -> String {
    for _ in 0..1000 {
        if let Ok(text) = begins.try_recv() {
            return text;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the worker began nothing");
}

#[tokio::test]
async fn answers_in_the_order_asked() {
    let (pool, _begins, leaves) = gated(1);
    (0..3).for_each(|_| leaves.send(()).unwrap());
    let got = pool.embed(texts(&["a", "bbb", "cc"])).await.unwrap();
    let ratios: Vec<f32> =
        got.iter().map(|e| (e.as_slice().first().unwrap() / e.as_slice().last().unwrap()).round()).collect();
    assert_eq!(ratios, [1.0, 3.0, 2.0]);
}

#[tokio::test]
async fn nothing_to_embed_is_answered_at_once() {
    let (pool, _begins, _leaves) = gated(1);
    assert_eq!(pool.embed(Vec::new()).await.unwrap(), []);
}

#[tokio::test]
async fn a_full_queue_refuses_and_recovers() {
    let (pool, begins, leaves) = gated(1);
    let first = spawn(&pool, &["first"]);
    assert_eq!(next(&begins).await, "first");
    assert_eq!(pool.embed(texts(&["second"])).await, Err(EmbeddingError::Busy));
    leaves.send(()).unwrap();
    first.await.unwrap().unwrap();

    leaves.send(()).unwrap();
    assert_eq!(pool.embed(texts(&["third"])).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_question_goes_before_the_rest_of_a_document() {
    let (pool, begins, leaves) = gated(2);
    let document = spawn(&pool, &["1", "2", "3", "4", "5"]);
    assert_eq!(next(&begins).await, "1");
    let question = spawn(&pool, &["question"]);
    // Polled once, the question is in the queue.
    tokio::time::sleep(Duration::from_millis(20)).await;
    leaves.send(()).unwrap();
    assert_eq!(next(&begins).await, "question");
    (0..5).for_each(|_| leaves.send(()).unwrap());
    assert_eq!(question.await.unwrap().unwrap().len(), 1);
    assert_eq!(document.await.unwrap().unwrap().len(), 5);
}

#[tokio::test]
async fn documents_leave_places_for_questions() {
    let (pool, begins, leaves) = gated(4);
    let documents: Vec<_> = (0..3).map(|_| spawn(&pool, &["1", "2", "3", "4", "5"])).collect();
    assert_eq!(next(&begins).await, "1");
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(pool.embed(texts(&["1", "2", "3", "4", "5"])).await, Err(EmbeddingError::Busy));
    let question = spawn(&pool, &["question"]);
    tokio::time::sleep(Duration::from_millis(20)).await;
    (0..16).for_each(|_| leaves.send(()).unwrap());
    assert_eq!(question.await.unwrap().unwrap().len(), 1);
    for document in documents {
        assert_eq!(document.await.unwrap().unwrap().len(), 5);
    }
}

#[tokio::test]
async fn work_of_a_caller_that_has_gone_is_dropped() {
    let (pool, begins, leaves) = gated(2);
    let gone = spawn(&pool, &["1", "2", "3", "4", "5"]);
    assert_eq!(next(&begins).await, "1");
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    (0..2).for_each(|_| leaves.send(()).unwrap());
    pool.embed(texts(&["next"])).await.unwrap();
    assert_eq!(begins.try_iter().collect::<Vec<_>>(), ["next"]);
}

#[tokio::test]
async fn one_failure_fails_the_request_and_no_other() {
    let (pool, _begins, leaves) = gated(1);
    (0..3).for_each(|_| leaves.send(()).unwrap());
    for broken in ["fail", "panic"] {
        let got = pool.embed(texts(&[broken])).await;
        assert!(matches!(got, Err(EmbeddingError::Failed(_))), "{broken}: {got:?}");
    }
    assert_eq!(pool.embed(texts(&["good"])).await.unwrap().len(), 1);
}
