//! Quantities that a question can ask for, and how a manual writes them.
//!
//! "What torque …?" is answered by "tighten to 25-37 lb-ft", which does not hold the word, and not by
//! a sentence on torque without a number.

/// A kind of value: words that ask for it, and its units.
pub(super) struct Quantity {
    asked: &'static [&'static str],
    units: &'static [&'static str],
}

const QUANTITIES: &[Quantity] = &[
    Quantity {
        asked: &[
            "torque",
            "torques",
            "torqe",
            "torqued",
            "torquing",
            "tight",
            "tighten",
            "tightness",
            "tightening",
            "drehmoment",
            "anzugsmoment",
            "anziehen",
            "angezogen",
            "aprieta",
            "apriete",
            "par",
            "couple",
            "couples",
            "serrage",
        ],
        units: &[
            "lb-ft", "ft-lb", "ft-lbs", "lb-in", "in-lb", "in-lbs", "ft lb", "lb ft", "nm", "n•m", "n·m", "n.m", "kgf",
        ],
    },
    Quantity {
        asked: &["pressure", "pressures", "psi", "boost", "druck", "presión", "pression"],
        units: &["psi", "kpa", "bar", "mpa", "psig", "mbar", "pa", "inhg", "in. hg"],
    },
    Quantity {
        asked: &["voltage", "volts", "spannung", "voltaje", "tensión", "tension"],
        units: &["v", "mv", "kv", "volt", "volts", "vdc", "vac"],
    },
    Quantity {
        asked: &["amperage", "amps", "stromstärke", "amperaje", "ampérage"],
        units: &["a", "ma", "amp", "amps", "ampere", "amperes", "µa"],
    },
    Quantity { asked: &["resistance", "impedance", "ohms"], units: &["ω", "ohm", "ohms", "kω", "mω", "k", "m"] },
    Quantity { asked: &["frequency", "frequencies"], units: &["hz", "khz", "mhz", "ghz"] },
    Quantity {
        asked: &["temperature", "temperatures", "temp", "hot", "cold", "temperatur", "temperatura", "température"],
        units: &["°f", "°c", "°", "degrees", "f", "c", "k"],
    },
    Quantity { asked: &["horsepower", "wattage"], units: &["hp", "horsepower", "kw", "w", "watts", "bhp"] },
    Quantity {
        asked: &["weight", "mass", "heavy", "weigh", "pounds", "gewicht", "schwer", "peso", "poids"],
        units: &["lb", "lbs", "kg", "g", "oz", "pounds", "ounces", "tons"],
    },
    Quantity {
        asked: &[
            "clearance",
            "clearances",
            "gap",
            "play",
            "dimensions",
            "deep",
            "wide",
            "stroke",
            "bore",
            "wear",
            "spiel",
            "abstand",
            "luft",
            "holgura",
            "juego",
            "jeu",
            "diameter",
            "length",
            "width",
            "thickness",
            "depth",
            "distance",
            "height",
            "runout",
            "backlash",
            "endplay",
        ],
        units: &["in.", "in", "inch", "inches", "mm", "cm", "m", "ft", "feet", "foot", "µm", "\""],
    },
    Quantity {
        asked: &[
            "capacity",
            "volume",
            "quarts",
            "gallons",
            "liters",
            "litres",
            "ounces",
            "füllmenge",
            "capacidad",
            "capacité",
        ],
        units: &[
            "qt", "qts", "quart", "quarts", "gal", "gallon", "gallons", "l", "liter", "liters", "litre", "litres",
            "pint", "pints", "cc", "ml", "oz", "ah", "gb", "mb",
        ],
    },
    Quantity { asked: &["rpm", "speed", "drehzahl", "velocidad", "régime", "revs"], units: &["rpm", "r/min"] },
];

/// Questions that ask for some number, whatever its unit.
const COUNTS: &[&str] = &[
    "how many",
    "how much",
    "how far",
    "how long",
    "how often",
    "how fast",
    "how high",
    "how deep",
    "how big",
    "what size",
    "wie viel",
    "wieviel",
    "wie lange",
    "wie weit",
    "wie oft",
    "cuánto",
    "cuanto",
    "cuánta",
    "cuántos",
    "combien",
    "least ",
    "the most",
    "what load",
    "setting",
    "minutes",
];

