//! Reorders the best pages.
//!
//! The search finds a page by everything on it, but the user wants one row, step or sentence.

use super::{AnswerKind, Question, first_pages, judge};
use crate::library::{Findings, Passage};

/// Number of pages that are ordered by their best units.
pub(crate) const ORDERED: usize = 12;
/// The same if a question only names a topic, since units identify topics no better than pages do.
const OF_A_TOPIC: usize = 5;
/// Weights of the search relative to the best unit: of its score, and of its order.
const SEARCHED: f32 = 1.5;
const FOUND_FIRST: f32 = 0.2;

/// Orders the first pages by their best units. The scores stay at their positions, so they still descend.
pub(crate) fn order(findings: &mut Findings) {
    let question = Question::of(findings.query.question(), findings);
    if question.terms.is_empty() {
        return;
    }
    let ordered = if question.wanted == AnswerKind::Statement { OF_A_TOPIC } else { ORDERED };
    let pages = first_pages(findings, ordered);
    let judged = judge(findings, &pages, &question);
    let best_unit = |at: usize| {
        let units = judged.iter().filter(|unit| pages.get(unit.page).is_some_and(|page| page.passage == at));
        // A page may hold nothing that can be quoted.
        units.map(|unit| unit.own).fold(0.0, f32::max)
    };
    let count = findings.passages.len().min(ordered);
    let scores: Vec<f32> = findings.passages.iter().take(count).map(|passage| passage.hit.score).collect();
    let mut first: Vec<(f32, Passage)> = Vec::with_capacity(count);
    for (at, passage) in findings.passages.drain(..count).enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few places")]
        let place = at as f32;
        first.push((best_unit(at) + SEARCHED * passage.hit.score + FOUND_FIRST / (1.0 + place), passage));
    }
    first.sort_by(|a, b| b.0.total_cmp(&a.0));
    let first = first.into_iter().zip(scores).map(|((_, mut passage), score)| {
        passage.hit.score = score;
        passage
    });
    findings.passages.splice(0..0, first);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use super::*;
    use documents::{Page, PageSource};
    use search::retrieval::{Query, Segment, SegmentSource};

    /// What a search without embeddings finds in a manual of these pages.
    fn search(pages: &[&str], question: &str, top_k: usize) -> Vec<(u32, f32)> {
        let read = |(number, text): (u32, &&str)| Page::from_text(number, text, PageSource::TextLayer);
        let pages: Vec<Page> = (1..).zip(pages).map(read).collect();
        let source = SegmentSource {
            document_id: "d".to_owned(),
            file_name: "winch.pdf".to_owned(),
            model: "model".to_owned(),
            pages: &pages,
            chunks: Vec::new(),
            embeddings: Vec::new(),
        };
        let segment = Arc::new(Segment::build(source).unwrap());
        let query = Query { text: question.to_owned(), top_k, ..Query::default() };
        let found = Findings::of(&[segment], query).passages;
        found.into_iter().map(|passage| (passage.hit.page, passage.hit.score)).collect()
    }

    const MANUAL: &[&str] = &[
        "3-1. DRUM BRAKE\nThe drum brake holds the drum. Each drum brake has a drum bolt and a brake lever.\n\
         The bolt of the drum and the bolt of the brake are alike.",
        "3-2. TABLE\nTighten each drum brake bolt to 37 Nm.\nThe hook, the rope, the motor and the frame are \
         inspected for rust, dents and cracks each year.\nPaint them where that is needed.",
        "3-3. ROPE\nWind the rope on the drum.",
    ];

    #[test]
    fn the_page_with_the_value_comes_before_the_page_with_more_of_the_words() {
        let found = search(MANUAL, "What torque for the drum brake bolt?", 3);
        assert_eq!(found.first().map(|(page, _)| *page), Some(2), "{found:?}");
        assert_eq!(found.len(), 3, "none is lost: {found:?}");
        assert!(found.is_sorted_by(|a, b| a.1 >= b.1), "{found:?}");
    }

    #[test]
    fn how_many_are_wanted_does_not_change_which_come_first() {
        let question = "What torque for the drum brake bolt?";
        assert_eq!(search(MANUAL, question, 1), search(MANUAL, question, 3).get(..1).unwrap());
        assert!(search(MANUAL, question, 0).is_empty());
    }

    #[test]
    fn a_page_of_nothing_but_a_title_stays_where_its_words_put_it() {
        let found = search(&["4-1. CABLE GUIDE", "The winch is painted.\nSee the guide."], "cable guide", 2);
        assert_eq!(found.first().map(|(page, _)| *page), Some(1), "{found:?}");
    }

    #[test]
    fn a_section_that_is_titled_with_the_thing_comes_before_one_that_mentions_it() {
        let mentions = "5-1. HOUSING\n1. Fit the new housing behind the pulleys.";
        let titled = "5-2. PULLEYS\n1. Dip them into oil.\n2. Fit them with a mallet.";
        let parts = ["motor", "frame", "lamp", "hook", "rope", "switch", "cover", "tank", "belt", "guard"];
        let section = |(number, part): (u32, &str)| {
            format!("{number}-1. {}\n1. Inspect the {part} for cracks.\n2. Paint it.", part.to_uppercase())
        };
        let others: Vec<String> = (6..).zip(parts).map(section).collect();
        let pages: Vec<&str> = [mentions, titled].into_iter().chain(others.iter().map(String::as_str)).collect();
        let found = search(&pages, "How do I fit new pulleys?", 2);
        assert_eq!(found.first().map(|(page, _)| *page), Some(2), "{found:?}");
    }
}
