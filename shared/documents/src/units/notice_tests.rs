#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::outline::outline;
use crate::{Area, Block, Line, PageSource, Row, Table};

fn read(pages: &[Page]) -> Vec<Unit> {
    units(pages, &outline(pages))
}

fn plain(texts: &[&str]) -> Vec<Unit> {
    let page = |(number, text): (u32, &&str)| Page::from_text(number, text, PageSource::TextLayer);
    let pages: Vec<Page> = (1..).zip(texts).map(page).collect();
    read(&pages)
}

fn notices(units: &[Unit]) -> Vec<&str> {
    units.iter().filter(|unit| unit.kind == UnitKind::Notice).map(|unit| unit.text.as_str()).collect()
}

fn page(number: u32, blocks: Vec<Block>) -> Page {
    Page { blocks, source: PageSource::TextLayer, has_text: true, ..Page::blank(number) }
}

/// Printed lines with their left and upper edges, ten points high and as wide as the page.
fn placed(lines: &[(f32, f32, &str)]) -> Block {
    let line = |(left, top, text): &(f32, f32, &str)| Line {
        size: 10.0,
        area: Area { left: *left, top: *top, right: 500.0, bottom: top + 10.0 },
        ..Line::plain(*text)
    };
    Block::Prose(lines.iter().map(line).collect())
}

fn table(columns: usize, rows: &[&[&str]]) -> Block {
    let row = |(at, cells): (u16, &&[&str])| {
        let top = 20.0 * f32::from(at);
        let cells = cells.iter().map(|cell| (*cell).to_owned()).collect();
        Row::new(cells, "   ", 9.0, Area { left: 50.0, top, right: 300.0, bottom: top + 9.0 })
    };
    let head = vec![String::new(); columns];
    Block::Table(Table { head, head_lines: Vec::new(), rows: (0..).zip(rows).map(row).collect() })
}

#[test]
fn notices_in_a_row_and_in_four_languages_stay_apart() {
    let found = plain(&[
        "2-1. TANK\nW A R N I N G\nFuel burns.\nCAUTION\nDo not bend the pipe.\nNote: The tank is grey.\n1. Open it.",
        "2-2. TANQUE\nADVERTENCIA\nEl combustible arde.\n⚠ ATTENTION\nNe pas plier.\nWARNUNGEN\nHeiß.\n1. Abrir.",
    ]);
    assert_eq!(
        notices(&found),
        [
            "WARNING: Fuel burns.",
            "CAUTION: Do not bend the pipe.",
            "NOTE: The tank is grey.",
            "ADVERTENCIA: El combustible arde.",
            "ATTENTION: Ne pas plier.",
            "WARNUNG: Heiß.",
        ]
    );
}

#[test]
fn a_list_below_a_signal_word_is_one_notice_however_long() {
    let bullet =
        |at: u32| format!("• Keep hose number {at} capped until it is connected, or the whole system is contaminated.");
    let list: Vec<String> = (1..=12).map(bullet).collect();
    let found = plain(&[&format!("2-1. HOSES\nCAUTION\n{}\n1. Route the hoses.", list.join("\n"))]);
    assert_eq!(notices(&found), [format!("CAUTION: {}", list.join(" "))]);
    assert_eq!(found.iter().filter(|unit| unit.kind == UnitKind::Step).count(), 1);
}

#[test]
fn a_notice_that_is_too_long_for_one_unit_stays_a_notice() {
    let list: Vec<String> =
        (1..=40).map(|at| format!("• Keep valve number {at} closed while the line is hot.")).collect();
    let found = plain(&[&format!("2-1. LINES\nDANGER\n{}\n1. Open the line.", list.join("\n"))]);
    let texts = notices(&found);
    assert!(texts.len() > 1 && texts.iter().all(|text| text.starts_with("DANGER: ")), "{texts:?}");
    let whole: Vec<&str> = found.iter().filter(|unit| unit.hazard().is_some()).map(Unit::notice_text).collect();
    assert_eq!(whole.join(" "), list.join(" "));
}

