use std::time::{Duration, Instant};

use crate::spoken::spoken;

/// What is written, and what is said.
fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(written, expected)| (written, expected, spoken(written)))
        .filter(|(_, expected, said)| said != *expected)
        .map(|(written, expected, said)| format!("{written:?}\n  said      {said:?}\n  should be {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn units_are_said_in_full() {
    check(&[
        ("Torque to 25 lb-ft.", "Torque to 25 pound feet."),
        ("25 ft-lb (34 N·m)", "25 foot pounds (34 newton metres)."),
        ("34 Nm", "34 newton metres."),
        ("34 N⋅m", "34 newton metres."),
        ("1 N·m", "1 newton metre."),
        ("Gap: 0.5 mm", "Gap: 0.5 millimetres."),
        ("0.5mm", "0.5 millimetres."),
        ("24 V", "24 volts."),
        ("a 24-V battery", "a 24 volt battery."),
        ("12 VDC, 5 A", "12 volts D C, 5 amperes."),
        ("80 °C, 176 °F and 90°", "80 degrees Celsius, 176 degrees Fahrenheit and 90 degrees."),
        ("-40 °C", "minus 40 degrees Celsius."),
        ("35 psi", "35 P S I."),
        ("10 %", "10 percent."),
        ("10%.", "10 percent."),
        ("4.7 kΩ, 100 Ω", "4.7 kilohms, 100 ohms."),
        ("1,500 rpm", "1,500 revolutions per minute."),
        ("12 L/min", "12 litres per minute."),
        ("3 s, 5 min, 2 h", "3 seconds, 5 minutes, 2 hours."),
        ("5 µm and 5 μm", "5 micrometres and 5 micrometres."),
        ("2 m³/h", "2 cubic metres per hour."),
        ("3 gal. of oil", "3 gallons of oil."),
        ("6 qt", "6 quarts."),
        ("12 in the box", "12 in the box."),
        ("Cut to 12 in. Then bend it.", "Cut to 12 inches. Then bend it."),
        ("a 12 in. pipe", "a 12 inch pipe."),
        ("a 10 mm socket, 10 mm deep", "a 10 millimetre socket, 10 millimetres deep."),
        ("step 24 A technician", "step 24 A technician."),
    ]);
}

#[test]
fn numbers_are_said_as_a_person_would() {
    check(&[
        ("10-15 mm", "10 to 15 millimetres."),
        ("10–15 mm", "10 to 15 millimetres."),
        ("10 to 15 mm", "10 to 15 millimetres."),
        ("pages 3–4", "pages 3 to 4."),
        ("pages 10-15", "pages 10 to 15."),
        ("±0.05 mm", "plus or minus 0.05 millimetres."),
        ("5 ± 1 mm", "5 plus or minus 1 millimetre."),
        ("≥ 5 bar", "at least 5 bar."),
        ("≤5 bar", "at most 5 bar."),
        ("1/2 in. bolt", "one half inch bolt."),
        ("3/8", "three eighths."),
        ("15/16 in.", "fifteen sixteenths inch."),
        ("a 9/16\" wrench", "a nine sixteenths inch wrench."),
        ("1 1/2 in. pipe", "1 and one half inches pipe."),
        ("1½ in", "1 and one half inches."),
        ("M12×1.75", "M12 by 1.75."),
        ("an M8x1.25 bolt", "an M8 by 1.25 bolt."),
        ("10×20 mm", "10 by 20 millimetres."),
        ("2024-05-01", "2024-05-01."),
        ("5/1/2024", "5/1/2024."),
        ("24/7", "24/7."),
        ("on 1 May 2024", "on 1 May 2024."),
        ("~5 L", "about 5 litres."),
    ]);
}

#[test]
fn numbers_of_parts_and_manuals_are_read_in_parts() {
    check(&[
        ("See TM 9-2320.", "See T M 9 2320."),
        ("TM 9-2320-280-34, page 4-7", "T M 9 2320 280 34, page 4 7."),
        ("NSN 5330-01-123-4567", "N S N 5330 01 123 4567."),
        ("part MS35338-44", "part MS35338 44."),
        ("Figure 3-12 and Table 2-1", "Figure 3 12 and Table 2 1."),
        ("the O-ring and the 3-point belt", "the O-ring and the 3-point belt."),
        ("Bolt M12.", "Bolt M12."),
    ]);
}

#[test]
fn abbreviations_and_signs_are_said_in_full() {
    check(&[
        ("Fig. 3", "Figure 3."),
        ("see fig. 3 and No. 5", "see figure 3 and Number 5."),
        ("No. It is not.", "No. It is not."),
        ("tools, e.g. a wrench", "tools, for example a wrench."),
        ("bolts, nuts, etc.", "bolts, nuts, et cetera."),
        ("bolts & nuts", "bolts and nuts."),
        ("P/N 12345", "part number 12345."),
        ("approx. 5 L", "approximately 5 litres."),
        ("max. 5 bar", "maximum 5 bar."),
        ("turn it → release", "turn it then release."),
        ("⚠ Danger", "Danger."),
    ]);
}

#[test]
fn markdown_is_not_read() {
    check(&[
        ("**Remove** the *two* `M8` bolts [1].", "Remove the two M8 bolts."),
        ("Drain the oil [1, 4]. Then wait [2].", "Drain the oil. Then wait."),
        ("# Water pump\nRemove it.", "Water pump.\nRemove it."),
        ("1. Drain.\n2. Remove [3]", "1: Drain.\n2: Remove."),
        ("3. Third step", "3: Third step."),
        ("- one\n- two\n  - inner", "one.\ntwo.\ninner."),
        ("See [the manual](https://example.com/a/b?c=d).", "See the manual."),
        ("See https://www.example.com/a/b?c=d.", "See example dot com."),
        ("<https://example.com>", "example dot com."),
        ("![the pump](pump.png)", "the pump."),
        ("one<br>two <b>three</b>", "one, two three."),
        ("~~not this~~ but this", "but this."),
        ("> Warning: hot.", "Warning: hot."),
        ("> **⚠ WARNING:** Hot oil burns. (page 11) [1]", "WARNING: Hot oil burns. (page 11)."),
        ("> **⚠ CAUTION:** • Keep it dry. • Keep it clean.", "CAUTION: Keep it dry. Keep it clean."),
        ("```\nreset 5\n```", "reset 5."),
        ("a\n\n---\n\nb", "a.\nb."),
        ("", ""),
        ("** **", ""),
        ("* * *", ""),
        ("Is it on? Yes!", "Is it on? Yes!"),
    ]);
}

#[test]
fn tables_are_read_by_row() {
    let table = "| Bolt | Torque |\n|---|---|\n| M8 | 25 N·m |\n| M10 | |\n";
    assert_eq!(spoken(table), "Bolt: M8, Torque: 25 newton metres.\nBolt: M10.");
    let rows = "| a |\n".repeat(20);
    let long = spoken(&format!("| N |\n|---|\n{rows}"));
    assert_eq!(long.lines().count(), 13);
    assert!(long.ends_with("The written table has 8 more rows."), "{long}");
    assert_eq!(spoken(&format!("```\n{}\n```", "x = 1\n".repeat(100))), "There is a listing here in the written text.");
}

#[test]
fn the_list_of_sources_is_not_read() {
    check(&[
        ("Check the oil [1].\n\n**Sources**\n\n- [1] manual.pdf, page 3", "Check the oil."),
        ("Check it.\n\n## Sources:\n1. manual.pdf\n2. other.pdf\n", "Check it."),
        ("Sources\n\nof power are listed.", "Sources.\nof power are listed."),
        ("**Sources**\n\n- battery\n\nUse the battery.", "Sources.\nbattery.\nUse the battery."),
    ]);
}

/// Whatever is written, reading it ends soon, and says no more than is there.
#[test]
fn hostile_text_is_read_in_linear_time() {
    let size = 128 * 1024;
    let patterns = [
        "[",
        "![",
        "](",
        "*",
        "_",
        "**a",
        "`",
        "``` ",
        "> ",
        "- ",
        "1. ",
        "#",
        "|",
        "| a ",
        "<",
        "<a ",
        "[1]",
        "[[1]",
        "\\",
        "&",
        "&#x;",
        "~~",
        "(",
        ".",
        " . ",
        "1-",
        "1/",
        "1 1/2 ",
        "-",
        "±",
        "°",
        "\u{200B}",
        "é",
        "½",
        "http://",
        "a.b.",
        "Fig. ",
        "\n",
        "\t",
        "[a](",
        "*a_ ",
        "<!--",
        "]]>",
        "```\n",
        "|-|\n",
        "x",
        "Sources\n",
        "- [1] a\n",
    ];
    for pattern in patterns {
        for text in [pattern.repeat(size / pattern.len()), format!("{pattern}\n").repeat(size / (pattern.len() + 1))] {
            let began = Instant::now();
            let said = spoken(&text);
            assert!(began.elapsed() < Duration::from_secs(5), "{pattern:?}: {:?}", began.elapsed());
            assert!(said.len() < 40 * size, "{pattern:?}: {} bytes", said.len());
        }
    }
}

#[test]
fn any_nesting_is_read() {
    let pieces = [
        "**", "*", "_", "`", "[", "](x)", "> ", "\n", "\n\n", "- ", "1. ", "word", " ", "| ", "---", "5 mm", "[1]",
        "<b>", "é", ".",
    ];
    let mut state = 7_u64;
    for _ in 0..2_000 {
        let mut text = String::new();
        for _ in 0..40 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[usize::try_from(state >> 33).unwrap() % pieces.len()]);
        }
        let said = spoken(&text);
        for mark in ["**", "`", "[1]"] {
            assert!(!said.contains(mark), "{text:?} is read as {said:?}");
        }
    }
}
