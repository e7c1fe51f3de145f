#![expect(clippy::unwrap_used, reason = "tests")]

mod rows;
mod subjects;

use super::*;
use crate::assistant::test_support::passage;

const TABLE: &str = "Torques of the transfer case\n\
    Drain plug, front: tighten to 25-37 lb-ft (34-50 N·m).\n\
    Fill plug, rear: tighten to 44 lb-ft (60 N·m).\n\
    Use seal MS28775-218 for the front yoke.\n\
    Use seal 12338712-1 for the rear yoke.\n\
    The oil must be below 90 °C. Fill in 3.5 qt.";

fn findings(pages: &[&str]) -> Findings {
    Findings {
        passages: (1_u32..).zip(pages).map(|(page, text)| passage(page, "", text, 0.5)).collect(),
        ..Findings::default()
    }
}

fn judged(answer: &str, question: &str, pages: &[&str], cited: &[usize]) -> Vec<(String, UnverifiedReason)> {
    let findings = findings(pages);
    let given = VerificationInput { question, seen: "", findings: &findings, quoted: &[], is_quotation: false };
    let verified = verify(answer, cited, &given);
    verified.verification.unverified.into_iter().map(|found| (found.text, found.reason)).collect()
}

fn lies(answer: &str) -> Vec<(String, UnverifiedReason)> {
    judged(answer, "", &[TABLE, "Axle nut: 250 lb-ft."], &[0])
}

#[test]
fn what_stands_on_the_page_is_verified_in_any_spelling() {
    for answer in [
        "The front drain plug takes 25–37 ft-lbs (34 to 50 Nm) [1].",
        "Tighten the rear fill plug to 44 lb.ft. [1]",
        "Tighten the drain plug to at least 25 lb-ft [1].",
        "Front yoke: MS 28775-218; rear yoke: 12338712-1 [1].",
        "Keep it below 90 degrees C [1] and fill in 3,5 quarts [1].",
        "| Plug | Torque |\n|---|---|\n| drain, front | 25-37 lb-ft |\n| fill, rear | 60 Nm |\n\n[1]",
    ] {
        assert_eq!(lies(answer), [], "{answer}");
    }
}

#[test]
fn each_lie_is_found_and_named() {
    use UnverifiedReason::{AnotherUnit, NotOnPage, OfSomethingElse, OnAnotherPage};
    for (answer, figure, reason) in [
        ("The front drain plug takes 26-37 lb-ft [1].", "26-37 lb-ft", NotOnPage),
        ("Tighten the fill plug to about 45 lb-ft [1].", "45 lb-ft", NotOnPage),
        ("Tighten the fill plug to 44 N·m [1].", "44 N·m", AnotherUnit),
        ("Tighten the fill plug to 60 lb-ft [1].", "60 lb-ft", AnotherUnit),
        ("Use seal 12338712-2 for the rear yoke [1].", "12338712-2", NotOnPage),
        ("The front drain plug takes 44 lb-ft [1].", "44 lb-ft", OfSomethingElse),
        ("The rear fill plug takes 25-37 lb-ft [1].", "25-37 lb-ft", OfSomethingElse),
        ("Use seal 12338712-1 for the front yoke [1].", "12338712-1", OfSomethingElse),
        ("The axle nut takes 250 lb-ft [1].", "250 lb-ft", OnAnotherPage),
        ("Fill in 3.3 l [1].", "3.3 l", NotOnPage),
    ] {
        assert_eq!(lies(answer), [(figure.to_owned(), reason)], "{answer}");
    }
}

#[test]
fn two_rows_swapped_in_one_sentence_are_two_lies() {
    let swapped = lies("The front drain plug takes 44 lb-ft, the rear fill plug 25-37 lb-ft [1].");
    assert_eq!(swapped.len(), 2, "{swapped:?}");
    let true_ones = lies("Use 25-37 lb-ft for the front drain plug and 44 lb-ft for the rear fill plug [1].");
    assert_eq!(true_ones, []);
}

#[test]
fn without_a_citation_nothing_is_verified() {
    let found = judged("Let it cool for 30 minutes.", "", &[TABLE], &[]);
    assert_eq!(found, [("30 minutes".to_owned(), UnverifiedReason::NothingCited)]);
    assert_eq!(judged("- “2-27. OIL PUMP” (page 12 of pump.pdf)", "", &[TABLE], &[]), []);
    assert_eq!(judged("Your manuals do not mention P0420.", "What does P0420 mean?", &[TABLE], &[]), []);
}

#[test]
fn what_is_said_of_a_page_counts_for_that_page() {
    let pages = [TABLE, "Axle nut: tighten to 250 lb-ft."];
    assert_eq!(judged("Axle nut 250 lb-ft [2]. Fill plug 44 lb-ft [1].", "", &pages, &[0, 1]), []);
    let crossed = judged("Axle nut 250 lb-ft [1]. Fill plug 44 lb-ft [2].", "", &pages, &[0, 1]);
    assert_eq!(crossed.len(), 2, "{crossed:?}");
}

