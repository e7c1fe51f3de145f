//! The entries of a data plate: labels with their values, such as `MODEL V8-6.2`.

use super::ReadLine;
use crate::PixelBox;

/// An entry of a data plate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlateEntry {
    /// What it says.
    pub kind: PlateEntryKind,
    /// Its label, as printed.
    pub label: String,
    /// Its value, as printed.
    pub value: String,
}

/// What an entry of a data plate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PlateEntryKind {
    /// The model or type.
    Model,
    /// The serial number.
    SerialNumber,
    /// The part number.
    PartNumber,
    /// The NATO or national stock number.
    StockNumber,
    /// Who made it.
    Manufacturer,
    /// When it was made.
    Made,
    /// The voltage.
    Voltage,
    /// The current.
    Current,
    /// The power.
    Power,
    /// The frequency.
    Frequency,
    /// The speed of rotation.
    Speed,
    /// A pressure.
    Pressure,
    /// The weight.
    Weight,
}

use PlateEntryKind as Kind;

/// Labels in lower case and without marks. Of two that match, the longer one counts.
const LABELS: [(&str, Kind); 59] = [
    ("model", Kind::Model),
    ("model no", Kind::Model),
    ("model number", Kind::Model),
    ("mod", Kind::Model),
    ("type", Kind::Model),
    ("typ", Kind::Model),
    ("serial", Kind::SerialNumber),
    ("serial no", Kind::SerialNumber),
    ("serial number", Kind::SerialNumber),
    ("ser no", Kind::SerialNumber),
    ("s/n", Kind::SerialNumber),
    ("sn", Kind::SerialNumber),
    ("part no", Kind::PartNumber),
    ("part number", Kind::PartNumber),
    ("p/n", Kind::PartNumber),
    ("pn", Kind::PartNumber),
    ("nsn", Kind::StockNumber),
    ("fsn", Kind::StockNumber),
    ("stock no", Kind::StockNumber),
    ("manufacturer", Kind::Manufacturer),
    ("manufactured by", Kind::Manufacturer),
    ("mfr", Kind::Manufacturer),
    ("mfg", Kind::Manufacturer),
    ("made by", Kind::Manufacturer),
    ("date of mfg", Kind::Made),
    ("mfg date", Kind::Made),
    ("date", Kind::Made),
    ("year", Kind::Made),
    ("volts", Kind::Voltage),
    ("volt", Kind::Voltage),
    ("voltage", Kind::Voltage),
    ("v", Kind::Voltage),
    ("amps", Kind::Current),
    ("amp", Kind::Current),
    ("amperes", Kind::Current),
    ("current", Kind::Current),
    ("a", Kind::Current),
    ("hp", Kind::Power),
    ("adv hp", Kind::Power),
    ("kw", Kind::Power),
    ("power", Kind::Power),
    ("output", Kind::Power),
    ("hz", Kind::Frequency),
    ("cycles", Kind::Frequency),
    ("frequency", Kind::Frequency),
    ("rpm", Kind::Speed),
    ("r/min", Kind::Speed),
    ("speed", Kind::Speed),
    ("psi", Kind::Pressure),
    ("bar", Kind::Pressure),
    ("pressure", Kind::Pressure),
    ("working pressure", Kind::Pressure),
    ("max pressure", Kind::Pressure),
    ("max working pressure", Kind::Pressure),
    ("weight", Kind::Weight),
    ("wt", Kind::Weight),
    ("mass", Kind::Weight),
    ("kg", Kind::Weight),
    ("lbs", Kind::Weight),
];

/// Units that follow a number on plates without labels.
const UNITS: [(&str, Kind); 15] = [
    ("v", Kind::Voltage),
    ("vac", Kind::Voltage),
    ("vdc", Kind::Voltage),
    ("volts", Kind::Voltage),
    ("a", Kind::Current),
    ("amp", Kind::Current),
    ("amps", Kind::Current),
    ("kw", Kind::Power),
    ("hp", Kind::Power),
    ("hz", Kind::Frequency),
    ("rpm", Kind::Speed),
    ("r/min", Kind::Speed),
    ("psi", Kind::Pressure),
    ("bar", Kind::Pressure),
    ("kg", Kind::Weight),
];

/// Words that join the numbers of a quantity, and units that stand in no entry of their own.
const JOINING: [&str; 12] = ["at", "to", "max", "min", "ac", "dc", "and", "or", "/", "lbs", "lb", "mpa"];

