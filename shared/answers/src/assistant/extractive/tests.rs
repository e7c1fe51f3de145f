#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::assistant::picture_summary::PictureSummary;
use crate::assistant::question::{Image, ImageSource};
use crate::assistant::test_support::{brief, brief as asked, passage, segment};
use crate::assistant::warnings;
use crate::library::Passage;

const PUMP: &str = "2-27. OIL PUMP INSTALLATION\nWARNING\nWear goggles while using compressed air near the pump.\n\
    1. Install the oil pump (3) on the main bearing cap (2).\n2. Secure the oil pump with the mounting bolt and tighten it to 65 lb-ft (88 N\u{2022}m).\n\
    3. See [4] for *details*.";
const FILTER: &str = "2-28. OIL FILTER\n1. Turn the oil filter until its gasket touches the adapter.";
const LIKELY: &str = "most likely";
const NOT_HELD: &str = "I found no answer to this in your manuals.";

/// The text of an answer.
fn write(brief: &Brief) -> String {
    super::write(brief).text
}

fn manual() -> Vec<Passage> {
    vec![passage(12, "2-27. OIL PUMP INSTALLATION", PUMP, 0.6), passage(14, "2-28. OIL FILTER", FILTER, 0.4)]
}

fn said(question: &str) -> String {
    write(&brief(question, manual()))
}

#[test]
fn a_value_comes_after_its_warning_and_before_its_source() {
    let text = said("What is the torque of the oil pump mounting bolt?");
    // Whoever does the step has to know its warning first.
    let begin =
        "Before you begin:\n\n> **⚠ WARNING:** Wear goggles while using compressed air near the pump.\n\n> 2\\. Secure";
    assert!(text.starts_with(begin) && text.contains("tighten it to 65 lb-ft"), "{text}");
    assert!(text.ends_with("Page 12 of pump_manual.pdf, 2-27. OIL PUMP INSTALLATION [1]"), "{text}");
}

#[test]
fn a_spoken_answer_says_the_value_soon_and_its_source_in_few_words() {
    let aloud = |question: &str| write(&Brief { aloud: true, ..brief(question, manual()) });
    let text = aloud("What is the torque of the oil pump mounting bolt?");
    let (value, warned) = (text.find("65").unwrap_or(usize::MAX), text.find("pump.\n\n").unwrap_or(0));
    assert!(value < warned + 120 && text.ends_with("\n\nPage 12 of pump_manual [1]"), "{text}");
    let both = "Which gasket touches the oil filter, the pump or the adapter?";
    let pages = |text: &str| text.matches("Page ").count();
    assert_eq!((pages(&said(both)), pages(&aloud(both))), (2, 1), "one page is enough to hear");
}

#[test]
fn a_value_may_be_asked_for_in_other_words_than_the_manuals() {
    let text = said("How tight is the oil pump mounting bolt?");
    assert!(text.contains("tighten it to 65 lb-ft") && !text.contains(LIKELY), "{text}");
}

#[test]
fn a_procedure_keeps_its_warnings_and_numbers_and_forges_no_mark() {
    let text = said("How do I install the oil pump?");
    assert!(text.starts_with("Before you begin:\n\n> **⚠ WARNING:** Wear goggles"), "{text}");
    assert!(text.contains("> 1\\. Install") && text.contains("> 2\\. Secure"), "{text}");
    assert!(text.contains("\\[4\\] for \\*details\\*"), "{text}");
}

#[test]
fn a_code_that_occurs_nowhere_is_not_held_and_no_value_is_shown() {
    let text = said("How do I replace the fault indicator E47 of the oil pump?");
    assert!(text.starts_with(NOT_HELD) && text.contains("\"E47\" does not occur"), "{text}");
    assert!(!text.contains("[1]") && !text.contains("65"), "{text}");
    assert!(text.contains("“1. Install the oil pump"), "the closest place is quoted: {text}");
}

#[test]
fn nothing_that_resembles_the_question_is_not_held() {
    let far = vec![passage(3, "", "Grease the hinges of the doors twice a year.", 0.05)];
    assert!(write(&brief("What is the tire pressure?", far)).starts_with(NOT_HELD));
}

