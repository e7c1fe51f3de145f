//! Headings, recognised by their form: a number and a title, capitals, a larger or bolder font.

use super::{
    super::Line,
    super::units::{announces, titles_sections},
    numbering::{NumberForm, after_caption_label, number_form, starts_with_division},
};

/// Maximum length of a title in words; longer lines are sentences.
const MAX_WORDS: usize = 16;
/// Maximum length of a title in bytes, because all pages and passages below it carry it.
const MAX_BYTES: usize = 300;

/// Maximum number of lines of a title.
const MAX_LINES: usize = 3;

/// What a heading opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadingKind {
    /// A chapter, section, paragraph or group of steps.
    Section,
    /// A table or figure.
    Caption,
}

/// A title found in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Heading {
    /// What it opens.
    pub kind: HeadingKind,
    /// 1 for chapters and appendixes, 2 for numbered sections, 3 for lower levels.
    pub level: u8,
    /// The title with its number, without "(Cont'd)".
    pub title: String,
    /// Whether it repeats an earlier title (`(Cont'd)`).
    pub continued: bool,
}

impl Heading {
    /// The title without its number.
    #[must_use]
    pub fn name(&self) -> &str {
        number_form(&self.title).map_or(&self.title, |(_, name)| name)
    }

    /// Whether the title begins with a letter (`b. Inspection`).
    pub(super) fn is_lettered(&self) -> bool {
        matches!(number_form(&self.title), Some((NumberForm::Letter, _)))
    }
}

/// The heading that begins with the first of `lines`, and its number of lines.
pub(super) fn find(lines: &[&Line], body_size: f32) -> Option<(Heading, usize)> {
    let line = lines.first()?;
    let text = first_cell(&line.text)?;
    let (title, mut continued) = strip_continued(text);
    let emphasis = Emphasis::of(line, body_size);
    let kind = classify(title, &emphasis)?;
    // Large letters and capitals tell nothing in a drawing.
    if line.in_picture && !is_titled_by_form(title) {
        return None;
    }
    if announces(title) && !(titles_sections(title) && opens_section(lines, &emphasis)) {
        return None;
    }
    let mut title = title.to_owned();
    let mut count = 1;
    // Titles run over several lines in the same face.
    for next in lines.iter().skip(1).take(MAX_LINES - 1) {
        if continued || !continues_title(line, next, &title, &emphasis) {
            break;
        }
        let (rest, mark) = strip_continued(&next.text);
        continued |= mark;
        title.push(' ');
        title.push_str(rest);
        count += 1;
    }
    let (kind, level) = kind;
    Some((Heading { kind, level, title: title.trim_end_matches(['.', ':', ' ']).to_owned(), continued }, count))
}

/// Whether a title is one by its form alone, whatever its font: a chapter, a numbered section, a caption.
fn is_titled_by_form(title: &str) -> bool {
    let is_numbered = matches!(number_form(title), Some((NumberForm::Compound, _)));
    is_numbered || after_caption_label(title).is_some() || starts_with_division(title)
}

/// How a line stands out from the body text.
#[expect(clippy::struct_excessive_bools, reason = "each is a sign of its own")]
struct Emphasis {
    larger: bool,
    much_larger: bool,
    bold: bool,
    capitals: bool,
}

impl Emphasis {
    fn of(line: &Line, body_size: f32) -> Self {
        let known = line.size > 0.0 && body_size > 0.0;
        Self {
            larger: known && line.size >= body_size * 1.12,
            much_larger: known && line.size >= body_size * 1.35,
            bold: line.bold,
            capitals: is_capitals(&line.text),
        }
    }

    fn any(&self) -> bool {
        self.larger || self.bold || self.capitals
    }
}

