//! Text to clauses, and what eSpeak NG says about each to phonemes.

/// Characters that end a clause where a space follows. A voice reads them as pauses and melodies.
const MARKS: [char; 6] = ['.', ',', ';', ':', '!', '?'];

/// A clause: its text, and the mark that ends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clause {
    pub(crate) text: String,
    pub(crate) mark: char,
}

/// Splits plain text into clauses with words. The last one ends with a full stop if it has no mark of its own.
pub(crate) fn clauses(text: &str) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut begin = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let ends = characters.peek().is_none_or(|(_, next)| next.is_whitespace());
        if ends && MARKS.contains(&character) {
            add(&mut clauses, text.get(begin..at), character);
            begin = at + character.len_utf8();
        }
    }
    if text.get(begin..).is_some_and(|rest| !rest.trim().is_empty()) {
        add(&mut clauses, text.get(begin..), '.');
    }
    clauses
}

fn add(clauses: &mut Vec<Clause>, text: Option<&str>, mark: char) {
    let text = text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().any(char::is_alphanumeric) {
        clauses.push(Clause { text, mark });
    } else if let Some(last) = clauses.last_mut()
        && text.is_empty()
    {
        last.mark = mark;
    }
}

/// The phonemes of the clauses, each with its mark, from what eSpeak NG writes: a line for each clause. If it has split
/// one that is very long, all but the last line end with a comma.
pub(crate) fn pronounced(clauses: &[Clause], written: &str) -> Vec<String> {
    let lines: Vec<&str> = written.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = clauses.last().map_or('.', |clause| clause.mark);
    let matching = lines.len() == clauses.len();
    let mark = |line: usize| match clauses.get(line) {
        Some(clause) if matching => clause.mark,
        _ if line + 1 == lines.len() => last,
        _ => ',',
    };
    lines.iter().enumerate().map(|(line, phonemes)| format!("{phonemes}{}", mark(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(String, char)> {
        clauses(text).into_iter().map(|clause| (clause.text, clause.mark)).collect()
    }

    #[test]
    fn clauses_end_with_marks() {
        let owned = |pairs: &[(&str, char)]| -> Vec<(String, char)> {
            pairs.iter().map(|(text, mark)| ((*text).to_owned(), *mark)).collect()
        };
        assert_eq!(split("Stop."), owned(&[("Stop", '.')]));
        assert_eq!(split("Close it, then wait"), owned(&[("Close it", ','), ("then wait", '.')]));
        assert_eq!(split("At 10.5 bar? Yes!"), owned(&[("At 10.5 bar", '?'), ("Yes", '!')]));
        assert_eq!(split("Wait ... now"), owned(&[("Wait ..", '.'), ("now", '.')]));
        assert_eq!(split("a\nb:\n c"), owned(&[("a b", ':'), ("c", '.')]));
        assert_eq!(split("  - ; "), []);
        assert_eq!(split(""), []);
    }

    #[test]
    fn each_line_gets_its_mark() {
        let two = clauses("Close it, then wait?");
        assert_eq!(pronounced(&two, "kloz\nwet\n"), ["kloz,", "wet?"]);
        assert_eq!(pronounced(&two, "a\n\n b \nc"), ["a,", "b,", "c?"]);
        assert_eq!(pronounced(&two, ""), Vec::<String>::new());
    }
}
