//! Scores the titles on a page: a section about the query begins there.
//!
//! A title is scored together with those above it (`2-21. CYLINDER HEAD REPAIR > f. Assembly` answers "cylinder head
//! assembly", though neither title does alone), and by how much of the title itself the query names. Pages that only
//! continue a section have no title. So this distinguishes the page where a section begins from those that follow.

use super::super::Segment;

/// How much of a title a query names.
#[derive(Debug, Clone, Copy, Default)]
struct Named {
    /// Number of terms of the title itself.
    own: u16,
    /// Share of the query that the title and those above it name.
    share: f32,
}

/// The best score of each page with a match, on the scale of shares of the query. `terms` are the query's terms that
/// the segment knows, with their shares.
pub(super) fn best_by_page(segment: &Segment, terms: &[(u32, f32)]) -> Vec<(usize, f32)> {
    let headings = &segment.meta.headings;
    let mut named = vec![Named::default(); headings.len()];
    let mut any = false;
    for (term, share) in terms {
        for heading in segment.headings_with(*term) {
            any = true;
            if let Some(named) = named.get_mut(heading) {
                named.own += 1;
                named.share += share;
            }
        }
    }
    if !any {
        return Vec::new();
    }
    for (term, share) in terms {
        for heading in segment.headings_below(*term) {
            if let Some(named) = named.get_mut(heading) {
                named.share += share;
            }
        }
    }
    // Headings stand in the order of pages.
    let mut best: Vec<(usize, f32)> = Vec::new();
    for (heading, named) in headings.iter().zip(named).filter(|(_, named)| named.own > 0) {
        let matched = matched(named, heading.own.len());
        let page = heading.page as usize;
        match best.last_mut() {
            Some((last, value)) if *last == page => *value = value.max(matched),
            _ => best.push((page, matched)),
        }
    }
    best
}

/// The share of the query that the title and those above it name, times the root of the share of the title that the
/// query names.
#[expect(clippy::cast_precision_loss, reason = "terms of one title")]
fn matched(named: Named, terms_of_title: usize) -> f32 {
    named.share * (f32::from(named.own) / terms_of_title as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_that_completes_the_query_wins() {
        // The query is "cylinder head assembly", with the shares 0.3, 0.3 and 0.4.
        let section = matched(Named { own: 2, share: 0.6 }, 2);
        let right = matched(Named { own: 1, share: 1.0 }, 1);
        let half = matched(Named { own: 1, share: 0.4 }, 2);
        assert!(right > section && section > half);
        assert!((right - 1.0).abs() < 1e-6);
    }
}
