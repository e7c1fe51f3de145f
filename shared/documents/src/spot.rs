//! Compact areas on pages, as stored in segments.

use serde::{Deserialize, Serialize};

use super::Area;
use foundation::page_boxes::PageBox;

/// Coordinates are multiples of this fraction of the page's width or height.
const PARTS: f32 = 65_535.0;
/// The precision of a [`PageBox`]: ten-thousandths.
const TOLD_IN: u32 = 10_000;
/// If there are too many spots, those with at most these gaps are merged: one hundredth of a page, then three.
const SMALL_GAPS: [u16; 2] = [655, 1_966];

/// A rectangle on a page as it is displayed, in 65,535ths of the page's width and height from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// The page, from 1.
    pub page: u32,
    /// Upper edge.
    pub top: u16,
    /// Left edge.
    pub left: u16,
    /// Lower edge.
    pub bottom: u16,
    /// Right edge.
    pub right: u16,
}

impl Spot {
    /// The spot of an area in points on a page of this size; `None` if either is unknown or the area lies outside the
    /// page.
    #[must_use]
    pub fn of(page: u32, area: Area, (width, height): (f32, f32)) -> Option<Self> {
        if area.is_unknown() || !(width > 0.0 && height > 0.0) {
            return None;
        }
        let middle = (f32::midpoint(area.left, area.right) / width, f32::midpoint(area.top, area.bottom) / height);
        if !(0.0..=1.0).contains(&middle.0) || !(0.0..=1.0).contains(&middle.1) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let part = |share: f32| (share * PARTS).clamp(0.0, PARTS) as u16;
        let (down, up) = (|share: f32| part(share), |share: f32| part(share + 1.0 / PARTS));
        let spot = Self {
            page,
            top: down(area.top / height),
            left: down(area.left / width),
            bottom: up(area.bottom / height),
            right: up(area.right / width),
        };
        (spot.top < spot.bottom && spot.left < spot.right).then_some(spot)
    }

    /// The smallest spot that contains both, which must be on the same page.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            page: self.page,
            top: self.top.min(other.top),
            left: self.left.min(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.max(other.right),
        }
    }

    /// Whether this spot contains the other.
    #[must_use]
    pub fn holds(self, other: Self) -> bool {
        self.page == other.page && self.union(other) == self
    }

    /// Whether the other is above or below this one, at most `most` parts apart.
    fn is_near(self, other: Self, most: u16) -> bool {
        let beside = self.left < other.right && other.left < self.right;
        let gap = self.top.max(other.top).saturating_sub(self.bottom.min(other.bottom));
        self.page == other.page && beside && gap <= most
    }

    /// The spots that a citation shows, in page order and without duplicates. If there are more than `most`, adjacent
    /// ones are merged, then the rest is cut off.
    #[must_use]
    pub fn chosen(spots: impl IntoIterator<Item = Self>, most: usize) -> Vec<Self> {
        let mut chosen: Vec<Self> = Vec::new();
        for spot in spots {
            if !chosen.iter().any(|known| known.holds(spot)) {
                chosen.retain(|known| !spot.holds(*known));
                chosen.push(spot);
            }
        }
        for gap in SMALL_GAPS {
            while chosen.len() > most && join_two(&mut chosen, gap) {}
        }
        chosen.truncate(most);
        chosen.sort_unstable();
        chosen
    }
}

/// Merges two spots that are at most `gap` apart. Returns whether there were any.
fn join_two(spots: &mut Vec<Spot>, gap: u16) -> bool {
    let mut pairs = (0..spots.len()).flat_map(|at| (at + 1..spots.len()).map(move |other| (at, other)));
    let near = pairs.find(|(at, other)| match (spots.get(*at), spots.get(*other)) {
        (Some(one), Some(other)) => one.is_near(*other, gap),
        _ => false,
    });
    let Some((at, other)) = near else { return false };
    let joined = spots.remove(other);
    if let Some(spot) = spots.get_mut(at) {
        *spot = spot.union(joined);
    }
    true
}

impl From<Spot> for PageBox {
    /// Converts to ten-thousandths of the page. Rounding makes it larger, never smaller.
    fn from(spot: Spot) -> Self {
        let parts = u32::from(u16::MAX);
        let down = |part: u16| u32::from(part) * TOLD_IN / parts;
        let up = |part: u16| (u32::from(part) * TOLD_IN).div_ceil(parts);
        let share = |told: u32| f64::from(told) / f64::from(TOLD_IN);
        let (left, top) = (down(spot.left), down(spot.top));
        Self {
            page: spot.page,
            x: share(left),
            y: share(top),
            width: share(up(spot.right) - left),
            height: share(up(spot.bottom) - top),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const SHEET: (f32, f32) = (600.0, 800.0);

    fn area(left: f32, top: f32, right: f32, bottom: f32) -> Area {
        Area { left, top, right, bottom }
    }

    fn row(top: f32) -> Spot {
        Spot::of(1, area(60.0, top, 540.0, top + 8.0), SHEET).unwrap()
    }

    #[test]
    fn a_spot_holds_its_area_and_a_box_holds_its_spot() {
        let found = PageBox::from(Spot::of(7, area(60.5, 80.3, 541.0, 92.9), SHEET).unwrap());
        assert_eq!(found.page, 7);
        assert!(found.x <= 60.5 / 600.0 && found.y <= 80.3 / 800.0);
        assert!(found.x + found.width >= 541.0 / 600.0 - 1e-9 && found.y + found.height >= 92.9 / 800.0 - 1e-9);
        assert!(found.width < 0.803 && found.height < 0.017, "{found:?}");
    }

    #[test]
    fn what_is_unknown_or_beside_the_page_has_no_spot() {
        assert_eq!(Spot::of(1, Area::default(), SHEET), None);
        assert_eq!(Spot::of(1, area(1.0, 1.0, 2.0, 2.0), (0.0, 0.0)), None);
        assert_eq!(Spot::of(1, area(60.0, 10_000.0, 90.0, 10_012.0), SHEET), None);
        assert_eq!(Spot::of(1, area(f32::NAN, 1.0, 2.0, 2.0), SHEET), None);
        let over = PageBox::from(Spot::of(1, area(-20.0, 790.0, 620.0, 805.0), SHEET).unwrap());
        assert!(over.x + over.width <= 1.0 && over.y + over.height <= 1.0, "{over:?}");
    }

    #[test]
    fn each_spot_is_chosen_once_and_neighbours_are_joined_where_there_are_too_many() {
        let rows: Vec<Spot> = [100.0, 110.0, 400.0].map(row).to_vec();
        assert_eq!(Spot::chosen(rows.iter().chain(&rows).copied(), 3), rows);
        let joined = Spot::chosen(rows.clone(), 2);
        assert_eq!(joined, [rows.first().unwrap().union(*rows.get(1).unwrap()), *rows.last().unwrap()]);
        assert_eq!(Spot::chosen(rows.clone(), 1).len(), 1, "what is far apart is cut");
        let whole = Spot::of(1, area(0.0, 0.0, 600.0, 800.0), SHEET).unwrap();
        assert_eq!(Spot::chosen([rows.clone(), vec![whole]].concat(), 3), [whole]);
    }
}
