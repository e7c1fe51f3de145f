//! What a client is told of an answer, event by event.

use std::ops::Range;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::progress::{Outcome, Progress, ProgressReceiver};
use crate::assistant::Stage;

/// Shortest time between two events with text.
const PACE: Duration = Duration::from_millis(30);

/// How much new text is worth an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEvents {
    /// Any: an event holds only what is new.
    Deltas,
    /// Enough to send the whole text again: see [`Progress::news`].
    Cumulative,
}

/// What is new of an answer.
#[derive(Debug)]
pub enum AnswerNews {
    /// A stage began.
    Stage(Stage),
    /// Text was written: this range of [`Progress::text`], which begins where the last one ended.
    Text(Range<usize>),
    /// The answer has ended, and everything is stored. Nothing follows.
    Ended(Box<Outcome>),
    /// The task that wrote the answer is gone without a word. Nothing follows.
    Lost,
}

/// One client's view of an answer's progress. Tokens that come close together make one event, so a slow client gets
/// fewer and longer ones.
#[derive(Debug)]
pub struct AnswerListener {
    progress: ProgressReceiver,
    events: TextEvents,
    /// How many stages, and bytes of text, it has been told.
    stages: usize,
    sent: usize,
    last_text: Option<Instant>,
    has_ended: bool,
}

impl AnswerListener {
    /// Listens from the beginning of the answer.
    #[must_use]
    pub fn new(progress: ProgressReceiver, events: TextEvents) -> Self {
        Self { progress, events, stages: 0, sent: 0, last_text: None, has_ended: false }
    }

    /// Waits for news. `None` once the end was told.
    pub async fn next(&mut self) -> Option<AnswerNews> {
        if self.has_ended {
            return None;
        }
        loop {
            self.pace().await;
            if let Some(news) = self.news() {
                return Some(news);
            }
            if self.progress.changed().await.is_err() {
                self.has_ended = true;
                return Some(AnswerNews::Lost);
            }
        }
    }

    /// The progress as it is now. Do not hold it across an `await`.
    #[must_use]
    pub fn progress(&self) -> watch::Ref<'_, Progress> {
        self.progress.borrow()
    }

    /// Waits until the last text was sent long enough ago, or the answer has ended.
    async fn pace(&mut self) {
        if let Some(last) = self.last_text {
            let ended = self.progress.wait_for(|progress| progress.outcome.is_some());
            drop(tokio::time::timeout_at(last + PACE, ended).await);
        }
    }

    fn news(&mut self) -> Option<AnswerNews> {
        let progress = self.progress.borrow_and_update();
        if let Some(stage) = progress.stages.get(self.stages) {
            self.stages += 1;
            return Some(AnswerNews::Stage(*stage));
        }
        let has_news = match self.events {
            TextEvents::Deltas => progress.text.len() > self.sent,
            TextEvents::Cumulative => progress.news(self.sent).is_some(),
        };
        if has_news {
            let from = std::mem::replace(&mut self.sent, progress.text.len());
            self.last_text = Some(Instant::now());
            return Some(AnswerNews::Text(from..self.sent));
        }
        let outcome = progress.outcome.clone()?;
        self.has_ended = true;
        Some(AnswerNews::Ended(Box::new(outcome)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::store::{ChatMessage, MessageRole};

    async fn told(listener: &mut AnswerListener) -> String {
        let mut told = String::new();
        while let Some(news) = listener.next().await {
            let part = match news {
                AnswerNews::Stage(stage) => format!("<{}>", stage.as_str()),
                AnswerNews::Text(range) => listener.progress().text.get(range).unwrap_or_default().to_owned(),
                AnswerNews::Ended(_) => "<end>".to_owned(),
                AnswerNews::Lost => "<lost>".to_owned(),
            };
            told.push_str(&part);
        }
        told
    }

    #[tokio::test]
    async fn stages_come_first_then_the_text_and_one_end() {
        let (sender, receiver) = watch::channel(Progress::default());
        let mut listener = AnswerListener::new(receiver, TextEvents::Deltas);
        let writing = tokio::spawn(async move {
            sender.send_modify(|progress| progress.stages.push(Stage::Retrieval));
            for token in ["Drain ", "the ", "oil."] {
                tokio::time::sleep(Duration::from_millis(5)).await;
                sender.send_modify(|progress| progress.text.push_str(token));
            }
            let message = ChatMessage::new(MessageRole::Assistant, "Drain the oil.");
            let outcome = Outcome { message, aborted: false, failure: None };
            sender.send_modify(|progress| progress.outcome = Some(outcome));
        });
        assert_eq!(told(&mut listener).await, "<retrieval>Drain the oil.<end>");
        assert!(writing.await.is_ok() && listener.next().await.is_none());
    }

    #[tokio::test]
    async fn an_answer_whose_task_is_gone_is_lost() {
        let (sender, receiver) = watch::channel(Progress::default());
        drop(sender);
        let mut listener = AnswerListener::new(receiver, TextEvents::Deltas);
        assert_eq!(told(&mut listener).await, "<lost>");
    }
}
