//! Units in normal form.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::scan::without_accents;

/// A unit in one of its spellings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    /// The term of the unit.
    pub(super) term: &'static str,
    /// Whether the spelling means the unit even without a number.
    pub(super) alone: bool,
}

/// The term, unambiguous spellings, and spellings that need a number before them. All without joiners, full stops and
/// spaces.
const UNITS: &[(&str, &str, &str)] = &[
    (
        "lbft",
        "lbft ftlb ftlbs lbsft lbfft ftlbf footpound footpounds poundfoot poundfeet poundsfeet poundsfoot lbfoot lbfeet \
         footlb footlbs ftpound ftpounds ftpd lbsf",
        "",
    ),
    (
        "lbin",
        "lbin inlb inlbs lbsin lbfin inlbf inchpound inchpounds poundinch poundinches poundsinch lbinch lbinches inchlb \
         inchlbs",
        "",
    ),
    ("nm", "nm newtonmeter newtonmeters newtonmetre newtonmetres newtonmetro newtonmetros", ""),
    ("danm", "danm dekanewtonmeter", ""),
    ("kgm", "kgm kgfm mkg mkp kpm", ""),
    ("ncm", "ncm", ""),
    ("psi", "psi psig psia lbin2 lbsin2 lbsqin lbssqin poundspersquareinch", ""),
    ("kgcm2", "kg/cm2 kgcm2 kgf/cm2 kgfcm2 kp/cm2 kpcm2", ""),
    ("nmm2", "n/mm2 nmm2", ""),
    ("hpa", "hpa hectopascal hectopascals hektopascal", ""),
    ("kpa", "kpa kilopascal kilopascals", ""),
    ("mpa", "mpa megapascal megapascals", ""),
    ("bar", "bar bars", ""),
    ("mbar", "mbar millibar millibars", ""),
    ("inhg", "inhg inchesofmercury", ""),
    ("mmhg", "mmhg", ""),
    ("celsius", "celsius degc degreec degreesc degreescelsius degreecelsius gradcelsius \u{b0}c centigrade", "c"),
    ("fahrenheit", "fahrenheit degf degreef degreesf degreesfahrenheit degreefahrenheit gradfahrenheit \u{b0}f", "f"),
    ("degree", "degree degrees \u{b0}", "deg"),
    ("percent", "percent prozent %", "pct"),
    ("quart", "quart quarts qts", "qt"),
    ("gallon", "gallon gallons gals", "gal"),
    ("pint", "pint pints pts", "pt"),
    ("fluidounce", "floz fluidounce fluidounces", ""),
    ("ounce", "ounce ounces", "oz"),
    ("litre", "litre litres liter liters litro litros", "l ltr ltrs lt"),
    ("millilitre", "millilitre millilitres milliliter milliliters ml", "cc"),
    ("millimetre", "millimetre millimetres millimeter millimeters milimetro milimetros mm", ""),
    ("centimetre", "centimetre centimetres centimeter centimeters centimetro centimetros", "cm"),
    ("micrometre", "micrometre micrometres micrometers micron microns \u{3bc}m", "um"),
    ("metre", "metre metres meters metros", "m meter"),
    ("kilometre", "kilometre kilometres kilometer kilometers km kilometros", ""),
    ("inch", "inch inches zoll pouce pouces pulgada pulgadas", "in ins \""),
    ("foot", "foot feet", "ft"),
    ("yard", "yard yards", "yd yds"),
    ("mile", "mile miles", "mi"),
    ("mph", "mph", ""),
    ("kmh", "kmh kph km/h", ""),
    ("kilogram", "kilogram kilograms kilogramme kilogramm kilogrammes kg kilo kilos", "kgs"),
    ("gram", "gram grams gramme grammes gramm", "g gr"),
    ("pound", "pound pounds lbs libras", "lb"),
    ("newton", "newton newtons", "n"),
    ("ampere", "amp amps ampere amperes amperios", "a"),
    ("milliampere", "milliamp milliamps", "ma"),
    ("amperehour", "ampereh amphour amphours amperehour amperehours", "ah"),
    ("volt", "volt volts voltios vdc vac", "v"),
    ("millivolt", "millivolt millivolts mv", ""),
    ("kilovolt", "kilovolt kilovolts kv", ""),
    ("watt", "watt watts", "w"),
    ("kilowatt", "kilowatt kilowatts kw", ""),
    ("horsepower", "horsepower hp bhp", "ps cv"),
    ("ohm", "ohm ohms \u{3c9}", ""),
    ("kiloohm", "kiloohm kiloohms kohm kohms k\u{3c9}", ""),
    ("megaohm", "megaohm megaohms mohm megohm megohms m\u{3c9}", ""),
    ("hertz", "hertz hz", ""),
    ("kilohertz", "kilohertz khz", ""),
    ("megahertz", "megahertz mhz", ""),
    ("rpm", "rpm rpms revolutionsperminute r/min rev/min umin u/min 1/min min-1 trmin tr/min", ""),
    ("gpm", "gpm gallonsperminute gal/min", ""),
    ("lpm", "lpm l/min litresperminute litersperminute", ""),
    ("cfm", "cfm", ""),
    ("second", "second seconds sekunden secondes segundos", "s sec secs sekunde seconde segundo"),
    ("minute", "minute minutes minuten minutos", "min mins"),
    ("hour", "hour hours stunden heures horas", "h hr hrs stunde heure hora"),
    ("day", "", "day days tage tagen dias jour jours"),
    ("week", "", "week weeks woche wochen semana semanas semaine semaines"),
    ("month", "", "month months monat monate monaten mes meses mois"),
    ("year", "", "year years jahr jahre jahren anos ans"),
    ("turn", "", "turn turns umdrehung umdrehungen vuelta vueltas tour tours"),
];

