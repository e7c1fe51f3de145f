//! Detects that a user dismisses warnings that were already heard.

mod vocabulary;

use self::vocabulary::{INTERJECTIONS, TAGS, VOCABULARIES, Vocabulary};
use crate::assistant::utterance::{Phrases, Word, words};

/// The dismissal of warnings by a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismissal {
    /// The rest of the utterance; may be empty.
    pub rest: String,
    /// The reply if there is no rest.
    pub reply: &'static str,
}

/// The dismissal at the beginning of an utterance: "Got it", "Skip the warnings. What is the torque?"
#[must_use]
pub fn dismissal(text: &str) -> Option<Dismissal> {
    VOCABULARIES.iter().find_map(|vocabulary| vocabulary.dismissal(text))
}

fn is_pause(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\n' | '–' | '—')
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

impl Vocabulary {
    fn dismissal(&self, text: &str) -> Option<Dismissal> {
        let (mut rest, mut dismissed, mut named) = (text, false, false);
        while !rest.is_empty() {
            let end = rest.find(is_pause).map_or(rest.len(), |at| at + rest.get(at..).map_or(0, first_length));
            let (clause, after) = rest.split_at(end);
            let said = words(clause);
            // Who asks whether warnings may be skipped has not skipped them.
            let asks = clause.ends_with('?');
            if asks && dismissed && TAGS.are(&said) {
                return None;
            }
            if !asks && self.dismiss(&said) {
                dismissed = true;
                named |= self.names_warnings(&said);
            } else if !said.iter().all(|word| self.is_around(word) || INTERJECTIONS.hold(word)) {
                if let Some((before, asked)) = self.asked_behind(&said) {
                    dismissed = true;
                    named |= self.names_warnings(before);
                    rest = rest.get(asked..).unwrap_or_default();
                }
                break;
            }
            rest = after.trim_start();
        }
        // "Got it. What were the warnings?" Who asks about them wants to hear them.
        let is_about = |word: &Word<'_>| self.warnings.hold(word) || self.dangers.hold(word);
        let wants_them = !named && words(rest).iter().any(is_about);
        let reply = self.language.warnings_dismissed();
        (dismissed && !wants_them).then(|| Dismissal { rest: rest.trim().to_owned(), reply })
    }

    fn names_warnings(&self, said: &[Word<'_>]) -> bool {
        said.iter().any(|word| self.warnings.hold(word))
    }

    /// Whether these words only dismiss.
    fn dismiss(&self, said: &[Word<'_>]) -> bool {
        let first = said.iter().take_while(|word| INTERJECTIONS.hold(word)).count();
        if (0..=first).any(|from| self.others.at_start(said.get(from..).unwrap_or_default()) > 0) {
            return false;
        }
        let said = said.get(first..).unwrap_or_default();
        self.consist_of(said, self.closed)
            || self.consist_of(said, self.open)
            || (self.names_warnings(said) && self.consist_of(said, self.with_warning))
    }

    /// Words that dismiss, and the position in bytes of a request after them: "got it what is the torque". In doubt,
    /// nothing is dismissed.
    fn asked_behind<'w, 't>(&self, said: &'w [Word<'t>]) -> Option<(&'w [Word<'t>], usize)> {
        let is_asked = |from: &usize| {
            let (before, behind) = said.split_at(*from);
            let may_go_on = self.names_warnings(before) || self.consist_of(before, self.closed);
            may_go_on && self.dismiss(before) && self.asking.at_start(behind) > 0
        };
        let from = (1..said.len()).find(is_asked)?;
        Some((said.get(..from)?, said.get(from)?.at))
    }

    /// Whether the words consist of one of the phrases and meaningless words.
    fn consist_of(&self, said: &[Word<'_>], phrases: Phrases) -> bool {
        (0..said.len()).any(|from| {
            let (before, rest) = said.split_at(from);
            let behind = rest.get(phrases.at_start(rest)..).filter(|behind| behind.len() < rest.len());
            behind.is_some_and(|behind| before.iter().chain(behind).all(|word| self.is_around(word)))
        })
    }

    fn is_around(&self, word: &Word<'_>) -> bool {
        self.around.hold(word) || self.warnings.hold(word) || self.dangers.hold(word)
    }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "tests")]
mod tests {
    use super::*;
    use crate::assistant::extractive::AnswerLanguage;
    use crate::assistant::utterance::assert_plain;

    #[test]
    fn warnings_are_dismissed_in_four_languages() {
        for text in [
            "Skip the warning.",
            "I know",
            "I've already read the warnings",
            "Don't repeat the warnings",
            "Roger that.",
            "Got it!",
            "okay, I know the warnings",
            "Yes, yes, understood, thank you.",
            "No more warnings, please",
            "Warnungen überspringen",
            "Weiß ich schon.",
            "Ja, die Warnungen kenne ich.",
            "Verstanden",
            "Die Warnungen bitte nicht wiederholen",
            "Zur Kenntnis genommen.",
            "Enterado, gracias.",
            "No repitas las advertencias",
            "Bien reçu",
            "Ya lo sé",
            "Omite las advertencias, por favor",
            "Je sais.",
            "C'est bon, j'ai compris",
            "Passe l'avertissement",
        ] {
            let found = dismissal(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(found.rest, "", "{text}");
        }
        assert_eq!(dismissal("Verstanden").map(|found| found.reply), Some(AnswerLanguage::German.warnings_dismissed()));
    }

    #[test]
    fn what_is_asked_besides_is_left() {
        for (text, rest) in [
            ("Got it. What is the torque of the drain plug?", "What is the torque of the drain plug?"),
            ("Okay, I know the warnings, go on with step 3", "go on with step 3"),
            ("Alles klar, wie geht es weiter?", "wie geht es weiter?"),
            ("Got it, right. Next.", "Next."),
            ("Skip the warnings. What does the warning lamp mean?", "What does the warning lamp mean?"),
        ] {
            assert_eq!(dismissal(text).map(|found| found.rest).as_deref(), Some(rest), "{text}");
        }
    }

    #[test]
    fn speech_needs_no_stops() {
        for (text, rest) in [
            ("got it what is the torque", "what is the torque"),
            ("okay got it thanks how tight is it?", "how tight is it?"),
            ("skip the warnings and tell me the torque", "tell me the torque"),
            ("verstanden wie fest", "wie fest"),
            ("entendido cuál es el par", "cuál es el par"),
            ("compris quel est le couple", "quel est le couple"),
        ] {
            assert_eq!(dismissal(text).map(|found| found.rest).as_deref(), Some(rest), "{text}");
        }
        for text in [
            "got it stuck",
            "ok so it is leaking",
            "I know how it is done",
            "skip step 4",
            "got that bolt out",
            "verstanden habe ich den Schritt nicht",
        ] {
            assert_eq!(dismissal(text), None, "{text}");
        }
    }

    #[test]
    fn a_question_dismisses_nothing() {
        for text in
            ["I know?", "Got it?", "Skip the warnings?", "No warnings?", "Keine Warnungen?", "¿Sin advertencias?"]
        {
            assert_eq!(dismissal(text), None, "{text}");
        }
        // Behind what else would dismiss, too.
        for text in [
            "Got it. No more warnings?",
            "Got it, what were the warnings?",
            "understood what was the danger",
            "No more warnings, right?",
            "Verstanden. Was war die Gefahr?",
            "Keine Warnungen mehr, oder?",
            "Entendido. ¿Cuáles son los peligros?",
            "Sin advertencias, ¿verdad?",
            "Compris. Quelles sont les consignes ?",
            "Plus d'avertissements, n'est-ce pas ?",
        ] {
            assert_eq!(dismissal(text), None, "{text}");
        }
    }

    #[test]
    fn speech_without_marks_may_be_a_question_or_a_remark() {
        for text in [
            "have I heard all the warnings",
            "okay have you got it",
            "I heard it again",
            "I haven't heard the warnings",
            "don't skip the warnings",
            "no danger",
            "I have no warnings",
            "you got that",
            "ist das bekannt",
            "sind die Warnungen bekannt",
            "habe ich die Warnungen schon gehört",
            "ist alles klar",
            "keine Gefahr",
            "das weiß ich nicht",
            "no lo sé",
            "sin peligro",
            "está claro que gotea",
            "ya salta",
            "si salta",
            "je sais pas",
            "sans danger",
            "ça passe",
            "c'est bon ou pas",
            "c'est bon quand ça claque",
            "j'ai pas compris",
        ] {
            assert_eq!(dismissal(text), None, "{text}");
        }
    }

    #[test]
    fn all_phrases_can_be_said() {
        for Vocabulary { closed, open, with_warning, warnings, dangers, around, others, asking, .. } in VOCABULARIES {
            for phrases in [closed, open, with_warning, warnings, dangers, around, others, asking] {
                assert_plain(phrases);
            }
        }
        assert_plain(INTERJECTIONS);
        assert_plain(TAGS);
    }

    #[test]
    fn other_words_dismiss_nothing() {
        for text in [
            "I know the torque, what about the gap?",
            "Okay.",
            "What warnings are there?",
            "Skip to step 4",
            "How do I stop the engine?",
            "No",
            "",
            "Was bedeutet die Warnung?",
        ] {
            assert_eq!(dismissal(text), None, "{text}");
        }
    }
}