#[test]
fn all_paragraphs_that_are_set_off_like_the_first_belong_to_a_notice() {
    let found = read(&[page(
        1,
        vec![placed(&[
            (50.0, 10.0, "1. Open the drain valve and let the oil run out of it."),
            (250.0, 40.0, "WARNING"),
            (120.0, 60.0, "Hot oil burns the skin, and burns it badly where it is above sixty degrees."),
            (120.0, 82.0, "Wear long gloves. Keep bystanders at a distance of two metres."),
            (50.0, 104.0, "The oil runs for some ten minutes until the housing is empty."),
            (50.0, 126.0, "2. Close the drain valve."),
        ])],
    )]);
    assert_eq!(
        notices(&found),
        ["WARNING: Hot oil burns the skin, and burns it badly where it is above sixty degrees. \
          Wear long gloves. Keep bystanders at a distance of two metres."]
    );
    assert_eq!(found.iter().filter(|unit| unit.kind == UnitKind::Text).count(), 1);
}

#[test]
fn a_numbered_list_that_a_notice_introduces_is_a_part_of_it() {
    let found = read(&[page(
        1,
        vec![placed(&[
            (250.0, 10.0, "WARNING"),
            (120.0, 30.0, "Before you begin, and whenever you leave the machine alone:"),
            (130.0, 42.0, "1. Disconnect the battery."),
            (130.0, 54.0, "2. Chock the wheels."),
            (120.0, 66.0, "Failure to comply may kill."),
            (50.0, 96.0, "1. Open the cover of the machine and look for leaks."),
        ])],
    )]);
    assert_eq!(
        notices(&found),
        ["WARNING: Before you begin, and whenever you leave the machine alone: 1. Disconnect the battery. \
          2. Chock the wheels. Failure to comply may kill."]
    );
    assert_eq!(found.iter().filter(|unit| unit.kind == UnitKind::Step).count(), 1);
}

#[test]
fn a_signal_word_at_the_end_of_a_page_keeps_its_text() {
    let found = plain(&[
        "4-2. HOIST REPAIR\n1. Open the cover.\nWARNING",
        "4-2. HOIST REPAIR (Cont'd)\nThe spring is under load.\n2. Lift the spring.",
    ]);
    assert_eq!(notices(&found), ["WARNING: The spring is under load."]);
    assert_eq!(found.iter().find(|unit| unit.kind == UnitKind::Notice).unwrap().page, 2);
    // A new section is not its text.
    let found = plain(&["4-2. HOIST REPAIR\n1. Open the cover.\nWARNING", "4-3. HOIST TEST\nRaise the load."]);
    assert_eq!(notices(&found), [""; 0]);
}

#[test]
fn the_hazard_in_capitals_below_a_signal_word_is_no_title() {
    let found =
        plain(&["2-1. CABINET\nDANGER\nHIGH VOLTAGE INSIDE\nSwitch off before you open it.\n1. Open the door."]);
    assert_eq!(notices(&found), ["DANGER: HIGH VOLTAGE INSIDE Switch off before you open it."]);
    assert_eq!(found.last().unwrap().titles, "2-1. CABINET");
}

#[test]
fn frames_and_rows_between_those_of_a_table_hold_notices() {
    let framed = table(1, &[&["WARNING"], &["Hot oil burns."], &["Wear long gloves."], &["1. Open the valve."]]);
    let beside = table(2, &[&["CAUTION", "Do not bend the pipe."], &["", "It breaks."]]);
    let between = table(
        3,
        &[
            &["1", "Oil", "Weekly"],
            &["", "WARNING", ""],
            &["", "Hot.", ""],
            &["2", "Belt", "Monthly"],
            &["3", "Hose", "Daily"],
        ],
    );
    let found = read(&[page(1, vec![framed]), page(2, vec![beside]), page(3, vec![between])]);
    assert_eq!(
        notices(&found),
        ["WARNING: Hot oil burns. Wear long gloves.", "CAUTION: Do not bend the pipe. It breaks.", "WARNING: Hot."]
    );
    assert_eq!(found.iter().filter(|unit| unit.kind == UnitKind::Row).count(), 3);
    assert_eq!(found.iter().filter(|unit| unit.kind == UnitKind::Step).count(), 1);
}

