//! Runs of steps: which belong together, and how many there are. A run goes on over pages.

use super::{LabelStyle, Position, Unit, UnitKind, label};

/// A label that was not read leaves a gap; more than these are another run.
const LOST_STEPS: u32 = 2;

/// A run that may go on.
struct OpenRun {
    style: LabelStyle,
    last: u32,
    group: u32,
}

/// Gives steps their place in a run, and rows the number of rows of their table.
pub(super) fn number(units: &mut [Unit]) {
    let mut open: Vec<OpenRun> = Vec::new();
    let mut lengths: Vec<u32> = Vec::new();
    let mut task = None;
    for unit in units.iter_mut() {
        if task != Some(unit.task) {
            task = Some(unit.task);
            open.clear();
        }
        if unit.kind == UnitKind::Title {
            // What is listed under one title is not continued under the next.
            open.retain(|run| run.style != LabelStyle::Bullet);
        }
        let Some(label) = label(&unit.text).filter(|_| unit.kind == UnitKind::Step) else { continue };
        let goes_on = |run: &OpenRun| {
            let is_next = label.number > run.last && label.number - run.last <= 1 + LOST_STEPS;
            run.style == label.style && (is_next || label.style == LabelStyle::Bullet)
        };
        if let Some(depth) = open.iter().rposition(goes_on) {
            open.truncate(depth + 1);
        } else {
            // A run of the same style does not lie in itself.
            if let Some(same) = open.iter().position(|run| run.style == label.style) {
                open.truncate(same);
            }
            let group = u32::try_from(lengths.len()).unwrap_or(u32::MAX);
            open.push(OpenRun { style: label.style, last: 0, group });
            lengths.push(0);
        }
        let depth = u8::try_from(open.len().saturating_sub(1)).unwrap_or(u8::MAX);
        let Some(run) = open.last_mut() else { continue };
        run.last = if label.style == LabelStyle::Bullet { run.last + 1 } else { label.number };
        if let Some(length) = lengths.get_mut(run.group as usize) {
            *length = run.last.max(*length);
        }
        unit.place = Some(Position { group: run.group, at: run.last, of: 0, depth });
    }
    let mut rows: Vec<u32> = Vec::new();
    for place in units.iter().filter(|unit| unit.kind == UnitKind::Row).filter_map(|unit| unit.place) {
        rows.resize(rows.len().max(place.group as usize + 1), 0);
        if let Some(count) = rows.get_mut(place.group as usize) {
            *count = place.at.max(*count);
        }
    }
    for unit in units {
        let lengths = if unit.kind == UnitKind::Row { &rows } else { &lengths };
        if let Some(place) = &mut unit.place {
            place.of = lengths.get(place.group as usize).copied().unwrap_or(place.at);
        }
    }
}
