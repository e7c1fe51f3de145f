//! What the titles on a page say: a section that is about the query begins there.
//!
//! A title is judged together with those above it (`2-21. CYLINDER HEAD REPAIR > f. Assembly`
//! answers "cylinder head assembly", though neither title does alone), and by how much of the
//! title itself the query names. Pages that merely continue a section have no title to show:
//! this is what sets the page where a section begins apart from those that follow.

use super::{super::Segment, Weights, lexical::Lexical};

/// Adds the match of each page's best title to its score, on the scale of BM25.
pub(super) fn add(segments: &[&Segment], lexical: &mut Lexical, weights: &Weights) {
    let mut offset = 0;
    for segment in segments {
        let terms = known_terms(segment, lexical);
        if !terms.is_empty() {
            for (page, matched) in best_by_page(segment, &terms) {
                if let Some(score) = lexical.scores.get_mut(offset + page) {
                    *score += weights.heading * lexical.rarity * matched;
                }
            }
        }
        offset += segment.page_count();
    }
}

/// The query's terms that the segment knows, by position, with their share of all rarity.
fn known_terms(segment: &Segment, lexical: &Lexical) -> Vec<(u32, f32)> {
    let known = |(term, rarity): &(String, f32)| Some((segment.term(term)?, *rarity));
    lexical.terms.iter().filter_map(known).collect()
}

/// The best match of each page that has one; headings stand in the order of pages.
fn best_by_page(segment: &Segment, terms: &[(u32, f32)]) -> Vec<(usize, f32)> {
    let mut best: Vec<(usize, f32)> = Vec::new();
    for heading in &segment.meta.headings {
        let matched = matched(&heading.own, &heading.path, terms);
        if matched <= 0.0 {
            continue;
        }
        let page = heading.page as usize;
        match best.last_mut() {
            Some((last, value)) if *last == page => *value = value.max(matched),
            _ => best.push((page, matched)),
        }
    }
    best
}

/// The share of the query that the title and those above it name, times the root of the share
/// of the title that the query names.
#[expect(clippy::cast_precision_loss, reason = "terms of one title")]
fn matched(own: &[u32], path: &[u32], terms: &[(u32, f32)]) -> f32 {
    let (mut named, mut rarity) = (0, 0.0);
    for (term, share) in terms {
        if own.binary_search(term).is_ok() {
            named += 1;
            rarity += share;
        }
    }
    if named == 0 {
        return 0.0;
    }
    rarity += terms.iter().filter(|(term, _)| path.binary_search(term).is_ok()).map(|(_, share)| share).sum::<f32>();
    rarity * (named as f32 / own.len() as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_that_completes_the_query_wins() {
        let (cylinder, head, assembly, cleaning) = (1, 2, 3, 4);
        let query = [(cylinder, 0.3), (head, 0.3), (assembly, 0.4)];
        let section = matched(&[cylinder, head], &[], &query);
        let right = matched(&[assembly], &[cylinder, head], &query);
        let wrong = matched(&[cleaning], &[cylinder, head], &query);
        assert!(right > section && section > wrong);
        assert!((right - 1.0).abs() < 1e-6);
        assert!(wrong.abs() < f32::EPSILON);
    }
}
