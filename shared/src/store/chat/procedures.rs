//! Where users stand in procedures.

use serde::{Deserialize, Serialize};

/// Where somebody stands in a procedure of a manual: in a run of steps that was quoted, and is told step by step.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Procedure {
    /// The manual.
    pub document_id: String,
    /// Its name.
    pub file_name: String,
    /// The page of the first step, from 1.
    pub page: u32,
    /// Which run of steps of the manual it is.
    pub run: u32,
    /// The title over it; may be empty.
    pub title: String,
    /// The step that was told last, from 1. Until one was told, how many steps stand before the first one that the
    /// opening answer tells.
    pub step: u32,
    /// How many steps there are.
    pub of: u32,
    /// That step as it stands in the manual, a line for each of its parts: what is noted before it, but not the
    /// warnings there, the step itself, and its sublist with the notes and warnings inside of it. Empty until a step was
    /// told, and once the procedure has ended.
    pub text: String,
    /// Whether the user is done with it.
    #[serde(default)]
    pub is_ended: bool,
}

impl Procedure {
    /// Whether the other is of the same run of steps, wherever in it somebody stands.
    #[must_use]
    pub fn is_same_run(&self, other: &Self) -> bool {
        (&self.document_id, self.run, self.page) == (&other.document_id, other.run, other.page)
    }

    /// The step that "repeat" means, from 1: the last one, and before one was told, the first that the opening answer
    /// tells.
    #[must_use]
    pub fn current(&self) -> u32 {
        if self.is_untold() { self.step + 1 } else { self.step.max(1) }
    }

    /// Whether no step was told yet.
    #[must_use]
    pub fn is_untold(&self) -> bool {
        self.text.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_current_step_is_the_last_one_or_the_first_to_come() {
        let opened = Procedure { step: 2, of: 6, ..Procedure::default() };
        assert_eq!((opened.current(), opened.is_untold()), (3, true));
        let told = Procedure { step: 3, text: "3. Oil the seal.".to_owned(), ..opened };
        assert_eq!((told.current(), told.is_untold()), (3, false));
    }

    #[test]
    fn a_run_is_that_of_a_document_and_a_page() {
        let one = Procedure { document_id: "d".to_owned(), page: 7, run: 1, ..Procedure::default() };
        assert!(one.is_same_run(&Procedure { step: 3, of: 4, ..one.clone() }));
        for other in [
            Procedure { document_id: "e".to_owned(), ..one.clone() },
            Procedure { page: 8, ..one.clone() },
            Procedure { run: 2, ..one.clone() },
        ] {
            assert!(!one.is_same_run(&other), "{other:?}");
        }
    }
}
