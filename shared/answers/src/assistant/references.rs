//! References in quoted text, "figure 2-14", "para 3-22a", as links to the pages that they mean.

use super::citations::page_address;
use super::model::Brief;
use crate::library::evidence::Source;
use documents::references::{references, resolve};
use foundation::page_boxes::PageBox;
use search::retrieval::Hit;

/// A quotation in Markdown from the page of a hit, with a link in the place of each reference that leads somewhere in its
/// manual. Where pages are not linked to, and in what is read out, it stays as it is.
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
