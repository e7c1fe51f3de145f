//! The kind of value that a question asks for: a value in certain units, or a part or stock number.
//!
//! "How tight are the rod caps?" is answered where a torque is next to rod caps, not where the text only mentions that
//! they are tight.

use super::super::analysis::phrase_places;

/// A quantity: words that ask for it, and the terms of its units.
struct Quantity {
    asked: &'static str,
    units: &'static [&'static str],
}

/// Words and phrases, separated by commas, in the four languages of answers.
const QUANTITIES: &[Quantity] = &[
    Quantity {
        asked: "torque,torques,torqe,torqued,torquing,how tight,how stiff,how hard,tightness,tighten,tightened,\
                tightening,drehmoment,drehmomente,anzugsmoment,anzugsmomente,anziehdrehmoment,anziehen,angezogen,\
                wie fest,aprieta,aprietan,apretar,apriete,par de apriete,couple de,couples de,quel couple,serrage,\
                serrer",
        units: &["lbft", "lbin", "nm", "danm", "kgm", "ncm"],
    },
    Quantity {
        asked: "pressure,pressures,psi,boost,inflate,inflation,druck,presión,presion,pression,gonflage",
        units: &["psi", "kpa", "mpa", "bar", "mbar", "inhg", "mmhg"],
    },
    Quantity {
        asked: "voltage,volts,volt,spannung,voltaje,tensión,quelle tension",
        units: &["volt", "millivolt", "kilovolt"],
    },
    Quantity {
        asked: "amperage,amps,amp,current draw,how much current,stromstärke,amperaje,ampérage,ampères",
        units: &["ampere", "milliampere"],
    },
    Quantity {
        asked: "resistance,impedance,ohms,widerstand,resistencia,résistance",
        units: &["ohm", "kiloohm", "megaohm"],
    },
    Quantity { asked: "frequency,hertz,frequenz,frecuencia,fréquence", units: &["hertz", "kilohertz", "megahertz"] },
    Quantity {
        asked: "temperature,temperatures,temp,temps,how hot,how cold,how warm,too hot,too cold,freezing point,\
                temperatur,wie heiß,wie kalt,temperatura,température",
        units: &["celsius", "fahrenheit", "degree"],
    },
    Quantity { asked: "angle,degrees,timing,winkel,ángulo", units: &["degree"] },
    Quantity {
        asked: "horsepower,power output,wattage,leistung,potencia,puissance",
        units: &["horsepower", "kilowatt", "watt"],
    },
    Quantity {
        asked: "weight,weigh,weighs,how heavy,gewicht,wie schwer,peso,pesa,poids,pèse",
        units: &["pound", "kilogram", "gram", "ounce"],
    },
    Quantity {
        asked: "clearance,clearances,gap,gaps,play,end play,endplay,free play,dimension,\
                dimensions,wear,bore,backlash,runout,run-out,thickness,how thick,\
                how deep,depth,how wide,width,diameter,stroke,length,height,how high,how far,distance,oversize,\
                undersize,taper,spiel,luft,abstand,dicke,durchmesser,länge,holgura,juego,diámetro,espesor,jeu,diamètre,épaisseur,écartement",
        units: &["inch", "foot", "millimetre", "centimetre", "micrometre", "metre"],
    },
    Quantity {
        asked: "capacity,capacities,volume,how much oil,how much coolant,how much fluid,how much fuel,how much water,\
                how much antifreeze,how much grease,how much refrigerant,quarts,gallons,liters,litres,refill,füllmenge,\
                wie viel öl,capacidad,cuánto aceite,capacité,combien d'huile",
        units: &["quart", "gallon", "pint", "litre", "millilitre", "fluidounce", "ounce", "pound", "kilogram"],
    },
    Quantity {
        asked: "rpm,idle speed,engine speed,what speed,how fast,revs,drehzahl,revoluciones,régime",
        units: &["rpm"],
    },
    Quantity {
        asked: "how long,how often,how soon,how many minutes,how many hours,minutes,hours,interval,wie lange,wie oft,\
                cuánto tiempo,combien de temps",
        units: &["second", "minute", "hour"],
    },
];

/// Words and phrases that ask for a part, stock, tool or model number.
const NUMBERS: &str = "part number,part numbers,part no,part-no,part #,part num,partno,p/n,pn,nsn,fsn,niin,stock number,\
                       stock no,tool number,tool no,order number,kit number,kit no,catalog number,model number,\
                       number for,j number,j tool,which tool,what tool,special tool,cage code,cagec,teilenummer,\
                       artikelnummer,bestellnummer,sachnummer,número de parte,numero de parte,número de pieza,\
                       referencia,numéro de pièce,référence";
