//! The ruled lines of tables and forms: found, and taken off the page.
//!
//! A reader takes a vertical rule for a letter and a box for a picture, and loses the cells in it. A rule
//! is a bundle of long runs of ink that lie side by side and are thin together; a black area is thick.

use image::{GrayImage, Luma};

/// The least length of a rule in heights of letters: longer than any stroke of a letter.
const LEAST_LENGTH: f32 = 6.0;
/// The same for the sides of a cell, which end at two other rules.
const LEAST_SIDE: f32 = 1.6;
/// How many times longer an upright rule is that divides columns by itself.
const DIVIDER: u32 = 3;
/// The least length in pixels.
const LEAST_PIXELS: u32 = 24;
/// The height of letters where it cannot be measured, in pixels.
const USUAL_HEIGHT: f32 = 25.0;
/// The most thickness in heights of letters.
const MOST_THICK: f32 = 0.5;
/// Pixels that may be missing along a rule.
const GAP: u32 = 2;
/// Pixels beside a rule that are paler than ink and darker than paper.
const FRINGE: u32 = 2;
/// Rules of one page: a page with more is hatched.
const MOST_RULES: usize = 2_000;

/// A rule: where it is, and its runs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    /// Its left, upper, right and lower pixel.
    pub(super) sides: [u32; 4],
    /// Row, first and last pixel of each run; of an upright rule, the column comes first.
    runs: Vec<[u32; 3]>,
    thickness: u32,
    /// So long that it divides columns, whether it meets another rule or not.
    is_divider: bool,
}

/// The rules that lie level and those that stand upright.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) level: Vec<Rule>,
    pub(super) upright: Vec<Rule>,
}

/// The rules in what is printed, which is white on black; letters have this height.
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

/// Whether an upright rule goes from one level rule to another.
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

/// The rules that lie level.
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

/// First and last pixel of the runs of ink that are long enough.
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

    /// Whether it may go on below row `y`.
    fn is_open(&self, y: u32) -> bool {
        let [_, _, _, bottom] = self.sides;
        bottom + GAP > y
    }

    /// How thick it is on average: a slanting rule is thinner than it is high.
    fn measure(&mut self) {
        let inked: u64 = self.runs.iter().map(|[_, first, last]| u64::from(last - first + 1)).sum();
        let [left, _, right, _] = self.sides;
        self.thickness = u32::try_from(inked.div_ceil(u64::from(right - left + 1))).unwrap_or(u32::MAX);
    }
}

impl Rules {
    /// Whether they divide text into cells, which disturbs a reader; single lines and frames do not.
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

    /// All of them: the left, upper, right and lower pixel.
    pub(super) fn sides(&self) -> impl Iterator<Item = [u32; 4]> {
        self.level.iter().chain(&self.upright).map(|rule| rule.sides)
    }

    /// Paints the rules in the colour of paper. Where a letter touches a rule, the rule stays, so that
    /// the letter is not cut.
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

    /// Paints the ink through a point, across the rule, unless there is more of it than the rule is thick.
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
