use super::*;

fn user(text: &str) -> Turn {
    Turn { role: Role::User, content: text.to_owned() }
}

fn assistant(text: &str) -> Turn {
    Turn { role: Role::Assistant, content: text.to_owned() }
}

#[test]
fn a_question_that_stands_alone_is_searched_alone() {
    let history = [user("How do I remove the oil pump?"), assistant("\u{2026}")];
    for question in [
        "What end gap must the top compression ring have?",
        "idle speed",
        "horn fuse",
        "Hydraulic oil capacity?",
        "P0335",
        "fan belt",
        "brake fluid type",
        "One quart of which oil?",
        "I see that the lamp is on, why?",
        "Is it safe to weld near the fuel tank?",
    ] {
        assert_eq!(query(question, &history, &[]), question);
    }
}

#[test]
fn a_question_that_leans_brings_the_turn_before() {
    let history = [user("How do I install the oil pump?"), assistant("Like this.")];
    for question in [
        "and its torque?",
        "how tight?",
        "What about the gasket between block and pump?",
        "which bolts go on that?",
        "how long before that seal is hard?",
        "what if I reuse the old one?",
        "same for the vacuum pump",
        "Wie fest?",
        "und die Dichtung?",
    ] {
        assert_eq!(query(question, &history, &[]), format!("How do I install the oil pump?\n{question}"), "{question}");
    }
}

#[test]
fn what_the_question_replaces_is_left_out() {
    let history = [user("What is the pressure of the front tyres?"), assistant("2.4 bar")];
    for question in ["and the rear ones?", "same for the rear", "now the rear", "rear tyres?"] {
        assert_eq!(query(question, &history, &[]), format!("What is the pressure of the tyres?\n{question}"));
    }
}

#[test]
fn a_chain_of_follow_ups_goes_back_two_turns_and_no_further() {
    let history = [user("Where is the oil pump described?"), user("its torque?"), user("and the gasket?")];
    assert_eq!(query("same for the cover?", &history, &[]), "its torque?\nand the gasket?\nsame for the cover?");
}

#[test]
fn a_question_of_several_lines_is_one() {
    assert_eq!(query("The lamp\nis on.\n\nWhat now?", &[], &[]), "The lamp is on. What now?");
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
