//! Words that distinguish variants: "front" and "rear", "6.2" and "6.5", model numbers.
//!
//! Text under the title of another variant is not the answer.

/// Groups of mutually exclusive words. `*` stands for an ending, and `…` for the rest of a compound.
const OPPOSITES: &[&[&[&str]]] = &[
    &[
        &["front", "forward", "vorder…", "vorne", "vorn", "delanter*", "avant"],
        &["rear", "back", "hinter…", "hinten", "traser*", "arrière"],
    ],
    &[
        &["left", "lh", "links", "linke*", "izquierd*", "gauche*"],
        &["right", "rh", "rechts", "rechte*", "derech*", "droit*"],
    ],
    &[
        &["upper", "top", "obere*", "oben", "superior*", "supérieur*"],
        &["lower", "bottom", "untere*", "unten", "inferior*", "inférieur*"],
    ],
    &[
        &["inner", "inside", "inboard", "innere*", "interior*", "intérieur*"],
        &["outer", "outside", "outboard", "äußere*", "exterior*", "extérieur*"],
    ],
    &[
        &["intake", "inlet", "einlass…", "admisión", "admission"],
        &["exhaust", "outlet", "auslass…", "escape", "échappement"],
    ],
    &[
        &["dry", "trocken*", "seco", "seca", "sèche*"],
        &["wet", "oiled", "lubricated", "nass*", "geölt*", "lubricad*", "lubrifié*"],
    ],
    &[
        &["long", "langer", "langen", "langes", "largo", "larga", "largos", "largas", "longue*"],
        &["short", "kurz*", "corto", "corta", "cortos", "cortas", "court*"],
    ],
    &[
        &["removal", "remove", "removing", "removed", "ausbau*", "desmontaje", "desmontar", "dépose*"],
        &["installation", "install", "installing", "installed", "einbau*", "montaje", "montar", "pose*"],
    ],
    &[
        &["disassembly", "disassemble", "disassembling", "zerlegen", "desarmar", "démontage"],
        &["assembly", "assemble", "assembling", "reassembly", "zusammenbau*", "armar", "remontage"],
    ],
    &[&["two-door", "2-door", "zweitürig*"], &["four-door", "4-door", "viertürig*"]],
    &[&["suction", "saugseit*", "aspiración", "aspiration"], &["discharge", "druckseit*", "descarga", "refoulement"]],
];
/// Endings of German adjectives, and of Spanish and French words.
const ENDINGS: [&str; 14] = ["", "e", "en", "er", "es", "em", "n", "r", "s", "m", "a", "o", "as", "os"];

/// How a text fits the variants of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct VariantFit {
    /// Number of the question's variants that the text names.
    pub(crate) named: usize,
    /// Number of variants for which the text names another one instead.
    pub(crate) others: usize,
}

/// The variants that a question names.
#[derive(Debug, Default)]
pub(crate) struct Variants {
    /// The group, and the index in it.
    opposites: Vec<(usize, usize)>,
    /// Numbers and codes that name variants: `6.2`, `M1037`, `DB2831-5209`.
    codes: Vec<String>,
}

impl Variants {
    /// Determines them from a question.
    pub(crate) fn of(question: &str) -> Self {
        let mut words = words(question);
        // "How long" asks for a time, as "wie lange" does.
        if let Some(at) = words.windows(2).position(|pair| pair == ["how", "long"]) {
            words.remove(at + 1);
        }
        let mut opposites = Vec::new();
        for (at, set) in OPPOSITES.iter().enumerate() {
            let named: Vec<usize> = (0..set.len()).filter(|which| names(&words, set, *which)).collect();
            // A question that names both wants both.
            if let [which] = named.as_slice() {
                opposites.push((at, *which));
            }
        }
        let mut codes: Vec<String> = words.iter().filter_map(|word| code(word)).collect();
        codes.sort();
        codes.dedup();
        Self { opposites, codes }
    }

    /// Number of variants.
    pub(crate) fn count(&self) -> usize {
        self.opposites.len() + self.codes.len()
    }

    /// How a text with its titles fits.
    pub(crate) fn fit(&self, titles: &str, text: &str) -> VariantFit {
        let mut fit = VariantFit::default();
        if self.opposites.is_empty() && self.codes.is_empty() {
            return fit;
        }
        let (over, own) = (words(titles), words(text));
        for (at, which) in &self.opposites {
            let Some(set) = OPPOSITES.get(*at) else { continue };
            let is = |which: usize| names(&own, set, which) || names(&over, set, which);
            if is(*which) {
                fit.named += 1;
            } else if (0..set.len()).any(is) {
                fit.others += 1;
            }
        }
        // In running text a decimal is a value, not a variant.
        let in_titles = over.iter().filter_map(|word| code(word));
        let in_text = own.iter().filter(|word| word.chars().any(char::is_alphabetic)).filter_map(|word| code(word));
        let found: Vec<String> = in_titles.chain(in_text).collect();
        let shapes: Vec<String> = self.codes.iter().map(|code| shape(code)).collect();
        for (code, own_shape) in self.codes.iter().zip(&shapes) {
            if found.contains(code) {
                fit.named += 1;
            } else if found.iter().any(|other| shape(other) == *own_shape && !self.codes.contains(other)) {
                fit.others += 1;
            }
        }
        fit
    }
}

