#![expect(clippy::indexing_slicing, clippy::panic, reason = "tests")]

use super::super::units;
use super::*;
use crate::outline::outline;
use crate::{Area, Block, Page, PageSource, Row, Table};

fn read(pages: &[&str]) -> Vec<Unit> {
    let page = |(number, text): (u32, &&str)| Page::from_text(number, text, PageSource::TextLayer);
    let pages: Vec<Page> = (1..).zip(pages).map(page).collect();
    units(&pages, &outline(&pages))
}

/// The warnings of the unit that begins like this, without their words.
fn of(units: &[Unit], begin: &str) -> Vec<String> {
    let found = units.iter().position(|unit| unit.text.starts_with(begin));
    let at = found.unwrap_or_else(|| panic!("{begin} is not among {units:#?}"));
    warnings_of(units, &[at]).into_iter().map(|at| units[at].notice_text().to_owned()).collect()
}

#[test]
fn a_warning_between_steps_is_that_of_the_next_and_those_behind_it() {
    let found =
        read(&["4-2. HOIST REPAIR\n1. Open the cover.\n2. Drain the oil.\nWARNING\nThe spring is under load.\n\
        3. Lift the spring.\na. Turn the key.\nCAUTION\nThe pin is soft.\nb. Pull the pin.\n4. Clean the drum."]);
    assert_eq!(of(&found, "2. Drain"), [""; 0]);
    assert_eq!(of(&found, "3. Lift"), ["The spring is under load."]);
    assert_eq!(of(&found, "a. Turn"), ["The spring is under load."]);
    assert_eq!(of(&found, "b. Pull"), ["The spring is under load.", "The pin is soft."]);
    assert_eq!(of(&found, "4. Clean"), ["The spring is under load.", "The pin is soft."]);
}

#[test]
fn a_warning_before_the_first_step_is_that_of_the_whole_run_over_pages() {
    let found = read(&[
        "4-2. HOIST REPAIR\nDANGER\nThe load may fall.\nCAUTION\nUse new seals.\n1. Open the cover.\n2. Drain the oil.",
        "4-2. HOIST REPAIR (Cont'd)\n3. Remove the drum.",
        "4-3. HOIST TEST\n1. Raise the load.",
    ]);
    for step in ["1. Open", "2. Drain", "3. Remove"] {
        assert_eq!(of(&found, step), ["The load may fall.", "Use new seals."], "{step}");
    }
    assert_eq!(of(&found, "1. Raise"), [""; 0]);
}

#[test]
fn a_section_is_known_by_its_number_on_further_pages() {
    let found = read(&[
        "2-1.1 Installation of the kit to types A; B, and C\nCAUTION\nDo not overtighten.\n1. Fit the bracket.",
        "2-1.1 Installation of the kit to types A; B and C\n2. Fit the belt.",
    ]);
    assert_eq!(of(&found, "2. Fit"), ["Do not overtighten."]);
}

#[test]
fn a_warning_at_the_head_of_a_section_is_that_of_all_its_parts() {
    let found = read(&["4-2. HOIST REPAIR\nWARNING\nDisconnect the battery.\na. Removal\n1. Open the cover.\n\
        2. Take out the drum.\nb. Installation\nCAUTION\nDo not bend the rope.\n1. Put in the drum.\n2. Close the cover."]);
    assert_eq!(of(&found, "2. Take"), ["Disconnect the battery."]);
    assert_eq!(of(&found, "2. Close"), ["Disconnect the battery.", "Do not bend the rope."]);
}

#[test]
fn a_warning_behind_the_last_step_is_that_of_the_run_before_it() {
    let found = read(&["3-1. BRAKE ADJUSTMENT\n1. Block the wheels.\n2. Turn the clevis.\nWARNING\n\
        Never adjust a running engine.\n3-2. BRAKE TEST\n1. Press the pedal."]);
    assert_eq!(of(&found, "1. Block"), ["Never adjust a running engine."]);
    assert_eq!(of(&found, "1. Press"), [""; 0]);
}

