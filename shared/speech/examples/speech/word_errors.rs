//! Comparing what was heard with what was said.

/// The words of a transcript as they are compared: without case and punctuation, and with numbers digit by digit, so that
/// "twenty five" and "25" are the same.
pub fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace("ft-lb", "foot pounds").replace('-', " ");
    let plain: String = text.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace() || *c == '\'').collect();
    let english = text2num::Language::english();
    let plain = text2num::replace_numbers_in_text(&plain.replace(" oh ", " zero "), &english, 0.0);
    let mut words = Vec::new();
    for word in plain.split_whitespace() {
        if word.chars().all(|c| c.is_ascii_digit()) {
            words.extend(word.chars().map(String::from));
        } else {
            words.push(if word == "mr" { "mister".to_owned() } else { word.to_owned() });
        }
    }
    words
}

/// How many words have to be changed, left out or put in to get from one to the other (Levenshtein).
pub fn errors(said: &[String], heard: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (at, word) in said.iter().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        let mut next = vec![left];
        for (other, above) in heard.iter().zip(row.iter().skip(1)) {
            left = (left + 1).min(above + 1).min(diagonal + usize::from(word != other));
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