#[test]
fn what_only_resembles_the_question_is_quoted_as_likely() {
    let text = said("What is the torque of the oil pump cover screws on the thermostat housing?");
    assert!(text.contains(LIKELY) && text.contains("65 lb-ft") && text.contains("[1]"), "{text}");
}

#[test]
fn what_a_thing_does_is_said_where_it_is_described() {
    let parts = "1-9. WORKING OF THE WINCH\nGOVERNOR - Weights swing outwards and hold the speed of the drum.\n\
        BRAKE - A band stops the drum.";
    let repair = "4-7. GOVERNOR REPAIR\nThe governor of the winch is removed before the governor spring.\n\
        1. Lift the governor off the winch.";
    let pages =
        vec![passage(40, "4-7. GOVERNOR REPAIR", repair, 0.6), passage(9, "1-9. WORKING OF THE WINCH", parts, 0.55)];
    let text = write(&brief("What does the governor in the winch do?", pages));
    let (described, repaired) = (text.find("Weights swing"), text.find("Lift the governor"));
    assert!(described.is_some_and(|at| repaired.is_none_or(|other| at < other)), "{text}");
}

#[test]
fn another_variant_is_never_the_answer() {
    let front = "3-1. FRONT HUB\nTighten the front hub nut to 90 lb-ft.";
    let rear = "3-2. REAR HUB\nTighten the rear hub nut to 120 lb-ft.";
    let both = || vec![passage(5, "3-1. FRONT HUB", front, 0.6), passage(6, "3-2. REAR HUB", rear, 0.6)];
    let text = write(&brief("What torque for the rear hub nut?", both()));
    assert!(text.starts_with("> Tighten the rear hub nut to 120 lb-ft."), "{text}");
    assert!(!text.contains("90 lb-ft"), "{text}");
    let text = write(&brief("What torque for the rear hub nut?", vec![both().remove(0)]));
    assert!(!text.starts_with('>'), "{text}");
    let text = write(&brief("What torque for the hub nut?", both()));
    assert!(text.contains("front hub nut to 90") && text.contains("rear hub nut to 120"), "{text}");
}

#[test]
fn the_items_of_a_warning_are_a_list_and_each_is_judged_alone() {
    let list = "5-2. HOSE REEL\nWARNING\n• Wear a face shield near the reel motor.\n• Bleed the accumulator before the \
        reel is opened.\n• Keep the reel brake set.\n1. Open the reel.";
    let text = write(&brief("How do I open the hose reel?", vec![passage(7, "5-2. HOSE REEL", list, 0.6)]));
    let expected = "> **⚠ WARNING:**\n>\n> - Wear a face shield near the reel motor.\n> - Bleed the accumulator";
    assert!(text.contains(expected), "{text}");
    // Words of several items make no statement.
    let list =
        "5-2. SERVICE\nWARNING\n• Stay clear of the reel motor.\n• Apply the brake at once.\n• Clean the clamp in oil.";
    let alone = "5-9. CLEANING\nClean the brake of the reel motor with a dry cloth.";
    let pages = vec![passage(7, "5-2. SERVICE", list, 0.6), passage(9, "5-9. CLEANING", alone, 0.6)];
    let text = write(&brief("How do I clean the clamp of the reel motor brake?", pages));
    assert!(text.contains("> Clean the brake of the reel motor with a dry cloth."), "{text}");
    let (dry, list) = (text.find("dry cloth"), text.find("Stay clear"));
    assert!(list.is_none_or(|list| dry.is_some_and(|dry| dry < list)), "{text}");
}

#[test]
fn a_step_that_comes_twice_is_quoted_twice_and_the_numbers_of_a_drawing_are_not() {
    let page = "6-3. FRAME BRACKETS\n(1) On long frame brackets:\na. Mount the angles.\nb. Use the lower slot.\n29\n31\n\
        (2) On short frame brackets:\na. Mount the angles.\nb. Use the upper slot.";
    let text = write(&brief("How do I mount the frame brackets?", vec![passage(8, "6-3. FRAME BRACKETS", page, 0.6)]));
    assert_eq!(text.matches("Mount the angles").count(), 2, "{text}");
    assert!(!text.contains("29") && !text.contains("31"), "{text}");
}