#[test]
fn figures_of_a_photo_may_be_repeated() {
    let findings = findings(&[TABLE]);
    let given = VerificationInput {
        question: "",
        seen: "RATED 24 V\nSER H075006",
        findings: &findings,
        quoted: &[],
        is_quotation: false,
    };
    let verified = verify("The plate says 24 V and H075006; the plug takes 12 V.", &[], &given);
    let named: Vec<String> = verified.verification.unverified.into_iter().map(|found| found.text).collect();
    assert_eq!((named, verified.verification.checked), (vec!["12 V".to_owned()], 1));
}

#[test]
fn the_text_carries_marks_and_a_sentence() {
    let findings = findings(&[TABLE]);
    let given = VerificationInput {
        question: "Wie fest ist der Stopfen?",
        seen: "",
        findings: &findings,
        quoted: &[],
        is_quotation: false,
    };
    let text = "Der Stopfen hat 99 N·m und der andere 60 N·m [1].";
    let verified = verify(text, &[0], &given);
    assert_eq!(verified.marked(text), "Der Stopfen hat 99 N·m ⚠ und der andere 60 N·m [1].");
    let sentence = verified.sentence(given.question);
    assert!(sentence.contains("99 N·m") && sentence.contains("nicht gefunden"), "{sentence}");
    let fine = verify("60 N·m [1]", &[0], &given);
    assert_eq!((fine.marked("60 N·m [1]").as_str(), fine.sentence("").as_str()), ("60 N·m [1]", ""));
}

#[test]
fn a_number_has_one_sign_and_many_spellings() {
    let page = ["Store it between -40 °C and 65 °C.\nShim: 3/8 in.\nStud length: 2-3/8 in."];
    for answer in ["Store it at −40 °C to 65 °C [1].", "The shim has 0.375 in [1].", "Stud: 2.375 in [1]."] {
        assert_eq!(judged(answer, "", &page, &[0]), [], "{answer}");
    }
    for answer in ["Store it at 40 °C [1].", "Do not store it at -65 °C [1].", "The shim has 0.38 in [1]."] {
        let found = judged(answer, "", &page, &[0]);
        assert!(matches!(found.as_slice(), [(_, UnverifiedReason::NotOnPage)]), "{answer}: {found:?}");
    }
}

#[test]
fn a_number_without_its_unit_is_checked_too() {
    for answer in [
        "Tighten the rear fill plug to 44 [1].",
        "| Plug | Torque (lb-ft) |\n|---|---|\n| fill, rear | 44 |\n\n[1]",
        "| Plug | N·m (lb-ft) |\n|---|---|\n| fill, rear | 60 (44) |\n\n[1]",
        "On page 214, step 48, the plug has 44 lb-ft [1].",
    ] {
        assert_eq!(lies(answer), [], "{answer}");
    }
    for (answer, figure) in [
        ("Tighten the rear fill plug to 48 [1].", "48"),
        ("| Plug | Torque (lb-ft) |\n|---|---|\n| fill, rear | 48 |\n\n[1]", "48"),
        ("| Plug | N·m (lb-ft) |\n|---|---|\n| fill, rear | 60 (48) |\n\n[1]", "48"),
    ] {
        assert_eq!(lies(answer), [(figure.to_owned(), UnverifiedReason::NotOnPage)], "{answer}");
    }
}

#[test]
fn what_the_question_names_is_repeated_but_for_its_values() {
    let question = "Is 48 lb-ft right for the fill plug of the 6100?";
    let found = judged("Yes, for the 6100 it is 48 lb-ft [1].", question, &[TABLE], &[0]);
    assert_eq!(found, [("48 lb-ft".to_owned(), UnverifiedReason::NotOnPage)]);
    let question = "Is 12338712-4 right for the rear yoke of the BX7710?";
    let found = judged("Yes, the rear yoke of the BX7710 takes 12338712-4 [1].", question, &[TABLE], &[0]);
    assert_eq!(found, [("12338712-4".to_owned(), UnverifiedReason::NotOnPage)]);
}

#[test]
fn a_mark_directly_behind_a_figure_says_where_it_stands() {
    let pages = [TABLE, "Axle nut: tighten to 250 lb-ft."];
    assert_eq!(judged("The axle nut takes 250 lb-ft [2], the fill plug 44 lb-ft [1].", "", &pages, &[0, 1]), []);
    let crossed = judged("The axle nut takes 250 lb-ft [1], the fill plug 44 lb-ft [2].", "", &pages, &[0, 1]);
    assert_eq!(crossed.len(), 2, "{crossed:?}");
}

const PRESS: &str = "6-1. HYDRAULIC PRESS\n\
    Relief valve: set it to 2,450 psi (169 bar) at 1,500 rpm.\n\
    Ram guide: clearance 0.15 to 0.25 mm, wear limit 0.40 mm.\n\
    Tie rod nuts: 310 \u{b1} 15 N·m. Gib screws: 18 N·m.\n\
    Let the pump cool for thirty minutes. The oil holds up to 80 °C (176 °F).\n\
    Bleed screw: 7/16 in. Filter P/N KX-2041-1.";

