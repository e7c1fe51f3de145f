//! Finds the ruled lines of tables and forms and removes them.
//!
//! A reader takes vertical rules for letters and boxes for pictures, and loses the cells in them. A rule is a bundle of
//! long, parallel runs of ink that are thin together; a black area is thick.

use image::{GrayImage, Luma};

/// Minimum length of a rule relative to the height of letters: longer than any stroke of a letter.
const LEAST_LENGTH: f32 = 6.0;
/// The same for the sides of a cell, which end at two other rules.
const LEAST_SIDE: f32 = 1.6;
/// A vertical rule that is this many times longer separates columns by itself.
const DIVIDER: u32 = 3;
/// Minimum length in pixels.
const LEAST_PIXELS: u32 = 24;
/// Default height of letters in pixels, if it cannot be measured.
const USUAL_HEIGHT: f32 = 25.0;
/// Maximum thickness relative to the height of letters.
const MOST_THICK: f32 = 0.5;
/// Maximum gap within a rule in pixels.
const GAP: u32 = 2;
/// Width in pixels of the blurred edge of a rule.
const FRINGE: u32 = 2;
/// Maximum number of rules of a page. A page with more is hatched.
const MOST_RULES: usize = 2_000;

/// A rule with its runs of ink.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    /// Left, top, right and bottom pixel.
    pub(super) sides: [u32; 4],
    /// Row, first and last pixel of each run; for vertical rules, the column comes first.
    runs: Vec<[u32; 3]>,
    thickness: u32,
    /// Whether it is long enough to separate columns even if it meets no other rule.
    is_divider: bool,
}

/// Horizontal and vertical rules.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) level: Vec<Rule>,
    pub(super) upright: Vec<Rule>,
}

/// Finds the rules in print that is white on black, with letters of this height.
pub(super) fn find(ink: &GrayImage, letter_height: Option<f32>) -> Rules {
    let height = letter_height.unwrap_or(USUAL_HEIGHT);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few heights of letters")]
    let heights = |count: f32| (height * count).round() as u32;
    let (long, side) = (heights(LEAST_LENGTH).max(LEAST_PIXELS), heights(LEAST_SIDE).max(LEAST_PIXELS));
    let thick = heights(MOST_THICK).max(4);
    let level = along(ink, long, thick);
    let turned = GrayImage::from_fn(ink.height(), ink.width(), |x, y| *ink.get_pixel(y, x));
    let mut upright = along(&turned, side, thick);
    for rule in &mut upright {
        let [left, top, right, bottom] = rule.sides;
        rule.sides = [top, left, bottom, right];
        rule.is_divider = right - left >= long.saturating_mul(DIVIDER);
    }
    upright.retain(|rule| {
        let [_, top, _, bottom] = rule.sides;
        bottom - top >= long || ends_at_rules(rule, &level, thick)
    });
    if level.len() + upright.len() > MOST_RULES {
        return Rules::default();
    }
    Rules { level, upright }
}

/// Whether a vertical rule connects two horizontal ones.
fn ends_at_rules(rule: &Rule, level: &[Rule], near: u32) -> bool {
    let [left, top, right, bottom] = rule.sides;
    let meets = |y: u32| {
        let at = |other: &Rule| {
            let [from, upper, to, lower] = other.sides;
            from <= right + near && left <= to + near && upper <= y + near && y <= lower + near
        };
        level.iter().any(at)
    };
    meets(top) && meets(bottom)
}

/// Finds horizontal rules.
fn along(ink: &GrayImage, least: u32, most_thick: u32) -> Vec<Rule> {
    let (mut open, mut rules): (Vec<Rule>, Vec<Rule>) = (Vec::new(), Vec::new());
    for (y, row) in (0_u32..).zip(ink.rows()) {
        let runs = runs(row.map(|value| value.0 != [0]), least);
        for [first, last] in runs {
            let below = |rule: &&mut Rule| {
                let near = rule.runs.iter().rev().take_while(|[row, ..]| row + GAP >= y);
                near.into_iter().any(|[_, from, to]| *from <= last && first <= *to)
            };
            match open.iter_mut().find(below) {
                Some(rule) => {
                    let [left, top, right, _] = rule.sides;
                    rule.sides = [left.min(first), top, right.max(last), y];
                    rule.runs.push([y, first, last]);
                }
                None => open.push(Rule::starting([y, first, last])),
            }
        }
        let (still, done): (Vec<Rule>, Vec<Rule>) = open.into_iter().partition(|rule| rule.is_open(y));
        open = still;
        rules.extend(done);
    }
    rules.extend(open);
    rules.iter_mut().for_each(Rule::measure);
    rules.retain(|rule| rule.thickness <= most_thick);
    rules
}