/// Those that also name a subject.
const SUBJECTS: &[&str] = &["number for", "j tool", "which tool", "what tool", "special tool"];

/// Minimum number of letters of a subject.
const LEAST: usize = 3;

/// The kind of value that a question asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WantedValue {
    units: Vec<&'static str>,
    number: bool,
}

impl WantedValue {
    /// Determines it from a question.
    #[must_use]
    pub fn of(question: &str) -> Self {
        let lower = question.to_lowercase().replace('\u{2019}', "'");
        let says = |list: &str| list.split(',').any(|phrase| phrase_places(&lower, phrase).next().is_some());
        let asked = QUANTITIES.iter().filter(|quantity| says(quantity.asked));
        Self { units: asked.flat_map(|quantity| quantity.units).copied().collect(), number: says(NUMBERS) }
    }

    /// Splits a question into the rest and the words that ask for a number, since those do not describe the subject. If
    /// there is nothing else, they are the subject.
    #[must_use]
    pub fn apart(question: &str) -> (String, String) {
        let lower = question.to_lowercase();
        // Where case changes the length, places are not the same any more.
        if lower.len() != question.len() {
            return (question.to_owned(), String::new());
        }
        let mut rest = question.to_owned();
        let mut asking: Vec<&str> = Vec::new();
        for phrase in NUMBERS.split(',').filter(|phrase| !SUBJECTS.contains(phrase)) {
            for at in phrase_places(&lower, phrase) {
                let place = at..at + phrase.len();
                if rest.get(place.clone()).is_some() {
                    rest.replace_range(place, &" ".repeat(phrase.len()));
                    asking.push(if matches!(phrase, "p/n" | "pn") { "part number" } else { phrase });
                }
            }
        }
        if rest.chars().filter(|c| c.is_alphanumeric()).count() < LEAST {
            return (question.to_owned(), String::new());
        }
        (rest, asking.join(" "))
    }

    /// Whether the question asks for any such value.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.number || !self.units.is_empty()
    }

    /// Whether it asks for a value with a unit.
    #[must_use]
    pub fn is_value(&self) -> bool {
        !self.units.is_empty()
    }

    /// Whether it asks for a part, stock, tool or model number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        self.number
    }

    /// Whether a term of a text is of this kind.
    #[must_use]
    pub fn is(&self, term: &str) -> bool {
        self.units.contains(&term) || (self.number && is_part_number(term))
    }
}

/// Whether a word or term may be a part or stock number: at least five characters, four of them digits, and not a
/// decimal number.
#[must_use]
pub fn is_part_number(word: &str) -> bool {
    let word = word.trim_end_matches(['.', ':']);
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_decimal = word.contains('.') && !word.chars().any(char::is_alphabetic);
    digits >= 4 && word.chars().count() >= 5 && !is_decimal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_number_is_told_from_a_value() {
        for number in ["5330-078-0304", "5330-078-0304.", "MS28775-218", "12338712-1", "4016.07.881A"] {
            assert!(is_part_number(number), "{number}");
        }
        for other in ["1250.75", "0.0012-0.0018", "3600", "pump"] {
            assert!(!is_part_number(other), "{other}");
        }
    }

    #[test]
    fn a_question_says_which_units_its_answer_has() {
        let torque = WantedValue::of("how tight do the flywheel bolts go?");
        assert!(torque.is("lbft") && torque.is("nm") && !torque.is("psi") && !torque.is("flywheel"));
        let number = WantedValue::of("gearbox seal, P/N please");
        assert!(number.is("5330011234567") && number.is("ms287752") && !number.is("12") && !number.is("seal"));
        assert_eq!(
            WantedValue::apart("Gearbox seal, P/N?"),
            ("Gearbox seal,    ?".to_owned(), "part number".to_owned())
        );
        assert_eq!(WantedValue::apart("NSN?"), ("NSN?".to_owned(), String::new()));
        assert!(!WantedValue::of("Where is the oil filter?").is_any());
        assert!(WantedValue::of("Quel est le couple de serrage ?").is("nm"));
        assert!(WantedValue::of("Wie viel Luft haben die Lager?").is("millimetre"));
        assert!(WantedValue::of("¿A cuánto se aprietan las tuercas?").is("nm"));
        for other in ["a couple of bolts are left", "the belt has no tension", "torn bearing cage", "it sits tight"] {
            assert!(!WantedValue::of(other).is_any(), "{other}");
        }
        assert!(!WantedValue::of("how tightly-packed is it").is_any(), "no part of a longer word");
    }
}
