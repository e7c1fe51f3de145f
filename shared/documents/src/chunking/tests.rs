#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::outline::outline;
use crate::{Area, Block, Line, PageSource, Row, Table};

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn pages(texts: &[&str]) -> Vec<Page> {
    (1..).zip(texts).map(|(number, text)| Page::from_text(number, text, PageSource::TextLayer)).collect()
}

fn cut(texts: &[&str], target_tokens: usize) -> Vec<Chunk> {
    let pages = pages(texts);
    let options = ChunkOptions { target_tokens, overlap_tokens: 8, min_tokens: 5 };
    chunk(&pages, &outline(&pages), options, words)
}

#[test]
fn sections_are_separate_and_carry_their_titles() {
    let chunks = cut(
        &["2-1. OIL PUMP REPAIR\na. Cleaning\nClean all parts in solvent and dry them well.\n\
           b. Inspection\nLook for cracks and worn gears in the pump.\n2-2. OIL PAN REPAIR\nReplace the pan."],
        200,
    );
    assert_eq!(chunks.len(), 3);
    assert_eq!(chunks[0].heading, "2-1. OIL PUMP REPAIR");
    assert_eq!(chunks[1].heading, "2-1. OIL PUMP REPAIR > b. Inspection");
    assert_eq!(chunks[2].heading, "2-2. OIL PAN REPAIR");
    assert!(chunks[1].text.contains("worn gears"));
}

#[test]
fn titles_reach_the_pages_that_follow() {
    let chunks = cut(&["3-4. FAN DRIVE REPAIR\nRemove the fan.", "Install the fan and torque the bolts."], 200);
    assert_eq!(chunks[1].page, 2);
    assert_eq!(chunks[1].heading, "3-4. FAN DRIVE REPAIR");
}

#[test]
fn long_text_is_cut_with_overlap_and_within_the_size() {
    let text = (0..60).map(|n| format!("sentence number {n} ends here.")).collect::<Vec<_>>().join("\n");
    let chunks = cut(&[&text], 50);
    assert!(chunks.len() >= 6);
    assert!(chunks.iter().all(|chunk| words(&chunk.text) <= 50));
    let last_line = chunks[0].text.lines().last().unwrap();
    assert!(chunks[1].text.starts_with(last_line));
    assert!((0..60).all(|n| { chunks.iter().any(|c| c.text.contains(&format!("number {n} ends"))) }));
}

#[test]
fn one_endless_line_is_cut_too() {
    let text = "word ".repeat(500);
    let chunks = cut(&[&text], 50);
    assert!(chunks.len() >= 10);
    assert!(chunks.iter().all(|chunk| words(&chunk.text) <= 50));
}

#[test]
fn running_headers_and_page_numbers_are_left_out() {
    let texts: Vec<String> =
        (1..=6).map(|n| format!("TM 9-2815-237-34\nThe part {n} is made of steel.\n2-{n}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    for chunk in cut(&texts, 200) {
        assert!(!chunk.text.contains("TM 9-2815"), "{}", chunk.text);
        assert!(!chunk.text.contains("2-"), "{}", chunk.text);
    }
}

#[test]
fn a_sentence_over_the_border_is_completed() {
    let chunks = cut(&["Tighten the bolts in the order shown in", "figure 3 and check the gap. Then start."], 200);
    assert!(chunks[0].text.ends_with("figure 3 and check the gap."));
    assert_eq!((chunks[0].page, chunks[0].page_end), (1, 2));
    assert!(chunks[1].text.starts_with("figure 3"));
}

#[test]
fn a_table_that_is_cut_repeats_its_title_and_rows_stay_whole() {
    let rows: Vec<Row> = (1..=40)
        .map(|n| {
            Row::new(
                vec![format!("Bushing {n}"), format!("{n}.5 mm"), format!("{n}.9 mm")],
                "   ",
                9.0,
                Area::default(),
            )
        })
        .collect();
    let head = vec![String::new(), "NEW".to_owned(), "WORN".to_owned()];
    let blocks = vec![
        Block::Prose(vec![Line::plain("Table 5-1. Bushing Limits")]),
        Block::Table(Table { head, head_lines: Vec::new(), rows }),
    ];
    let pages = [Page::new(1, blocks, PageSource::TextLayer)];
    let options = ChunkOptions { target_tokens: 60, overlap_tokens: 0, min_tokens: 5 };
    let chunks = chunk(&pages, &outline(&pages), options, words);
    assert!(chunks.len() > 3);
    assert!(chunks.iter().all(|chunk| chunk.text.contains("Table 5-1. Bushing Limits")));
    for n in 1..=40 {
        let row = format!("Bushing {n}: NEW {n}.5 mm; WORN {n}.9 mm");
        assert!(chunks.iter().any(|chunk| chunk.text.lines().any(|line| line == row)), "{row}");
    }
}
