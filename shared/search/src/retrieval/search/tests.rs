#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::retrieval::SegmentSource;
use documents::chunking::{ChunkOptions, chunk};
use documents::outline::outline;
use documents::{Page, PageSource};

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// A segment of these pages; the embedding of a chunk has a 1 at the place of its page.
fn segment(id: &str, texts: &[&str]) -> Arc<Segment> {
    let pages: Vec<Page> =
        (1..).zip(texts).map(|(number, text)| Page::from_text(number, text, PageSource::TextLayer)).collect();
    let chunks = chunk(&pages, &outline(&pages), ChunkOptions::default(), words);
    let embeddings = chunks.iter().map(|chunk| axis(chunk.page)).collect();
    Arc::new(
        Segment::build(SegmentSource {
            document_id: id.into(),
            file_name: format!("{id}.pdf"),
            model: "model".into(),
            pages: &pages,
            chunks,
            embeddings,
        })
        .unwrap(),
    )
}

fn axis(page: u32) -> Vec<f32> {
    let mut vector = vec![0.0; 8];
    vector[page as usize] = 1.0;
    vector
}

fn ask(text: &str) -> Query {
    Query { text: text.into(), top_k: 5, ..Query::default() }
}

const PUMP: &[&str] = &[
    "2-1. OIL PUMP REPAIR\na. Cleaning\nClean the pump in solvent and dry it with air.",
    "2-1. OIL PUMP REPAIR (Cont'd)\nb. Assembly\nInstall the gears and the cover. Torque the screws.",
    "2-2. WATER PUMP REPAIR\na. Cleaning\nClean the housing with a wire brush.",
    "2-3. FAN DRIVE REPAIR\nRemove the fan. Discard the lock washers, NSN 5310-00-637-9541.",
];

fn pages(hits: &[Hit]) -> Vec<u32> {
    hits.iter().map(|hit| hit.page).collect()
}

#[test]
fn the_page_where_a_section_begins_comes_first() {
    let library = [segment("d", PUMP)];
    assert_eq!(search(&library, &ask("oil pump assembly"))[0].page, 2);
    assert_eq!(search(&library, &ask("cleaning the water pump"))[0].page, 3);
    let hit = &search(&library, &ask("fan drive"))[0];
    assert_eq!((hit.page, hit.file_name.as_str()), (4, "d.pdf"));
    assert_eq!(hit.heading, "2-3. FAN DRIVE REPAIR");
    assert!(hit.content.contains("Remove the fan"));
    assert!((hit.coverage - 1.0).abs() < 1e-6);
}

#[test]
fn stock_numbers_are_found_with_and_without_hyphens() {
    let library = [segment("d", PUMP)];
    assert_eq!(pages(&search(&library, &ask("5310-00-637-9541"))), [4]);
    assert_eq!(pages(&search(&library, &ask("5310006379541"))), [4]);
}

#[test]
fn contents_pages_do_not_win() {
    let contents = "TABLE OF CONTENTS\nOIL PUMP REPAIR ........ 2-1\nWATER PUMP REPAIR ...... 2-9\n\
                    FAN DRIVE REPAIR ....... 3-1\nOIL PAN REPAIR ......... 3-4";
    let mut texts = vec![contents];
    texts.extend(PUMP);
    let library = [segment("d", &texts)];
    let hits = search(&library, &ask("water pump repair"));
    assert_eq!(hits[0].page, 4);
    assert!(hits.iter().any(|hit| hit.page == 1 && hit.navigation));
}

#[test]
fn embeddings_find_what_words_do_not() {
    let library = [segment("d", PUMP)];
    let query = Query { embedding: Some(axis(3)), ..ask("coolant circulation") };
    let hits = search(&library, &query);
    assert_eq!(pages(&hits), [3]);
    assert_eq!(hits[0].cosine, Some(1.0));
    assert!(search(&library, &ask("coolant circulation")).is_empty());
}

#[test]
fn embeddings_of_another_length_are_not_compared() {
    let library = [segment("d", PUMP)];
    let query = Query { embedding: Some(vec![1.0; 3]), ..ask("fan drive") };
    let hits = search(&library, &query);
    assert_eq!(hits[0].page, 4);
    assert_eq!(hits[0].cosine, None);
}

