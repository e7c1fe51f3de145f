//! What somebody says who works through a procedure with full hands: "next", "repeat", "how tight?".

use crate::assistant::extractive::Tongue;

/// What is wanted in a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::assistant) enum Command {
    /// The step behind the last one.
    Next,
    /// The last one again.
    Repeat,
    /// The step before it.
    Back,
    /// The first one.
    First,
    /// The step of this number.
    Step(u32),
    /// No further one.
    Done,
    /// A question about the step: which tool, how tight.
    Ask,
}

/// Phrases for each, in the form that [`plain`] gives them: English, German, Spanish, French.
const PHRASES: [(Command, [&str; 4]); 6] = [
    (
        Command::Next,
        [
            "next|next step|next one|the next step|continue|go on|carry on|keep going|go ahead|what \
             next|what s next|whats next|what now|and then|then what|then",
            "weiter|nachste|nachster|nachster schritt|der nachste schritt|nachsten schritt|und dann|was jetzt",
            "siguiente|el siguiente|siguiente paso|el siguiente paso|paso \
             siguiente|continua|continuar|sigue|y luego",
            "suivant|suivante|etape suivante|l etape suivante|la suite|continuer|continuez|et ensuite",
        ],
    ),
    (
        Command::Repeat,
        [
            "repeat|repeat it|repeat that|repeat the step|repeat step|repeat this step|again|once more|one \
             more time|say again|say it again|say that again|what was that|what did you say|pardon|sorry",
            "wiederholen|wiederhole|wiederhole das|noch einmal|nochmal|noch mal|wie bitte",
            "repite|repetir|repitelo|otra vez|de nuevo|como",
            "repete|repetez|encore une fois|encore",
        ],
    ),
    (
        Command::Back,
        [
            "back|go back|step back|one back|one step back|previous|previous step|the previous step|the step \
             before",
            "zuruck|einen schritt zuruck|voriger schritt|vorheriger schritt|vorheriger",
            "atras|anterior|paso anterior|el paso anterior|vuelve atras",
            "retour|precedent|precedente|etape precedente|l etape precedente|reviens",
        ],
    ),
    (
        Command::First,
        [
            "first|first step|the first step|start|start over|begin|begin again|from the beginning|from the \
             start|from the top",
            "anfang|von vorn|von vorne|von anfang an|erster schritt|los",
            "empieza|desde el principio|primer paso|el primer paso",
            "depuis le debut|du debut|premiere etape|la premiere etape|commence",
        ],
    ),
    (
        Command::Done,
        [
            "done|all done|i m done|im done|i am done|we are done|finished|i m finished|i am finished|that s \
             all|thats all|that is all|end|end the procedure|end procedure|stop the procedure|quit",
            "fertig|ich bin fertig|das war s|ende|beenden",
            "listo|terminado|he terminado|eso es todo",
            "fin|fini|termine|c est fini|j ai fini|j ai termine|c est tout",
        ],
    ),
    (
        Command::Ask,
        [
            "which tool|which tools|what tool|what tools|which tool do i need|what tool do i need|which \
             tools do i need|what tools do i need|which wrench|which socket|what size|which size|how \
             tight|how tight is it|what torque|which torque|what is the torque|what s the torque|how much \
             torque|torque|how much|how long|how far",
            "welches werkzeug|welche werkzeuge|welches werkzeug brauche ich|womit|wie fest|welches \
             drehmoment|drehmoment|wie viel|wie lange",
            "que herramienta|que herramientas|que herramienta necesito|con que|que par|que par de \
             apriete|cuanto|cuanto tiempo",
            "quel outil|quels outils|avec quoi|quel couple|quel couple de serrage|combien|combien de temps",
        ],
    ),
];

/// Words around a command that say nothing.
const AROUND: &str = "ok okay okey please now and so yes alright right well hey thanks thank you got it bitte ja gut danke jetzt por favor si vale \
                      gracias ahora s il vous plait te oui merci maintenant d accord";
