//! The snippet of a passage that a citation shows.

use std::collections::HashSet;

use search::retrieval::analysis::Analyzer;

/// Maximum length of a snippet in characters.
const LONGEST: usize = 300;

/// At most 300 characters of a passage on one line, from the line with most words of the query.
pub fn snippet(passage: &str, query: &str) -> String {
    let analyzer = Analyzer::default();
    let wanted: HashSet<String> = analyzer.terms(query).into_iter().collect();
    let lines: Vec<&str> = passage.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let from = |first: usize| {
        let rest = lines.get(first..).unwrap_or_default();
        shortened(&rest.join(" "), if first == 0 { LONGEST } else { LONGEST - 1 })
    };
    let words_found = |first: usize| {
        let found: HashSet<String> = analyzer.terms(&from(first)).into_iter().collect();
        found.intersection(&wanted).count()
    };
    // The last of the best begins with what was asked for; lines before it fill what room is left.
    let relevant = (0..lines.len()).filter(|first| words_found(*first) > 0);
    let best = relevant.max_by_key(|first| words_found(*first)).unwrap_or(0);
    let best = (0..best).find(|first| !from(*first).ends_with('…')).unwrap_or(best);
    if best == 0 { from(0) } else { format!("…{}", from(best)) }
}

/// The beginning of a text, cut at a word boundary.
fn shortened(text: &str, characters: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= characters {
        return line;
    }
    let end = line.char_indices().nth(characters - 1).map_or(line.len(), |(at, _)| at);
    let head = line.get(..end).unwrap_or_default();
    let cut = head.rfind(' ').filter(|at| *at > end / 2).unwrap_or(end);
    format!("{}…", head.get(..cut).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_at_most_300_characters_and_whole_words() {
        let words = snippet(&"wörd ".repeat(200), "");
        assert!(words.chars().count() <= 300 && words.ends_with("wörd…"), "{words}");
        assert_eq!(snippet(&"ö".repeat(1_000), "").chars().count(), 300);
        assert_eq!(snippet("", "oil"), "");
    }

    #[test]
    fn it_shows_what_was_asked_for() {
        let passage = format!("GENERAL\n{}\n3. Tighten the drain plug\nto 25 lb-ft.", "Clean all parts.\n".repeat(40));
        assert_eq!(
            snippet(&passage, "What is the torque of the drain plug?"),
            format!("…{}3. Tighten the drain plug to 25 lb-ft.", "Clean all parts. ".repeat(15))
        );
        assert!(snippet(&passage, "thermostat").starts_with("GENERAL Clean all parts."));
    }
}
