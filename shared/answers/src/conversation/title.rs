//! The title of a session, from its first message.

/// Maximum length of a title in characters.
const LONGEST: usize = 80;

/// Greetings. Longer ones come before their beginnings.
const GREETINGS: &[&str] = &[
    "good morning",
    "good afternoon",
    "good evening",
    "good day",
    "guten morgen",
    "guten abend",
    "guten tag",
    "buenos días",
    "buenos dias",
    "buenas tardes",
    "buenas noches",
    "hello",
    "hallo",
    "hey",
    "hiya",
    "hi",
    "moin",
    "servus",
    "greetings",
    "bonjour",
    "bonsoir",
    "salut",
    "hola",
    "ciao",
];

/// Words that may follow a greeting without a comma.
const GREETED: &[&str] =
    &["there", "all", "everyone", "everybody", "team", "folks", "again", "zusammen", "à tous", "a todos"];

/// Abbreviations whose full stop ends no sentence. Single letters, and words with a full stop inside, need no entry.
const ABBREVIATIONS: &[&str] = &[
    "no", "nos", "nr", "num", "núm", "fig", "figs", "abb", "tab", "pos", "approx", "aprox", "ca", "vs", "max", "min",
    "incl", "inkl", "excl", "qty", "temp", "ref", "art", "vol", "pg", "pp", "rev", "ser", "mr", "mrs", "ms", "dr",
    "st", "bzw", "evtl", "ggf", "usw", "cf", "env", "ext", "dept", "mfg", "sec", "chap", "kap", "eq", "resp",
];

/// The first sentence of `text` after any greeting, without Markdown, cut at a word boundary. A session that begins
/// with only a picture is called "Picture". A greeting alone gives `None`, and the next question gives the title.
pub(super) fn title_of(text: &str) -> Option<String> {
    let lines: Vec<String> = text.lines().map(plain).filter(|line| line.chars().any(char::is_alphanumeric)).collect();
    if lines.is_empty() {
        let rest = plain(text);
        return Some(if rest.is_empty() { "Picture".to_owned() } else { cut(&rest) });
    }
    let said = lines.iter().map(|line| without_greeting(line)).find(|line| line.chars().any(char::is_alphanumeric))?;
    Some(cut(first_sentence(&said)))
}

/// The text of a line after a greeting; empty if there is none.
fn without_greeting(line: &str) -> String {
    let Some(rest) = GREETINGS.iter().find_map(|greeting| behind(line, greeting)) else { return line.to_owned() };
    let rest = GREETED.iter().find_map(|greeted| behind(rest.trim_start(), greeted)).unwrap_or(rest);
    // A name may follow, if it is set off.
    let rest = match rest.find([',', '!', '.', ':', '–', '—']) {
        Some(end) if rest.get(..end).is_some_and(|name| is_name(name.trim())) => rest.get(end..).unwrap_or_default(),
        _ => rest,
    };
    let rest = rest
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '!' | '.' | ':' | ';' | '–' | '—' | '-'));
    let mut characters = rest.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// The rest of a line after these words, case-insensitively.
fn behind<'a>(line: &'a str, words: &str) -> Option<&'a str> {
    let length = line.char_indices().nth(words.chars().count()).map_or(line.len(), |(at, _)| at);
    let (first, rest) = line.split_at(length);
    let is_whole =
        rest.chars().next().is_none_or(|next| !next.is_alphanumeric() && !matches!(next, '-' | '\'' | '’' | '/'));
    (is_whole && first.to_lowercase() == words).then_some(rest)
}

/// Whether this is one word without digits, or two that begin with capitals.
fn is_name(words: &str) -> bool {
    let count = words.split_whitespace().count();
    let is_proper = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
    !words.contains(|c: char| c.is_ascii_digit())
        && (count < 2 || count == 2 && words.split_whitespace().all(is_proper))
}

/// A line without Markdown.
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

/// The text up to the first sentence-ending punctuation that a space follows. Question and exclamation marks are kept.
fn first_sentence(line: &str) -> &str {
    for (at, mark) in line.char_indices().filter(|(_, c)| matches!(c, '.' | '?' | '!')) {
        let after = at + mark.len_utf8();
        let is_abbreviation = mark == '.' && is_abbreviation(&line[..at]);
        if line[after..].starts_with(' ') && !is_abbreviation {
            return if mark == '.' { &line[..at] } else { &line[..after] };
        }
    }
    line.strip_suffix('.').unwrap_or(line)
}

/// Whether a full stop after `text` belongs to its last word: an abbreviation, or the number of a list.
fn is_abbreviation(text: &str) -> bool {
    let word = text.rsplit([' ', '(']).next().unwrap_or_default().to_lowercase();
    let is_number = word == text && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_letter = word.chars().count() < 2 && !word.contains(|c: char| c.is_ascii_digit());
    is_number || is_letter || word.contains('.') || ABBREVIATIONS.contains(&word.as_str())
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
            assert_eq!(title_of(text).as_deref(), Some(title), "{text:?}");
        }
    }

    #[test]
    fn a_greeting_is_no_title() {
        for (text, title) in [
            ("Hi, which oil does the MT-750 need?", "Which oil does the MT-750 need?"),
            ("Hi,\n\nwhich oil?", "which oil?"),
            ("Hello Anna! The pump leaks. Why?", "The pump leaks"),
            ("Good morning team - E-31 is on", "E-31 is on"),
            ("hey there. front wheel torque", "Front wheel torque"),
            ("Guten Tag, wie fest sind die Radmuttern?", "Wie fest sind die Radmuttern?"),
            ("Hola, ¿qué aceite?", "¿qué aceite?"),
            ("HELLO!!! the horn fuse", "The horn fuse"),
            ("Hi-lift jack capacity", "Hi-lift jack capacity"),
            ("High idle speed", "High idle speed"),
            ("Hi 3 bolts are loose, why?", "3 bolts are loose, why?"),
            ("Hallo Pumpe leckt stark am Flansch", "Pumpe leckt stark am Flansch"),
        ] {
            assert_eq!(title_of(text).as_deref(), Some(title), "{text:?}");
        }
        for text in ["Hi", "Hi,", "hello there!", "Good morning.", "Hello Anna!", "Hi!\n\nBonjour"] {
            assert_eq!(title_of(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_full_stop_of_an_abbreviation_ends_no_sentence() {
        for (text, title) in [
            ("e.g. the MT-750: how much oil?", "e.g. the MT-750: how much oil?"),
            ("Bolts (e.g. M8) are loose. Why?", "Bolts (e.g. M8) are loose"),
            ("Filter approx. 10 cm wide. Which?", "Filter approx. 10 cm wide"),
            ("See fig. 3 and pos. 7. Thanks", "See fig. 3 and pos. 7"),
            ("z. B. Radmuttern. Wie fest?", "z. B. Radmuttern"),
            ("1. Drain the oil. 2. Refill", "1. Drain the oil"),
            ("Max. pressure of the U.S. model? Thanks", "Max. pressure of the U.S. model?"),
            ("It is on. What now?", "It is on"),
        ] {
            assert_eq!(title_of(text).as_deref(), Some(title), "{text:?}");
        }
    }

    #[test]
    fn a_long_title_is_cut_at_a_word() {
        let title = title_of(&"hydraulic ".repeat(30)).unwrap_or_default();
        assert!(title.chars().count() <= LONGEST && title.ends_with("hydraulic…"), "{title}");
        assert_eq!(title_of(&"é".repeat(500)).map(|title| title.chars().count()), Some(LONGEST));
    }
}