static TABLE: LazyLock<HashMap<&'static str, Unit>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for (term, alone, bound) in UNITS {
        table.extend(alone.split_whitespace().map(|spelling| (spelling, Unit { term, alone: true })));
        table.extend(bound.split_whitespace().map(|spelling| (spelling, Unit { term, alone: false })));
    }
    table
});

static TERMS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| UNITS.iter().map(|(term, ..)| *term).collect());

/// Length of the longest spelling in bytes.
const LONGEST: usize = 24;

/// The unit with this spelling, in lower case, possibly with joiners.
pub(super) fn unit(spelling: &str) -> Option<Unit> {
    if spelling.len() > LONGEST {
        return None;
    }
    if let Some(unit) = TABLE.get(spelling) {
        return Some(*unit);
    }
    // "milímetros", "millimètres"
    if !spelling.is_ascii()
        && let Some(unit) = TABLE.get(without_accents(spelling).as_ref())
    {
        return Some(*unit);
    }
    if spelling.contains(['-', '.']) {
        let bare: String = spelling.chars().filter(|c| !matches!(c, '-' | '.')).collect();
        return TABLE.get(bare.as_str()).copied();
    }
    None
}

/// Whether a term is that of a unit.
pub(super) fn is_term(term: &str) -> bool {
    TERMS.contains(term)
}

/// Whether a unit may begin with this word: it is one, or the first word of one.
pub(super) fn begins(word: &str) -> bool {
    const FIRST: &[&str] = &[
        "amp",
        "ampere",
        "deg",
        "degree",
        "degrees",
        "fl",
        "fluid",
        "foot",
        "ft",
        "gallons",
        "grad",
        "in",
        "inch",
        "inches",
        "l",
        "lb",
        "lbf",
        "lbs",
        "liters",
        "litres",
        "n",
        "newton",
        "pound",
        "pounds",
        "revolutions",
    ];
    FIRST.binary_search(&word).is_ok() || unit(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_means_two_units() {
        let mut seen = HashMap::new();
        for (term, alone, bound) in UNITS {
            for spelling in alone.split_whitespace().chain(bound.split_whitespace()) {
                assert!(spelling.len() <= LONGEST, "{spelling}");
                if let Some(other) = seen.insert(spelling, term) {
                    assert_eq!(other, term, "{spelling}");
                }
            }
        }
    }

    #[test]
    fn only_what_begins_a_unit_is_tried() {
        assert!(begins("newton") && begins("psi") && begins("lb-ft") && !begins("bolt"));
    }

    #[test]
    fn joiners_do_not_matter() {
        assert_eq!(unit("lb-ft").map(|unit| unit.term), Some("lbft"));
        assert_eq!(unit("ft.lbf").map(|unit| unit.term), Some("lbft"));
        assert_eq!(unit("n-m").map(|unit| unit.term), Some("nm"));
        assert_eq!(unit("bolt"), None);
    }
}