#[test]
fn other_lies_are_found_too() {
    use UnverifiedReason::{AnotherUnit, NotOnPage, OfSomethingElse};
    for (answer, figure, reason) in [
        ("Set the relief valve to about 2,500 psi [1].", "2,500 psi", NotOnPage),
        ("Set the relief valve to 2450 bar [1].", "2450 bar", AnotherUnit),
        ("Set the relief valve to 24,500 psi [1].", "24,500 psi", NotOnPage),
        ("The ram guide may have 0.15 to 0.35 mm [1].", "0.35 mm", NotOnPage),
        ("The ram guide may have 1.5 mm [1].", "1.5 mm", NotOnPage),
        ("The gib screws take 310 N·m [1].", "310 N·m", OfSomethingElse),
        ("Tighten the tie rod nuts to 325 N·m [1].", "325 N·m", NotOnPage),
        ("The oil holds up to 80 °F [1].", "80 °F", AnotherUnit),
        ("The oil holds up to -80 °C [1].", "-80 °C", NotOnPage),
        ("The bleed screw has 9/16 in [1].", "9/16 in", NotOnPage),
        ("Order filter KX-2041-2 [1].", "KX-2041-2", NotOnPage),
        ("Order filter KX-2041 [1].", "KX-2041", NotOnPage),
        ("Tighten the gib screws to ninety Newton meters [1].", "ninety Newton meters", NotOnPage),
        ("Let the pump cool for forty-five minutes [1].", "forty-five minutes", NotOnPage),
        ("Run it at **1,800 rpm** [1].", "1,800 rpm", NotOnPage),
        ("- Gib screws: 18 N·m\n- Tie rod nuts: 230 lb-ft\n\n[1]", "230 lb-ft", NotOnPage),
    ] {
        let found = judged(answer, "", &[PRESS], &[0]);
        assert_eq!(found, [(figure.to_owned(), reason)], "{answer}");
    }
}

#[test]
fn truths_in_other_words_are_no_lies() {
    for answer in [
        "Set the relief valve to 2450 psi, which is 169 bar, at 1500 r/min [1].",
        "Stelle es auf 2.450 psi ein, oder auf zweitausendvierhundertfünfzig psi [1].",
        "Set it to 2450 psi, or two thousand four hundred fifty psi [1].",
        "The clearance of the ram guide is between 0,15 and 0,25 millimetres [1].",
        "Wear limit of the ram guide: .4 mm [1].",
        "The tie rod nuts take 310 N·m, plus or minus 15 N·m [1].",
        "Give the tie rod nuts 310±15 Nm [1].",
        "The gib screws take eighteen newton meters [1].",
        "Wait 30 min before you touch the pump [1].",
        "Wait thirty minutes; the oil has at most 176 degrees Fahrenheit [1].",
        "The bleed screw takes a 7/16\" wrench [1].",
        "The filter is P/N KX-2041-1 (KX 2041-1) [1].",
        "> Relief valve: set it to 2,450 psi (169 bar)\n\nPage 1 [1]",
    ] {
        assert_eq!(judged(answer, "", &[PRESS], &[0]), [], "{answer}");
    }
}

#[test]
fn names_of_files_and_sections_are_no_claims() {
    let findings = findings(&[TABLE]);
    let given = VerificationInput { question: "", seen: "", findings: &findings, quoted: &[], is_quotation: false };
    assert_eq!(verify("Look into pump_manual.pdf, page 212.", &[], &given).verification.unverified, []);
    let mut named = self::findings(&[TABLE]);
    for passage in &mut named.passages {
        passage.hit.file_name = "TM 9-4411-203.pdf".to_owned();
    }
    let given = VerificationInput { findings: &named, ..given };
    assert_eq!(verify("TM 9-4411-203.pdf holds nothing of it.", &[], &given).verification.unverified, []);
    let other = verify("TM 9-4411-207.pdf holds nothing of it.", &[], &given).verification;
    assert!(matches!(other.unverified.as_slice(), [one] if one.text.contains("207")), "{other:?}");
    let page = "Changes beyond 2.8.x\nSend logs of 2.9.x to the makers.\nThe old pin 2.8.x stays.";
    assert_eq!(judged("Changes beyond 2.8.x are listed [1].", "", &[page], &[0]), []);
}

#[test]
fn a_quotation_is_said_of_what_the_page_says_it_of() {
    let findings = findings(&[TABLE]);
    let given = VerificationInput { question: "", seen: "", findings: &findings, quoted: &[], is_quotation: true };
    let doubted = |text: &str, cited: &[usize]| verify(text, cited, &given).verification.unverified;
    assert_eq!(doubted("> The front drain plug takes 44 lb-ft\n\nPage 1 [1]", &[0]), []);
    assert_eq!(doubted("“Tighten to 44 lb-ft” (page 3)", &[]), []);
    assert_eq!(doubted("> 1\\.5 V or 99 lb-ft\n\nPage 1 [1]", &[0]).len(), 2);
}
