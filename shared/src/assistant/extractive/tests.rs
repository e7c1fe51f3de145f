use super::*;
use crate::assistant::question::Image;
use crate::assistant::sight::Sight;
use crate::assistant::test_support::{brief, passage};
use crate::library::Passage;

const PUMP: &str = "2-27. OIL PUMP INSTALLATION\nWARNING\nWear goggles while using compressed air near the pump.\n\
    1. Install the oil pump (3) on the main bearing cap (2).\n2. Secure the oil pump with the mounting bolt and tighten it to 65 lb-ft (88 N\u{2022}m).\n\
    3. See [4] for *details*.";
const FILTER: &str = "2-28. OIL FILTER\n1. Turn the oil filter until its gasket touches the adapter.";

fn manual() -> Vec<Passage> {
    vec![passage(12, "2-27. OIL PUMP INSTALLATION", PUMP, 0.6), passage(14, "2-28. OIL FILTER", FILTER, 0.4)]
}

fn said(question: &str) -> String {
    write(&brief(question, manual()))
}

#[test]
fn a_value_is_quoted_with_its_page() {
    let text = said("What is the torque of the oil pump mounting bolt?");
    assert!(text.contains("(pump_manual.pdf, page 12) [1]"), "{text}");
    assert!(text.contains("> 2. Secure the oil pump with the mounting bolt and tighten it to 65 lb-ft"), "{text}");
}

#[test]
fn a_value_may_be_asked_for_in_other_words_than_the_manuals() {
    let text = said("How tight is the oil pump mounting bolt?");
    assert!(text.contains("tighten it to 65 lb-ft"), "{text}");
}

#[test]
fn a_procedure_keeps_its_warnings_and_steps_and_forges_no_mark() {
    let text = said("How do I install the oil pump?");
    assert!(text.contains("> **WARNING:** Wear goggles"), "{text}");
    assert!(text.contains("> 1. Install") && text.contains("> 2. Secure"), "{text}");
    assert!(text.contains("\\[4] for \\*details\\*"), "{text}");
}

#[test]
fn what_the_manual_does_not_hold_is_said_and_not_cited() {
    for question in [
        "What is the tire pressure of the front wheels?",
        "How do I replace the fault indicator E47 of the oil pump?",
        "How do I program the thermostat?",
    ] {
        let text = said(question);
        assert!(text.starts_with("The manuals hold no answer to this question."), "{text}");
        assert!(!text.contains("[1]"), "{text}");
    }
    assert!(said("How do I program the thermostat?").contains("\"thermostat\""));
}

#[test]
fn what_there_is_to_search_is_told() {
    let mut brief = brief("What is the torque?", vec![]);
    let mut with = |searchable, processing, failed| {
        brief.findings.holdings = Holdings { searchable, processing, failed };
        write(&brief)
    };
    assert!(with(0, 0, 0).contains("upload a manual"));
    assert!(with(0, 2, 1).contains("still being processed"));
    assert!(with(0, 0, 1).contains("could be read"));
    assert!(with(1, 1, 0).contains("were not searched"));
}

#[test]
fn pictures_and_greetings_get_an_honest_word() {
    let mut brief = brief("What is the torque of the oil pump mounting bolt?", manual());
    brief.images.push(Image { url: "https://example.com/a.png".to_owned(), name: "a.png".to_owned() });
    assert!(write(&brief).ends_with("I cannot look at pictures."));
    brief.text.clear();
    assert!(write(&brief).starts_with("Please type"));
    assert!(said("How does it work?").starts_with("Please ask about your equipment"));
}

#[test]
fn what_was_read_on_a_picture_is_said_and_leads_to_its_page() {
    let mut brief = brief("", manual());
    let plate = Sight { name: "plate.png".to_owned(), text: "OIL PUMP\nMODEL V8-6.2".to_owned(), ..Sight::default() };
    brief.sights = vec![plate.clone()];
    let text = write(&brief);
    assert!(text.starts_with("On the picture plate.png I read:\n\n> OIL PUMP  \n> MODEL V8-6.2"), "{text}");
    assert!(text.contains("- pump_manual.pdf, page 12: 2-27. OIL PUMP INSTALLATION [1]"), "{text}");
    brief.text = "What is the torque of the oil pump mounting bolt?".to_owned();
    // As it is searched for: with what was read.
    brief.query = format!("{}\n{}", plate.text, brief.text);
    let text = write(&brief);
    assert!(text.contains("tighten it to 65 lb-ft") && text.contains("On the picture plate.png I read"), "{text}");
    brief.sights = vec![Sight { text: String::new(), problem: Some("It is damaged.".to_owned()), ..plate }];
    assert!(write(&brief).ends_with("I could not read the picture plate.png: It is damaged."));
}

#[test]
fn the_same_question_gets_the_same_answer_word_by_word() {
    let text = said("How do I install the oil pump?");
    assert_eq!(text, said("How do I install the oil pump?"));
    assert_eq!(words(&text).concat(), text);
    assert!(words(&text).iter().all(|word| word.split_whitespace().count() <= 1));
}
