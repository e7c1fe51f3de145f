//! Decides whether a question counts, by how its answer ended.

use super::progress::Progress;
use crate::assistant::Stage;

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnswerEnding {
    /// The answer is complete.
    Complete,
    /// The user stopped it.
    Stopped,
    /// The system gave up or failed; `counts` says whether the question itself caused the failure.
    Failed { counts: bool },
}

/// Whether the question counts. It does once there is any text. Without text it counts if the user stopped it after
/// costs had arisen: pictures were analysed, or the language model was called.
pub(super) fn counts(ending: AnswerEnding, progress: &Progress) -> bool {
    let begun = || progress.stages.iter().any(|stage| matches!(stage, Stage::ImageAnalysis | Stage::Generation));
    match ending {
        _ if !progress.text.is_empty() => true,
        AnswerEnding::Complete => true,
        AnswerEnding::Stopped => begun(),
        AnswerEnding::Failed { counts } => counts,
    }
}

/// Whether pictures were analysed first.
pub(super) fn has_looked(progress: &Progress) -> bool {
    progress.stages.first() == Some(&Stage::ImageAnalysis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(stages: &[Stage], text: &str) -> Progress {
        Progress { stages: stages.to_vec(), text: text.to_owned(), outcome: None }
    }

    #[test]
    fn a_stop_gives_back_what_cost_nothing() {
        for (stages, is_counted) in [
            (vec![], false),
            (vec![Stage::Retrieval], false),
            (vec![Stage::ImageAnalysis], true),
            (vec![Stage::ImageAnalysis, Stage::Retrieval], true),
            (vec![Stage::Retrieval, Stage::Generation], true),
        ] {
            assert_eq!(counts(AnswerEnding::Stopped, &progress(&stages, "")), is_counted, "{stages:?}");
        }
    }

    #[test]
    fn a_word_counts_however_the_answer_ends() {
        let stages = [Stage::Retrieval, Stage::Generation];
        for ending in [AnswerEnding::Complete, AnswerEnding::Stopped, AnswerEnding::Failed { counts: false }] {
            assert!(counts(ending, &progress(&stages, "Drain")), "{ending:?}");
        }
        assert!(!counts(AnswerEnding::Failed { counts: false }, &progress(&stages, "")));
        assert!(counts(AnswerEnding::Failed { counts: true }, &progress(&stages, "")));
    }
}
