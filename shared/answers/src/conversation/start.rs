//! Starts the task that writes an answer.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio_util::sync::CancellationToken;

use super::Conversations;
use super::history::History;
use super::pending::CarriedWarnings;
use super::progress::Progress;
use super::question::OngoingAnswer;
use super::writer::Writer;
use crate::assistant::{Image, Question};
use shared::store::{ChatMessage, Lease};

/// What the task needs.
pub(super) struct Start {
    pub(super) slot: OwnedSemaphorePermit,
    pub(super) lease: Lease,
    pub(super) question: ChatMessage,
    /// The pictures of the question.
    pub(super) images: Vec<Image>,
    pub(super) answer: ChatMessage,
    pub(super) is_last: bool,
    pub(super) before: History,
    pub(super) equipment: Vec<String>,
    pub(super) aloud: bool,
    pub(super) carried: CarriedWarnings,
}

impl Conversations {
    /// Starts the task and returns the handle of the answer.
    pub(super) fn begin(&self, start: Start) -> OngoingAnswer {
        let (sender, progress) = watch::channel(Progress::default());
        let stop = CancellationToken::new();
        let given_up = Arc::new(AtomicBool::new(false));
        let asked = OngoingAnswer {
            chat: start.lease.chat.clone(),
            question: start.question.clone(),
            answer: start.answer.id.clone(),
            progress,
            stop: stop.clone(),
            carried: start.carried.pending.clone(),
            given_up: given_up.clone(),
        };
        let question = Question {
            user: start.lease.user.clone(),
            text: start.carried.words.unwrap_or(start.question.content),
            images: start.images,
            history: start.before.turns,
            equipment: start.equipment,
            aloud: start.aloud,
            pending: start.carried.pending,
            reply: start.carried.reply,
            procedure: start.before.procedure,
            appends: self.appends,
        };
        let writer = Writer {
            context: self.context.clone(),
            assistant: self.assistant.clone(),
            lease: start.lease,
            question,
            answer: start.answer,
            is_last: start.is_last,
            progress: sender,
            cancel: stop,
            given_up,
            appends: self.appends,
        };
        let slot = start.slot;
        self.tasks.spawn(async move {
            Box::pin(writer.run()).await;
            drop(slot);
        });
        asked
    }
}
