//! What the manuals are searched for: the question, and the turn before it where it leans on that.

use super::question::{Role, Turn};

/// A question of at most so many words says too little by itself.
const SHORT: usize = 4;
/// Characters of a query; the embedding model sees some 250 words.
const LONGEST: usize = 1_000;

/// Words that stand for something said before.
const POINTING: &[&str] = &["it", "its", "they", "them", "their", "theirs", "those", "these", "one", "ones", "same"];
/// Words that go on from something said before, at the beginning of a question.
const CONTINUING: &[&str] =
    &["and", "also", "then", "but", "or", "so", "what about", "how about", "after that", "before that"];

/// The query for a question.
///
/// A question leans on the conversation when it has at most four words, begins with a word that goes
/// on ("and", "what about"), or holds a pronoun that points back ("its torque"). Then the user's turn
/// before it goes first, and the one before that where this one leans in its turn. The rule is fixed
/// so that the same conversation always finds the same passages.
#[must_use]
pub fn query(text: &str, history: &[Turn], equipment: &[String]) -> String {
    let mut parts = vec![text.trim()];
    let mut earlier = history.iter().rev().filter(|turn| turn.role == Role::User);
    while parts.len() < 3 && parts.last().is_some_and(|part| leans(part)) {
        let Some(turn) = earlier.next() else { break };
        parts.push(turn.content.trim());
    }
    if parts.len() == 1 && leans(text) {
        // Nothing was said before, but the conversation has a subject.
        parts.extend(equipment.iter().map(|name| name.trim()));
    }
    // The question takes its room first; what is cut was said before it.
    let mut left = LONGEST;
    let mut kept: Vec<String> = Vec::with_capacity(parts.len());
    for part in parts {
        let part: String = part.chars().take(left).collect();
        left -= part.chars().count();
        if !part.is_empty() {
            kept.push(part);
        }
    }
    kept.reverse();
    kept.join("\n")
}

/// Whether a question says too little without the turn before it.
#[must_use]
pub fn leans(text: &str) -> bool {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let line = words.join(" ");
    let continues = CONTINUING.iter().any(|start| line == *start || line.starts_with(&format!("{start} ")));
    let points = words.iter().any(|word| POINTING.contains(&word.as_str()))
        || matches!(words.last().map(String::as_str), Some("that" | "this" | "there"));
    words.len() <= SHORT || continues || points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> Turn {
        Turn { role: Role::User, content: text.to_owned() }
    }

    fn assistant(text: &str) -> Turn {
        Turn { role: Role::Assistant, content: text.to_owned() }
    }

    #[test]
    fn a_question_that_stands_alone_is_searched_alone() {
        let history = [user("How do I remove the oil pump?"), assistant("…")];
        let question = "What end gap must the top compression ring have?";
        assert_eq!(query(question, &history, &[]), question);
    }

    #[test]
    fn a_question_that_leans_brings_the_turn_before() {
        let history = [user("How do I install the oil pump?"), assistant("Like this.")];
        for question in ["and its torque?", "Which torque?", "What about the gasket between block and pump?"] {
            assert_eq!(query(question, &history, &[]), format!("How do I install the oil pump?\n{question}"));
        }
    }

    #[test]
    fn a_chain_of_short_questions_goes_back_two_turns_and_no_further() {
        let history = [user("Where is the oil pump described?"), user("its torque?"), user("and the gasket?")];
        assert_eq!(query("which size?", &history, &[]), "its torque?\nand the gasket?\nwhich size?");
    }

    #[test]
    fn what_is_too_long_is_cut_from_what_was_said_before() {
        let history = [user(&"fault ".repeat(400))];
        let query = query("What torque does it need?", &history, &[]);
        assert!(query.starts_with("fault ") && query.ends_with("\nWhat torque does it need?"), "{query}");
        assert!(query.chars().count() <= LONGEST + 1);
    }

    #[test]
    fn without_history_the_equipment_helps() {
        assert_eq!(query("oil capacity?", &[], &["6.5L engine".to_owned()]), "6.5L engine\noil capacity?");
        assert_eq!(query("oil capacity?", &[], &[]), "oil capacity?");
    }
}
