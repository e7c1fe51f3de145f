#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use super::*;
use crate::assistant::test_support::passage;
use documents::{Area, Block, Line, Page, PageSource, Row, Table};
use search::retrieval::{Segment, SegmentSource};

const SIZE: (f32, f32) = (600.0, 800.0);

fn at(top: f32) -> Area {
    Area { left: 60.0, top, right: 540.0, bottom: top + 10.0 }
}

fn prose(top: f32, text: &str) -> Block {
    Block::Prose(vec![Line { area: at(top), size: 10.0, ..Line::plain(text) }])
}

fn row(top: f32, cells: [&str; 2]) -> Row {
    Row::new(cells.map(str::to_owned).to_vec(), "   ", 10.0, at(top))
}

fn page(number: u32, blocks: Vec<Block>) -> Page {
    Page { blocks, size: SIZE, source: PageSource::TextLayer, has_text: true, ..Page::blank(number) }
}

/// A manual of two pages: a sentence, and a table that goes on on the second page.
fn found() -> Findings {
    let head = ["PART", "TORQUE"].map(str::to_owned).to_vec();
    let first = Table {
        head_lines: vec![row(100.0, ["PART", "TORQUE"]).line],
        head: head.clone(),
        rows: vec![row(120.0, ["Lid bolts", "40 Nm"]), row(140.0, ["Base bolts", "60 Nm"])],
    };
    let second =
        Table { head: vec![String::new(); 2], head_lines: Vec::new(), rows: vec![row(50.0, ["Drain plug", "25 Nm"])] };
    let pages = [
        page(1, vec![prose(40.0, "Check the seal of the hoist every week for leaks."), Block::Table(first)]),
        page(2, vec![Block::Table(second)]),
    ];
    let source = SegmentSource {
        document_id: "d".to_owned(),
        file_name: "pump_manual.pdf".to_owned(),
        model: "model".to_owned(),
        pages: &pages,
        chunks: Vec::new(),
        embeddings: Vec::new(),
    };
    let mut passages = vec![passage(1, "", "Check the seal of the hoist every week for leaks.", 0.5)];
    passages.push(passage(2, "", "Drain plug", 0.5));
    Findings { passages, sources: vec![Arc::new(Segment::build(source).unwrap())], ..Findings::default() }
}

/// The pages and upper edges of boxes, in points.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places on a page")]
fn places(boxes: &[PageBox]) -> Vec<(u32, u32)> {
    boxes.iter().map(|one| (one.page, (one.y * 800.0).round() as u32)).collect()
}

fn said(text: &str) -> Vec<Vec<(u32, u32)>> {
    boxes(text, &[0, 1], &found(), &[]).iter().map(|one| places(one)).collect()
}

#[test]
fn the_row_with_the_figure_is_marked_with_its_head_and_no_other() {
    assert_eq!(said("Tighten the lid bolts to 40 Nm [1]. Then go on.")[0], [(1, 100), (1, 120)]);
    assert_eq!(said("The base bolts take 60 Nm [1].")[0], [(1, 100), (1, 140)]);
}

#[test]
fn a_row_whose_head_stands_on_the_page_before_is_marked_on_both() {
    assert_eq!(said("The drain plug takes 25 Nm [2].")[1], [(1, 100), (2, 50)]);
}

#[test]
fn a_sentence_without_figures_is_found_by_its_words() {
    assert_eq!(said("Look at the hoist's seal for leaks weekly [1].")[0], [(1, 40)]);
}

#[test]
fn what_says_nothing_of_the_page_rests_on_the_passage_itself() {
    assert_eq!(said("That is so [1].")[0], [(1, 40)]);
}

#[test]
fn what_is_quoted_counts_alone() {
    let spots = vec![Spot::of(1, at(500.0), SIZE).unwrap()];
    let quoted = [QuotedPassage { passage: 0, pages: 1..=1, spots, begun: None, warnings: Vec::new() }];
    let boxes = boxes("Tighten the lid bolts to 40 Nm [1].", &[0], &found(), &quoted);
    assert_eq!(places(&boxes[0]), [(1, 500)]);
}

#[test]
fn statements_have_the_marks_of_their_line_or_those_around_it() {
    let found = statements("From page 3 [1]:\n\n- lid 4 Nm\n- base 5 Nm\n\nAll [2][3] again. Done. See [x](y) \\[4].");
    let found: Vec<(&str, &[u32])> = found.iter().map(|one| (one.text.trim(), one.marks.as_slice())).collect();
    assert_eq!(
        found,
        [
            ("From page 3", &[1][..]),
            (":", &[1][..]),
            ("- lid 4 Nm", &[1, 2, 3][..]),
            ("- base 5 Nm", &[1, 2, 3][..]),
            ("All", &[2, 3][..]),
            ("again. Done. See [x](y) \\[4].", &[2, 3][..]),
        ]
    );
}
