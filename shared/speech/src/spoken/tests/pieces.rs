use crate::spoken::{SentenceSplitter, sentences};

/// The pieces of a text that comes in parts of so many characters.
fn in_parts(text: &str, size: usize) -> Vec<String> {
    let mut splitter = SentenceSplitter::default();
    let characters: Vec<char> = text.chars().collect();
    let mut found: Vec<String> =
        characters.chunks(size).flat_map(|part| splitter.push(&part.iter().collect::<String>())).collect();
    found.extend(splitter.finish());
    found
}

#[test]
fn sentences_end_where_they_end() {
    let cases: &[(&str, &[&str])] = &[
        ("Remove it. Clean it.", &["Remove it.", "Clean it."]),
        ("Is it hot? Wait! Then go on.", &["Is it hot?", "Wait!", "Then go on."]),
        ("See Fig. 3 for this. Use No. 5 only.", &["See Fig. 3 for this.", "Use No. 5 only."]),
        ("Use tools, e.g. Torx. Or i.e. none.", &["Use tools, e.g. Torx.", "Or i.e. none."]),
        ("Set 2.5 mm. Then check.", &["Set 2.5 mm.", "Then check."]),
        ("The bolt is M12. 5 of them are used.", &["The bolt is M12. 5 of them are used."]),
        ("Use an M12. Then turn.", &["Use an M12.", "Then turn."]),
        ("1. Remove the cover. 2 bolts hold it.", &["1. Remove the cover.", "2 bolts hold it."]),
        ("1. First\n2. Second\n", &["1. First", "2. Second"]),
        ("Cut 12 in. of hose. Fit it.", &["Cut 12 in. of hose.", "Fit it."]),
        ("In the U.S. Army manual. Yes.", &["In the U.S. Army manual.", "Yes."]),
        ("Drain the oil [1]. Wait [2].", &["Drain the oil [1].", "Wait [2]."]),
        ("Drain the oil. [1] Wait. [2]", &["Drain the oil. [1]", "Wait. [2]"]),
        ("**Stop.** Then (if cold.) go. \"Done.\" Good.", &["**Stop.**", "Then (if cold.) go.", "\"Done.\"", "Good."]),
        ("A paragraph\n\nAnother", &["A paragraph", "Another"]),
        ("A line that\ngoes on. Next", &["A line that\ngoes on.", "Next"]),
        ("# Title\nText", &["# Title", "Text"]),
        ("> A: 5 Nm\n>\n> B: 6 Nm\n\nPage 9 [1]", &["> A: 5 Nm", "> B: 6 Nm", "Page 9 [1]"]),
        ("Do this:\n- one\n- two", &["Do this:", "- one", "- two"]),
        ("Wait... then go. Now.", &["Wait... then go.", "Now."]),
        ("a 5 V supply. b", &["a 5 V supply. b"]),
        ("", &[]),
        (" \n\n * \n", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(sentences(text), *expected, "{text:?}");
        for size in [1, 3, 7] {
            assert_eq!(in_parts(text, size), *expected, "{text:?} in parts of {size}");
        }
    }
}

#[test]
fn tables_and_listings_stay_together_and_sources_are_left_out() {
    let text = "The torques:\n\n| Bolt | Torque |\n|---|---|\n| M8. One | 25 N·m |\n\nThen run:\n```\na. B\n\nc. D\n```\nDone.\n\n\
                **Sources**\n\n- [1] manual.pdf, page 3\n";
    let expected = [
        "The torques:",
        "| Bolt | Torque |\n|---|---|\n| M8. One | 25 N·m |",
        "Then run:",
        "```\na. B\n\nc. D\n```",
        "Done.",
    ];
    assert_eq!(sentences(text), expected);
    for size in [1, 2, 5, 50] {
        assert_eq!(in_parts(text, size), expected);
    }
    let more = sentences("**Sources**\n\n- battery\n\nUse it.");
    assert!(more.last().unwrap().ends_with("Use it."), "{more:?}");
}

#[test]
fn a_sentence_is_given_as_soon_as_the_next_begins() {
    let mut splitter = SentenceSplitter::default();
    assert!(splitter.push("Drain the oil").is_empty());
    assert!(splitter.push(". ").is_empty(), "what follows decides");
    assert_eq!(splitter.push("T"), ["Drain the oil."]);
    assert_eq!(splitter.push("hen wait.\n"), ["Then wait."]);
    assert!(splitter.finish().is_empty());
}

#[test]
fn long_pieces_are_cut_and_nothing_is_lost() {
    let words = "word ".repeat(1_000);
    let clauses = "these are some words, ".repeat(200);
    let one = "x".repeat(5_000);
    let accents = "é".repeat(5_000);
    for text in [words, clauses, one, accents] {
        let pieces = sentences(&text);
        assert!(pieces.iter().all(|piece| piece.len() <= 402), "{:?}", pieces.iter().map(String::len).max());
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(letters(&pieces.concat()), letters(&text));
    }
}

#[test]
fn any_text_is_split_in_linear_time_and_alike_in_any_parts() {
    let patterns =
        ["a. ", "A. ", "[1]. ", "] ", "\n", "|\n", "```\n", "1. ", ". ", " ", "é", "x", "Sources\n", "- a\n", "*", ")"];
    for pattern in patterns {
        let text = pattern.repeat(128 * 1024 / pattern.len());
        let began = std::time::Instant::now();
        let whole = sentences(&text);
        assert!(began.elapsed().as_secs() < 3, "{pattern:?}: {:?}", began.elapsed());
        let short: String = pattern.repeat(600);
        assert_eq!(in_parts(&short, 1), sentences(&short), "{pattern:?}");
        drop(whole);
    }
}
