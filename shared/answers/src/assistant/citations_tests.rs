use super::*;
use crate::assistant::sanitizer::sanitized;
use crate::assistant::test_support::passage;
use foundation::page_boxes::PageBox;

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
        source_list(&cited, ""),
        "\n\n**Sources**\n\n- [1] odd\\[1\\]\\*name.pdf, pages 7–8\n- [2] pump_manual.pdf, page 3"
    );
    assert_eq!(source_list(&[], ""), "");
    assert_eq!(without_sources(&format!("Answer [1].{}", source_list(&cited, ""))), "Answer [1].");
}

#[test]
fn each_page_of_a_source_is_a_link_that_marks_what_the_answer_rests_on() {
    let document = foundation::ids::DocumentId::new().to_string();
    let mut found = passage(7, "", "b", 0.5);
    found.hit.document_id.clone_from(&document);
    let mut cited = citations(&[0], &[found], "");
    let place = |page, y| PageBox { page, x: 0.1, y, width: 0.8, height: 0.02 };
    for one in &mut cited {
        one.boxes = vec![place(7, 0.9), place(8, 0.1), place(8, 0.2)];
    }
    let own = "https://api.example.com";
    let pages = format!("{own}/api/v1/repository/documents/{document}/pages");
    let list = source_list(&cited, &format!("{own}/"));
    let expected = format!(
        "\n\n**Sources**\n\n- [1] [pump_manual.pdf, page 7]({pages}/7/image?mark=100,900,800,20), \
         [page 8]({pages}/8/image?mark=100,100,800,20_100,200,800,20)"
    );
    assert_eq!(list, expected);
    assert_eq!(sanitized(&list, Vec::new(), own), expected, "its own links stay");
    assert_eq!(without_sources(&format!("Answer [1].{list}")), "Answer [1].");
    for one in &mut cited {
        one.page = 8;
    }
    let turned = source_list(&cited, own);
    let first = format!("[pump_manual.pdf, page 8]({pages}/8/image?mark=100,100,800,20_100,200,800,20)");
    assert!(turned.contains(&first) && turned.ends_with("/7/image?mark=100,900,800,20)"), "{turned}");
    for one in &mut cited {
        (one.page, one.boxes, one.page_end) = (7, Vec::new(), 8);
    }
    let plain =
        format!("\n\n**Sources**\n\n- [1] [pump_manual.pdf, page 7]({pages}/7/image), [page 8]({pages}/8/image)");
    assert_eq!(source_list(&cited, own), plain);
}
