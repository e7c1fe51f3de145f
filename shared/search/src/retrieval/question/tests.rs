#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use super::*;
use crate::retrieval::SegmentSource;
use documents::chunking::{ChunkOptions, chunk};
use documents::outline::outline;
use documents::{Page, PageSource};

fn segment(texts: &[&str]) -> Arc<Segment> {
    let pages: Vec<Page> =
        (1..).zip(texts).map(|(number, text)| Page::from_text(number, text, PageSource::TextLayer)).collect();
    let chunks = chunk(&pages, &outline(&pages), ChunkOptions::default(), |text| text.split_whitespace().count());
    let source = SegmentSource {
        document_id: "d".into(),
        file_name: "d.pdf".into(),
        model: "model".into(),
        pages: &pages,
        chunks,
        embeddings: vec![],
    };
    Arc::new(Segment::build(source).unwrap())
}

const PRESS: &[&str] = &[
    "The hydraulic press has a carburetor and an alternator. Grease the bearings of the flywheel every week.",
    "Torque the capscrews of the manifold to 35 lb-ft. The glow plug is beside the manifold.",
    "Order the seal kit AB-4410-0 from the manufacturer. Fault E-52 means low oil level.",
];

const PRESSE: &[&str] = &[
    "Die Presse hat einen Vergaser und eine Lichtmaschine. Die Lager der Schwungscheibe sind jede Woche zu fetten.",
    "Die Schrauben am Kr\u{fc}mmer mit einem Drehmoment von 48 Nm anziehen.",
];

fn found(texts: &[&[&str]], question: &str) -> Vec<(String, Match, String)> {
    let segments: Vec<Arc<Segment>> = texts.iter().map(|texts| segment(texts)).collect();
    let segments: Vec<&Segment> = segments.iter().map(AsRef::as_ref).collect();
    let best = |asked: &QuestionWord| asked.forms.first().map_or_else(String::new, |form| form.terms.join("+"));
    asked(&segments, question).iter().map(|asked| (asked.written.clone(), asked.how, best(asked))).collect()
}

fn one(question: &str) -> (Match, String) {
    let mut found = found(&[PRESS], question);
    assert_eq!(found.len(), 1, "{question}: {found:?}");
    let (_, how, term) = found.pop().unwrap();
    (how, term)
}

#[test]
fn filler_is_no_word_of_the_question() {
    let words = |question: &str| found(&[PRESS], question).into_iter().map(|(word, ..)| word).collect::<Vec<_>>();
    assert_eq!(
        words("Hi, what's the torque of the manifold capscrews please? Thanks!"),
        ["torque", "manifold", "capscrews"]
    );
    assert_eq!(words("I'm looking for the flywheel"), ["flywheel"]);
    assert!(!words("thanks").is_empty(), "a question of filler alone is about that");
    assert_eq!(words("the flywheel bearings\npart number of that stuff?"), ["part", "number", "flywheel", "bearings"]);
}

#[test]
fn words_are_found_however_they_are_written() {
    assert_eq!(one("flywheels"), (Match::Exact, "flywheel".to_owned()));
    assert_eq!(one("carburator"), (Match::Typo, "carburetor".to_owned()));
    assert_eq!(one("manifodl"), (Match::Typo, "manifold".to_owned()));
    assert_eq!(one("generator"), (Match::Synonym, "altern".to_owned()));
    assert_eq!(one("glowplug"), (Match::Compound, "glow+plug".to_owned()));
    assert_eq!(one("xylophones").0, Match::None);
}

#[test]
fn words_of_another_language_misspell_none_of_the_manual() {
    assert_eq!(one("orner"), (Match::Typo, "order".to_owned()));
    let french = found(&[PRESS], "Comment est-ce que je peux orner la carburator ?");
    assert!(french.iter().all(|(_, how, _)| *how == Match::None), "{french:?}");
}

