#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::Table;

/// Words in a 10 point face of 5 points a letter: each text begins at a place, on a baseline.
fn set(texts: &[(f32, f32, &str)]) -> Vec<Word> {
    let mut words = Vec::new();
    for (left, baseline, text) in texts {
        let mut left = *left;
        for word in text.split(' ') {
            #[expect(clippy::cast_precision_loss, reason = "short words")]
            let right = left + 5.0 * word.chars().count() as f32;
            let (top, bottom) = (baseline - 8.0, baseline + 2.0);
            let (text, baseline) = (word.to_owned(), *baseline);
            words.push(Word { text, left, right, top, bottom, baseline, size: 10.0, bold: false });
            left = right + 2.5;
        }
    }
    words
}

fn read(texts: &[(f32, f32, &str)], rules: &[Rule]) -> Vec<Block> {
    blocks(set(texts), rules)
}

fn table(blocks: &[Block]) -> &Table {
    blocks.iter().find_map(|block| if let Block::Table(table) = block { Some(table) } else { None }).unwrap()
}

fn cells(table: &Table) -> Vec<Vec<&str>> {
    table.rows.iter().map(|row| row.cells.iter().map(String::as_str).collect()).collect()
}

#[test]
fn a_row_stays_a_row_where_its_values_stand_a_little_higher() {
    let blocks = read(
        &[
            (50.0, 100.0, "Part"),
            (200.0, 100.0, "New"),
            (300.0, 100.0, "Worn"),
            (50.0, 120.0, "Shaft runout"),
            (200.0, 117.0, "0.02 mm"),
            (300.0, 117.5, "0.05 mm"),
            (50.0, 140.0, "Bush bore"),
            (200.0, 143.0, "20.1 mm"),
            (300.0, 143.0, "20.3 mm"),
            (50.0, 160.0, "Key width"),
            (200.0, 160.0, "6.0 mm"),
            (300.0, 157.0, "5.9 mm"),
        ],
        &[],
    );
    let table = table(&blocks);
    assert_eq!(table.head, ["Part", "New", "Worn"]);
    let expected = [
        ["Shaft runout", "0.02 mm", "0.05 mm"],
        ["Bush bore", "20.1 mm", "20.3 mm"],
        ["Key width", "6.0 mm", "5.9 mm"],
    ];
    assert_eq!(cells(table), expected);
    assert_eq!(table.rows[0].line.text, "Shaft runout   0.02 mm   0.05 mm");
}

#[test]
fn columns_of_prose_are_read_one_after_the_other() {
    let left = [
        "Open the drain cock and let the water",
        "run off. Close it when the stream has",
        "become clear, and fill the tank again",
        "up to the mark on its upper window.",
    ];
    let right = [
        "Grease the bearing with two strokes of",
        "the gun. Wipe off what comes out below",
        "the cap, since dust would stay in it",
        "and wear the seal within a few weeks.",
    ];
    let mut texts = Vec::new();
    for (at, (left, right)) in (0_u8..).zip(left.iter().zip(right)) {
        let baseline = 100.0 + 14.0 * f32::from(at);
        texts.push((50.0, baseline, *left));
        texts.push((300.0, baseline, right));
    }
    let text: Vec<String> = read(&texts, &[]).iter().map(Block::text).collect();
    assert_eq!(text.join("\n"), format!("{}\n{}", left.join("\n"), right.join("\n")));
}

#[test]
fn items_of_a_list_are_no_table() {
    let blocks = read(
        &[
            (50.0, 100.0, "1."),
            (80.0, 100.0, "Remove the four nuts."),
            (50.0, 114.0, "2."),
            (80.0, 114.0, "Lift the cover off."),
            (50.0, 128.0, "3."),
            (80.0, 128.0, "Clean both faces, and look for cracks in the"),
            (80.0, 142.0, "flange."),
        ],
        &[],
    );
    assert!(matches!(blocks.as_slice(), [Block::List(_)]), "{blocks:?}");
    let text = blocks[0].text();
    assert!(text.starts_with("1. Remove the four nuts.\n2. Lift the cover off.\n3. Clean both"), "{text}");
}