#[test]
fn words_in_running_text_are_no_notices() {
    let found = plain(&["1-4. CONTROLS\nWarning light (3) stays on for as long as the\ncaution label is missing.\n\
        Danger areas are painted red on the floor.\nRead the WARNINGS of this manual, since every\nwarning\ncounts."]);
    assert_eq!(notices(&found), [""; 0]);
}

#[test]
fn a_notice_that_goes_on_keeps_its_text() {
    let found = plain(&[
        "2-1. TANK\nWARNING\nFuel burns.\n1. Open it.",
        "2-1. TANK (Cont'd)\nWARNING (Cont'd)\nKeep flames away.\nCAUTION - Continued\nUse new seals.\n2. Close it.",
    ]);
    assert_eq!(notices(&found), ["WARNING: Fuel burns.", "WARNING: Keep flames away.", "CAUTION: Use new seals."]);
}

#[test]
fn a_sentence_in_capitals_is_a_notice_where_it_begins_with_a_signal_word() {
    let found = plain(&["2-1. TANK\nWARNING DO NOT OPEN THE TANK WHILE IT IS HOT.\n1. Open it.\n\
        READ THE WARNING ON THE LID BEFORE YOU OPEN IT.\n2. Close it.\nCaution. Hot surface\n3. Clean it."]);
    assert_eq!(notices(&found), ["WARNING: DO NOT OPEN THE TANK WHILE IT IS HOT.", "CAUTION: Hot surface"]);
}

#[test]
fn words_for_safety_announce_a_notice_or_title_a_list() {
    let found = plain(&["2-1. TANK\nSAFETY WARNING\nFuel burns.\nSAFETY PRECAUTIONS\nWear gloves.\n\
        LEBENSGEFAHR\nHochspannung!\nSAFETY PRECAUTIONS\n1. Open it.\n2. Close it."]);
    assert_eq!(
        notices(&found),
        ["SAFETY WARNING: Fuel burns.", "SAFETY PRECAUTION: Wear gloves.", "LEBENSGEFAHR: Hochspannung!"]
    );
    assert_eq!(found.last().unwrap().titles, "2-1. TANK > SAFETY PRECAUTIONS");
}

#[test]
fn a_signal_word_before_a_table_of_several_columns_is_kept_with_its_text() {
    let word = || placed(&[(50.0, 10.0, "WARNING")]);
    let values = || table(3, &[&["Pump", "12", "44"], &["Hose", "13", "45"], &["Belt", "14", "46"]]);
    let texts = table(2, &[&["Hot oil burns.", "Wear long gloves."], &["The rope may snap.", "Keep clear of it."]]);
    let alone = table(3, &[&["", "Hot oil burns.", ""], &["Pump", "12", "44"], &["Hose", "13", "45"]]);
    let behind = || placed(&[(50.0, 200.0, "The press moves by itself.")]);
    let later = || placed(&[(50.0, 200.0, "2. Close the cover.")]);
    let title = || placed(&[(50.0, 10.0, "WARNING"), (50.0, 30.0, "Table 2-1. Values of the Press")]);
    for (blocks, expected, rows) in [
        (vec![word(), texts], "WARNING: Hot oil burns. Wear long gloves. The rope may snap. Keep clear of it.", 0),
        (vec![word(), alone], "WARNING: Hot oil burns.", 2),
        (vec![word(), values(), behind()], "WARNING: The press moves by itself.", 3),
        (vec![title(), values(), behind()], "WARNING: The press moves by itself.", 3),
    ] {
        let found = read(&[page(1, blocks)]);
        assert_eq!(notices(&found), [expected]);
        assert_eq!(found.iter().filter(|unit| unit.kind == UnitKind::Row).count(), rows, "{expected}");
    }
    let found = read(&[page(1, vec![word(), values(), later()])]);
    assert_eq!(notices(&found), [""; 0], "a step that goes on with others is not its text");
    assert_eq!(found.last().unwrap().kind, UnitKind::Step);
}

