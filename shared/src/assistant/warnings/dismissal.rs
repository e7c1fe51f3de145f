//! Words with which somebody says that the warnings need not be repeated.

use crate::assistant::extractive::Tongue;
use crate::retrieval::analysis::plain;

/// What somebody says who does not want to hear the warnings again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismissal {
    /// What they say beyond that; empty where there is nothing.
    pub rest: String,
    /// What is replied where that was all.
    pub reply: &'static str,
}

/// How warnings are dismissed in one language, in lower case without accents.
struct Phrases {
    tongue: Tongue,
    /// What dismisses by itself.
    plain: &'static [&'static str],
    /// What dismisses together with a word for warnings.
    with_warning: &'static [&'static str],
    warnings: &'static [&'static str],
    /// Words that may stand around either.
    around: &'static [&'static str],
}

const PHRASES: [Phrases; 4] = [
    Phrases {
        tongue: Tongue::English,
        plain: &[
            "i know",
            "got it",
            "got that",
            "understood",
            "i understand",
            "i am aware",
            "i m aware",
            "skip",
            "dismiss",
            "dismissed",
            "i heard",
            "i have heard",
            "i ve heard",
            "heard",
        ],
        with_warning: &[
            "no",
            "no more",
            "without",
            "enough",
            "forget",
            "never mind",
            "leave out",
            "stop",
            "ignore",
            "drop",
        ],
        warnings: &["warning", "warnings", "caution", "cautions", "danger", "dangers"],
        around: &[
            "the", "this", "that", "those", "these", "it", "them", "all", "of", "about", "already", "now", "again",
            "and", "before", "your", "ok", "okay", "yes", "yeah", "yep", "please", "alright", "right", "thanks",
            "thank", "you", "fine", "well", "sure", "just",
        ],
    },
    Phrases {
        tongue: Tongue::German,
        plain: &[
            "ich weiss",
            "weiss ich",
            "verstanden",
            "alles klar",
            "ich kenne",
            "kenne ich",
            "bekannt",
            "uberspring",
            "uberspringe",
            "uberspringen",
        ],
        with_warning: &["keine", "ohne", "lass", "genug", "vergiss", "weglassen", "stopp"],
        warnings: &["warnung", "warnungen", "warnhinweis", "warnhinweise", "hinweise", "sicherheitshinweise"],
        around: &[
            "die", "das", "der", "den", "diese", "dies", "es", "sie", "schon", "bereits", "bescheid", "mehr", "weg",
            "alle", "habe", "hab", "ich", "mir", "sind", "ist", "und", "ja", "gut", "bitte", "danke", "also", "na",
            "ok", "okay", "jetzt",
        ],
    },
    Phrases {
        tongue: Tongue::Spanish,
        plain: &[
            "lo se",
            "ya se",
            "entendido",
            "comprendido",
            "conozco",
            "omite",
            "omita",
            "omitir",
            "salta",
            "saltar",
            "sabido",
        ],
        with_warning: &["sin", "no mas", "olvida", "ignora", "basta de"],
        warnings: &[
            "advertencia",
            "advertencias",
            "aviso",
            "avisos",
            "precaucion",
            "precauciones",
            "peligro",
            "peligros",
        ],
        around: &[
            "la", "las", "el", "los", "esa", "esas", "esta", "estas", "ya", "lo", "todas", "todo", "por", "favor", "y",
            "si", "vale", "bueno", "gracias", "ok", "de", "acuerdo",
        ],
    },
    Phrases {
        tongue: Tongue::French,
        plain: &[
            "je sais",
            "je le sais",
            "compris",
            "entendu",
            "je connais",
            "je les connais",
            "c est bon",
            "passe",
            "passez",
            "saute",
            "sautez",
        ],
        with_warning: &["pas de", "plus de", "sans", "ignore", "ignorez", "oublie", "oubliez"],
        warnings: &["avertissement", "avertissements", "consigne", "consignes", "danger", "dangers"],
        around: &[
            "l", "le", "la", "les", "cet", "cette", "ces", "deja", "tous", "toutes", "ca", "j", "ai", "et", "oui",
            "bon", "bien", "merci", "alors", "d", "accord", "s", "il", "te", "vous", "plait", "ok",
        ],
    },
];

/// Whether an utterance begins by dismissing warnings: "Got it", "Skip the warnings. What is the torque?"
#[must_use]
pub fn dismissal(text: &str) -> Option<Dismissal> {
    PHRASES.iter().find_map(|phrases| {
        let (mut rest, mut dismissed) = (text, false);
        while !rest.is_empty() {
            let end = rest.find(is_pause).map_or(rest.len(), |at| at + rest.get(at..).map_or(0, first_length));
            let (clause, after) = rest.split_at(end);
            let found = phrases.dismiss(clause);
            if !found && !phrases.is_around(clause) {
                break;
            }
            dismissed |= found;
            rest = after.trim_start();
        }
        let reply = phrases.tongue.warnings_dismissed();
        dismissed.then(|| Dismissal { rest: rest.trim().to_owned(), reply })
    })
}

fn is_pause(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\n' | '–' | '—')
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

fn words(clause: &str) -> Vec<String> {
    let lower = clause.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    // ß is no accent.
    words.map(|word| plain(word).replace('ß', "ss")).collect()
}

impl Phrases {
    /// Whether a clause dismisses, and says nothing else.
    fn dismiss(&self, clause: &str) -> bool {
        let words = words(clause);
        let is_warning = |word: &String| self.warnings.contains(&word.as_str());
        let is_other = |word: &String| self.around.contains(&word.as_str()) || is_warning(word);
        let has = |phrase: &&'static str| {
            let phrase: Vec<&str> = phrase.split(' ').collect();
            let mut places = words.windows(phrase.len()).enumerate();
            let found = places.find(|(_, part)| part.iter().map(String::as_str).eq(phrase.iter().copied()));
            found.is_some_and(|(at, _)| {
                let others = words.iter().enumerate().filter(|(place, _)| !(at..at + phrase.len()).contains(place));
                others.map(|(_, word)| word).all(is_other)
            })
        };
        self.plain.iter().any(&has) || (words.iter().any(is_warning) && self.with_warning.iter().any(has))
    }

    /// Whether a clause says nothing: "Okay", "Ja, bitte".
    fn is_around(&self, clause: &str) -> bool {
        words(clause).iter().all(|word| self.around.contains(&word.as_str()) || self.warnings.contains(&word.as_str()))
    }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_dismissed_in_four_languages() {
        for text in [
            "Skip the warning.",
            "I know",
            "Got it!",
            "okay, I know the warnings",
            "Yes, yes, understood, thank you.",
            "No more warnings, please",
            "Warnungen überspringen",
            "Weiß ich schon.",
            "Ja, die Warnungen kenne ich.",
            "Verstanden",
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
        ] {
            assert_eq!(dismissal(text).map(|found| found.rest).as_deref(), Some(rest), "{text}");
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