#[test]
fn cells_of_several_lines_are_joined_and_rows_with_values_never() {
    let head = [(50.0, 100.0, "Point"), (150.0, 100.0, "Grease"), (300.0, 100.0, "Every")];
    let wrapped = [
        (50.0, 120.0, "Swing gear"),
        (150.0, 120.0, "Lithium"),
        (300.0, 120.0, "50 hours"),
        (50.0, 132.0, "housing"),
        (150.0, 132.0, "complex"),
        (50.0, 152.0, "Boom foot"),
        (150.0, 152.0, "Calcium"),
        (300.0, 152.0, "10 hours"),
        (50.0, 164.0, "pin"),
        (150.0, 164.0, "sulfonate"),
        (50.0, 184.0, "Slew ring"),
        (150.0, 184.0, "Graphite"),
        (300.0, 184.0, "90 hours"),
    ];
    let blocks = read(&[head.as_slice(), &wrapped].concat(), &[]);
    assert_eq!(cells(table(&blocks))[0], ["Swing gear housing", "Lithium complex", "50 hours"]);
    assert_eq!(table(&blocks).rows.len(), 3);
    let values = [
        (50.0, 120.0, "M6"),
        (150.0, 120.0, "9 Nm"),
        (300.0, 120.0, "7 lb-ft"),
        (50.0, 132.0, "M8"),
        (150.0, 132.0, "22 Nm"),
        (300.0, 132.0, "16 lb-ft"),
        (50.0, 152.0, "M10"),
        (150.0, 152.0, "44 Nm"),
        (300.0, 152.0, "32 lb-ft"),
        (50.0, 164.0, "M12"),
        (150.0, 164.0, "76 Nm"),
        (300.0, 164.0, "56 lb-ft"),
        (50.0, 184.0, "M14"),
        (150.0, 184.0, "121 Nm"),
        (300.0, 184.0, "89 lb-ft"),
    ];
    let blocks = read(&[head.as_slice(), &values].concat(), &[]);
    assert_eq!(table(&blocks).rows.len(), 5, "rows that are set in groups stay rows");
}

#[test]
fn rules_make_columns_where_cells_are_empty() {
    let vertical = |x: f32| Rule { left: x, top: 90.0, right: x + 0.5, bottom: 200.0 };
    let blocks = read(
        &[
            (50.0, 100.0, "Fault"),
            (160.0, 100.0, "Cause"),
            (300.0, 100.0, "Remedy"),
            (50.0, 120.0, "No pressure"),
            (160.0, 120.0, "Air in line"),
            (300.0, 120.0, "Bleed it"),
            (300.0, 134.0, "Fill tank"),
            (50.0, 154.0, "Noise"),
            (160.0, 154.0, "Worn gear"),
            (300.0, 154.0, "Replace"),
        ],
        &[vertical(150.0), vertical(290.0)],
    );
    let table = table(&blocks);
    assert_eq!(table.head, ["Fault", "Cause", "Remedy"]);
    assert_eq!(cells(table), [["No pressure", "Air in line", "Bleed it Fill tank"], ["Noise", "Worn gear", "Replace"]]);
}

#[test]
fn what_is_printed_twice_counts_once() {
    let once = [(50.0, 100.0, "DANGER")];
    let twice = [once[0], (50.4, 100.2, "DANGER")];
    assert_eq!(read(&twice, &[])[0].text(), "DANGER");
}

#[test]
fn captions_and_signal_words_begin_something_new() {
    for line in ["Table 2-1. Limits", "Abb. 4: Pumpe", "Tabla B-3", "WARNING", "LEBENSGEFAHR!", "CAUTION (Cont'd)"] {
        assert!(tables::is_opening(line), "{line}");
    }
    for line in ["Table salt", "Note", "WARNING LAMP", "Pump", "12"] {
        assert!(!tables::is_opening(line), "{line}");
    }
}

#[test]
fn leaders_lead_from_a_label_to_its_value() {
    let led = |label: &str, value: &str, y: f32| {
        let dots = format!("{label} . . . . . . . .");
        let mut words = set(&[(50.0, y, dots.as_str())]);
        words.extend(set(&[(200.0, y, value)]));
        words
    };
    let alone = blocks(led("Idle speed", "820 rpm", 100.0), &[]);
    assert_eq!(alone[0].text(), "Idle speed .... 820 rpm");
    let words = [led("Bore", "92 mm", 100.0), led("Stroke", "101 mm", 114.0), led("Firing order", "1-3-4-2", 128.0)];
    let blocks = blocks(words.concat(), &[]);
    assert_eq!(cells(table(&blocks)).last().unwrap(), &["Firing order", "1-3-4-2"]);
    let joined = set(&[(50.0, 100.0, "Weight........... 38 kg"), (50.0, 114.0, "approx. 3.5 mm of play...")]);
    let text: Vec<String> = super::blocks(joined, &[]).iter().map(Block::text).collect();
    assert_eq!(text.join("\n"), "Weight .... 38 kg\napprox. 3.5 mm of play");
}

