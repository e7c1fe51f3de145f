//! The title of a session, from its first message.

/// Characters of a title.
const LONGEST: usize = 80;

/// The first sentence of `text` without Markdown, cut at a word; a session that begins with a
/// picture alone is called "Picture".
pub(super) fn title_of(text: &str) -> String {
    let plain = text.lines().map(plain).find(|line| !line.is_empty()).unwrap_or_default();
    let sentence = first_sentence(&plain);
    if sentence.is_empty() { "Picture".to_owned() } else { cut(sentence) }
}

/// A line without Markdown's marks.
fn plain(line: &str) -> String {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '>' | '-' | '*' | '+' | '`'));
    let mut out = String::new();
    let mut rest = line;
    while let Some(open) = rest.find('[') {
        let (before, link) = rest.split_at(open);
        out.push_str(before.strip_suffix('!').unwrap_or(before));
        match link.split_once("](").and_then(|(label, tail)| Some((label, tail.split_once(')')?.1))) {
            Some((label, tail)) if !label.contains(']') => {
                out.push_str(label.trim_start_matches('['));
                rest = tail;
            }
            _ => {
                out.push('[');
                rest = link.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out = out.replace("**", "").replace("__", "").replace('`', "");
    let words: Vec<&str> =
        out.split_whitespace().map(|word| word.trim_matches('*')).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}

/// Up to the first mark that ends a sentence and is followed by a space; the mark is kept where it
/// asks or calls.
fn first_sentence(line: &str) -> &str {
    for (at, mark) in line.char_indices().filter(|(_, c)| matches!(c, '.' | '?' | '!')) {
        let after = at + mark.len_utf8();
        let word = line[..at].rsplit(' ').next().unwrap_or_default();
        let is_abbreviation = mark == '.' && word.chars().count() < 3;
        if line[after..].starts_with(' ') && !is_abbreviation {
            return if mark == '.' { &line[..at] } else { &line[..after] };
        }
    }
    line.strip_suffix('.').unwrap_or(line)
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let head: String = text.chars().take(LONGEST - 1).collect();
    let words = head.rsplit_once(' ').map_or(head.as_str(), |(words, _)| words);
    format!("{}…", words.trim_end_matches([',', ';', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_sentence_without_markdown() {
        for (text, title) in [
            ("How do I drain the fuel filter? It leaks.", "How do I drain the fuel filter?"),
            ("Check the pump. Then what?", "Check the pump"),
            ("See no. 4 valve. Thanks", "See no. 4 valve"),
            ("\n\n## **Torque** of the `M8` bolts", "Torque of the M8 bolts"),
            ("- read [the manual](https://example.com/a) first", "read the manual first"),
            ("What is TM_9-2815 [1] about", "What is TM_9-2815 [1] about"),
            ("an [unclosed bracket", "an [unclosed bracket"),
            ("", "Picture"),
            ("***", "Picture"),
            ("Überdruckventil prüfen.", "Überdruckventil prüfen"),
        ] {
            assert_eq!(title_of(text), title, "{text:?}");
        }
    }

    #[test]
    fn a_long_title_is_cut_at_a_word() {
        let title = title_of(&"hydraulic ".repeat(30));
        assert!(title.chars().count() <= LONGEST && title.ends_with("hydraulic…"), "{title}");
        assert_eq!(title_of(&"é".repeat(500)).chars().count(), LONGEST);
    }
}
