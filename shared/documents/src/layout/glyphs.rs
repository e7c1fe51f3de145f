//! Joins characters to words.
//!
//! Gaps decide, not the spaces in the file: some producers position each letter, others omit spaces. Superscripts and
//! subscripts keep their meaning: `10⁶` is not `106`, `2 3/8` is not `23/8`.

use super::Word;

/// A character and its position, in the frame in which it is upright.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// The character.
    pub character: char,
    /// Left edge, including the side bearing.
    pub left: f32,
    /// Right edge.
    pub right: f32,
    /// Upper edge.
    pub top: f32,
    /// Lower edge.
    pub bottom: f32,
    /// Y coordinate of the baseline.
    pub baseline: f32,
    /// Its font's size, as displayed.
    pub size: f32,
    /// Whether its face is bold.
    pub bold: bool,
    /// Whether a space precedes it, in the file or inferred by the reader.
    pub spaced: Spacing,
}

/// The space before a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spacing {
    /// Nothing.
    None,
    /// A space that the reader inferred from a gap or a new line.
    Guessed,
    /// A space in the file.
    Real,
}

/// Minimum gap between words in font sizes, if nothing else is known.
const GAP: f32 = 0.24;
/// Minimum gap between words if the reader inferred a space.
const GUESSED_GAP: f32 = 0.12;
/// Minimum gap between words in letter-spaced text.
const SPACED_OUT_GAP: f32 = 0.3;
/// Average gap above which text counts as letter-spaced.
const SPACED_OUT: f32 = 0.09;
/// Vertical distance in font sizes above which a character is on another line.
const OTHER_LINE: f32 = 0.35;
/// Maximum size of a superscript or subscript relative to the text.
const SMALL: f32 = 0.82;

/// The vertical position of a character relative to its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Normal,
    Raised,
    Lowered,
}

/// Joins characters, in the order of the file, to words.
#[must_use]
pub fn words(glyphs: &[Glyph]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut open: Option<Builder> = None;
    for (at, glyph) in glyphs.iter().enumerate() {
        if let Some(builder) = open.as_mut() {
            if let Some(script) = builder.script_of(glyph) {
                builder.push(glyph, script);
                continue;
            }
            if !builder.is_ended_by(glyph, glyphs.get(at + 1)) {
                builder.push(glyph, Script::Normal);
                continue;
            }
        }
        words.extend(open.take().and_then(Builder::finish));
        open = Some(Builder::new(glyph));
    }
    words.extend(open.and_then(Builder::finish));
    words
}

/// A word that grows character by character.
struct Builder {
    characters: Vec<(char, Script)>,
    word: Word,
    bold: usize,
    /// Sum of the gaps between the characters.
    gaps: f32,
    /// Whether the characters so far were small and raised, before a larger one.
    last: Glyph,
}

impl Builder {
    fn new(glyph: &Glyph) -> Self {
        let word = Word {
            text: String::new(),
            left: glyph.left,
            right: glyph.right,
            top: glyph.top,
            bottom: glyph.bottom,
            baseline: glyph.baseline,
            size: glyph.size,
            bold: false,
        };
        Self {
            characters: vec![(glyph.character, Script::Normal)],
            word,
            bold: usize::from(glyph.bold),
            gaps: 0.0,
            last: *glyph,
        }
    }

    fn push(&mut self, glyph: &Glyph, script: Script) {
        self.gaps += (glyph.left - self.word.right).max(0.0);
        self.word.left = self.word.left.min(glyph.left);
        self.word.right = self.word.right.max(glyph.right);
        self.word.top = self.word.top.min(glyph.top);
        self.word.bottom = self.word.bottom.max(glyph.bottom);
        self.bold += usize::from(glyph.bold);
        // A word may begin with its raised part, as a fraction does.
        let first_is_small = self.characters.iter().all(|(c, _)| c.is_ascii_digit());
        if script == Script::Normal && first_is_small && is_small(self.word.size, glyph.size) {
            let raised = self.word.baseline < glyph.baseline - 0.12 * glyph.size;
            let lowered = self.word.baseline > glyph.baseline + 0.08 * glyph.size;
            if raised || lowered {
                let script = if raised { Script::Raised } else { Script::Lowered };
                self.characters.iter_mut().for_each(|(_, place)| *place = script);
            }
            self.word.baseline = glyph.baseline;
            self.word.size = glyph.size;
        }
        self.characters.push((glyph.character, script));
        self.last = *glyph;
    }

    /// Whether the character is a superscript or subscript of the word, and which.
    fn script_of(&self, glyph: &Glyph) -> Option<Script> {
        let size = self.word.size;
        let after_figure = self.characters.last().is_some_and(|(c, _)| c.is_ascii_digit());
        let figure = glyph.character.is_ascii_digit()
            || matches!(glyph.character, '+' | '-' | '\u{2212}' | '/' | '\u{2044}')
            // A degree sign made of a letter.
            || (glyph.character == 'o' && after_figure);
        let gap = glyph.left - self.word.right;
        let beside = gap <= GAP * size && gap >= -0.45 * size.max(glyph.size * 2.0);
        if glyph.spaced == Spacing::Real || !figure || !beside || !is_small(glyph.size, size) {
            return None;
        }
        let rise = self.word.baseline - glyph.baseline;
        if rise > 0.12 * size && rise < 0.75 * size {
            Some(Script::Raised)
        } else if rise < -0.05 * size && rise > -0.4 * size {
            Some(Script::Lowered)
        } else if rise.abs() <= 0.12 * size && self.after_slash() {
            // The denominator of a fraction stands on the line.
            Some(Script::Lowered)
        } else {
            None
        }
    }

