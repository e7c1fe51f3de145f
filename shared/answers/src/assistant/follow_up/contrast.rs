//! Determines which words of an earlier question a later one replaces.

/// Groups of mutually exclusive words, in the singular: naming one replaces another of the group.
const INSTEAD: &[&[&str]] = &[
    &["front", "rear", "back", "middle", "centre", "center"],
    &["left", "right"],
    &["upper", "lower", "top", "bottom"],
    &["inner", "outer", "inside", "outside"],
    &["intake", "inlet", "exhaust", "outlet"],
    &["input", "output"],
    &["high", "low"],
    &["hot", "cold", "warm"],
    &["wet", "dry", "oiled", "lubricated"],
    &["new", "used", "worn", "old"],
    &["long", "short"],
    &["big", "small", "large"],
    &["minimum", "maximum", "min", "max", "least", "most"],
    &["positive", "negative"],
    &["driver", "passenger"],
    &["summer", "winter"],
    &["manual", "automatic"],
    &["first", "second", "third", "fourth", "fifth", "last"],
    &["two", "three", "four", "six", "eight", "ten", "twelve"],
    &["primary", "secondary"],
    &["daily", "weekly", "monthly", "yearly"],
    &["oil", "coolant", "fuel", "grease", "water", "refrigerant", "adblue", "antifreeze", "electrolyte"],
    &["gasoline", "petrol", "diesel"],
    &["engine", "transmission", "gearbox", "axle", "differential", "clutch"],
    &[
        "torque",
        "pressure",
        "clearance",
        "capacity",
        "voltage",
        "resistance",
        "temperature",
        "speed",
        "weight",
        "tension",
        "thickness",
        "diameter",
        "length",
        "current",
        "size",
        "interval",
    ],
    &[
        "remove",
        "install",
        "inspect",
        "adjust",
        "clean",
        "replace",
        "test",
        "disassemble",
        "assemble",
        "lubricate",
        "repair",
    ],
    &["vorn", "vorne", "hinten", "vordere", "hintere", "vorderen", "hinteren"],
    &["links", "rechts", "linke", "rechte"],
    &["oben", "unten", "obere", "untere"],
    &["öl", "motoröl", "kühlmittel", "kraftstoff", "wasser", "fett"],
    &["delantero", "delantera", "trasero", "trasera"],
    &["izquierdo", "izquierda", "derecho", "derecha"],
    &["aceite", "refrigerante", "combustible", "agua", "grasa"],
    &["avant", "arrière"],
    &["gauche", "droite", "droit"],
    &["huile", "carburant", "eau", "graisse"],
    &["anteriore", "posteriore"],
    &["dianteiro", "dianteira", "traseiro", "traseira"],
    &["voorste", "achterste"],
];

/// The rest of an earlier question if a later one replaces some of its words.
pub(super) fn replaced(said: &str, newer: &str) -> String {
    let newer: Vec<String> = newer.split_whitespace().map(bare).collect();
    let goes = |word: &str| {
        let word = bare(word);
        !newer.contains(&word) && newer.iter().any(|new| replaces(new, &word))
    };
    let kept: Vec<&str> = said.split_whitespace().filter(|word| !goes(word)).collect();
    kept.join(" ")
}

/// Whether a short question only names what is different: "rear wheels?" after one about front wheels.
pub(super) fn completes(question: &str, said: &str) -> bool {
    const LONGEST: usize = 4;
    const EMPTY: &[&str] =
        &["the", "a", "an", "for", "on", "at", "of", "with", "in", "der", "die", "das", "le", "la", "el"];
    let said: Vec<String> = said.split_whitespace().map(bare).collect();
    let words: Vec<String> =
        question.split_whitespace().map(bare).filter(|word| !EMPTY.contains(&word.as_str())).collect();
    let is_other = |word: &String| !said.contains(word) && said.iter().any(|old| replaces(word, old));
    words.len() <= LONGEST
        && words.iter().any(is_other)
        && words.iter().all(|word| said.contains(word) || is_other(word))
}

fn replaces(new: &str, old: &str) -> bool {
    let digits = |word: &str| word.bytes().any(|b| b.is_ascii_digit());
    if digits(new) && digits(old) {
        return new != old && pattern(new) == pattern(old);
    }
    new != old && INSTEAD.iter().any(|line| line.contains(&new) && line.contains(&old))
}

/// A number or code without its digits, and whether it is long. 3.9 and 5.9 have the same pattern, and so do `K-380`
/// and `K-1200`, but not 8 and 1500.
fn pattern(word: &str) -> (String, bool) {
    let letters: String = word.chars().filter(|c| !c.is_ascii_digit()).collect();
    let is_long = letters.is_empty() && word.len() > 2;
    (letters, is_long)
}

/// A word in lower case, in the singular, without punctuation.
fn bare(word: &str) -> String {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let word = word.split(['\'', '\u{2019}']).next().unwrap_or_default();
    let is_plural = word.chars().count() > 3 && word.ends_with('s') && !word.ends_with("ss");
    let keeps = matches!(word, "links" | "rechts");
    if is_plural && !keeps { word.trim_end_matches('s').to_owned() } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_anew_replaces_what_was_said() {
        for (said, newer, kept) in [
            ("Pressure of the front tyres", "and the rear ones?", "Pressure of the tyres"),
            ("oil capacity of the K-380", "and the K-1200?", "oil capacity of the"),
            ("firing order of the 3.9 engine", "what about the 5.9?", "firing order of the engine"),
            ("How much oil does the axle take?", "and how much coolant?", "How much does the axle take?"),
            ("How do I remove the left headlamp?", "and install it?", "How do I the left headlamp?"),
            ("flow at 1500 rpm with 8 bar", "and at 2400 rpm?", "flow at rpm with 8 bar"),
            ("belt tension", "and the torque of the bolt?", "belt"),
            ("front and rear lamps", "only the rear lamps?", "and rear lamps"),
        ] {
            assert_eq!(replaced(said, newer), kept);
        }
    }

    #[test]
    fn a_short_question_may_name_only_what_differs() {
        assert!(completes("rear tyres?", "Pressure of the front tyres"));
        assert!(completes("the K-1200?", "oil capacity of the K-380"));
        assert!(!completes("rear lamp fuse", "Pressure of the front tyres"));
        assert!(!completes("idle speed", "What speed does the front axle allow?"));
        assert!(!completes("", "front tyres"));
    }
}