/// The most words of a label, and of a value.
const LABEL_WORDS: usize = 4;
const VALUE_WORDS: usize = 6;
/// How far below its label a value may be, in heights of the label.
const BELOW: f32 = 1.6;
/// The most lines of a plate. A page of prose is none.
const MOST_LINES: usize = 60;

/// The entries of the plate that these lines are; none if they are no plate.
#[must_use]
pub fn plate_entries(lines: &[ReadLine]) -> Vec<PlateEntry> {
    if lines.len() > MOST_LINES {
        return Vec::new();
    }
    let mut entries: Vec<PlateEntry> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let words: Vec<&str> = line.text.split_whitespace().collect();
        let found = match label(&words) {
            Some((kind, used)) => {
                let printed = words.get(..used).unwrap_or_default().join(" ");
                let rest = words.get(used..).unwrap_or_default();
                let value = if rest.is_empty() { beside_or_below(lines, at) } else { Some(rest.join(" ")) };
                value.map(|value| (kind, printed, value))
            }
            None => measure(&words),
        };
        let Some((kind, label, value)) = found else { continue };
        let value = value.trim_start_matches(is_mark).trim_end_matches(['.', ',']).trim().to_owned();
        if is_value(kind, &value) {
            let entry = PlateEntry { kind, label: label.trim_end_matches(is_mark).to_owned(), value };
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
    }
    entries
}

fn is_mark(c: char) -> bool {
    matches!(c, ':' | '.' | '-' | '–' | '=' | '#' | ' ')
}

/// What the label at the beginning of these words says, and how many words it takes.
fn label(words: &[&str]) -> Option<(Kind, usize)> {
    let longest = words.len().min(LABEL_WORDS);
    (1..=longest).rev().find_map(|used| {
        let plain = words.get(..used)?.iter().map(|word| plain(word)).filter(|word| !word.is_empty());
        let plain = plain.collect::<Vec<_>>().join(" ");
        let (_, kind) = LABELS.iter().find(|(name, _)| *name == plain)?;
        Some((*kind, used))
    })
}

/// A word of a label in lower case, without the marks around it.
fn plain(word: &str) -> String {
    word.trim_matches(|c: char| is_mark(c) || c == ',').to_lowercase()
}

/// The number and the unit that these words begin with, as on plates without labels.
fn measure(words: &[&str]) -> Option<(Kind, String, String)> {
    let (first, rest) = words.split_first()?;
    let digits = first.trim_end_matches(|c: char| !c.is_ascii_digit());
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let attached = first.get(digits.len()..).unwrap_or_default();
    let unit = if attached.is_empty() { rest.first().copied().unwrap_or_default() } else { attached };
    let (_, kind) = UNITS.iter().find(|(name, _)| *name == plain(unit))?;
    let taken = 1 + usize::from(attached.is_empty());
    Some((*kind, unit.to_owned(), words.get(..taken)?.join(" ")))
}

/// The text to the right of a label in the same row, else that right below it.
fn beside_or_below(lines: &[ReadLine], at: usize) -> Option<String> {
    let label = lines.get(at)?.upright();
    let others =
        || lines.iter().enumerate().filter(move |(other, _)| *other != at).map(|(_, line)| (line.upright(), line));
    let same_row = |area: &PixelBox| {
        let shared = area.bottom().min(label.bottom()) - area.y.max(label.y);
        shared >= 0.5 * area.height.min(label.height) && area.x >= label.right() - label.height
    };
    let below = |area: &PixelBox| {
        let gap = area.y - label.bottom();
        let shared = area.right().min(label.right()) - area.x.max(label.x);
        gap > -0.3 * label.height && gap <= BELOW * label.height && shared > 0.0
    };
    let nearest_right = others()
        .filter(|(area, _)| same_row(area))
        .min_by(|(one, _), (other, _)| one.x.total_cmp(&other.x))
        .filter(|(_, line)| !is_label(line));
    let nearest_below =
        || others().filter(|(area, _)| below(area)).min_by(|(one, _), (other, _)| one.y.total_cmp(&other.y));
    let (_, line) = nearest_right.or_else(nearest_below)?;
    (!is_label(line)).then(|| line.text.clone())
}

/// Whether a line begins with a label.
fn is_label(line: &ReadLine) -> bool {
    label(&line.text.split_whitespace().collect::<Vec<_>>()).is_some()
}