#[test]
fn a_run_that_goes_on_over_the_page_is_quoted_whole() {
    let mut brief = brief("How do I remove the winch drum?", vec![passage(2, "4-1. WINCH DRUM REMOVAL", "", 0.6)]);
    let pages = [
        "Intro.",
        "4-1. WINCH DRUM REMOVAL\n1. Unwind the winch.\n2. Open the winch drum cover.",
        "3. Lift out the drum.\n4. Clean it.",
    ];
    brief.findings.sources = vec![segment(&pages)];
    let text = write(&brief);
    for step in ["1\\. Unwind", "2\\. Open", "3\\. Lift", "4\\. Clean"] {
        assert!(text.contains(step), "{step} in {text}");
    }
    assert!(text.contains("Pages 2–3 of pump_manual.pdf"), "{text}");
}

#[test]
fn a_long_run_says_which_part_is_quoted() {
    let steps: Vec<String> = (1..=60)
        .map(|n| format!("{n}. Remove the winch clamp number {n} with care, and keep it for later use."))
        .collect();
    let page = format!("4-1. WINCH CLAMP REMOVAL\n{}", steps.join("\n"));
    let text =
        write(&brief("How do I remove the winch clamp?", vec![passage(2, "4-1. WINCH CLAMP REMOVAL", &page, 0.6)]));
    assert!(text.contains("of 60; the rest is on page 2."), "{text}");
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
fn its_own_sentences_are_in_the_language_of_the_question() {
    let far = || vec![passage(3, "", "Grease the hinges of the doors twice a year.", 0.05)];
    assert!(write(&brief("Wie hoch ist der Reifendruck?", far())).starts_with("In Ihren Handbüchern"));
    assert!(write(&brief("¿Cuál es la presión de los neumáticos?", far())).starts_with("No encontré"));
    assert!(write(&brief("Quelle est la pression des pneus ?", far())).starts_with("Je n’ai pas trouvé"));
    assert_eq!(write(&brief("Guten Tag!", far())), AnswerLanguage::German.greeting());
}

#[test]
fn pictures_that_nobody_looked_at_are_mentioned() {
    let mut brief = brief("What is the torque of the oil pump mounting bolt?", manual());
    let source = ImageSource::Address("https://example.com/a.png".parse().unwrap());
    brief.images.push(Image { name: "a.png".to_owned(), source });
    let text = write(&brief);
    assert!(text.ends_with("I could not look at the photo.") && !text.contains("a.png"), "{text}");
    brief.text.clear();
    assert!(write(&brief).starts_with("Please type"));
}

#[test]
fn what_was_read_on_a_picture_is_said_first_and_leads_to_its_page() {
    let mut brief = brief("", manual());
    let plate = PictureSummary {
        name: "plate.png".to_owned(),
        text: "OIL PUMP\nMODEL V8-6.2".to_owned(),
        ..PictureSummary::default()
    };
    brief.picture_summaries = vec![plate.clone()];
    let text = write(&brief);
    assert!(text.starts_with("On the photo I read:\n\n> OIL PUMP  \n> MODEL V8-6.2"), "{text}");
    assert!(text.contains("- Page 12 of pump_manual.pdf: 2-27. OIL PUMP INSTALLATION [1]"), "{text}");
    // As it is searched for: with what was read.
    let question = "What is the torque of the oil pump mounting bolt?";
    let mut brief = asked(&format!("{}\n{question}", plate.text), manual());
    brief.text = question.to_owned();
    brief.picture_summaries = vec![plate.clone()];
    let text = write(&brief);
    assert!(text.starts_with("On the photo I read") && text.contains("tighten it to 65 lb-ft"), "{text}");
    assert!(text.ends_with("not readings from the photo."), "{text}");
    brief.picture_summaries =
        vec![PictureSummary { text: String::new(), problem: Some("It is damaged.".to_owned()), ..plate }];
    assert!(write(&brief).starts_with("I could not read the photo: It is damaged."));
}

#[tokio::test]
async fn an_answer_grows_in_several_pieces_within_half_a_second() {
    let begun = std::time::Instant::now();
    let events: Vec<_> = Extractive.answer(brief("How do I install the oil pump?", manual())).collect().await;
    assert!(events.len() >= 5 && events.len() <= PIECES + 1, "{}", events.len());
    assert!(begun.elapsed() >= Duration::from_millis(250) && begun.elapsed() < Duration::from_millis(1_500));
}

#[test]
fn the_same_question_gets_the_same_answer_word_by_word() {
    let text = said("How do I install the oil pump?");
    assert_eq!(text, said("How do I install the oil pump?"));
    assert_eq!(pieces(&text).concat(), text);
}

#[test]
fn a_quotation_brings_the_warnings_of_the_page_before_and_names_them() {
    let mut brief = brief("How do I remove the winch drum?", vec![passage(2, "4-1. WINCH DRUM REMOVAL", "", 0.6)]);
    let pages = [
        "4-1. WINCH DRUM REMOVAL\nDANGER\nThe rope is under load.\nNOTE\nTwo persons are needed.\nCAUTION\n\
         Do not bend the rope.",
        "4-1. WINCH DRUM REMOVAL (Cont'd)\n1. Unwind the winch.\nWARNING\nThe drum weighs 80 kg.\n2. Lift out the drum.",
    ];
    brief.findings.sources = vec![segment(&pages)];
    let super::ExtractiveAnswer { text, quoted } = super::write(&brief);
    let places = ["⚠ DANGER:** The rope", "⚠ CAUTION:** Do not", "1\\. Unwind", "⚠ WARNING:** The drum", "2\\. Lift"];
    let places: Vec<Option<usize>> = places.iter().map(|part| text.find(part)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{text}");
    let warnings: Vec<(&str, u32)> =
        quoted.iter().flat_map(|quoted| &quoted.warnings).map(|found| (found.text.as_str(), found.page)).collect();
    let all = [("The rope is under load.", 1), ("Do not bend the rope.", 1), ("The drum weighs 80 kg.", 2)];
    assert_eq!(warnings, all);
    // Who only listens hears all of them first.
    brief.aloud = true;
    let text = write(&brief);
    assert!(text.find("The drum weighs") < text.find("1\\. Unwind"), "{text}");
    // What the answer begins with is not told again.
    brief.pending = quoted.into_iter().flat_map(|quoted| quoted.warnings).collect();
    let text = write(&brief);
    assert!(!text.contains('⚠') && text.contains("1\\. Unwind"), "{text}");
}

#[test]
fn a_row_of_a_table_brings_no_warning() {
    let page = "7-1. LIMITS\nWARNING\nWear gloves at the pump shaft.\n1. Remove the pump shaft.\n\
        Pump shaft end play   0.4 mm\nPump bore   40 mm";
    let text = write(&brief("What is the pump shaft end play?", vec![passage(3, "7-1. LIMITS", page, 0.6)]));
    assert!(text.contains("0.4 mm") && !text.contains('⚠'), "{text}");
}

#[test]
fn more_warnings_than_can_be_told_are_pointed_to() {
    let warning = |at: u32| format!("CAUTION\nHazard number {at} of the winch drum.\n");
    let warnings: String = (1..=20).map(warning).collect();
    let text = format!("4-1. WINCH DRUM REMOVAL\n{warnings}DANGER\nThe rope.\n1. Unwind the winch drum.");
    let text = write(&brief("How do I remove the winch drum?", vec![passage(2, "4-1. WINCH DRUM", &text, 0.6)]));
    assert_eq!(text.matches('⚠').count(), warnings::MOST, "{text}");
    assert!(text.contains("DANGER:** The rope.") && text.contains("Hazard number 20"), "the gravest and nearest");
    assert!(text.contains("There are more warnings: page 2."), "{text}");
}