/// What a question asks to be told.
#[derive(Default)]
pub(super) struct Asked {
    quantities: Vec<&'static Quantity>,
    any_number: bool,
}

impl Asked {
    /// Reads a question.
    pub(super) fn of(question: &str) -> Self {
        let lower = question.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
        let named = |quantity: &&Quantity| quantity.asked.iter().any(|word| words.contains(word));
        Self {
            quantities: QUANTITIES.iter().filter(named).collect(),
            any_number: COUNTS.iter().any(|count| lower.contains(count)),
        }
    }

    /// Whether the question asks for a value at all.
    pub(super) fn is_value(&self) -> bool {
        self.any_number || !self.quantities.is_empty()
    }

    /// Whether the text holds such a value.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        if self.quantities.is_empty() {
            return has_number(&lower);
        }
        self.quantities.iter().any(|quantity| quantity.units.iter().any(|unit| has_value(&lower, unit)))
    }
}

/// Whether a text holds a number that may be a value: a figure that no letter stands before, and that is not
/// the label of a step or the number of a figure's part, or a number in words.
fn has_number(lower: &str) -> bool {
    let is_number = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_callout = word.starts_with('(') && word.trim_end_matches(['.', ',', ';']).ends_with(')');
        !is_callout && (bare.starts_with(|c: char| c.is_ascii_digit()) || NUMBER_WORDS.contains(&bare))
    };
    let is_label = |word: &str| word.ends_with(['.', ')']) && word.len() <= 4;
    let mut words = lower.split_whitespace();
    let first = words.next().unwrap_or_default();
    (!is_label(first) && is_number(first)) || words.any(is_number)
}

/// Whether a text holds a number with a unit: what could be taken for a value.
pub(super) fn has_any_value(text: &str) -> bool {
    let lower = text.to_lowercase();
    QUANTITIES.iter().flat_map(|quantity| quantity.units).any(|unit| has_value(&lower, unit))
}

/// Whether the text holds a value in a unit of the quantity that this word asks for.
pub(super) fn value_for(word: &str, text: &str) -> bool {
    let (word, lower) = (word.to_lowercase(), text.to_lowercase());
    QUANTITIES
        .iter()
        .filter(|quantity| quantity.asked.contains(&word.as_str()))
        .any(|quantity| quantity.units.iter().any(|unit| has_value(&lower, unit)))
}

const NUMBER_WORDS: &[&str] =
    &["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "once", "twice"];

/// Whether a number stands before this unit: `25-37 lb-ft`, `3.3v`, `1000 Ω`, `two feet`.
fn has_value(lower: &str, unit: &str) -> bool {
    lower.match_indices(unit).any(|(at, _)| {
        let before = lower.get(..at).unwrap_or_default();
        let after = lower.get(at + unit.len()..).and_then(|rest| rest.chars().next());
        let ends = after.is_none_or(|next| !next.is_alphanumeric());
        let tight = before.ends_with(|c: char| c.is_ascii_digit());
        let trimmed = before.trim_end_matches([' ', '±', '-']);
        let apart = trimmed.len() < before.len() || !unit.starts_with(char::is_alphanumeric);
        let numbered = trimmed.ends_with(|c: char| c.is_ascii_digit())
            || trimmed.rsplit(' ').next().is_some_and(|word| NUMBER_WORDS.contains(&word));
        ends && (tight || (apart && numbered))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_number_before_a_unit() {
        let torque = Asked::of("What torque for the rod cap nuts?");
        assert!(torque.is_value());
        assert!(torque.is_in("tighten to 44-52 lb-ft (60-71 N•m)."));
        assert!(!torque.is_in("Torque the nuts evenly (see page 12)."));
        let volts = Asked::of("What voltage does the cell produce?");
        assert!(volts.is_in("nearly .9 volts") && volts.is_in("set PV1 to 3.3V") && !volts.is_in("version 5"));
        let span = Asked::of("What distance may hoses span?");
        assert!(span.is_in("no more than two feet without") && !span.is_in("two hoses"));
    }

    #[test]
    fn labels_and_callouts_are_no_values() {
        let count = Asked::of("How many bolts hold the lid?");
        assert!(count.is_in("Remove 6 bolts (3).") && count.is_in("held by four bolts"));
        assert!(!count.is_in("3. Remove bolts (3) and lid (4)."));
        assert!(has_any_value("fill with 3 qt") && !has_any_value("3. Fill with oil"));
    }
}