/// Words before the number of a step, in the same order.
const STEPS: [&str; 4] = [
    "step|go to step|jump to step|repeat step",
    "schritt|zu schritt|gehe zu schritt",
    "paso|al paso|ve al paso",
    "etape|a l etape|va a l etape",
];
/// The languages of the phrases.
const TONGUES: [Tongue; 4] = [Tongue::English, Tongue::German, Tongue::Spanish, Tongue::French];

/// What a message means in a procedure, and its language; nothing where it is a question like any other.
pub(in crate::assistant) fn command(text: &str) -> Option<(Command, Tongue)> {
    let plain = plain(text);
    let in_tongue = |phrases: &[&str; 4], said: &str| {
        let is_one_of = |phrases: &str| phrases.split('|').any(|phrase| phrase == said);
        TONGUES.into_iter().zip(phrases).find(|(_, phrases)| is_one_of(phrases)).map(|(tongue, _)| tongue)
    };
    let meaning = |said: &str| {
        let found = PHRASES.iter().find_map(|(command, phrases)| Some((*command, in_tongue(phrases, said)?)));
        found.or_else(|| {
            let (before, number) = said.rsplit_once(' ')?;
            let tongue = in_tongue(&STEPS, before)?;
            number.parse().ok().map(|number| (Command::Step(number), tongue))
        })
    };
    let words: Vec<&str> = plain.split(' ').collect();
    let is_around = |word: &&&str| AROUND.split_whitespace().any(|around| around == **word);
    let before = words.iter().take_while(is_around).count();
    let behind = words.iter().rev().take_while(is_around).count();
    // "And then?" is a command, though "and" says nothing.
    let of = |from: usize, to: usize| words.get(from..to).map(|words| words.join(" "));
    let spoken = [of(0, words.len()), of(before, words.len()), of(before, words.len().saturating_sub(behind))];
    spoken.into_iter().flatten().filter(|said| !said.is_empty()).find_map(|said| meaning(&said))
}

/// In lower case, without accents and marks, words with one space between them.
fn plain(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    use unicode_normalization::char::is_combining_mark;
    const LONGEST: usize = 80;
    let folded = text.chars().take(LONGEST).nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    let spaced: String = folded.map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let plain = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().nth(LONGEST).is_some() { String::new() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_words_of_four_languages_are_commands() {
        for (said, meant) in [
            ("Next", Command::Next),
            ("ok, next please!", Command::Next),
            ("And then?", Command::Next),
            ("What's next?", Command::Next),
            ("Nächster Schritt, bitte", Command::Next),
            ("Étape suivante", Command::Next),
            ("Say that again", Command::Repeat),
            ("noch einmal", Command::Repeat),
            ("go back", Command::Back),
            ("zurück", Command::Back),
            ("Start over.", Command::First),
            ("go to step 7", Command::Step(7)),
            ("Schritt 3", Command::Step(3)),
            ("done", Command::Done),
            ("He terminado", Command::Done),
            ("Which tool?", Command::Ask),
            ("Wie fest?", Command::Ask),
        ] {
            assert_eq!(command(said).map(|(command, _)| command), Some(meant), "{said}");
        }
    }

    #[test]
    fn the_answer_has_the_language_of_the_command() {
        let tongues = [("next", Tongue::English), ("weiter", Tongue::German), ("paso 3", Tongue::Spanish)];
        for (said, tongue) in tongues.into_iter().chain([("la suite, merci", Tongue::French)]) {
            assert_eq!(command(said).map(|(_, tongue)| tongue), Some(tongue), "{said}");
        }
    }

    #[test]
    fn a_question_is_no_command() {
        for said in [
            "",
            "?!",
            "How do I go back to the first gear?",
            "What is the next service interval?",
            "how tight is the drain plug",
            "step",
            "Is the repair done by one person?",
            "next next next and so on until the end of time, and then once more please, and again and again",
        ] {
            assert_eq!(command(said), None, "{said}");
        }
    }
}
