//! The part of a conversation that the assistant gets with a question.

use crate::assistant::{OpenProcedure, Role, Turn};
use shared::store::{ChatMessage, MessageRole, Warning};

/// Maximum number of earlier messages.
pub(super) const MESSAGES: usize = 40;

/// What was said before a question.
#[derive(Debug, Default)]
pub(super) struct History {
    /// The turns for the assistant.
    pub(super) turns: Vec<Turn>,
    /// The procedure that the user is working through, by the newest answer of one.
    pub(super) procedure: Option<OpenProcedure>,
}

impl History {
    /// The context from earlier messages, oldest first, in a session with these unheard warnings.
    pub(super) fn of(earlier: &[ChatMessage], unheard: &[Warning]) -> Self {
        let place = earlier.iter().rev().find_map(|message| message.procedure.clone()).filter(|place| !place.is_ended);
        // "You are welcome" is no answer that anybody wants to hear again.
        let is_answer = |message: &&ChatMessage| {
            let rests_on_manual = message.procedure.is_some() || !message.citations.is_empty();
            message.role == MessageRole::Assistant && tells(message) && rests_on_manual
        };
        let is_newest = earlier.iter().rev().find(is_answer).is_some_and(|message| message.procedure.is_some());
        let open = |place| OpenProcedure { place, is_newest, unheard: unheard.to_vec() };
        let told = earlier.iter().enumerate().filter(|(at, message)| {
            let is_refused = earlier.get(at + 1).is_some_and(|next| next.refused);
            tells(message) && !is_refused
        });
        Self { turns: told.filter_map(|(_, message)| turn(message)).collect(), procedure: place.map(open) }
    }

    /// Whether this message is answered with a step of the procedure.
    pub(super) fn tells_step(&self, words: &str, has_pictures: bool) -> bool {
        !has_pictures && self.procedure.as_ref().is_some_and(|open| open.tells(words))
    }
}

/// Whether a message is relevant: not empty, and not a failed or refused answer.
fn tells(message: &ChatMessage) -> bool {
    !message.content.is_empty() && message.failure.is_none()
}

fn turn(message: &ChatMessage) -> Option<Turn> {
    let role = match message.role {
        MessageRole::User => Role::User,
        MessageRole::Assistant => Role::Assistant,
        MessageRole::System => return None,
    };
    Some(Turn { role, content: message.content.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::store::{AnswerFailure, Citation, Procedure, WarningKind};

    fn message(role: MessageRole, content: &str) -> ChatMessage {
        ChatMessage::new(role, content)
    }

    #[test]
    fn what_tells_nothing_is_no_turn() {
        let failure = Some(AnswerFailure { code: "x".to_owned(), message: "It failed.".to_owned() });
        let refusal = AnswerFailure { code: "plan_limit_reached".to_owned(), message: "Used up.".to_owned() };
        let earlier = [
            message(MessageRole::User, "first"),
            ChatMessage { failure, ..message(MessageRole::Assistant, "half") },
            message(MessageRole::System, "rules"),
            message(MessageRole::Assistant, ""),
            message(MessageRole::Assistant, "1st"),
            message(MessageRole::User, "second"),
            ChatMessage::refusing(refusal),
        ];
        let turns: Vec<_> =
            History::of(&earlier, &[]).turns.into_iter().map(|turn| (turn.role, turn.content)).collect();
        assert_eq!(turns, [(Role::User, "first".to_owned()), (Role::Assistant, "1st".to_owned())]);
    }

    #[test]
    fn the_newest_answer_says_where_somebody_stands() {
        let step = |earlier: &[ChatMessage]| History::of(earlier, &[]).procedure.map(|open| open.place.step);
        assert_eq!(step(&[at(1, false), at(2, false), message(MessageRole::Assistant, "60 N·m")]), Some(2));
        assert_eq!(step(&[at(1, false), at(2, true)]), None, "it is done with");
        assert_eq!(step(&[message(MessageRole::User, "next")]), None);
    }

    #[test]
    fn a_step_is_asked_for_with_the_warnings_that_were_not_heard() {
        let text = "Hot oil burns.".to_owned();
        let warning = Warning { kind: WarningKind::Caution, text, document_id: "d".to_owned(), page: 7 };
        let open = History::of(&[at(1, false)], std::slice::from_ref(&warning)).procedure;
        assert_eq!(open.map(|open| open.unheard), Some(vec![warning]));
    }

    fn at(step: u32, is_ended: bool) -> ChatMessage {
        let text = format!("{step}. Oil the seal.");
        let procedure = Some(Procedure { step, of: 4, is_ended, text, ..Procedure::default() });
        ChatMessage { procedure, ..message(MessageRole::Assistant, "Step") }
    }

    #[test]
    fn what_is_repeated_is_the_newest_answer() {
        let asked = message(MessageRole::User, "Which oil?");
        let thanked = [message(MessageRole::User, "Thanks!"), message(MessageRole::Assistant, "You are welcome.")];
        let citation = Citation {
            index: 1,
            document_id: "d".to_owned(),
            file_name: "d.pdf".to_owned(),
            page: 7,
            page_end: 7,
            snippet: String::new(),
            score: 0.5,
            boxes: Vec::new(),
        };
        let answered = ChatMessage { citations: vec![citation], ..message(MessageRole::Assistant, "SAE 30 [1]") };
        let code = "provider_unavailable".to_owned();
        let failure = Some(AnswerFailure { code, message: "It did not answer.".to_owned() });
        let failed = ChatMessage { failure, ..answered.clone() };
        for (since, repeats) in [
            (vec![], true),
            (vec![asked.clone()], true),
            (vec![asked.clone(), answered.clone()], false),
            (vec![asked.clone(), failed], true),
            (vec![asked, answered, at(2, false)], true),
            (thanked.to_vec(), true),
        ] {
            let before = History::of(&[vec![at(1, false)], since].concat(), &[]);
            assert_eq!(before.tells_step("Repeat, please.", false), repeats);
            assert!(before.tells_step("next", false), "the place is kept");
            assert!(!before.tells_step("next", true) && !before.tells_step("Which tool?", false));
        }
        assert!(!History::of(&[at(1, true)], &[]).tells_step("next", false));
        assert!(!History::default().tells_step("next", false));
    }
}
