//! Finds groups of citation marks `[1]` in an answer.

use std::ops::Range;

/// Adjacent marks: `[1][2]`, `[1], [2]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MarkGroup {
    /// Their range in bytes.
    pub(super) range: Range<usize>,
    /// The numbers of the citations.
    pub(super) numbers: Vec<u32>,
}

/// The marks of a text, except escaped ones and links.
pub(super) fn mark_groups(text: &str) -> Vec<MarkGroup> {
    let mut groups: Vec<MarkGroup> = Vec::new();
    for (at, _) in text.match_indices('[') {
        let is_escaped = text.get(..at).is_some_and(|before| before.ends_with('\\'));
        let Some((number, end)) = mark(text, at).filter(|_| !is_escaped) else { continue };
        let follows = |group: &&mut MarkGroup| {
            let between = text.get(group.range.end..at);
            between.is_some_and(|between| between.chars().all(|c| matches!(c, ' ' | ',')))
        };
        match groups.last_mut().filter(follows) {
            Some(group) => {
                group.numbers.push(number);
                group.range.end = end;
            }
            None => groups.push(MarkGroup { range: at..end, numbers: vec![number] }),
        }
    }
    groups
}

/// The number of the mark at `at`, and its end.
fn mark(text: &str, at: usize) -> Option<(u32, usize)> {
    let (number, behind) = text.get(at + 1..)?.split_once(']')?;
    let number = number.parse().ok().filter(|_| !behind.starts_with('('))?;
    Some((number, text.len() - behind.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_that_stand_together_are_a_group() {
        let group = |range, numbers: &[u32]| MarkGroup { range, numbers: numbers.to_vec() };
        assert_eq!(mark_groups("a [1][2], [30] b [4]"), [group(2..14, &[1, 2, 30]), group(17..20, &[4])]);
        assert_eq!(mark_groups("\\[1] [2](x) [x] [3\n4] []"), []);
        assert_eq!(mark_groups("ä [7]"), [group(3..6, &[7])]);
    }
}
