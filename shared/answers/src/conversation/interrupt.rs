//! Stops one answer, and interrupts one that is read out.

use std::time::Duration;

use super::{ConversationError, ConversationResult, Conversations};
use crate::assistant::{UNVERIFIED_MARK, without_first};
use foundation::ids::{ChatId, MessageId, UserId};
use shared::store::{ChatMessage, Citation, MessageRole, Verification};

/// How often, and at which interval, an interruption checks whether the answer has ended.
const LOOKS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(25);

impl Conversations {
    /// Stops one answer, whichever process is writing it. Another answer of its session goes on.
    ///
    /// # Errors
    /// If storage fails.
    pub async fn stop_answer(&self, user: &UserId, chat: &ChatId, answer: &MessageId) -> ConversationResult<()> {
        let running = self.context.store.generation(user, chat).await?;
        if let Some(own) = running.filter(|running| running.is_live() && running.message_id.as_ref() == Some(answer)) {
            self.context.store.request_stop(user, chat, &own).await?;
        }
        Ok(())
    }

    /// Stops an answer and keeps only the part that was heard: `heard`, which is a beginning of its text. Text that was
    /// never heard is cut off, even if the answer is complete by now. Citations stay if their marks do. If another
    /// answer is being written in the session, it continues.
    ///
    /// # Errors
    /// If there is no such message, or it is not an answer; [`ConversationError::AnswerInProgress`] if its writer does
    /// not react within a second.
    pub async fn interrupt(
        &self,
        user: &UserId,
        chat: &ChatId,
        answer: &MessageId,
        heard: &str,
    ) -> ConversationResult<()> {
        self.stop_answer(user, chat, answer).await?;
        let store = &self.context.store;
        for _ in 0..LOOKS {
            let message = store.message(user, chat, answer).await?.ok_or(ConversationError::NoSuchMessage)?;
            if message.role != MessageRole::Assistant {
                return Err(ConversationError::NotAnAnswer);
            }
            if !message.is_generating() {
                let cut = cut(message.clone(), heard);
                if cut == message || store.cut_answer(user, chat, &cut).await? {
                    return Ok(());
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(ConversationError::AnswerInProgress)
    }
}

/// The answer up to the part that was heard. Unchanged if all of it was heard.
fn cut(answer: ChatMessage, heard: &str) -> ChatMessage {
    let heard = heard.trim_end();
    // What was heard has no marks of figures that were not found: they are set when an answer is whole.
    let written = answer.content.replace(UNVERIFIED_MARK, "");
    let written = written.trim_end();
    let mut whole = written;
    // Nor are warnings heard that were put in front of a whole answer.
    while !whole.starts_with(heard) {
        let Some(rest) = without_first(whole) else { return answer };
        whole = rest;
    }
    if heard == whole {
        return answer;
    }
    let content = format!("{}{heard}", written.strip_suffix(whole).unwrap_or_default());
    let verification = answer.verification.clone().map(|found| Verification {
        unverified: found.unverified.into_iter().filter(|figure| heard.contains(&figure.text)).collect(),
        ..found
    });
    let citations = answer.citations.iter().filter(|citation| is_marked(heard, citation)).cloned().collect();
    ChatMessage { content, citations, verification, is_stopped: true, ..answer }
}

/// Whether the text contains the mark of a citation, alone (`[2]`) or with others (`[1, 2]`).
fn is_marked(text: &str, citation: &Citation) -> bool {
    let number = citation.index.to_string();
    text.split('[').skip(1).filter_map(|rest| rest.split_once(']')).any(|(marks, _)| {
        let mut marks = marks.split(',').map(str::trim);
        marks.any(|mark| mark == number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn citation(index: u32) -> Citation {
        Citation {
            index,
            document_id: "d".to_owned(),
            file_name: "pump.pdf".to_owned(),
            page: 1,
            page_end: 1,
            snippet: String::new(),
            score: 1.0,
            boxes: Vec::new(),
        }
    }

    fn answer() -> ChatMessage {
        let text = "Drain it [1]. Close it [2, 3]. Check it [4].\n\n**Sources**\n\n- [1] pump.pdf";
        let citations = (1..=4).map(citation).collect();
        ChatMessage { citations, ..ChatMessage::new(MessageRole::Assistant, text) }
    }

    #[test]
    fn only_what_was_heard_stays_with_its_citations() {
        let kept = cut(answer(), "Drain it [1]. Close it [2, 3]. ");
        assert_eq!(kept.content, "Drain it [1]. Close it [2, 3].");
        assert_eq!(kept.citations.iter().map(|citation| citation.index).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(kept.is_stopped);
    }

    #[test]
    fn warnings_in_front_of_an_answer_stay_there() {
        let front = "> **⚠ WARNING:** Hot [1].\n\n> **⚠ CAUTION:** Soft [1].\n\n";
        let answer = ChatMessage { content: format!("{front}{}", answer().content), ..answer() };
        let kept = cut(answer.clone(), "Drain it [1].");
        assert_eq!(kept.content, format!("{front}Drain it [1]."));
        let written = answer.content.strip_prefix(front).unwrap_or_default();
        assert_eq!(cut(answer.clone(), written), answer, "heard to its end");
    }

    #[test]
    fn nothing_heard_leaves_an_empty_answer() {
        let kept = cut(answer(), "");
        assert!(kept.content.is_empty() && kept.citations.is_empty() && kept.is_stopped);
    }

    #[test]
    fn an_answer_heard_to_its_end_stays_as_it_is() {
        let whole = answer();
        assert_eq!(cut(whole.clone(), &whole.content), whole);
        assert_eq!(cut(whole.clone(), "something else altogether"), whole, "nothing is put into its mouth");
    }
}