#[test]
fn text_without_labels_has_the_warnings_right_before_it() {
    let found = read(&["3-1. TIGHTENING\nWarning\nThe flange is hot.\nNote\nUse a torque wrench for all the bolts.\n\
        Tighten the flange bolts to 45 Nm.\n3-2. DATA\nThe tank holds 8 litres."]);
    let words: Vec<&str> = found.iter().filter(|unit| unit.kind == UnitKind::Notice).map(|unit| &*unit.text).collect();
    assert_eq!(words.len(), 2, "{words:?}");
    assert_eq!(of(&found, "Tighten"), ["The flange is hot."]);
    assert_eq!(of(&found, "The tank"), [""; 0]);
}

#[test]
fn rows_and_remarks_bring_nothing_and_a_quoted_warning_itself() {
    let found =
        read(&["3-1. DATA\nWARNING\nWear gloves.\n1. Read the plate.\nNOTE\nThe plate is grey.\n2. Note the number."]);
    assert_eq!(of(&found, "NOTE: The plate"), [""; 0]);
    assert_eq!(of(&found, "WARNING: Wear"), ["Wear gloves."]);
}

#[test]
fn a_warning_between_rows_is_that_of_the_next_row_and_what_goes_on_with_it() {
    let row = |cells: [&str; 3]| Row::new(cells.map(str::to_owned).to_vec(), "   ", 9.0, Area::default());
    let rows = [
        ["Radiator", "Check the hoses.", "Weekly"],
        ["", "WARNING", ""],
        ["", "Hot coolant burns.", ""],
        ["Coolant", "Check the level.", "Daily"],
        ["", "Check the colour.", "Monthly"],
        ["Belt", "Check the tension.", "Weekly"],
    ];
    let table = Table { head: vec![String::new(); 3], head_lines: Vec::new(), rows: rows.map(row).to_vec() };
    let blocks = vec![Block::Table(table)];
    let pages = [Page { blocks, source: PageSource::TextLayer, has_text: true, ..Page::blank(1) }];
    let found = units(&pages, &outline(&pages));
    assert_eq!(of(&found, "Radiator"), [""; 0]);
    assert_eq!(of(&found, "Coolant"), ["Hot coolant burns."]);
    assert_eq!(of(&found, "Check the colour."), ["Hot coolant burns."]);
    assert_eq!(of(&found, "Belt"), [""; 0]);
}

#[test]
fn pages_on_safety_hold_for_nothing_behind_them() {
    let found = read(&[
        "WARNING SUMMARY\nWARNING\nSolvent is toxic.\nWARNING\nWear eye protection.",
        "CHAPTER 1 INTRODUCTION\n1-1. SCOPE\n1. Read this manual.",
    ]);
    assert_eq!(of(&found, "1. Read"), [""; 0]);
}

#[test]
fn a_title_without_a_number_does_not_part_a_warning_from_its_first_steps() {
    let found = read(&[
        "4-2. HOIST REPAIR\na. Lowering\nCAUTION\nLower the load over an hour.",
        "4-2. HOIST REPAIR (Cont'd)\na. Lowering (Cont'd)\nVALVE POSITIONS\n1. Open the valve.\n2. Close the valve.\n\
        b. Lifting\n1. Start the pump.",
    ]);
    assert_eq!(of(&found, "2. Close"), ["Lower the load over an hour."]);
    assert_eq!(of(&found, "1. Start"), [""; 0]);
    let found = read(&["4-2. HOIST REPAIR\na. Lowering\nCAUTION\nLower the load over an hour.\n1. Open the valve.\n\
        VALVE POSITIONS\n1. Turn the dial.\nb. Lifting\n1. Start the pump."]);
    assert_eq!(of(&found, "1. Turn"), [""; 0]);
}
