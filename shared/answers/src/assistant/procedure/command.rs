//! Commands of users who work through a procedure with their hands full: "next", "repeat", "how tight?".

use text2num::text2digits;
use unicode_normalization::UnicodeNormalization as _;

use super::vocabulary::{COMMANDS, COURTESIES, STEPS};
use crate::assistant::extractive::AnswerLanguage;
use crate::assistant::utterance::{Phrases, Word, words};

/// Maximum length of a command in characters. Longer messages are questions.
const LONGEST: usize = 80;
/// The languages of the phrases, in their order.
const LANGUAGES: [AnswerLanguage; 4] =
    [AnswerLanguage::English, AnswerLanguage::German, AnswerLanguage::Spanish, AnswerLanguage::French];

/// A command in a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::assistant) enum Command {
    /// The next step.
    Next,
    /// The current step again.
    Repeat,
    /// The previous step.
    Back,
    /// The first step.
    First,
    /// The step with this number, from 1.
    Step(u32),
    /// No further step.
    Done,
    /// A question about the current step: which tool, how tight.
    Ask,
}

/// The command in a message, in a procedure of `all` steps, and its language; `None` for an ordinary question.
pub(super) fn command(text: &str, all: u32) -> Option<(Command, AnswerLanguage)> {
    if text.chars().nth(LONGEST).is_some() {
        return None;
    }
    let words = words(text);
    let behind = |at: &usize| {
        let count = COURTESIES.at_start(words.get(*at..).unwrap_or_default());
        (count > 0).then_some(at + count)
    };
    let before = |end: &usize| {
        let count = COURTESIES.at_end(words.get(..*end).unwrap_or_default());
        (count > 0).then_some(end - count)
    };
    let starts: Vec<usize> = std::iter::successors(Some(0), behind).collect();
    let ends: Vec<usize> = std::iter::successors(Some(words.len()), before).collect();
    // As little as possible is left out: "and then?" is a command, though "and" says nothing.
    let parts = starts.iter().flat_map(|start| ends.iter().map(move |end| (*start, *end)));
    let mut meanings = parts.filter_map(|(start, end)| meaning(words.get(start..end)?, all));
    // Nobody ends or begins a procedure by a question: "Done?"
    let asks = text.contains('?');
    meanings.find(|(command, _)| !asks || !matches!(command, Command::Done | Command::First))
}

fn meaning(said: &[Word<'_>], all: u32) -> Option<(Command, AnswerLanguage)> {
    let in_tongue = |phrases: &[Phrases; 4]| {
        LANGUAGES.into_iter().zip(phrases).find(|(_, phrases)| phrases.are(said)).map(|(language, _)| language)
    };
    let found = COMMANDS.iter().find_map(|(command, phrases)| Some((*command, in_tongue(phrases)?)));
    let step = |(language, before): (AnswerLanguage, Phrases)| {
        let count = before.at_start(said);
        let number = number(said.get(count..).filter(|rest| count > 0 && !rest.is_empty())?, language)?;
        (1..=all).contains(&number).then_some((Command::Step(number), language))
    };
    found.or_else(|| LANGUAGES.into_iter().zip(STEPS).find_map(step))
}

/// A number in digits or words.
fn number(said: &[Word<'_>], language: AnswerLanguage) -> Option<u32> {
    let written: Vec<String> = said.iter().map(|word| word.written.nfc().collect()).collect();
    let written = written.join(" ");
    written.parse().ok().or_else(|| text2digits(&written, language.language().spoken()?).ok()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::utterance::assert_plain;

    /// In a procedure of eight steps.
    fn meant(said: &str) -> Option<Command> {
        command(said, 8).map(|(command, _)| command)
    }

    #[test]
    fn short_words_of_four_languages_are_commands() {
        for (said, command) in [
            ("Next", Command::Next),
            ("ok, next please!", Command::Next),
            ("And then?", Command::Next),
            ("What's next?", Command::Next),
            ("Got it, next.", Command::Next),
            ("Done, next step.", Command::Next),
            ("Nächster Schritt, bitte", Command::Next),
            ("Wie geht's weiter?", Command::Next),
            ("¿Y ahora qué?", Command::Next),
            ("Étape suivante", Command::Next),
            ("Say that again", Command::Repeat),
            ("Can you repeat that, please?", Command::Repeat),
            ("noch einmal", Command::Repeat),
            ("Pouvez-vous répéter ?", Command::Repeat),
            ("go back", Command::Back),
            ("zurück", Command::Back),
            ("un paso atrás", Command::Back),
            ("Start over.", Command::First),
            ("Noch mal von vorne, bitte.", Command::First),
            ("done", Command::Done),
            ("All right, we're done, thank you.", Command::Done),
            ("He terminado", Command::Done),
            ("Which tool?", Command::Ask),
            ("Wie fest?", Command::Ask),
        ] {
            assert_eq!(meant(said), Some(command), "{said}");
        }
    }

    #[test]
    fn a_step_is_named_by_its_place() {
        for (said, place) in [
            ("go to step 7", 7),
            ("Step four, please", 4),
            ("Schritt 3", 3),
            ("Schritt fünf", 5),
            ("Schritt fu\u{308}nf", 5),
            ("paso ocho", 8),
            ("à l'étape quatre", 4),
        ] {
            assert_eq!(meant(said), Some(Command::Step(place)), "{said}");
        }
        for said in ["step 9", "step nine", "step 0", "step", "step fourth", "Schritt zwölf", "step 4 torque"] {
            assert_eq!(meant(said), None, "{said}");
        }
        assert_eq!(command("step nine", 9).map(|(command, _)| command), Some(Command::Step(9)));
    }

    #[test]
    fn the_answer_has_the_language_of_the_command() {
        let languages = [
            ("next", AnswerLanguage::English),
            ("weiter", AnswerLanguage::German),
            ("paso 3", AnswerLanguage::Spanish),
        ];
        for (said, language) in languages.into_iter().chain([("la suite, merci", AnswerLanguage::French)]) {
            assert_eq!(command(said, 8).map(|(_, language)| language), Some(language), "{said}");
        }
    }

    #[test]
    fn a_question_is_no_command() {
        for said in [
            "",
            "?!",
            "please",
            "How do I go back to the first gear?",
            "What is the next service interval?",
            "how tight is the drain plug",
            "Is the repair done by one person?",
            "How do I start the engine?",
            "We are not done yet",
            "Is step four the last one",
            // Drawings number parts.
            "Nummer 4?",
            "Ich bin noch nicht fertig",
            "Wie weit ist der Kolben draußen",
            "No he terminado",
            "¿Qué par lleva el siguiente tornillo?",
            "C'est pas fini",
            "Quelle est la prochaine révision ?",
        ] {
            assert_eq!(meant(said), None, "{said}");
        }
    }

    #[test]
    fn praise_and_questions_end_and_begin_nothing() {
        for said in ["Well done!", "Done?", "Finished?", "Fertig?", "¿Terminado?", "First?", "Start?", "los", "Los!"] {
            assert_eq!(meant(said), None, "{said}");
        }
        assert_eq!(meant("Next?"), Some(Command::Next));
    }

    #[test]
    fn what_is_long_is_a_question() {
        let after = |count: usize| format!("{}next", "okay, ".repeat(count));
        assert_eq!((meant(&after(12)), meant(&after(13))), (Some(Command::Next), None));
    }

    #[test]
    fn all_phrases_can_be_said() {
        for phrases in COMMANDS.iter().flat_map(|(_, phrases)| phrases).chain(&STEPS).chain([&COURTESIES]) {
            assert_plain(*phrases);
        }
    }
}
