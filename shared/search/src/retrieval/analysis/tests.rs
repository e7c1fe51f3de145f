use super::*;

fn terms(text: &str) -> Vec<String> {
    Analyzer::default().terms(text)
}

fn terms_in(language: Language, text: &str) -> Vec<String> {
    Analyzer::of(language).terms(text)
}

/// Whether two spellings share the term that stands for the whole of them.
fn same(one: &str, other: &str) -> bool {
    let wholes = |text: &str| -> Vec<String> {
        let tokens = tokens(text);
        let terms = tokens.into_iter().flat_map(|token| token.terms);
        terms.filter(|(role, _)| *role != Role::Part).map(|(_, term)| term).collect()
    };
    let indexed = terms(other);
    wholes(one).iter().any(|term| indexed.contains(term))
}

#[test]
fn words_are_stemmed_and_folded() {
    assert_eq!(terms("Cleaning the Pumps"), ["clean", "pump"]);
    assert_eq!(terms("O\u{2019}Gara's caf\u{e9}"), ["ogara", "cafe"]);
}

#[test]
fn words_are_stemmed_in_their_language() {
    assert_eq!(terms_in(Language::German, "die Schrauben, der Schraube"), ["schraub", "schraub"]);
    assert_eq!(terms_in(Language::Spanish, "los tornillos del tornillo"), ["tornill", "tornill"]);
    assert_eq!(terms_in(Language::French, "l\u{2019}huile, d'huiles"), ["huil", "huil"]);
    assert_eq!(terms_in(Language::French, "le couple d'un boulon"), ["coupl", "boulon"]);
    let accents = terms_in(Language::Spanish, "presi\u{f3}n presion");
    assert_eq!(accents.first(), accents.last());
}

#[test]
fn scripts_without_spaces_are_indexed_by_pairs() {
    assert_eq!(terms("\u{6cb9}\u{5727}\u{529b}"), ["\u{6cb9}\u{5727}", "\u{5727}\u{529b}"]);
    assert_eq!(terms("\u{c5d4}\u{c9c4}\u{c624}\u{c77c}").len(), 3);
    assert_eq!(terms("\u{6cb9}"), ["\u{6cb9}"]);
    // A mark of voicing is part of its letter.
    assert_ne!(terms("\u{30ac}\u{30b9}"), terms("\u{30ab}\u{30b9}"));
    assert_eq!(terms("\u{442}\u{43e}\u{440}\u{43c}\u{43e}\u{437}"), ["\u{442}\u{43e}\u{440}\u{43c}\u{43e}\u{437}"]);
}

#[test]
fn terms_that_may_be_among_others_are_not_missed() {
    let text = "Dying pumps, skies, Caf\u{e9}s, \u{c9}lan and 5305-00: cleaning the M12x1.75 covers, 8 ft. lbs.";
    let analyzer = Analyzer::default();
    for term in analyzer.terms(text) {
        let mut found = false;
        analyzer.each_place_like(text, &Initials::of([term.as_str()]), |like| found |= like == Some(term.as_str()));
        assert!(found, "{term}");
    }
}

#[test]
fn hyphenated_words_match_in_parts() {
    assert_eq!(terms("add-on-armor"), terms("add on armor"));
}

#[test]
fn units_have_one_spelling() {
    for (meant, spellings) in [
        (
            "lbft",
            &["80 ft-lb", "80 lb-ft", "80 ft.lbf", "80 lbf\u{b7}ft", "80 foot-pounds", "80 ft. lbs.", "80 ft lb"][..],
        ),
        ("nm", &["9 Nm", "9 N\u{b7}m", "9 N\u{2022}m", "9 N m", "9 N-m", "9 newton metres", "9Nm"]),
        ("lbin", &["70 in-lb", "70 lb-in", "70 inch pounds", "70 in. lbs."]),
        ("celsius", &["40 \u{b0}C", "40\u{b0}C", "40 deg C", "40 degrees Celsius", "40 C"]),
        ("litre", &["3 L", "3 l", "3 litres", "3 liters", "3l", "3,0 L"]),
        ("inch", &["4 in.", "4 inches", "4\"", "4-inch"]),
        ("quart", &["2 qt", "2 qts.", "2 quarts"]),
        ("ohm", &["5 \u{2126}", "5 ohms"]),
    ] {
        for spelling in spellings {
            assert!(terms(spelling).contains(&meant.to_owned()), "{spelling}: {:?}", terms(spelling));
            assert!(same(spelling, spellings.first().unwrap_or(&"")), "{spelling}");
        }
    }
    assert!(!terms("5 bolts in place, a seal").contains(&"inch".to_owned()));
}