#[test]
fn codes_are_found_whole_then_confused_then_in_parts() {
    assert_eq!(one("AB4410-0"), (Match::Exact, "ab44100".to_owned()));
    assert_eq!(one("AB-441O-0"), (Match::Confused, "ab44100".to_owned()));
    assert_eq!(one("AB-4410-7").0, Match::Parts);
    assert_eq!(one("E52"), (Match::Exact, "e52".to_owned()));
    let (how, _) = one("ZX-9981");
    assert_eq!(how, Match::None);
}

#[test]
fn each_manual_is_asked_in_its_language() {
    let german = found(&[PRESS, PRESSE], "Wie hoch ist das Drehmoment der Schrauben?");
    let forms: Vec<&str> = german.iter().map(|(word, ..)| word.as_str()).collect();
    assert_eq!(forms, ["Drehmoment", "Schrauben"]);
    assert!(german.iter().all(|(_, how, _)| *how == Match::Exact), "{german:?}");
    // The English manual alone is asked for what the German words mean.
    let translated = found(&[PRESS], "Wie hoch ist das Drehmoment der Schrauben?");
    assert!(translated.iter().all(|(_, how, _)| *how == Match::Synonym), "{translated:?}");
    let english = found(&[PRESSE], "alternator");
    assert_eq!(english.first().map(|(_, how, _)| *how), Some(Match::Synonym));
}

#[test]
fn words_of_the_turn_before_weigh_less() {
    let segment = segment(PRESS);
    let asked = asked(&[&segment], "torque of the manifold\nand of the flywheel?");
    let weights: Vec<(&str, bool)> = asked.iter().map(|asked| (asked.written.as_str(), asked.context)).collect();
    assert_eq!(weights, [("flywheel", false), ("torque", true), ("manifold", true)]);
    assert!(asked.iter().all(|asked| asked.context == (asked.weight < 1.0)));
}

#[test]
fn long_questions_are_bounded() {
    let long = "qwertz ".repeat(5_000);
    assert!(found(&[PRESS], &long).len() <= 1);
    assert!(found(&[PRESS], "").is_empty());
}

#[test]
fn questions_are_put_into_english_as_far_as_they_are_known() {
    assert_eq!(
        in_english("Wie hoch ist der Reifendruck am Unimog U423?").as_deref(),
        Some("tyre pressure Unimog U423")
    );
    assert_eq!(in_english("\u{bf}Cu\u{e1}l es el par de apriete del volante?").as_deref(), Some("torque flywheel"));
    // Models know few abbreviations.
    let air = in_english("Wie viel \u{d6}l braucht die Klimaanlage?").unwrap();
    assert!(air.contains("air"), "{air}");
    assert_eq!(in_english("What is the tyre pressure?"), None);
    assert_eq!(in_english("Wie hei\u{df}t er?"), None);
}

#[test]
fn numbers_in_words_are_found_as_digits() {
    let found = found(&[PRESS], "manifold at thirty-five foot pounds");
    assert_eq!(found.first(), Some(&("manifold".to_owned(), Match::Exact, "manifold".to_owned())));
    assert_eq!(found.get(1), Some(&("35".to_owned(), Match::Exact, "35".to_owned())), "{found:?}");
}

#[test]
fn words_of_general_use_weigh_less() {
    let segment = segment(PRESS);
    let asked = asked(&[&segment], "every flywheel");
    let weights: Vec<(&str, bool)> = asked.iter().map(|asked| (asked.written.as_str(), asked.weight < 1.0)).collect();
    assert_eq!(weights, [("every", true), ("flywheel", false)]);
}

#[test]
fn what_lacks_a_thing_is_looked_for_by_its_name() {
    const COUPLING: &[&str] = &["Never store an uncapped coupling. The cap is yellow."];
    let forms = |question: &str| {
        let segment = segment(COUPLING);
        let asked = asked(&[&segment], question);
        let cap = asked.into_iter().find(|asked| asked.written.starts_with("cap")).unwrap();
        cap.forms.into_iter().map(|form| (form.terms.concat(), form.how)).collect::<Vec<_>>()
    };
    assert!(forms("the coupling has no cap").contains(&("uncap".to_owned(), Match::Synonym)));
    assert!(!forms("which colour has the cap of the coupling?").contains(&("uncap".to_owned(), Match::Synonym)));
}