fn classify(title: &str, emphasis: &Emphasis) -> Option<(HeadingKind, u8)> {
    let words = title.split_whitespace().count();
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    if words == 0 || words > MAX_WORDS || title.len() > MAX_BYTES || letters < 3 {
        return None;
    }
    let sentence = title.ends_with([',', ';']) || (title.ends_with('.') && words > 6);
    if let Some(rest) = after_caption_label(title) {
        let titled = starts_title(rest) || rest.is_empty();
        return (titled && !sentence).then_some((HeadingKind::Caption, 4));
    }
    if starts_with_division(title) && !sentence {
        return Some((HeadingKind::Section, 1));
    }
    if sentence && !emphasis.capitals {
        return None;
    }
    match number_form(title) {
        Some((NumberForm::Compound, rest)) if starts_title(rest) => Some((HeadingKind::Section, 2)),
        Some((NumberForm::Letter, rest)) if starts_title(rest) && words <= 10 && !title.ends_with('.') => {
            Some((HeadingKind::Section, 3))
        }
        // A plain number starts a step more often than a section: it needs a face of its own.
        Some((NumberForm::Plain, rest)) if starts_title(rest) && emphasis.any() => {
            Some((HeadingKind::Section, if emphasis.much_larger { 2 } else { 3 }))
        }
        Some(_) => None,
        None if !starts_title(title) || words > 12 => None,
        None if emphasis.much_larger => Some((HeadingKind::Section, 2)),
        None if emphasis.larger || (emphasis.capitals && words >= 2) => Some((HeadingKind::Section, 3)),
        None if emphasis.bold && words <= 10 => Some((HeadingKind::Section, 3)),
        None => None,
    }
}

/// Whether a line that may be a section title or a signal word is a title: it is larger than the text, or the next line
/// is numbered.
fn opens_section(lines: &[&Line], emphasis: &Emphasis) -> bool {
    emphasis.larger || lines.get(1).is_some_and(|next| number_form(&next.text).is_some())
}

fn starts_title(text: &str) -> bool {
    text.chars().find(|c| c.is_alphanumeric()).is_some_and(|c| c.is_uppercase() || c.is_numeric())
        && text.chars().filter(|c| c.is_alphabetic()).count() >= 3
}

fn is_capitals(text: &str) -> bool {
    let (mut upper, mut lower) = (0, 0);
    for character in text.chars() {
        upper += usize::from(character.is_uppercase());
        lower += usize::from(character.is_lowercase());
    }
    upper >= 4 && lower * 8 <= upper
}

/// The part before a wide gap, since forms have columns side by side. Lettered cells side by side list what follows and
/// are not a heading.
fn first_cell(text: &str) -> Option<&str> {
    let cells = || text.split("   ");
    let lettered = cells().filter(|cell| matches!(number_form(cell), Some((NumberForm::Letter, _))));
    if lettered.count() >= 2 {
        return None;
    }
    let first = cells().next()?;
    // A number alone before the gap belongs to the title behind it.
    Some(if first.len() > 6 { first } else { text })
}

fn continues_title(first: &Line, next: &Line, title: &str, emphasis: &Emphasis) -> bool {
    let same_face = (first.size - next.size).abs() < 0.3 && first.bold == next.bold;
    let stands_out = first.bold || emphasis.larger || (emphasis.capitals && is_capitals(&next.text));
    let words = title.split_whitespace().count() + next.text.split_whitespace().count();
    let closed = title.ends_with(['.', ':']);
    first.size > 0.0
        && first.in_picture == next.in_picture
        && same_face
        && stands_out
        && emphasis.capitals == is_capitals(&next.text)
        && !closed
        && words <= MAX_WORDS + 12
        && title.len() + next.text.len() <= MAX_BYTES
        && number_form(&next.text).is_none()
        && after_caption_label(&next.text).is_none()
        && !starts_with_division(&next.text)
        && !announces(&next.text)
        && next.text.chars().any(char::is_alphabetic)
        && title.split_whitespace().count() >= 4
}

