//! The part of a conversation that the assistant is given with a question.

use crate::assistant::{Role, Turn};
use crate::store::{ChatMessage, MessageRole, Procedure};

/// Messages that are looked back at.
pub(super) const MESSAGES: usize = 40;

/// Characters that they may have together. The assistant may use less, as its model allows.
const CHARACTERS: usize = 48_000;

/// What was said before a question.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// The turns that the assistant is given.
    pub(super) turns: Vec<Turn>,
    /// The procedure that the user works through: what the newest answer says of one.
    pub(super) procedure: Option<Procedure>,
}

impl Before {
    /// Of the messages before it, oldest first.
    pub(super) fn of(earlier: &[ChatMessage]) -> Self {
        let procedure = earlier.iter().rev().find_map(|message| message.procedure.clone());
        Self { turns: window(earlier), procedure: procedure.filter(|procedure| !procedure.is_ended) }
    }
}

/// The newest of `earlier` (oldest first) that fit into the window: whole messages, beginning with
/// one of the user. Messages without words, and answers that failed, tell nothing.
fn window(earlier: &[ChatMessage]) -> Vec<Turn> {
    let mut left = CHARACTERS;
    let mut turns: Vec<Turn> = Vec::new();
    for message in earlier.iter().rev().take(MESSAGES) {
        let role = match message.role {
            MessageRole::User => Role::User,
            MessageRole::Assistant => Role::Assistant,
            MessageRole::System => continue,
        };
        if message.content.is_empty() || message.failure.is_some() {
            continue;
        }
        let length = message.content.chars().count();
        if length > left {
            break;
        }
        left -= length;
        turns.push(Turn { role, content: message.content.clone() });
    }
    while turns.last().is_some_and(|turn| turn.role == Role::Assistant) {
        turns.pop();
    }
    turns.reverse();
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(role: MessageRole, content: &str) -> ChatMessage {
        ChatMessage::new(role, content)
    }

    #[test]
    fn the_window_begins_with_the_user_and_holds_whole_messages() {
        let long = "x".repeat(CHARACTERS - 10);
        let earlier = [
            turn(MessageRole::User, "too far back"),
            turn(MessageRole::Assistant, &long),
            turn(MessageRole::User, "second"),
            turn(MessageRole::Assistant, ""),
            turn(MessageRole::Assistant, "2nd"),
        ];
        let window: Vec<_> = window(&earlier).into_iter().map(|turn| turn.content).collect();
        assert_eq!(window, ["second", "2nd"]);
    }

    #[test]
    fn the_window_is_bounded_in_messages() {
        let earlier: Vec<_> = (0..200).map(|_| turn(MessageRole::User, "x")).collect();
        assert_eq!(window(&earlier).len(), MESSAGES);
    }

    #[test]
    fn the_newest_answer_says_where_somebody_stands() {
        let at = |step, is_ended| {
            let procedure = Some(Procedure { step, is_ended, ..Procedure::default() });
            ChatMessage { procedure, ..turn(MessageRole::Assistant, "Step") }
        };
        let step = |earlier: &[ChatMessage]| Before::of(earlier).procedure.map(|procedure| procedure.step);
        assert_eq!(step(&[at(1, false), at(2, false), turn(MessageRole::Assistant, "60 N·m")]), Some(2));
        assert_eq!(step(&[at(1, false), at(2, true)]), None, "it is done with");
        assert_eq!(step(&[turn(MessageRole::User, "next")]), None);
    }
}
