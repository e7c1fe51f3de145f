//! Words with which somebody says that the warnings need not be repeated.

use crate::assistant::extractive::Tongue;
use crate::assistant::utterance::{Phrases, Word, words};

/// What somebody says who does not want to hear the warnings again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismissal {
    /// What they say beyond that; empty where there is nothing.
    pub rest: String,
    /// What is replied where that was all.
    pub reply: &'static str,
}

/// How warnings are dismissed in one language.
struct Vocabulary {
    tongue: Tongue,
    /// What dismisses by itself, whatever is said behind it.
    closed: Phrases,
    /// What dismisses by itself, but not what may be said behind it: "I know how it is done".
    open: Phrases,
    /// What dismisses together with a word for warnings.
    with_warning: Phrases,
    warnings: Phrases,
    /// Words that may stand around either.
    around: Phrases,
    /// How something else begins that is wanted, where no pause is heard before it.
    asking: Phrases,
}

const VOCABULARIES: [Vocabulary; 4] = [
    Vocabulary {
        tongue: Tongue::English,
        closed: Phrases("got it|got that|got them|understood|copy that|roger|roger that|noted|duly noted|heard you"),
        open: Phrases(
            "i know|i already know|i do know|i understand|i am aware|i m aware|i m well aware|skip|dismiss|dismissed|\
             heard|i heard|i have heard|i ve heard|i have read|i ve read|already heard|already know|already read",
        ),
        with_warning: Phrases(
            "no|no more|no need for|without|enough|enough with|forget|forget about|never mind|leave out|leave|stop|\
             stop reading|stop repeating|stop saying|ignore|drop|spare me|don t need|do not need|don t read|\
             do not read|don t repeat|do not repeat|don t say|do not say|don t tell me|do not tell me",
        ),
        warnings: Phrases("warning|warnings|caution|cautions|danger|dangers"),
        around: Phrases(
            "the|this|that|those|these|it|them|all|of|about|already|now|again|and|before|your|i|we|ve|have|any|ok|\
             okay|yes|yeah|yep|please|alright|right|thanks|thank|you|fine|well|sure|just",
        ),
        asking: Phrases(
            "what|what s|which|how|where|when|why|who|can you|could you|should i|do i|does the|is it|is the|are the|\
             tell me|show me|give me|next|go on|go to|continue|carry on|repeat",
        ),
    },
    Vocabulary {
        tongue: Tongue::German,
        closed: Phrases(
            "verstanden|habe verstanden|hab verstanden|alles klar|ist klar|schon klar|kapiert|bekannt|ist bekannt|\
             zur kenntnis genommen",
        ),
        open: Phrases(
            "ich weiss|weiss ich|ich kenne|kenne ich|kennen wir|wissen wir|schon gehort|schon gelesen|uberspring|\
             uberspringe|uberspringen",
        ),
        with_warning: Phrases(
            "keine|keine weiteren|ohne|lass|lassen sie|genug|vergiss|vergessen sie|weglassen|stopp|ignoriere|\
             ignorieren sie|brauche ich nicht|brauche keine|nicht wiederholen|nicht vorlesen|nicht noch einmal|\
             nicht mehr",
        ),
        warnings: Phrases("warnung|warnungen|warnhinweis|warnhinweise|hinweise|sicherheitshinweise"),
        around: Phrases(
            "die|das|der|den|diese|dies|es|sie|schon|bereits|bescheid|mehr|weg|alle|habe|hab|ich|mir|sind|ist|und|ja|\
             gut|bitte|danke|also|na|ok|okay|jetzt",
        ),
        asking: Phrases(
            "was|wie|welche|welcher|welches|welchen|wo|wann|warum|womit|wer|wie viel|kannst du|konnen sie|soll ich|\
             muss ich|zeig|zeige|zeigen sie|sag mir|sagen sie mir|weiter|nachster|nachste|nachsten|wiederhole",
        ),
    },
    Vocabulary {
        tongue: Tongue::Spanish,
        closed: Phrases("entendido|comprendido|enterado|enterada|queda claro|esta claro|sabido|ya lo tengo"),
        open: Phrases(
            "lo se|ya se|ya lo se|conozco|las conozco|he leido|las he leido|omite|omita|omitir|salta|salte|saltar",
        ),
        with_warning: Phrases(
            "sin|no mas|olvida|olvide|ignora|ignore|basta de|suficientes|no necesito|no repitas|no repita|no leas|\
             no lea",
        ),
        warnings: Phrases("advertencia|advertencias|aviso|avisos|precaucion|precauciones|peligro|peligros"),
        around: Phrases(
            "la|las|el|los|esa|esas|esta|estas|ya|lo|todas|todo|por|favor|y|si|vale|bueno|gracias|ok|de|acuerdo",
        ),
        asking: Phrases(
            "que|cual|cuales|como|donde|cuando|cuanto|cuanta|cuantos|cuantas|por que|quien|puedes|puede|debo|\
             tengo que|dime|digame|muestrame|siguiente|el siguiente|continua|sigue|repite",
        ),
    },
    Vocabulary {
        tongue: Tongue::French,
        closed: Phrases("compris|entendu|c est bon|c est compris|c est clair|c est note|bien recu|bien note"),
        open: Phrases("je sais|je le sais|je connais|je les connais|j ai lu|je les ai lus|passe|passez|saute|sautez"),
        with_warning: Phrases(
            "pas de|plus de|sans|assez de|ignore|ignorez|oublie|oubliez|inutile de repeter|ne repete pas|\
             ne repetez pas|ne lis pas|ne lisez pas",
        ),
        warnings: Phrases("avertissement|avertissements|consigne|consignes|danger|dangers"),
        around: Phrases(
            "l|le|la|les|cet|cette|ces|deja|tous|toutes|ca|j|ai|et|oui|bon|bien|merci|alors|d|accord|s|il|te|vous|\
             plait|ok",
        ),
        asking: Phrases(
            "que|quel|quelle|quels|quelles|comment|ou|quand|combien|pourquoi|qui|qu est ce|est ce|peux tu|pouvez vous|\
             dois je|dis moi|dites moi|montre|montrez|suivant|l etape suivante|la suite|continue|continuez|repete",
        ),
    },
];