#[test]
fn numbers_threads_and_fractions_have_one_spelling() {
    for (one, other) in [
        ("5.9L", "5,9 l"),
        ("M14x1.5", "M14 x 1.5"),
        ("M14x1.5", "m14 \u{d7} 1,50"),
        ("7/16-20UNF", "7/16-20 UNF"),
        ("1 5/8", "1-5/8"),
        ("1\u{215d}", "1-5/8"),
        (".015", "0,015"),
        ("1,250 psi", "1250 psi"),
    ] {
        assert!(same(one, other) && same(other, one), "{one} = {other}: {:?} {:?}", tokens(one), tokens(other));
    }
    assert!(!same("3/8", "38") && !same("2\u{215c}", "23/8"));
}

#[test]
fn part_numbers_have_one_spelling() {
    for (one, other) in [
        ("NAS 1149-0363", "NAS1149-0363"),
        ("NAS1149 0363", "NAS1149-0363"),
        ("nas 1149-0363", "NAS1149-0363"),
        ("RE 504836", "RE504836"),
        ("5305-00-068-0508", "5305000680508"),
        ("5305 00 068 0508", "5305-00-068-0508"),
        ("P 0335", "P0335"),
        ("p-0335", "P0335"),
        ("14-B3-7", "14B37"),
    ] {
        assert!(same(one, other), "{one} = {other}: {:?} {:?}", tokens(one), terms(other));
    }
}

#[test]
fn part_numbers_are_found_whole_and_in_parts() {
    let found = terms("TM 9-2815-237-34");
    for term in ["9281523734", "9", "2815", "237", "34", "23734"] {
        assert!(found.contains(&term.to_owned()), "{term} in {found:?}");
    }
    assert!(terms("NSN 5305-00-123-4567").contains(&"5305001234567".to_owned()));
    assert!(terms("M12x1.75").contains(&"m12x1.75".to_owned()));
    assert!(terms("6.5L").contains(&"6.5".to_owned()));
}

#[test]
fn tokens_say_what_they_are() {
    let kinds = |text: &str| tokens(text).into_iter().map(|token| token.kind).collect::<Vec<_>>();
    assert_eq!(kinds("oil 6.5 L E-31"), [TokenKind::Word, TokenKind::Number, TokenKind::Unit, TokenKind::Code]);
    assert_eq!(kinds("6-wheel 3rd"), [TokenKind::Number, TokenKind::Word, TokenKind::Number]);
    assert_eq!(kinds("MS28775-218 M12 x 1.75 25-37"), [TokenKind::Code, TokenKind::Code, TokenKind::Number]);
}

#[test]
fn odd_text_is_harmless() {
    for text in ["", "-", "...", "''", "\u{301}\u{301}", "1/0", "0-0-0", "9\u{20ac}", "\u{fdfa}", "a'b'c"] {
        let _ = terms(text);
    }
    assert!(terms(&"x".repeat(10_000)).is_empty());
    let long = "1-".repeat(5_000);
    assert!(terms(&long).iter().all(|term| term.len() <= 64));
}

#[test]
fn a_measure_is_a_number_before_a_unit() {
    assert_eq!(measures("tighten to 44-52 lb-ft (60-71 N\u{2022}m)."), ["lbft", "nm"]);
    assert_eq!(measures("nearly .9 volts, no more than two feet"), ["volt", "foot"]);
    assert_eq!(measures("set PV1 to 3.3V"), ["volt"]);
    for none in ["Torque in lb-ft (see page 12).", "3. Fill with oil", "two hoses and feet", "version 5"] {
        assert!(measures(none).is_empty(), "{none}");
    }
}

#[test]
fn a_word_begins_like_its_stem_in_every_language() {
    let words = "dying lying tying skies early ugly yielding bolted die Räder Öle übergroß años él été clés";
    for language in [Language::English, Language::German, Language::Spanish, Language::French] {
        let analyzer = Analyzer::of(language);
        for term in analyzer.terms(words) {
            let mut found = false;
            analyzer.each_place_like(words, &Initials::of([term.as_str()]), |like| found |= like == Some(&term));
            assert!(found, "{term}");
        }
    }
    let mut passed = 0;
    Analyzer::default().each_place_like("bolt bush brace", &Initials::of(["bolt"]), |like| {
        passed += usize::from(like.is_some());
    });
    assert_eq!(passed, 1, "other words are not stemmed");
}

#[test]
fn phrases_stand_between_the_borders_of_words() {
    let places = |text, phrase| phrase_places(text, phrase).collect::<Vec<_>>();
    assert_eq!(places("p/n and up/n, p/n?", "p/n"), [0, 14]);
    assert_eq!(places("what is a valve", "what is a "), [0]);
    assert!(places("what is air", "what is a").is_empty());
}
