#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::outline::outline;
use crate::{Area, Block, Line, PageSource, Row, Table};

fn read(pages: &[Page]) -> Vec<Unit> {
    units(pages, &outline(pages))
}

fn plain(texts: &[&str]) -> Vec<Unit> {
    let pages: Vec<Page> =
        (1..).zip(texts).map(|(number, text)| Page::from_text(number, text, PageSource::TextLayer)).collect();
    read(&pages)
}

fn table(head: &[&str], rows: &[(f32, &[&str])]) -> Block {
    let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<String>>();
    let row = |(left, row): &(f32, &[&str])| {
        Row::new(cells(row), "   ", 9.0, Area { left: *left, top: 10.0, right: 300.0, bottom: 19.0 })
    };
    Block::Table(Table { head: cells(head), head_lines: Vec::new(), rows: rows.iter().map(row).collect() })
}

fn page(number: u32, blocks: Vec<Block>) -> Page {
    Page { blocks, source: PageSource::TextLayer, has_text: true, ..Page::blank(number) }
}

fn prose(lines: &[&str]) -> Block {
    Block::Prose(lines.iter().map(|line| Line::plain(*line)).collect())
}

fn rows(units: &[Unit]) -> Vec<String> {
    units.iter().filter(|unit| unit.kind == UnitKind::Row).map(Unit::in_full).collect()
}

