//! Rows that are close to each other.

use super::*;

#[test]
fn rows_that_differ_in_a_number_or_one_word_are_told_apart() {
    let page = "Wear limits of the crank\nJournal diameter, no. 1 to 4: 54.96 mm\nJournal diameter, no. 5: 50.97 mm\n\
        1. Tighten the long capscrews to 110 lb-ft.\n2. Tighten the short capscrews to 100 lb-ft.\n\
        3. Check that the long capscrews have 110 lb-ft.";
    for (answer, figure) in [
        ("Journal diameter, no. 5: 54.96 mm [1].", "54.96 mm"),
        ("The long capscrews take 100 lb-ft [1].", "100 lb-ft"),
        ("Tighten the short capscrews to 110 lb-ft [1].", "110 lb-ft"),
    ] {
        let found = judged(answer, "", &[page], &[0]);
        assert_eq!(found, [(figure.to_owned(), UnverifiedReason::OfSomethingElse)], "{answer}");
    }
    for answer in [
        "Journal no. 5 has a diameter of 50.97 mm, numbers 1 to 4 have 54.96 mm [1].",
        "Tighten the long capscrews to 110 lb-ft and the short ones to 100 lb-ft [1].",
        "Check the installed capscrews: the long ones have 110 lb-ft [1].",
    ] {
        assert_eq!(judged(answer, "", &[page], &[0]), [], "{answer}");
    }
}

/// Tables of 12 rows with values that are close to each other, from a fixed seed.
#[test]
fn every_quoted_row_verifies_and_no_changed_digit_does() {
    const PARTS: [&str; 12] = [
        "axle flange",
        "brake drum",
        "clutch housing",
        "dipstick tube",
        "exhaust clamp",
        "fan hub",
        "governor cover",
        "hose fitting",
        "idler pulley",
        "jack stand",
        "king pin",
        "lift chain",
    ];
    const UNITS: [&str; 6] = ["N·m", "lb-ft", "psi", "mm", "°C", "rpm"];
    let mut state = 0x9E37_79B9_u64;
    let mut below = |end: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) % end
    };
    let (mut rows, mut lies) = (0, 0);
    for _ in 0..25 {
        let unit = UNITS.get(usize::try_from(below(6)).unwrap()).unwrap();
        let lines: Vec<(&str, String)> = PARTS
            .into_iter()
            .map(|part| {
                let whole = 13 + below(60);
                (part, if below(3) == 0 { format!("{whole}.{}", 1 + below(9)) } else { whole.to_string() })
            })
            .collect();
        let page: Vec<String> = lines.iter().map(|(part, value)| format!("{part}: {value} {unit}")).collect();
        let page = format!("Values of the lift truck\n{}", page.join("\n"));
        for (part, value) in &lines {
            let said = |value: &str| format!("The {part} has {value} {unit} [1].");
            assert_eq!(judged(&said(value), "", &[&page], &[0]), [], "{page}");
            rows += 1;
            for at in 0..value.len() {
                let Some(digit) = value.get(at..=at).and_then(|digit| digit.parse::<u32>().ok()) else { continue };
                let mut lie = value.clone();
                lie.replace_range(at..=at, &(digit % 9 + 1).to_string());
                assert_eq!(judged(&said(&lie), "", &[&page], &[0]).len(), 1, "{} on\n{page}", said(&lie));
                lies += 1;
            }
        }
    }
    assert!(rows == 300 && lies > 600, "{rows} {lies}");
}