mod characters {
    use super::super::glyphs::{Glyph, Spacing, words};

    /// Characters with their places: size, how far they are raised, and the gap before them.
    fn set(characters: &[(&str, f32, f32, f32)]) -> String {
        let mut left = 0.0;
        let mut glyphs = Vec::new();
        for (text, size, raised, gap) in characters {
            left += gap;
            for character in text.chars() {
                let baseline = 100.0 - raised;
                let right = left + 0.5 * size;
                glyphs.push(Glyph {
                    character,
                    left,
                    right,
                    top: baseline - 0.8 * size,
                    bottom: baseline + 0.2 * size,
                    baseline,
                    size: *size,
                    bold: false,
                    spaced: Spacing::None,
                });
                left = right;
            }
        }
        words(&glyphs).into_iter().map(|word| word.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn raised_and_lowered_figures_keep_their_meaning() {
        assert_eq!(set(&[("10", 10.0, 0.0, 0.0), ("7", 6.0, 4.0, 0.2), ("cycles", 10.0, 0.0, 3.0)]), "10⁷ cycles");
        assert_eq!(set(&[("CO", 10.0, 0.0, 0.0), ("2", 6.0, -2.0, 0.2)]), "CO₂");
        assert_eq!(set(&[("180", 10.0, 0.0, 0.0), ("o", 6.0, 4.0, 0.2), ("C", 10.0, 0.0, 0.2)]), "180°C");
        assert_eq!(set(&[("75", 10.0, 0.0, 0.0), ("0", 6.0, 4.0, 0.2), ("F", 10.0, 0.0, 0.2)]), "75°F");
        assert_eq!(set(&[("45", 10.0, 0.0, 0.0), ("0", 6.0, 4.0, 0.2), (",", 10.0, 0.0, 0.2)]), "45°,");
        assert_eq!(set(&[("10", 10.0, 0.0, 0.0), ("0", 6.0, 4.0, 0.2)]), "10⁰");
        assert_eq!(set(&[("38\u{ba}C", 10.0, 0.0, 0.0)]), "38°C");
        assert_eq!(set(&[("3\u{ba}", 10.0, 0.0, 0.0), ("piso", 10.0, 0.0, 3.0)]), "3º piso");
    }

    #[test]
    fn fractions_are_no_longer_numbers() {
        let mixed = [("1", 10.0, 0.0, 0.0), ("5", 6.0, 4.0, 0.5), ("/", 10.0, 0.0, 0.0), ("16", 6.0, 0.0, 0.0)];
        assert_eq!(set(&mixed), "1 5/16");
        let stacked = [("3", 10.0, 0.0, 0.0), ("1", 6.0, 5.0, 0.5), ("4", 6.0, -2.0, -3.0)];
        assert_eq!(set(&stacked), "3 1/4");
        assert_eq!(set(&[("3/4", 10.0, 0.0, 0.0)]), "3/4");
    }

    #[test]
    fn letters_set_one_by_one_are_words() {
        let apart = [
            ("D", 10.0, 0.0, 0.0),
            ("R", 10.0, 0.0, 1.8),
            ("A", 10.0, 0.0, 1.8),
            ("I", 10.0, 0.0, 1.8),
            ("N", 10.0, 0.0, 1.8),
        ];
        assert_eq!(set(&apart), "DRAIN");
    }
}

#[test]
fn a_cell_that_is_set_close_to_another_goes_on_below() {
    // Stock number and name are one segment: the name begins at 177.5.
    let blocks = read(
        &[
            (50.0, 88.0, "ITEM"),
            (120.0, 88.0, "STOCK"),
            (300.0, 88.0, "UNIT"),
            (50.0, 100.0, "NO."),
            (120.0, 100.0, "NUMBER"),
            (300.0, 100.0, "OF"),
            (50.0, 120.0, "7"),
            (120.0, 120.0, "4730-00-555 ELBOW (12345)"),
            (300.0, 120.0, "EA"),
            (177.5, 131.0, "QX-771"),
            (177.5, 142.0, "with seal"),
            (50.0, 400.0, "Words of a paragraph that has nothing to do with the table above it."),
        ],
        &[],
    );
    let table = table(&blocks);
    let last = table.rows.last().unwrap();
    assert!(last.cells[1].contains("ELBOW") && last.cells[1].ends_with("QX-771 with seal"), "{table:?}");
    assert_eq!(table.rows.len(), 1, "{table:?}");
}