#[test]
fn steps_warnings_and_sentences_stay_apart() {
    let found = plain(&["4-2. HOIST INSPECTION\nWARNING\nKeep clear of the load while it is\nraised.\n\
        1. Remove two pins (1) and the hook (2) from the lower swivel\nblock (6).\n2. Discard wash-\ners.\n\
        The hook must turn freely."]);
    let expected = [
        (UnitKind::Title, "4-2. HOIST INSPECTION"),
        (UnitKind::Notice, "WARNING: Keep clear of the load while it is raised."),
        (UnitKind::Step, "1. Remove two pins (1) and the hook (2) from the lower swivel block (6)."),
        (UnitKind::Step, "2. Discard washers."),
        (UnitKind::Text, "The hook must turn freely."),
    ];
    let found: Vec<(UnitKind, &str)> = found.iter().map(|unit| (unit.kind, unit.text.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_run_goes_on_over_pages_and_knows_its_length() {
    let found = plain(&[
        "4-2. HOIST REPAIR\n1. Open the cover.\na. Note the seal.\nb. Lift it off.\n2. Drain the oil.",
        "4-2. HOIST REPAIR (Cont'd)\n3. Remove the drum.\n4. Inspect the drum.",
        "4-3. HOIST TEST\n1. Raise the load.",
    ]);
    let places: Vec<(u32, u32, u32, u8)> =
        found.iter().filter_map(|unit| unit.place).map(|p| (p.group, p.at, p.of, p.depth)).collect();
    assert_eq!(
        places,
        [(0, 1, 4, 0), (1, 1, 2, 1), (1, 2, 2, 1), (0, 2, 4, 0), (0, 3, 4, 0), (0, 4, 4, 0), (2, 1, 1, 0)]
    );
    let tasks: Vec<u32> = found.iter().map(|unit| unit.task).collect();
    assert!(tasks[0] == tasks[7] && tasks[7] < *tasks.last().unwrap());
}

#[test]
fn a_row_names_its_table_its_groups_and_its_heads() {
    let found = read(&[page(
        1,
        vec![
            prose(&["Table 7-1. Pump Limits"]),
            table(
                &["", "NEW", "WORN"],
                &[
                    (10.0, &["Shaft", "", ""]),
                    (20.0, &["End play", "0.1 mm", "0.4 mm"]),
                    (20.0, &["Journal:", "", ""]),
                    (30.0, &["Taper", "0.01 mm", ""]),
                    (10.0, &["Housing bore", "40.00 mm", "40.05 mm"]),
                ],
            ),
        ],
    )]);
    assert_eq!(
        rows(&found),
        [
            "Table 7-1. Pump Limits > Shaft > End play: NEW 0.1 mm; WORN 0.4 mm",
            "Table 7-1. Pump Limits > Shaft > Journal > Taper: NEW 0.01 mm",
            "Table 7-1. Pump Limits > Housing bore: NEW 40.00 mm; WORN 40.05 mm",
        ]
    );
}

#[test]
fn a_table_that_goes_on_keeps_its_title_heads_and_group() {
    let found = read(&[
        page(
            1,
            vec![
                prose(&["Table 7-1. Pump Limits"]),
                table(&["", "NEW", "WORN"], &[(10.0, &["Shaft", "", ""]), (20.0, &["End play", "0.1 mm", "0.4 mm"])]),
            ],
        ),
        page(2, vec![table(&["", "", ""], &[(20.0, &["Taper", "0.01 mm", "0.02 mm"])])]),
    ]);
    assert_eq!(rows(&found)[1], "Table 7-1. Pump Limits > Shaft > Taper: NEW 0.01 mm; WORN 0.02 mm");
    let places: Vec<(u32, u32)> = found.iter().filter_map(|unit| unit.place).map(|p| (p.at, p.of)).collect();
    assert_eq!(places, [(1, 2), (2, 2)]);
}

#[test]
fn a_title_between_caption_and_table_does_not_part_them() {
    let found = read(&[page(
        1,
        vec![
            prose(&["Table 9-1. Lid Limits", "BOLT HEAD MARKS"]),
            table(&["", "MAX"], &[(10.0, &["Bow", "0.2 mm"]), (10.0, &["Twist", "0.3 mm"])]),
        ],
    )]);
    assert_eq!(rows(&found)[0], "Table 9-1. Lid Limits > Bow: MAX 0.2 mm");
}

#[test]
fn heads_may_change_in_the_middle_of_a_table() {
    let body: &[(f32, &[&str])] =
        &[(10.0, &["Maker", "Acme", ""]), (10.0, &["", "INCHES", "METRIC"]), (10.0, &["Length", "35 in.", "89 cm"])];
    let found = read(&[page(1, vec![table(&["", "", ""], body)])]);
    assert_eq!(rows(&found), ["Maker: Acme", "Length: INCHES 35 in.; METRIC 89 cm"]);
}

#[test]
fn cells_without_heads_get_none() {
    let found = read(&[page(1, vec![table(&["", "", ""], &[(10.0, &["M8", "25 Nm", "18 lb-ft"])])])]);
    assert_eq!(rows(&found), ["M8; 25 Nm; 18 lb-ft"]);
}

#[test]
fn a_row_without_its_first_cell_is_read_with_the_one_above() {
    let head = ["PART", "STAGE", "TORQUE"];
    let body: &[(f32, &[&str])] = &[(10.0, &["Cap bolts", "1", "20 Nm"]), (10.0, &["", "2", "60 Nm"])];
    let found = read(&[page(1, vec![table(&head, body)])]);
    assert_eq!(rows(&found), ["Cap bolts: STAGE 1; TORQUE 20 Nm", "Cap bolts > STAGE 2; TORQUE 60 Nm"]);
}

#[test]
fn a_framed_warning_is_no_table() {
    let found = read(&[page(1, vec![table(&[""], &[(10.0, &["W A R N I N G"]), (10.0, &["Hot oil burns."])])])]);
    assert_eq!((found[0].kind, found[0].text.as_str()), (UnitKind::Notice, "WARNING: Hot oil burns."));
}

#[test]
fn a_sentence_over_the_border_is_completed() {
    let found = plain(&["Tighten the bolts in the order shown in", "figure 3 and check the gap. Then start."]);
    assert_eq!(found[0].text, "Tighten the bolts in the order shown in figure 3 and check the gap.");
    assert_eq!((found[0].page, found[0].page_end), (1, 2));
}

#[test]
fn a_caption_titles_the_table_below_it_and_what_goes_on_with_that() {
    let limits = |rows: &[(f32, &[&str])]| table(&["PART", "MAX"], rows);
    let titled = || vec![prose(&["Table 7-1. Pump Limits"]), limits(&[(10.0, &["Shaft", "4 mm"])])];
    let note = || prose(&["All limits are those of a new pump."]);
    let with = |further: Block| {
        let mut blocks = titled();
        blocks.extend([note(), further]);
        rows(&read(&[page(1, blocks)]))
    };
    let same = with(limits(&[(10.0, &["Bore", "5 mm"])]));
    assert_eq!(same[1], "Table 7-1. Pump Limits > Bore: MAX 5 mm");
    let other_heads = with(table(&["TOOL", "SIZE"], &[(10.0, &["Wrench", "M8"])]));
    assert_eq!(other_heads[1], "Wrench: SIZE: M8");
    let wider = with(table(&["", "", ""], &[(10.0, &["Wrench", "M8", "2"])]));
    assert_eq!(wider[1], "Wrench: M8; 2");
    // The caption is used up for good.
    let mut blocks = titled();
    blocks.extend([note(), table(&["", "", ""], &[(10.0, &["Wrench", "M8", "2"])])]);
    let pages = [page(1, blocks), page(2, vec![limits(&[(10.0, &["Bore", "5 mm"])])])];
    assert_eq!(rows(&read(&pages))[2], "Bore: MAX 5 mm");
}

#[test]
fn a_caption_goes_on_at_the_beginning_of_the_next_page_or_where_it_is_repeated() {
    let first =
        || page(1, vec![prose(&["Table 7-1. Pump Limits"]), table(&["PART", "MAX"], &[(10.0, &["Shaft", "4 mm"])])]);
    let wider = || table(&["", "", ""], &[(10.0, &["Bore", "5 mm", "6 mm"])]);
    let directly = read(&[first(), page(2, vec![wider()])]);
    assert_eq!(rows(&directly)[1], "Table 7-1. Pump Limits > Bore: 5 mm; 6 mm");
    let later = read(&[first(), page(2, vec![prose(&["The other pump has none."]), wider()])]);
    assert_eq!(rows(&later)[1], "Bore: 5 mm; 6 mm");
    let repeated = page(2, vec![prose(&["The other pump has none.", "Table 7-1. Pump Limits (Cont'd)"]), wider()]);
    assert_eq!(rows(&read(&[first(), repeated]))[1], "Table 7-1. Pump Limits > Bore: 5 mm; 6 mm");
}