/// Whether an utterance begins by dismissing warnings: "Got it", "Skip the warnings. What is the torque?"
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
        let (mut rest, mut dismissed) = (text, false);
        while !rest.is_empty() {
            let end = rest.find(is_pause).map_or(rest.len(), |at| at + rest.get(at..).map_or(0, first_length));
            let (clause, after) = rest.split_at(end);
            let said = words(clause);
            // Who asks whether warnings may be skipped has not skipped them.
            if !clause.ends_with('?') && self.dismiss(&said) {
                dismissed = true;
            } else if !said.iter().all(|word| self.is_around(word)) {
                if let Some(asked) = self.asked_behind(&said) {
                    rest = rest.get(asked..).unwrap_or_default();
                    dismissed = true;
                }
                break;
            }
            rest = after.trim_start();
        }
        let reply = self.tongue.warnings_dismissed();
        dismissed.then(|| Dismissal { rest: rest.trim().to_owned(), reply })
    }

    /// Whether words dismiss, and say nothing else.
    fn dismiss(&self, said: &[Word<'_>]) -> bool {
        let names_warnings = said.iter().any(|word| self.warnings.hold(word));
        self.consist_of(said, self.closed)
            || self.consist_of(said, self.open)
            || (names_warnings && self.consist_of(said, self.with_warning))
    }

    /// Where, in bytes, something else begins that is wanted, behind words that dismiss: "got it what is the torque".
    /// In doubt nothing is dismissed.
    fn asked_behind(&self, said: &[Word<'_>]) -> Option<usize> {
        let is_asked = |from: &usize| {
            let (before, behind) = said.split_at(*from);
            let names_warnings = before.iter().any(|word| self.warnings.hold(word));
            let dismisses = self.consist_of(before, self.closed) || (names_warnings && self.dismiss(before));
            dismisses && self.asking.at_start(behind) > 0
        };
        let from = (1..said.len()).find(is_asked)?;
        said.get(from).map(|word| word.at)
    }

    /// Whether words are one of the phrases, and else only such as say nothing.
    fn consist_of(&self, said: &[Word<'_>], phrases: Phrases) -> bool {
        (0..said.len()).any(|from| {
            let (before, rest) = said.split_at(from);
            let behind = rest.get(phrases.at_start(rest)..).filter(|behind| behind.len() < rest.len());
            behind.is_some_and(|behind| before.iter().chain(behind).all(|word| self.is_around(word)))
        })
    }

    fn is_around(&self, word: &Word<'_>) -> bool {
        self.around.hold(word) || self.warnings.hold(word)
    }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "tests")]
mod tests {
    use super::*;
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
        assert_eq!(dismissal("Verstanden").map(|found| found.reply), Some(Tongue::German.warnings_dismissed()));
    }

    #[test]
    fn what_is_asked_besides_is_left() {
        for (text, rest) in [
            ("Got it. What is the torque of the drain plug?", "What is the torque of the drain plug?"),
            ("Okay, I know the warnings, go on with step 3", "go on with step 3"),
            ("Alles klar, wie geht es weiter?", "wie geht es weiter?"),
            ("Got it, right? Next.", "Next."),
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
        assert_eq!(
            dismissal("Got it. No more warnings?").map(|found| found.rest).as_deref(),
            Some("No more warnings?")
        );
    }

    #[test]
    fn all_phrases_can_be_said() {
        for Vocabulary { closed, open, with_warning, warnings, around, asking, .. } in VOCABULARIES {
            for phrases in [closed, open, with_warning, warnings, around, asking] {
                assert_plain(phrases);
            }
        }
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
