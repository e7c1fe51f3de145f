//! Turns references in quoted text, such as "figure 2-14" or "para 3-22a", into links to their target pages.

use super::citations::page_address;
use super::model::Brief;
use crate::library::evidence::Source;
use documents::references::{references, resolve};
use foundation::page_boxes::PageBox;
use search::retrieval::Hit;

/// A quotation in Markdown from the page of a hit, with its resolvable references as links. Unchanged if there are no
/// links to pages, or if the answer is read out.
pub(super) fn linked(text: String, (hit, source): (&Hit, &Source), brief: &Brief) -> String {
    if brief.aloud || brief.gateway_url.is_empty() {
        return text;
    }
    let found = references(&text);
    if found.is_empty() {
        return text;
    }
    let titles = source.titles();
    let mut written = String::with_capacity(text.len() + 120 * found.len());
    let mut at = 0;
    for reference in found {
        let Some(unit) = resolve(&reference, &titles, hit.page, |pages| source.units(pages)) else { continue };
        let (Some(before), Some(name)) = (text.get(at..reference.range.start), text.get(reference.range.clone()))
        else {
            continue;
        };
        let boxes: Vec<PageBox> =
            unit.spots.iter().filter(|spot| spot.page == unit.page).map(|spot| PageBox::from(*spot)).collect();
        let address = page_address(&brief.gateway_url, &hit.document_id, unit.page, &boxes);
        written.push_str(&format!("{before}[{name}]({address})"));
        at = reference.range.end;
    }
    written.push_str(text.get(at..).unwrap_or_default());
    written
}