#[test]
fn only_the_chosen_documents_are_searched_and_counted() {
    let library = [segment("a", PUMP), segment("b", PUMP), segment("c", &["The fan."])];
    let query = Query { document_ids: Some(vec!["b".into(), "unknown".into()]), ..ask("fan drive") };
    let hits = search(&library, &query);
    assert!(hits.iter().all(|hit| hit.document_id == "b"));
    let alone = [segment("b", PUMP)];
    assert_eq!(hits, search(&alone, &ask("fan drive")));
    let none = Query { document_ids: Some(vec![]), ..ask("fan drive") };
    assert!(search(&library, &none).is_empty());
}

#[test]
fn scores_fall_and_weak_hits_can_be_left_out() {
    let library = [segment("d", PUMP)];
    let hits = search(&library, &ask("oil pump cleaning"));
    assert!(hits.len() >= 3);
    assert!(hits.is_sorted_by(|a, b| a.score >= b.score));
    assert!(hits.iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
    let query = Query { min_score: Some(hits[0].score), ..ask("oil pump cleaning") };
    assert_eq!(search(&library, &query).len(), 1);
}

#[test]
fn odd_queries_are_harmless() {
    let library = [segment("d", PUMP), segment("empty", &[])];
    assert!(search(&library, &ask("")).is_empty());
    assert!(search(&library, &ask("???")).is_empty());
    assert!(search(&library, &Query { top_k: 0, ..ask("fan") }).is_empty());
    assert!(search(&[], &ask("fan")).is_empty());
    let long = "pump ".repeat(20_000);
    assert!(!search(&library, &ask(&long)).is_empty());
}

#[test]
fn many_chunks_give_the_same_result_on_several_threads() {
    let texts: Vec<String> = (0..200_u8)
        .map(|n| {
            // Words that differ, or the lines would count as running headers.
            let name: String = (0..3).map(|k| char::from(b'a' + (n >> (2 * k)) % 4)).collect();
            format!("The {name}{} is a bolt.", char::from(b'a' + n / 64))
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let pages: Vec<Page> = (1..).zip(&texts).map(|(n, text)| Page::from_text(n, text, PageSource::TextLayer)).collect();
    // 100 copies of 200 pages exceed what one thread is given.
    let segments: Vec<Arc<Segment>> = (0..100)
        .map(|copy| {
            let chunks = chunk(&pages, &outline(&pages), ChunkOptions::default(), words);
            let embeddings = (0..chunks.len())
                .map(|n| if copy == 57 && n == 123 { vec![1.0, 0.0] } else { vec![0.0, 1.0] })
                .collect();
            let source = SegmentSource {
                document_id: format!("d{copy}"),
                file_name: "f".into(),
                model: "model".into(),
                pages: &pages,
                chunks,
                embeddings,
            };
            Arc::new(Segment::build(source).unwrap())
        })
        .collect();
    let query = Query { embedding: Some(vec![1.0, 0.0]), top_k: 1, ..Query::default() };
    let hits = search(&segments, &query);
    assert_eq!((hits[0].document_id.as_str(), hits[0].page), ("d57", 124));
}

#[test]
fn a_page_that_holds_the_words_together_comes_first() {
    let between = "The operator logs each shift in ink. ".repeat(12);
    let apart = format!("The winch has a drum. {between} Grease is kept in the store. {between} Replace the pawl.");
    let together = format!("{between} Grease the pawl of the winch. {between}");
    let library = [segment("d", &[&apart, &together, "Nothing else is said here."])];
    let query = ask("winch pawl grease");
    assert_eq!(search(&library, &query)[0].page, 2);
    let words = words_of(&library, &query);
    let gap = |weights: Weights| {
        let hits = search_for(&library, &query, &words, &weights);
        let score = |page| hits.iter().find(|hit| hit.page == page).unwrap().score;
        score(2) - score(1)
    };
    assert!(gap(Weights::default()) > gap(Weights { window: 0.0, ..Weights::default() }));
}
