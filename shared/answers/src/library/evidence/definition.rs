//! Entries that define something: `CONDENSER - Refrigerant enters …`, `A dog clutch is …`.

use super::terms::Term;
use documents::units::{Unit, UnitKind, label};
use search::retrieval::analysis::Analyzer;

/// Text between a term and its definition.
const BEHIND: &[&str] = &[
    " - ",
    " \u{2013} ",
    " \u{2014} ",
    ": ",
    "; ",
    ". ",
    " is a ",
    " is an ",
    " is the ",
    " is used ",
    " are used ",
    " is designed ",
    " means ",
    " serves ",
    " ist ein",
    " ist der ",
    " ist die ",
    " ist das ",
    " dient ",
    " bedeutet ",
    " es un",
    " es el ",
    " es la ",
    " sirve ",
    " significa ",
    " est un",
    " est le ",
    " est la ",
    " sert ",
    " signifie ",
];
/// Maximum number of words of a term, including an article.
const LONGEST: usize = 6;
/// Maximum number of letters in a cell that refers to a figure.
const CALLOUT: usize = 2;
/// A term with this share of the greatest weight may be the subject of the question.
const KEY: f32 = 0.5;

/// Whether a unit begins with the subject of the question, in hardly any other words, and continues with a definition.
pub(super) fn defines(analyzer: &Analyzer, terms: &[Term], unit: &Unit) -> bool {
    let Some(thing) = thing(&unit.text).filter(|_| unit.kind != UnitKind::Notice) else { return false };
    let own = || terms.iter().filter(|term| !term.context);
    let greatest = own().map(|term| term.weight).fold(0.0, f32::max);
    let named = analyzer.terms(&thing);
    let is_named = |term: &Term| !term.places(&named).is_empty();
    let is_other = |name: &&String| own().all(|term| term.places(std::slice::from_ref(*name)).is_empty());
    let others = named.iter().filter(is_other).count();
    own().any(|term| term.weight >= KEY * greatest && is_named(term)) && others * 3 <= named.len()
}

/// The defined term at the beginning of a text, if any. Ignores the label of the text, a cell that refers to a figure,
/// and part numbers of a figure.
fn thing(text: &str) -> Option<String> {
    let text = label(text).and_then(|label| text.get(label.bytes..)).unwrap_or(text);
    let text = text.split_once("; ").filter(|(cell, _)| cell.len() <= CALLOUT).map_or(text, |(_, rest)| rest);
    let end = BEHIND.iter().filter_map(|sign| text.find(sign)).min()?;
    let words: Vec<&str> = text.get(..end)?.split_whitespace().filter(|word| !word.starts_with('(')).collect();
    (words.len() <= LONGEST).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_stands_before_what_is_said_of_it() {
        for (text, named) in [
            ("GOVERNOR - Holds the speed of the engine.", "GOVERNOR"),
            ("A dog clutch is a clutch with teeth.", "A dog clutch"),
            ("Backlash. The play between two gears.", "Backlash"),
            ("D; RELIEF VALVE - Opens when the pressure is too high.", "RELIEF VALVE"),
            ("b. Sight glass (14): shows the level.", "Sight glass"),
            ("Shear pin; breaks before the shaft does", "Shear pin"),
            ("Ein Rückschlagventil ist ein Ventil mit einer Richtung.", "Ein Rückschlagventil"),
        ] {
            assert_eq!(thing(text).as_deref(), Some(named), "{text}");
        }
        for other in [
            "Lift the governor off",
            "The governor is removed before the spring.",
            "Turn the governor by hand until the weights inside are free.",
        ] {
            assert_eq!(thing(other), None, "{other}");
        }
    }
}
