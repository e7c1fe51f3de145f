//! Labels of steps: `1.`, `(12)`, `a.`, `(b)`, `Step 3.`, `•`.

/// The style of a label. The steps of a run have labels of one style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelStyle {
    /// `1.`
    Number,
    /// `(1)` or `1)`
    NumberInBrackets,
    /// `a.`
    Letter,
    /// `A.`
    Capital,
    /// `(a)` or `a)`
    LetterInBrackets,
    /// `Step 1.`
    Step,
    /// `•`
    Bullet,
}

/// A label at the beginning of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Its style.
    pub style: LabelStyle,
    /// Its number, from 1; 0 for a bullet.
    pub number: u32,
    /// Length in bytes of the label and the space after it.
    pub bytes: usize,
}

const BULLETS: &[&str] = &["•", "–", "—", "∗", "●", "▪", "-", "*", "◦", "■", "□", "○", "·", "‣", "►", "➢"];
/// Bullets that have no other meaning within a line.
pub(super) const SURE_BULLETS: &[char] = &['•', '●', '▪', '◦', '■', '□', '○', '‣', '►', '➢'];
const STEP_WORDS: &[&str] = &["step", "schritt", "paso", "étape", "etape"];

/// The label at the beginning of a line, if text follows it.
#[must_use]
pub fn label(line: &str) -> Option<Label> {
    let (first, rest) = line.split_once(' ')?;
    if rest.trim().is_empty() {
        return None;
    }
    let bytes = |taken: &str| line.len() - taken.trim_start().len();
    if BULLETS.contains(&first) {
        return Some(Label { style: LabelStyle::Bullet, number: 0, bytes: bytes(rest) });
    }
    if STEP_WORDS.contains(&first.to_lowercase().as_str()) {
        let (number, after) = rest.trim_start().split_once([' ', '.', ':'])?;
        let number = number.parse().ok()?;
        let after = after.trim_start_matches(['.', ':', ' ']);
        return (!after.is_empty()).then(|| Label { style: LabelStyle::Step, number, bytes: bytes(after) });
    }
    let (style, number) = numbered(first).or_else(|| lettered(first))?;
    Some(Label { style, number, bytes: bytes(rest) })
}

fn numbered(first: &str) -> Option<(LabelStyle, u32)> {
    let (inner, style) = if let Some(inner) = first.strip_suffix(')') {
        (inner.trim_start_matches('('), LabelStyle::NumberInBrackets)
    } else {
        (first.strip_suffix('.')?, LabelStyle::Number)
    };
    let short = !inner.is_empty() && inner.len() <= 3 && inner.bytes().all(|b| b.is_ascii_digit());
    short.then(|| inner.parse().ok()).flatten().map(|number| (style, number))
}

fn lettered(first: &str) -> Option<(LabelStyle, u32)> {
    let (inner, brackets) = match first.strip_suffix(')') {
        Some(inner) => (inner.trim_start_matches('('), true),
        None => (first.strip_suffix('.')?, false),
    };
    let mut letters = inner.chars();
    let letter = letters.next().filter(char::is_ascii_alphabetic)?;
    // After z comes aa.
    let doubled = match letters.next() {
        None => 0,
        Some(second) if second == letter => 26,
        Some(_) => return None,
    };
    if letters.next().is_some() {
        return None;
    }
    let style = match (brackets, letter.is_ascii_lowercase()) {
        (true, true) => LabelStyle::LetterInBrackets,
        (false, true) => LabelStyle::Letter,
        (false, false) => LabelStyle::Capital,
        (true, false) => return None,
    };
    let number = u32::from(letter.to_ascii_lowercase()) - u32::from('a') + 1 + doubled;
    Some((style, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<(LabelStyle, u32)> {
        label(line).map(|label| (label.style, label.number))
    }

    #[test]
    fn labels_of_many_kinds_are_told_apart() {
        assert_eq!(of("12. Loosen the belt."), Some((LabelStyle::Number, 12)));
        assert_eq!(of("(3) Loosen the belt."), Some((LabelStyle::NumberInBrackets, 3)));
        assert_eq!(of("c. Loosen the belt."), Some((LabelStyle::Letter, 3)));
        assert_eq!(of("(aa) Loosen the belt."), Some((LabelStyle::LetterInBrackets, 27)));
        assert_eq!(of("Step 4. Loosen the belt."), Some((LabelStyle::Step, 4)));
        assert_eq!(of("Schritt 2: Riemen lösen."), Some((LabelStyle::Step, 2)));
        assert_eq!(of("• Loosen the belt."), Some((LabelStyle::Bullet, 0)));
    }

    #[test]
    fn values_words_and_bare_labels_are_none() {
        for line in ["6.5L engine", "3.75 in. long", "in. or mm", "4.", "A belt", "12345. Part", "No. 4 wrench"] {
            assert_eq!(of(line), None, "{line}");
        }
    }
}
