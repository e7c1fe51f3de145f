#![expect(clippy::indexing_slicing, reason = "tests")]

use super::*;

fn row(line: u32, left: u32, confidence: f32, text: &str) -> String {
    format!("5\t1\t1\t1\t{line}\t1\t{left}\t{}\t50\t20\t{confidence}\t{text}\n", line * 30)
}

fn output(rows: &[String]) -> String {
    let head = "level\tpage_num\tblock_num\n4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t\n";
    format!("{head}{}", rows.concat())
}

fn read(rows: &[String]) -> ReadPage {
    lines(&output(rows))
}

fn texts(found: &ReadPage) -> Vec<String> {
    found.lines.iter().map(Line::text).collect()
}

#[test]
fn words_become_lines_with_their_place() {
    let found = read(&[
        row(1, 10, 96.0, "SERIAL"),
        row(1, 70, 90.0, "H075006"),
        row(2, 10, 95.0, "150"),
        row(2, 80, 93.0, "HP"),
    ]);
    assert_eq!(texts(&found), ["SERIAL H075006", "150 HP"]);
    assert_eq!(found.lines[0].area(), Some(PixelBox { x: 10.0, y: 30.0, width: 110.0, height: 20.0 }));
    assert!((found.lines[0].confidence() - 0.927).abs() < 0.01);
    assert!((found.lines[1].words[1].area.x - 80.0).abs() < 1e-6);
    assert_eq!(found.characters, 18);
    assert!(found.seen.confidence > 0.9 && found.seen.standing < 0);
}

#[test]
fn what_only_looks_like_letters_is_dropped() {
    let leaf = [
        row(1, 0, 28.0, "a"),
        row(2, 0, 72.0, "="),
        row(3, 0, 72.0, "rig"),
        row(4, 0, 60.0, "ffoe"),
        row(5, 0, -1.0, ""),
    ];
    assert!(read(&leaf).lines.is_empty());
    assert!(read(&leaf).seen.confidence < 0.7);
    let plate = read(&[row(1, 0, 80.0, "|"), row(1, 9, 96.0, "PUMP"), row(1, 60, 30.0, "~x"), row(1, 90, 70.0, "_")]);
    assert_eq!(texts(&plate), ["PUMP"]);
    assert_eq!(texts(&read(&[row(1, 0, 95.0, "40")])), ["40"], "a number that is certain counts");
}

#[test]
fn overlooked_cells_join_their_rows() {
    let mut found = read(&[row(1, 100, 96.0, "Washer"), row(2, 100, 96.0, "Gasket"), row(3, 100, 96.0, "Shim")]);
    let left = output(&[
        row(1, 10, 96.0, "7"),
        row(2, 10, 96.0, "8"),
        row(1, 400, 96.0, "EA"),
        row(2, 400, 90.0, "~"),
        row(3, 10, 40.0, "rn"),
        row(9, 10, 96.0, "9"),
        row(10, 10, 96.0, "NOTES"),
    ]);
    for cell in cells(&left) {
        found.add(cell);
    }
    assert_eq!(texts(&found), ["7", "Washer", "EA", "8", "Gasket", "Shim", "NOTES"]);
}

#[test]
fn what_was_read_twice_alike_counts() {
    let cell = |text: &str| cells(&row(1, 400, 33.0, text)).remove(0);
    let page = || read(&[row(1, 100, 96.0, "Pressure"), row(1, 400, 5.0, "kPa")]);
    let mut found = page();
    found.add(cell("kPa"));
    assert_eq!(texts(&found), ["Pressure", "kPa"]);
    let mut found = page();
    found.add(cell("kFa"));
    assert_eq!(texts(&found), ["Pressure"]);
}

#[test]
fn words_that_stand_tell_a_sideways_page() {
    let word = |at: u32, top: u32, text: &str| format!("5\t1\t1\t1\t1\t{at}\t300\t{top}\t20\t90\t93\t{text}\n");
    let seen = read(&[word(1, 500, "Tighten"), word(2, 300, "the"), word(3, 100, "screws")]).seen;
    assert!(seen.standing > 0 && seen.downwards < 0, "{seen:?}");
}
