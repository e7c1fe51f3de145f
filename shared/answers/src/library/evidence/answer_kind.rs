//! The kind of answer that a question asks for. It determines what is quoted.

use super::quantity::RequestedValue;
use search::retrieval::analysis::phrase_places;

/// The kind of answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnswerKind {
    /// The value of a quantity, or a count.
    Value,
    /// A part, stock or tool number.
    Number,
    /// The steps of a task.
    Procedure,
    /// A fault and its remedy.
    Remedy,
    /// What something is or does.
    Definition,
    /// Precautions, and whether something is allowed.
    Warning,
    /// Anything else.
    Statement,
}

const PROCEDURE: &[&str] = &[
    "how do i",
    "how do you",
    "how to",
    "how can i",
    "how should i",
    "how is the",
    "how are the",
    "how does one",
    "walk me",
    "step me",
    "steps",
    "procedure",
    "talk me",
    "what do i do",
    "what's the way",
    "show me how",
    "instructions",
    "sequence",
    "wie baue",
    "wie wechsel",
    "wie stelle",
    "wie tausche",
    "wie entferne",
    "wie montiere",
    "ablauf",
    "anleitung",
    "cómo se",
    "como se",
    "cómo cambio",
    "pasos",
    "procedimiento",
    "comment faire",
    "comment remplacer",
    "comment démonter",
    "comment régler",
    "procédure",
    "étapes",
];
const REMEDY: &[&str] = &[
    "what's wrong",
    "whats wrong",
    "why does",
    "why is",
    "won't",
    "wont",
    "doesn't",
    "doesnt",
    "does not",
    "will not",
    "keeps",
    "fault",
    "trouble",
    "cause",
    "symptom",
    "problem",
    "noisy",
    "noise",
    "leaks",
    "leaking",
    "smoke",
    "overheat",
    "fails",
    "failed",
    "stuck",
    "no power",
    "rough",
    "what else should",
    "where do i go from",
    "what do i change",
    "störung",
    "fehler",
    "springt nicht",
    "warum",
    "fallo",
    "avería",
    "no arranca",
    "por qué",
    "panne",
    "défaut",
    "pourquoi",
    "ne démarre pas",
];
const DEFINITION: &[&str] = &[
    "what is a ",
    "what is an ",
    "what's a ",
    "what's an ",
    "what are ",
    "what does",
    "meaning of",
    "define",
    "definition",
    "stand for",
    "what do you call",
    "purpose of",
    "function of",
    "was ist ein",
    "was bedeutet",
    "was macht",
    "wozu dient",
    "wofür ist",
    "qué es un",
    "qué significa",
    "qué hace",
    "para qué sirve",
    "qu'est-ce",
    "que signifie",
    "à quoi sert",
];
const WARNING: &[&str] = &[
    "allowed",
    "safe",
    "safety",
    "danger",
    "warning",
    "caution",
    "precaution",
    "is it ok",
    "reuse",
    "re-use",
    "ok to",
    "not allowed",
    "hazard",
    "careful",
    "watch out",
    "gefahr",
    "sicher",
    "peligro",
    "attention",
    "risque",
    "hurt",
    "poison",
    "still good",
    "still ok",
    "still okay",
    "still fine",
    "still use",
    "still usable",
    "is that ok",
    "is this ok",
    "what happens if",
    "matter if",
    "ruined",
    "noch gut",
    "noch brauchbar",
    "noch verwenden",
    "schlimm",
    "todavía sirve",
    "aún sirve",
    "qué pasa si",
    "encore bon",
    "encore utilisable",
    "grave si",
];

/// Words that ask whether something is allowed, unless a question word precedes them: "Can I reuse it?", but not "Where
/// can I find it?".
const WHETHER: &[&str] = &[
    "can i",
    "can we",
    "may i",
    "may we",
    "should i",
    "should we",
    "could i",
    "darf",
    "dürfen wir",
    "kann ich",
    "kann man",
    "können wir",
    "soll ich",
    "puedo",
    "podemos",
    "se puede",
    "puis-je",
    "peut-on",
    "pouvons-nous",
    "dois-je",
];
/// Words that ask for something else than yes or no.
const QUESTION_WORDS: &[&str] = &[
    "how",
    "what",
    "which",
    "where",
    "when",
    "who",
    "why",
    "wie",
    "was",
    "welche",
    "welcher",
    "welches",
    "welchen",
    "wo",
    "womit",
    "woran",
    "wann",
    "warum",
    "wer",
    "cómo",
    "como",
    "qué",
    "cuál",
    "cuáles",
    "dónde",
    "donde",
    "cuándo",
    "cuánto",
    "cuánta",
    "comment",
    "quel",
    "quelle",
    "quels",
    "quelles",
    "où",
    "quand",
    "combien",
    "pourquoi",
    "que",
    "qu'est-ce",
];

