#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use documents::PageSource;
use documents::chunking::{ChunkOptions, chunk};
use documents::outline::outline;

fn sample() -> Segment {
    let pages = [
        Page::from_text(1, "2-1. OIL PUMP REPAIR\nRemove the four bolts.", PageSource::TextLayer),
        Page::from_text(2, "", PageSource::TextLayer),
        Page::from_text(3, "Torque the bolts to 45 N\u{b7}m.", PageSource::TextLayer),
    ];
    let words = |text: &str| text.split_whitespace().count();
    let chunks = chunk(&pages, &outline(&pages), ChunkOptions::default(), words);
    assert_eq!(chunks.len(), 2);
    Segment::build(SegmentSource {
        document_id: "d1".into(),
        file_name: "pump.pdf".into(),
        model: "model".into(),
        pages: &pages,
        chunks,
        embeddings: vec![vec![1.0, 0.0], vec![0.6, 0.8]],
    })
    .unwrap()
}

#[test]
fn bytes_round_trip() {
    let segment = sample();
    let bytes = segment.to_bytes().unwrap();
    assert_eq!(Segment::from_bytes(&bytes).unwrap(), segment);
    assert_eq!(segment.page_text(3), Some("Torque the bolts to 45 N\u{b7}m."));
    assert_eq!(segment.page_text(2), Some(""));
    assert_eq!(segment.page_text(4), None);
}

#[test]
fn units_are_kept_with_what_stands_over_them() {
    let segment = sample();
    let units = segment.units_on(1..=3);
    let found: Vec<(&str, &str, u32)> =
        units.iter().map(|unit| (unit.text.as_str(), unit.titles.as_str(), unit.page)).collect();
    let title = "2-1. OIL PUMP REPAIR";
    let expected =
        [(title, title, 1), ("Remove the four bolts.", title, 1), ("Torque the bolts to 45 N\u{b7}m.", title, 3)];
    assert_eq!(found, expected);
    assert_eq!(segment.units_on(2..=2), []);
    let cosines = segment.similarities(3, &[1.0, 0.0]);
    assert_eq!(cosines.len(), 1);
    assert!((cosines[0].1 - 0.6).abs() < 1e-6);
}

fn postings<'a>(segment: &'a Segment, term: &str) -> &'a [Posting] {
    segment.term(term).map_or(&[], |term| segment.postings(term))
}

#[test]
fn postings_count_fields() {
    let segment = sample();
    let bolts = postings(&segment, "bolt");
    assert_eq!(bolts.len(), 2);
    let pump = postings(&segment, "pump");
    assert_eq!((pump[0].body, pump[0].opened, pump[0].inherited), (1, 1, 0));
    assert_eq!((pump[1].page, pump[1].body, pump[1].inherited), (1, 0, 1));
    assert!(postings(&segment, "absent").is_empty());
}

#[test]
fn any_changed_or_missing_byte_is_an_error() {
    let bytes = sample().to_bytes().unwrap();
    for position in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[position] ^= 0x55;
        assert!(Segment::from_bytes(&changed).is_err(), "byte {position}");
        assert!(Segment::from_bytes(&bytes[..position]).is_err(), "length {position}");
    }
    assert_eq!(Segment::from_bytes(b"%PDF-1.7"), Err(SegmentError::NotASegment));
}

#[test]
fn dangling_references_are_refused_even_with_a_right_checksum() {
    let change = |change: fn(&mut Segment)| {
        let mut segment = sample();
        change(&mut segment);
        Segment::from_bytes(&segment.to_bytes().unwrap())
    };
    assert!(change(|_| {}).is_ok());
    let changes: [fn(&mut Segment); 8] = [
        |s| s.meta.postings[0].page = 9,
        |s| s.meta.ends[0] = 900,
        |s| s.meta.chunks[0].page_index = 9,
        |s| s.meta.pages[0].chunks = 7,
        |s| s.meta.dimensions = 3,
        |s| s.vectors[0] = f32::NAN,
        |s| s.meta.units[0].titles = 99,
        |s| s.meta.units[0].page = 9,
    ];
    for break_it in changes {
        assert_eq!(change(break_it), Err(SegmentError::Damaged));
    }
}

#[test]
fn embeddings_must_fit_the_chunks() {
    let pages = [Page::from_text(1, "Some text.", PageSource::TextLayer)];
    let source = |embeddings, page| SegmentSource {
        document_id: "d".into(),
        file_name: "f".into(),
        model: "model".into(),
        pages: &pages,
        chunks: vec![Chunk { text: "Some text.".into(), heading: String::new(), page, page_end: page }],
        embeddings,
    };
    assert_eq!(Segment::build(source(vec![vec![1.0]; 2], 1)), Err(SegmentError::Embeddings));
    assert_eq!(Segment::build(source(vec![vec![f32::NAN]], 1)), Err(SegmentError::Embeddings));
    assert_eq!(Segment::build(source(vec![vec![1.0]], 2)), Err(SegmentError::UnknownPage(2)));
    assert!(Segment::build(source(vec![], 1)).is_ok());
}
