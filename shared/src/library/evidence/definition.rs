//! Entries that say what something is or does: `CONDENSER - Refrigerant enters …`, `A dog clutch is …`.

use super::terms::Term;
use crate::retrieval::analysis::Analyzer;

/// What stands between the thing and what is said of it.
const BEHIND: &[&str] = &[
    " - ",
    " \u{2013} ",
    " \u{2014} ",
    ": ",
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
/// Words that a thing is named with, an article among them.
const LONGEST: usize = 6;
/// A term with this share of the greatest weight may be what the question is about.
const KEY: f32 = 0.5;

/// Whether a text begins with a thing that the question asks about, named by hardly any other word, and goes on to
/// say something of it.
pub(crate) fn defines(analyzer: &Analyzer, terms: &[Term], text: &str) -> bool {
    let Some(thing) = thing(text) else { return false };
    let own = || terms.iter().filter(|term| !term.context);
    let greatest = own().map(|term| term.weight).fold(0.0, f32::max);
    let named = analyzer.terms(thing);
    let is_named = |term: &Term| !term.places(&named).is_empty();
    let is_other = |name: &&String| own().all(|term| term.places(std::slice::from_ref(*name)).is_empty());
    let others = named.iter().filter(is_other).count();
    own().any(|term| term.weight >= KEY * greatest && is_named(term)) && others * 3 <= named.len()
}

/// What a text says something of, where it begins with that.
fn thing(text: &str) -> Option<&str> {
    let end = BEHIND.iter().filter_map(|sign| text.find(sign)).min()?;
    text.get(..end).filter(|thing| thing.split_whitespace().count() <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_stands_before_what_is_said_of_it() {
        assert_eq!(thing("GOVERNOR - Holds the speed of the engine."), Some("GOVERNOR"));
        assert_eq!(thing("A dog clutch is a clutch with teeth."), Some("A dog clutch"));
        assert_eq!(thing("Backlash. The play between two gears."), Some("Backlash"));
        assert_eq!(thing("Lift the governor off"), None);
        assert_eq!(thing("The governor is removed before the spring."), None, "it says nothing of what that is");
        assert_eq!(thing("Turn the governor by hand until the weights inside are free."), None);
    }
}