impl AnswerKind {
    /// Determines the kind of a question.
    pub(crate) fn of(question: &str, asked: &RequestedValue) -> Self {
        let lower = format!(" {} ", question.to_lowercase().replace('’', "'"));
        let says = |words: &[&str]| words.iter().any(|word| phrase_places(&lower, word).next().is_some());
        if asked.is_number() {
            Self::Number
        } else if says(PROCEDURE) || begins_with_task(&lower) {
            Self::Procedure
        } else if asked.is_value() {
            Self::Value
        } else if says(REMEDY) {
            Self::Remedy
        } else if says(WARNING) || asks_whether(&lower) {
            Self::Warning
        } else if says(DEFINITION) || asks_what_for(&lower) {
            Self::Definition
        } else {
            Self::Statement
        }
    }
}

/// Whether a question asks if something is allowed.
fn asks_whether(lower: &str) -> bool {
    lower.split(['.', '?', '!', ';', ',', '¿', '¡']).any(|clause| {
        let asked = WHETHER.iter().filter_map(|phrase| phrase_places(clause, phrase).next()).min();
        let before = asked.and_then(|at| clause.get(..at));
        before.is_some_and(|before| !QUESTION_WORDS.iter().any(|word| phrase_places(before, word).next().is_some()))
    })
}

/// Whether a question asks for a purpose: `What is the lever on the left for?`, `what is it used for`, but not `which
/// grease is used for the hub`.
fn asks_what_for(lower: &str) -> bool {
    let text = lower.trim_matches(|c: char| !c.is_alphanumeric());
    text.starts_with("what") && text.ends_with(" for")
}

/// Whether a question begins like the title of a task: `Remove the pump`, `installing the belt`.
fn begins_with_task(lower: &str) -> bool {
    let verbs = [
        "remov",
        "install",
        "replac",
        "adjust",
        "inspect",
        "clean",
        "assembl",
        "disassembl",
        "repair",
        "bleed",
        "test",
    ];
    lower.split_whitespace().next().is_some_and(|first| verbs.iter().any(|verb| first.starts_with(verb)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_show_what_they_want() {
        let of = |text: &str| AnswerKind::of(text, &RequestedValue::of(text));
        assert_eq!(of("Gearbox drain plug, what torque?"), AnswerKind::Value);
        assert_eq!(of("P/N for the gearbox seal"), AnswerKind::Number);
        assert_eq!(of("How do I change the gearbox oil?"), AnswerKind::Procedure);
        assert_eq!(of("Why does the gearbox howl?"), AnswerKind::Remedy);
        assert_eq!(of("Can I reuse the gearbox seal?"), AnswerKind::Warning);
        for asked in ["The belt lay in the sun for a week, still usable?", "Die Dichtung war offen, ist die noch gut?"]
        {
            assert_eq!(of(asked), AnswerKind::Warning, "{asked}");
        }
        for asked in [
            "Can we run the winch without its guard?",
            "The hose has a scratch, may I fit it?",
            "Kann man das Getriebe ohne Öl drehen?",
            "¿Se puede soldar el bastidor?",
            "Peut-on laver le moteur au jet ?",
        ] {
            assert_eq!(of(asked), AnswerKind::Warning, "{asked}");
        }
        for asked in [
            "Where can I find the fuse of the winch?",
            "Wie kann ich die Kette spannen?",
            "Wo kann man den Ölstand sehen?",
            "¿Dónde puedo ver el nivel?",
            "À quel endroit peut-on lire la plaque ?",
        ] {
            assert_ne!(of(asked), AnswerKind::Warning, "{asked}");
        }
        assert_eq!(of("What is a dog clutch?"), AnswerKind::Definition);
        assert_eq!(of("What's the small window in the tank for?"), AnswerKind::Definition);
        assert_eq!(of("Which grease is used for the hub?"), AnswerKind::Statement);
        assert_eq!(of("Comment faire la vidange ?"), AnswerKind::Procedure);
    }
}