fn names(words: &[String], set: &[&[&str]], which: usize) -> bool {
    let is = |word: &String, name: &&str| match (name.strip_suffix('*'), name.strip_suffix('…')) {
        (Some(stem), _) => word.strip_prefix(stem).is_some_and(|ending| ENDINGS.contains(&ending)),
        (_, Some(stem)) => word.starts_with(stem),
        _ => word == name,
    };
    set.get(which).is_some_and(|names| words.iter().any(|word| names.iter().any(|name| is(word, name))))
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '.' | '/')));
    words.map(|word| word.trim_matches(['-', '.', '/'])).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A number or code that can name a variant, without a unit of litres.
fn code(word: &str) -> Option<String> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let bare = word.strip_suffix('l').filter(|rest| rest.ends_with(|c: char| c.is_ascii_digit())).unwrap_or(word);
    let is_decimal = letters == usize::from(bare.len() < word.len()) && is_short_decimal(bare);
    let is_model = letters > 0 && digits >= 3 && !word.contains('/');
    (is_decimal || is_model).then(|| bare.to_owned())
}

/// Whether a number is like `6.5`, and not like `0.004`.
fn is_short_decimal(word: &str) -> bool {
    word.split_once('.').is_some_and(|(whole, part)| {
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        (1..=2).contains(&whole.len()) && part.len() == 1 && digits(whole) && digits(part)
    })
}

/// The pattern of a code: its letters, with digits replaced.
fn shape(code: &str) -> String {
    let kind = |c: char| {
        if c.is_ascii_digit() {
            '9'
        } else if c.is_alphabetic() {
            'a'
        } else {
            c
        }
    };
    code.chars().map(kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_variant_is_seen_in_titles_and_text() {
        let rear = Variants::of("torque of the rear hub nut");
        assert_eq!(rear.fit("3-4. FRONT HUB", "Tighten the nut to 90 Nm."), VariantFit { named: 0, others: 1 });
        assert_eq!(rear.fit("3-4. HUBS", "Tighten the rear nut to 90 Nm."), VariantFit { named: 1, others: 0 });
        assert_eq!(rear.fit("3-4. HUBS", "Tighten the nut."), VariantFit::default());
        let engine = Variants::of("oil for the 2.5 engine");
        assert_eq!(engine.fit("Table 1. Capacities (2.8 L)", "Oil 4.5 qt"), VariantFit { named: 0, others: 1 });
        assert_eq!(engine.fit("Table 1. Capacities (2.5L)", "Oil 4.5 qt"), VariantFit { named: 1, others: 0 });
        let model = Variants::of("filter for the PX4410");
        assert_eq!(model.fit("", "PX4420 filter 993-11"), VariantFit { named: 0, others: 1 });
    }

    #[test]
    fn variants_have_endings_and_compounds() {
        for (question, this, other) in [
            ("Drehmoment der vorderen Nabe", "Vorderachse: 40 Nm", "hintere Nabe: 60 Nm"),
            ("Druck im linken Reifen", "linker Reifen: 2 bar", "rechter Reifen: 3 bar"),
            ("par de los tornillos largos", "tornillo largo: 9 Nm", "tornillos cortos: 7 Nm"),
            ("jeu de la soupape droite", "côté droit : 0,2 mm", "soupapes gauches : 0,3 mm"),
            ("torque of the long bolts", "long bolt 9 Nm", "short bolt 7 Nm"),
        ] {
            let variants = Variants::of(question);
            assert_eq!(variants.fit("", this), VariantFit { named: 1, others: 0 }, "{this}");
            assert_eq!(variants.fit("", other), VariantFit { named: 0, others: 1 }, "{other}");
        }
        for question in ["How long must it cool?", "Wie lange muss es abkühlen?"] {
            assert_eq!(Variants::of(question).count(), 0, "{question}");
        }
    }

    #[test]
    fn a_question_that_names_both_wants_both() {
        let both = Variants::of("front and rear hub nut, 2.5 and 2.8");
        assert_eq!(both.fit("FRONT HUB 2.5L", "90 Nm").others, 0);
        assert_eq!(both.fit("REAR HUB 2.8L", "80 Nm").others, 0);
    }
}
