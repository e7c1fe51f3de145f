//! Milestones: the only progress that a poll is told of.

/// In percent.
const MILESTONES: [u8; 3] = [75, 50, 25];

/// The greatest milestone that `percent` has passed, if the caller has not been told of it, or of a
/// later one.
pub(crate) fn newly_passed(percent: u8, told: u8) -> Option<u8> {
    MILESTONES.into_iter().find(|milestone| percent >= *milestone).filter(|milestone| *milestone > told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_milestone_is_told_once() {
        assert_eq!(newly_passed(0, 0), None);
        assert_eq!(newly_passed(24, 0), None);
        assert_eq!(newly_passed(25, 0), Some(25));
        assert_eq!(newly_passed(49, 25), None);
        assert_eq!(newly_passed(50, 25), Some(50));
        assert_eq!(newly_passed(74, 50), None);
        assert_eq!(newly_passed(99, 50), Some(75));
        assert_eq!(newly_passed(100, 75), None);
    }

    #[test]
    fn milestones_that_were_jumped_over_are_not_told_afterwards() {
        assert_eq!(newly_passed(80, 0), Some(75));
        assert_eq!(newly_passed(80, 75), None);
        // A second attempt begins again from nothing.
        assert_eq!(newly_passed(30, 75), None);
    }
}