#[test]
fn a_notice_in_a_later_row_of_a_table_groups_no_rows() {
    let beside: [&[&str]; 4] = [
        &["Check the hoses.", "Weekly"],
        &["CAUTION", "Do not bend the pipe."],
        &["", "It breaks."],
        &["Check the belt.", "Monthly"],
    ];
    let short: [&[&str]; 5] = [
        &["1", "Oil", "Weekly"],
        &["WARNING HOT SURFACE", "", ""],
        &["2", "Belt", "Monthly"],
        &["WARNING LAMPS", "", ""],
        &["3", "Lamp", "Daily"],
    ];
    let columns: [&[&str]; 3] =
        [&["1", "Oil", "Weekly"], &["", "WARNING", ""], &["2", "Let the engine cool down first.", "Monthly"]];
    let cases: [(Block, &str, &[&str]); 3] = [
        (
            table(2, &beside),
            "CAUTION: Do not bend the pipe. It breaks.",
            &["Check the hoses.: Weekly", "Check the belt.: Monthly"],
        ),
        (
            table(3, &short),
            "WARNING: HOT SURFACE",
            &["1; Oil; Weekly", "2; Belt; Monthly", "WARNING LAMPS > 3; Lamp; Daily"],
        ),
        (
            table(3, &columns),
            "WARNING: Let the engine cool down first.",
            &["1; Oil; Weekly", "2; Let the engine cool down first.; Monthly"],
        ),
    ];
    for (table, notice, rows) in cases {
        let found = read(&[page(1, vec![table])]);
        assert_eq!(notices(&found), [notice]);
        let of_table = found.iter().filter(|unit| unit.kind == UnitKind::Row).map(Unit::in_full);
        assert_eq!(of_table.collect::<Vec<String>>(), rows);
    }
}

#[test]
fn the_levels_of_a_named_table_are_rows() {
    let row = |cells: [&str; 2]| Row::new(cells.map(str::to_owned).to_vec(), "   ", 9.0, Area::default());
    let rows = [["Status", "Nothing to be done"], ["WARNING", "Stop the engine soon."], ["DANGER", "Stop at once."]];
    let head = ["LEVEL", "MEANING"].map(str::to_owned).to_vec();
    let levels = Table { head, head_lines: Vec::new(), rows: rows.map(row).to_vec() };
    let found = read(&[page(1, vec![Block::Table(levels)])]);
    assert_eq!(notices(&found), [""; 0]);
    assert_eq!(found.iter().filter(|unit| unit.kind == UnitKind::Row).count(), 3);
}

#[test]
fn a_table_of_states_holds_no_notices() {
    let tables: [[&[&str]; 3]; 2] = [
        [
            &["NORMAL", "All values are in range."],
            &["CAUTION", "Check the oil level soon."],
            &["DANGER", "Stop the engine at once."],
        ],
        [
            &["WARNUNG", "Den Ölstand bald prüfen."],
            &["STÖRUNG", "Die Maschine steht still."],
            &["GEFAHR", "Den Bereich sofort verlassen."],
        ],
    ];
    for rows in tables {
        let found = read(&[page(1, vec![table(2, &rows)])]);
        assert_eq!(notices(&found), [""; 0]);
        assert_eq!(found.iter().filter(|unit| unit.kind == UnitKind::Row).count(), 3);
    }
}