    fn after_slash(&self) -> bool {
        let mut back = self.characters.iter().rev().skip_while(|(c, _)| c.is_ascii_digit());
        matches!(back.next(), Some(('/' | '\u{2044}', _))) && matches!(back.next(), Some((_, Script::Raised)))
    }

    fn is_ended_by(&self, glyph: &Glyph, next: Option<&Glyph>) -> bool {
        let (size, count) = (self.word.size, self.characters.len());
        let gap = glyph.left - self.word.right;
        #[expect(clippy::cast_precision_loss, reason = "letters of one word")]
        let set_apart = count > 1 && self.gaps > SPACED_OUT * size * (count - 1) as f32;
        let widest = match glyph.spaced {
            Spacing::Real => return true,
            _ if set_apart => SPACED_OUT_GAP,
            Spacing::Guessed if count > 1 || !goes_on_apart(gap, glyph, next) => GUESSED_GAP,
            _ => GAP,
        };
        let small_start = self.characters.iter().all(|(c, _)| c.is_ascii_digit() || matches!(c, '/' | '\u{2044}'))
            && is_small(size, glyph.size)
            && (glyph.baseline - self.word.baseline).abs() < 0.75 * glyph.size
            && matches!(glyph.character, '/' | '\u{2044}');
        if small_start {
            return gap > GAP * glyph.size;
        }
        (glyph.baseline - self.word.baseline).abs() > OTHER_LINE * size
            || gap > widest * size
            || glyph.left < self.word.right - 0.8 * size
            || (glyph.size - size).abs() > 0.5 * size
    }

    fn finish(mut self) -> Option<Word> {
        let count = self.characters.len();
        self.word.text = spelled(&self.characters);
        self.word.bold = self.bold * 2 > count;
        (!self.word.text.trim().is_empty()).then_some(self.word)
    }
}

/// Whether the next letter is spaced as widely as this one: then all of them are.
fn goes_on_apart(gap: f32, glyph: &Glyph, next: Option<&Glyph>) -> bool {
    next.is_some_and(|next| next.spaced == Spacing::Guessed && next.left - glyph.right >= 0.6 * gap)
}

fn is_small(size: f32, beside: f32) -> bool {
    size <= SMALL * beside
}

/// The text of a word, with fractions as `3/8` and other superscripts and subscripts as such.
fn spelled(characters: &[(char, Script)]) -> String {
    let mut text = String::with_capacity(characters.len());
    let mut rest = characters;
    while let Some(((character, script), after)) = rest.split_first() {
        if let Some((fraction, length)) = fraction(rest) {
            if text.ends_with(|c: char| c.is_ascii_digit()) {
                text.push(' ');
            }
            text.push_str(&fraction);
            rest = rest.get(length..).unwrap_or_default();
            if rest.first().is_some_and(|(next, _)| next.is_alphabetic()) {
                text.push(' ');
            }
            continue;
        }
        text.push(match script {
            _ if is_degree(&text, rest) => '°',
            Script::Normal => *character,
            Script::Raised => raised(*character),
            Script::Lowered => lowered(*character),
        });
        rest = after;
    }
    text
}

/// Whether a character is used as a degree sign: a raised zero or an ordinal sign, after a number and before the letter
/// of a scale; a zero also at the end. `10⁰` stays a power, `3º` an ordinal.
fn is_degree(before: &str, rest: &[(char, Script)]) -> bool {
    let nought = matches!(rest.first(), Some(('0', Script::Raised)));
    let looks = nought || matches!(rest.first(), Some(('\u{2070}' | '\u{ba}' | '\u{1d52}', _)));
    let fits = match rest.get(1) {
        Some(('F' | 'C', Script::Normal)) => rest.get(2).is_none_or(|(next, _)| !next.is_alphanumeric()),
        Some((next, script)) => nought && *script == Script::Normal && !next.is_alphanumeric() && before != "10",
        None => nought && before != "10",
    };
    looks && fits && before.ends_with(|c: char| c.is_ascii_digit())
}

/// Raised digits, then a slash and digits, or lowered digits directly below: `3/8`.
fn fraction(characters: &[(char, Script)]) -> Option<(String, usize)> {
    let figures = |from: usize, script: Script| {
        let of = characters.iter().skip(from).take_while(|(c, s)| c.is_ascii_digit() && *s == script);
        of.map(|(c, _)| *c).collect::<String>()
    };
    let numerator = figures(0, Script::Raised);
    if numerator.is_empty() {
        return None;
    }
    let mut at = numerator.len();
    let slash = matches!(characters.get(at), Some(('/' | '\u{2044}', _)));
    at += usize::from(slash);
    let mut denominator = figures(at, Script::Lowered);
    if denominator.is_empty() && slash {
        denominator = figures(at, Script::Normal);
    }
    if denominator.is_empty() {
        return None;
    }
    let length = at + denominator.len();
    Some((format!("{numerator}/{denominator}"), length))
}

fn raised(character: char) -> char {
    match character {
        'o' => '°',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4'..='9' => char::from_u32(0x2070 + u32::from(character) - u32::from('0')).unwrap_or(character),
        '+' => '⁺',
        '-' | '\u{2212}' => '⁻',
        other => other,
    }
}

fn lowered(character: char) -> char {
    match character {
        '0'..='9' => char::from_u32(0x2080 + u32::from(character) - u32::from('0')).unwrap_or(character),
        '+' => '₊',
        '-' | '\u{2212}' => '₋',
        other => other,
    }
}
