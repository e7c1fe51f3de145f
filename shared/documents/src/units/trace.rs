//! Where the printed lines of units stand.

use crate::{Area, Line, Page, Spot};

/// Lines belong together over gaps of at most so many of their heights.
const GAP: f32 = 0.8;

/// A page: its number, and its size in points.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sheet {
    page: u32,
    size: (f32, f32),
}

impl Sheet {
    pub(super) fn of(page: &Page) -> Self {
        Self { page: page.number, size: page.size }
    }
}

/// Where a unit stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Printed {
    /// Its own lines.
    pub(super) spots: Vec<Spot>,
    /// What stands over a row: the title of its table, the heads of its columns, the rows that it is grouped under.
    pub(super) over: Vec<Spot>,
}

impl Printed {
    /// A unit of one line.
    pub(super) fn line(sheet: Sheet, line: &Line) -> Self {
        Self { spots: spots(sheet, [line.area]), over: Vec::new() }
    }
}

/// The spots of lines on a page, in their order: lines right below each other are one spot.
pub(super) fn spots(sheet: Sheet, areas: impl IntoIterator<Item = Area>) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    let mut last: Option<Area> = None;
    for area in areas {
        let Some(spot) = Spot::of(sheet.page, area, sheet.size) else { continue };
        let goes_on = last.is_some_and(|last| belong_together(last, area));
        match spots.last_mut() {
            Some(known) if goes_on => *known = known.union(spot),
            _ => spots.push(spot),
        }
        last = Some(area);
    }
    spots
}

/// Whether two lines stand right below each other, or, where they are set upwards, right beside each other.
fn belong_together(a: Area, b: Area) -> bool {
    let size = |area: Area| (area.right - area.left, area.bottom - area.top);
    let ((a_width, a_height), (b_width, b_height)) = (size(a), size(b));
    let height = a_width.min(a_height).min(b_width).min(b_height);
    let across = a.right.min(b.right) - a.left.max(b.left);
    let down = a.bottom.min(b.bottom) - a.top.max(b.top);
    let is_level = a_width + b_width >= a_height + b_height;
    if is_level { across > 0.0 && down >= -GAP * height } else { down > 0.0 && across >= -GAP * height }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: Sheet = Sheet { page: 2, size: (600.0, 800.0) };

    fn area(left: f32, top: f32, right: f32, bottom: f32) -> Area {
        Area { left, top, right, bottom }
    }

    #[test]
    fn lines_below_each_other_are_one_spot_and_those_of_another_column_are_not() {
        let lines = [area(50.0, 700.0, 280.0, 710.0), area(60.0, 712.0, 250.0, 722.0), area(310.0, 60.0, 500.0, 70.0)];
        let found = spots(SHEET, lines);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found.first().copied(), Spot::of(2, lines[0].union(lines[1]), SHEET.size));
        assert_eq!(spots(SHEET, [area(50.0, 100.0, 280.0, 110.0), area(300.0, 100.0, 500.0, 110.0)]).len(), 2);
        assert_eq!(spots(SHEET, [area(50.0, 100.0, 280.0, 110.0), area(50.0, 140.0, 280.0, 150.0)]).len(), 2);
    }

    #[test]
    fn lines_that_are_set_upwards_stand_beside_each_other() {
        let lines = [area(100.0, 200.0, 110.0, 600.0), area(112.0, 300.0, 122.0, 600.0)];
        assert_eq!(spots(SHEET, lines), spots(SHEET, [lines[0].union(lines[1])]));
        assert!(spots(SHEET, [Area::default()]).is_empty());
    }
}
