//! Reduces texts to their letters and digits, to compare them regardless of typesetting and punctuation.

/// The letters and digits of a text in lower case.
pub(super) fn essence(text: &str) -> String {
    letters(text).chars().flat_map(char::to_lowercase).collect()
}

/// The letters and digits of a text with their case: "5 mW" is not "5 MW".
pub(super) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_spaces_make_no_difference() {
        assert_eq!(essence("> **HOT** oil\\, 5 °C!"), essence("Hot oil, 5 °c"));
        assert_eq!(letters("Hot oil, 5 °C"), "Hotoil5C");
        assert_ne!(letters("Power: 5 mW"), letters("Power: 5 MW"));
    }
}