/// First and last pixel of runs of ink of at least this length.
fn runs(row: impl Iterator<Item = bool>, least: u32) -> Vec<[u32; 2]> {
    let mut runs = Vec::new();
    let mut current: Option<[u32; 2]> = None;
    for (x, is_ink) in (0_u32..).zip(row) {
        current = match (current, is_ink) {
            (None, true) => Some([x, x]),
            (Some([first, _]), true) => Some([first, x]),
            (Some([first, last]), false) if x > last + GAP => {
                runs.extend((last - first + 1 >= least).then_some([first, last]));
                None
            }
            (current, false) => current,
        };
    }
    runs.extend(current.filter(|[first, last]| last - first + 1 >= least));
    runs
}

impl Rule {
    fn starting(run: [u32; 3]) -> Self {
        let [y, first, last] = run;
        Self { sides: [first, y, last, y], runs: vec![run], thickness: 0, is_divider: false }
    }

    /// Whether it may continue below row `y`.
    fn is_open(&self, y: u32) -> bool {
        let [_, _, _, bottom] = self.sides;
        bottom + GAP > y
    }

    /// Measures its average thickness: a slanted rule is thinner than its box.
    fn measure(&mut self) {
        let inked: u64 = self.runs.iter().map(|[_, first, last]| u64::from(last - first + 1)).sum();
        let [left, _, right, _] = self.sides;
        self.thickness = u32::try_from(inked.div_ceil(u64::from(right - left + 1))).unwrap_or(u32::MAX);
    }
}

impl Rules {
    /// Whether the rules divide text into cells, which disturbs a reader. Single lines and frames do not.
    pub(super) fn are_a_grid(&self) -> bool {
        let meets = |rule: &&Rule| {
            let [left, top, right, bottom] = rule.sides;
            let at = |other: &Rule| {
                let [from, upper, to, lower] = other.sides;
                from <= right + GAP && left <= to + GAP && upper <= bottom + GAP && top <= lower + GAP
            };
            self.level.iter().any(at)
        };
        let dividing = self.upright.iter().filter(|rule| rule.is_divider || meets(rule)).count();
        dividing >= 3 || (dividing >= 1 && self.level.len() >= 3)
    }

    /// Left, top, right and bottom pixel of all rules.
    pub(super) fn sides(&self) -> impl Iterator<Item = [u32; 4]> {
        self.level.iter().chain(&self.upright).map(|rule| rule.sides)
    }

    /// Paints the rules in the colour of paper. Where a letter touches a rule, the rule stays, so that the letter is
    /// not cut.
    pub(super) fn erase(&self, grey: &mut GrayImage, ink: &GrayImage) {
        let mut crossed = GrayImage::new(ink.width(), ink.height());
        for [y, first, last] in self.level.iter().flat_map(|rule| rule.runs.iter().copied()) {
            for x in first..=last {
                crossed.put_pixel(x, y, Luma([1]));
            }
        }
        let mut eraser = Eraser { grey, ink };
        for rule in &self.upright {
            for [x, first, last] in rule.runs.iter().copied() {
                for y in first..=last {
                    let is_crossing = crossed.get_pixel_checked(x, y).is_some_and(|value| value.0 == [1]);
                    if is_crossing {
                        eraser.paint(x, y);
                    } else {
                        eraser.clear((x, y), (1, 0), rule.thickness);
                    }
                }
            }
        }
        for rule in &self.level {
            for [y, first, last] in rule.runs.iter().copied() {
                (first..=last).for_each(|x| eraser.clear((x, y), (0, 1), rule.thickness));
            }
        }
    }
}

/// Paints over ink.
struct Eraser<'a> {
    grey: &'a mut GrayImage,
    ink: &'a GrayImage,
}

impl Eraser<'_> {
    fn paint(&mut self, x: u32, y: u32) {
        if let Some(value) = self.grey.get_pixel_mut_checked(x, y) {
            *value = Luma([u8::MAX]);
        }
    }

    /// Erases the ink through a point across the rule, unless there is more than the rule is thick.
    fn clear(&mut self, (x, y): (u32, u32), (right, down): (u32, u32), thickness: u32) {
        let most = thickness + thickness / 2 + 1;
        let is_ink = |x: u32, y: u32| self.ink.get_pixel_checked(x, y).is_some_and(|value| value.0 != [0]);
        let after = (1..=most + 1).take_while(|step| is_ink(x + right * step, y + down * step)).count();
        let before = (1..=most + 1).take_while(|step| {
            let (x, y) = (x.checked_sub(right * step), y.checked_sub(down * step));
            x.zip(y).is_some_and(|(x, y)| is_ink(x, y))
        });
        let (Ok(before), Ok(after)) = (u32::try_from(before.count()), u32::try_from(after)) else { return };
        if before + 1 + after > most {
            return;
        }
        for step in 0..=after + FRINGE {
            self.paint(x + right * step, y + down * step);
        }
        for step in 1..=before + FRINGE {
            self.paint(x.saturating_sub(right * step), y.saturating_sub(down * step));
        }
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