/// Whether this can be the value of an entry: names and numbers, but no sentence. That of a quantity begins with a
/// number, and its other words are numbers, units, or what joins them.
fn is_value(kind: Kind, value: &str) -> bool {
    let words: Vec<&str> = value.split_whitespace().collect();
    let has_digit = |text: &str| text.chars().any(|c| c.is_ascii_digit());
    let belongs = |word: &&str| {
        let plain = plain(word);
        has_digit(word) || JOINING.contains(&&*plain) || UNITS.iter().any(|(unit, _)| *unit == plain)
    };
    (1..=VALUE_WORDS).contains(&words.len())
        && match kind {
            Kind::Manufacturer => value.chars().any(char::is_alphabetic),
            Kind::Model | Kind::SerialNumber | Kind::PartNumber | Kind::StockNumber | Kind::Made => has_digit(value),
            _ => value.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-')) && words.iter().all(belongs),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, x: f32, y: f32) -> ReadLine {
        #[expect(clippy::cast_precision_loss, reason = "a few characters")]
        let width = 10.0 * text.chars().count() as f32;
        let area = PixelBox { x, y, width, height: 20.0 };
        ReadLine { text: text.to_owned(), confidence: 0.9, area, words: Vec::new() }
    }

    fn entries(lines: &[ReadLine]) -> Vec<(Kind, String)> {
        plate_entries(lines).into_iter().map(|entry| (entry.kind, entry.value)).collect()
    }

    fn stacked(texts: &[&str]) -> Vec<ReadLine> {
        let rows = (0_u8..).zip(texts);
        rows.map(|(row, text)| line(text, 0.0, 30.0 * f32::from(row))).collect()
    }

    #[test]
    fn values_follow_their_labels_on_one_line() {
        let plate = stacked(&[
            "ACME PUMPS",
            "MODEL - GP-22",
            "SERIAL NO. HP40-0917",
            "P/N: 4410-0301",
            "NSN 2815-01-123-4567",
            "VOLTS 24",
            "MFG BY HAND AND WITH CARE FOR ALL THE WORLD",
            "Mfr: Acme",
            "RPM",
        ]);
        assert_eq!(
            entries(&plate),
            [
                (Kind::Model, "GP-22".to_owned()),
                (Kind::SerialNumber, "HP40-0917".to_owned()),
                (Kind::PartNumber, "4410-0301".to_owned()),
                (Kind::StockNumber, "2815-01-123-4567".to_owned()),
                (Kind::Voltage, "24".to_owned()),
                (Kind::Manufacturer, "Acme".to_owned()),
            ]
        );
    }

    #[test]
    fn values_stand_beside_or_below_their_labels() {
        let plate = [
            line("MODEL", 0.0, 0.0),
            line("V8-6.2", 200.0, 3.0),
            line("SERIAL NO", 0.0, 40.0),
            line("H075006", 0.0, 65.0),
            line("V", 200.0, 40.0),
            line("24", 200.0, 66.0),
        ];
        let expected = [(Kind::Model, "V8-6.2"), (Kind::SerialNumber, "H075006"), (Kind::Voltage, "24")];
        assert_eq!(entries(&plate), expected.map(|(kind, value)| (kind, value.to_owned())));
    }

    #[test]
    fn numbers_with_units_need_no_labels() {
        let plate = stacked(&["400 V", "7.5kW", "1450 RPM", "50 Hz", "160 bar max", "IP 55", "3 phases"]);
        let kinds = [Kind::Voltage, Kind::Power, Kind::Speed, Kind::Frequency, Kind::Pressure];
        let values = ["400 V", "7.5kW", "1450 RPM", "50 Hz", "160 bar"];
        assert_eq!(entries(&plate), kinds.into_iter().zip(values.map(str::to_owned)).collect::<Vec<_>>());
    }

    #[test]
    fn a_quantity_has_a_number_and_units() {
        let plate = stacked(&[
            "ADV. HP 150 AT 3600 RPM",
            "VOLTS 220 / 380 V",
            "A 12 bolt pattern",
            "V 8 engines",
            "Pressure 5 things",
        ]);
        let expected = [(Kind::Power, "150 AT 3600 RPM"), (Kind::Voltage, "220 / 380 V")];
        assert_eq!(entries(&plate), expected.map(|(kind, value)| (kind, value.to_owned())));
    }

    #[test]
    fn prose_is_no_plate() {
        let prose = stacked(&["A model of its kind is shown here.", "Type the word and press Enter.", "Serial"]);
        assert_eq!(entries(&prose), []);
        let page: Vec<ReadLine> = (0..80).map(|_| line("MODEL 7", 0.0, 0.0)).collect();
        assert_eq!(entries(&page), []);
        assert_eq!(entries(&[]), []);
    }
}