/// Removes "(Cont'd)" and the like from a title.
pub(super) fn strip_continued(text: &str) -> (&str, bool) {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    if let Some(open) = lower.rfind("(cont") {
        let closes =
            lower.get(open..).is_some_and(|mark| mark.len() <= 14 && mark.trim_end_matches('.').ends_with(')'));
        if closes {
            return (text.get(..open).unwrap_or(text).trim(), true);
        }
    }
    for mark in [
        "- continued",
        "\u{2013} continued",
        "\u{2014} continued",
        ", continued",
        "-continued",
        " cont'd",
        " continued",
    ] {
        if lower.ends_with(mark) {
            let end = text.len() - mark.len();
            return (text.get(..end).unwrap_or(text).trim(), true);
        }
    }
    (text, false)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn heading(text: &str) -> Option<Heading> {
        find(&[&Line::plain(text)], 10.0).map(|(heading, _)| heading)
    }

    #[test]
    fn numbered_titles_are_headings_and_steps_are_not() {
        assert_eq!(heading("3-12. WATER PUMP REPAIR").unwrap().level, 2);
        assert_eq!(heading("4-16 Condenser Repair").unwrap().level, 2);
        assert_eq!(heading("b. Inspection").unwrap().level, 3);
        assert!(heading("1. Inspect adapter bolt (2) for damaged threads. Replace if damaged.").is_none());
        assert!(heading("a. Remove the four bolts that hold the cover to the housing.").is_none());
        for notice in ["WARNING", "ACHTUNG", "⚠ PELIGRO", "CAUTION: HOT SURFACE", "WARNUNG - HEISSE TEILE"] {
            assert!(find(&[&Line { bold: true, ..Line::plain(notice) }], 10.0).is_none(), "{notice}");
        }
        assert!(heading("WARNING SUMMARY").is_some());
        for caption in ["Figure 3. Pump", "Abb. 3: \u{d6}lpumpe", "Tabla 2-1. Pares de apriete", "Tableau 7 Couples"] {
            assert_eq!(heading(caption).unwrap().kind, HeadingKind::Caption, "{caption}");
        }
        assert!(heading("Abb. 3 zeigt die Pumpe").is_none());
        let first_of = |lines: [&str; 2]| {
            let lines = lines.map(Line::plain);
            find(&lines.each_ref(), 10.0).map(|(heading, _)| heading.title)
        };
        assert_eq!(first_of(["SAFETY PRECAUTIONS", "Wear gloves."]), None);
        let numbered = first_of(["SAFETY PRECAUTIONS", "1. Wear gloves."]);
        assert_eq!(numbered.as_deref(), Some("SAFETY PRECAUTIONS"));
        assert_eq!(first_of(["SAFETY WARNING", "1. Wear gloves."]), None);
        assert!(heading("The pump is mounted on the front of the engine.").is_none());
    }

    #[test]
    fn labels_of_a_drawing_are_no_titles() {
        let labelled = |text: &str| find(&[&Line { in_picture: true, size: 22.0, ..Line::plain(text) }], 10.0);
        for label in ["GAUGE READINGS", "A. PUMP HOUSING", "7. DRAIN VALVE", "Hydraulic tank", "SERVICE VALVE"] {
            assert!(labelled(label).is_none(), "{label}");
            assert!(find(&[&Line { size: 22.0, ..Line::plain(label) }], 10.0).is_some(), "{label}");
        }
        for title in ["3-12. WATER PUMP REPAIR", "Table 4. Torque values", "CHAPTER 3 MAINTENANCE"] {
            assert!(labelled(title).is_some(), "{title}");
        }
    }

    #[test]
    fn a_line_of_a_megabyte_is_no_title() {
        assert!(heading(&format!("3-12. WATER {}", "PUMP".repeat(250_000))).is_none());
        assert!(heading(&format!("3-12. WATER {}", "PUMP".repeat(50))).is_some());
    }

    #[test]
    fn continuation_marks_are_taken_off() {
        let heading = heading("2-27. OIL PUMP REPAIR (Cont'd)").unwrap();
        assert!(heading.continued);
        assert_eq!(heading.title, "2-27. OIL PUMP REPAIR");
    }

    #[test]
    fn captions_and_divisions() {
        assert_eq!(heading("Table 2-1. Engine Run-in Schedule").unwrap().kind, HeadingKind::Caption);
        assert_eq!(heading("CHAPTER 3 MAINTENANCE").unwrap().level, 1);
        assert!(heading("Section of the hose is worn").is_none());
    }
}
