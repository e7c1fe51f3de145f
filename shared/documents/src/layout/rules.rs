//! Ruled lines of tables and frames.

/// A thin straight line, as the rectangle that it fills.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
}

/// Maximum thickness. Anything thicker is a bar or a picture.
pub const THICKEST: f32 = 3.5;
/// Minimum length. Anything shorter is a part of a letter or drawing.
pub const SHORTEST: f32 = 8.0;
/// Maximum gap between pieces of one line.
const PIECES: f32 = 4.0;
/// Maximum offset between pieces of one line.
const ALIGNED: f32 = 1.6;

impl Rule {
    /// The rule between two points, if it is straight and long enough.
    #[must_use]
    pub fn between(a: (f32, f32), b: (f32, f32)) -> Option<Self> {
        let rule = Self { left: a.0.min(b.0), top: a.1.min(b.1), right: a.0.max(b.0), bottom: a.1.max(b.1) };
        (rule.is_vertical() || rule.is_horizontal()).then_some(rule)
    }

    /// Whether the rule is vertical.
    #[must_use]
    pub fn is_vertical(&self) -> bool {
        self.right - self.left < THICKEST && self.bottom - self.top > SHORTEST
    }

    /// Whether the rule is horizontal.
    #[must_use]
    pub fn is_horizontal(&self) -> bool {
        self.bottom - self.top < THICKEST && self.right - self.left > SHORTEST
    }

    pub(super) fn x(&self) -> f32 {
        f32::midpoint(self.left, self.right)
    }

    pub(super) fn y(&self) -> f32 {
        f32::midpoint(self.top, self.bottom)
    }
}

/// The vertical rules, pieces of one line joined.
pub(super) fn vertical(rules: &[Rule]) -> Vec<Rule> {
    let rules = rules.iter().filter(|rule| rule.is_vertical()).copied().collect();
    joined(rules, Rule::x, |rule| (rule.top, rule.bottom))
}

/// The horizontal rules, pieces of one line joined.
pub(super) fn horizontal(rules: &[Rule]) -> Vec<Rule> {
    let rules = rules.iter().filter(|rule| rule.is_horizontal()).copied().collect();
    joined(rules, Rule::y, |rule| (rule.left, rule.right))
}

/// Joins the pieces of one straight line: borders of cells often come in pieces.
fn joined(mut rules: Vec<Rule>, across: fn(&Rule) -> f32, along: fn(&Rule) -> (f32, f32)) -> Vec<Rule> {
    let order = |rule: &Rule| (across(rule) / 1.5).round();
    rules.sort_by(|a, b| order(a).total_cmp(&order(b)).then(along(a).0.total_cmp(&along(b).0)));
    let mut out: Vec<Rule> = Vec::new();
    for rule in rules {
        match out.last_mut() {
            Some(last)
                if (across(last) - across(&rule)).abs() <= ALIGNED && along(&rule).0 <= along(last).1 + PIECES =>
            {
                *last = Rule {
                    left: last.left.min(rule.left),
                    top: last.top.min(rule.top),
                    right: last.right.max(rule.right),
                    bottom: last.bottom.max(rule.bottom),
                };
            }
            _ => out.push(rule),
        }
    }
    out
}
