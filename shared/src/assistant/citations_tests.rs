use super::*;
use crate::assistant::test_support::passage;

/// What comes out when the text is fed in pieces of `size` characters, and what was cited.
fn renumbered(text: &str, passages: usize, size: usize) -> (String, Vec<usize>) {
    let mut marks = Marks::new(passages);
    let characters: Vec<char> = text.chars().collect();
    let mut out: String = characters.chunks(size).map(|piece| marks.push(&piece.iter().collect::<String>())).collect();
    out.push_str(&marks.finish());
    (out, marks.cited().to_vec())
}

#[test]
fn marks_are_numbered_in_the_order_of_use_however_the_text_is_cut() {
    for size in [1, 2, 3, 7, 100] {
        let (text, cited) = renumbered("Tighten it [5]. Then wait [2][5], and [5, 3].", 8, size);
        assert_eq!(text, "Tighten it [1]. Then wait [2][1], and [1][3].");
        assert_eq!(cited, [4, 1, 2]);
    }
}

#[test]
fn marks_without_a_passage_are_dropped_with_their_space() {
    let (text, cited) = renumbered("Do this [9]. Or that [0] now [2, 12].", 3, 1);
    assert_eq!(text, "Do this. Or that now [1].");
    assert_eq!(cited, [1]);
}

#[test]
fn brackets_that_are_no_marks_stay() {
    for text in [
        "array[x] and [KINS]JOINTS",
        "a [1](https://example.com) link",
        "`a[1]` in code",
        "open [1",
        "a \\[1\\] b",
        "end  two [ spaces",
        "plot(res\\[1],res\\[2]) and a lone \\` tick",
    ] {
        assert_eq!(renumbered(text, 3, 1).0, text);
    }
}

#[test]
fn a_mark_is_not_held_back_for_long() {
    let mut marks = Marks::new(3);
    assert_eq!(marks.push("text [1"), "text");
    assert_eq!(marks.push("]."), " [1].");
}

#[test]
fn the_sources_name_manual_and_pages() {
    let mut second = passage(7, "", "b", 0.5);
    second.hit.page_end = 8;
    second.hit.file_name = "odd[1]*name.pdf".to_owned();
    let cited = citations(&[1, 0], &[passage(3, "", "a", 0.5), second], "");
    assert_eq!(
        source_list(&cited),
        "\n\n**Sources**\n\n- [1] odd\\[1\\]\\*name.pdf, pages 7–8\n- [2] pump_manual.pdf, page 3"
    );
    assert_eq!(source_list(&[]), "");
    assert_eq!(without_sources(&format!("Answer [1].{}", source_list(&cited))), "Answer [1].");
}
