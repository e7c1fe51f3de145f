#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{
    fmt::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use foundation::need::{Needed, need};
use pdfium_render::prelude::Pdfium;

use super::{Limits, PdfError, PdfInfo, PdfWorker, picture::Purpose, protocol::Failure, reader::Reader};
use crate::Block;

mod pictures;
mod places;

/// The library that `scripts/pdfium` fetches.
fn library() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lib/pdfium");
    Pdfium::pdfium_platform_library_name_at_path(&folder)
}

fn open(bytes: impl Into<Vec<u8>>) -> Result<Reader, Failure> {
    Reader::from_bytes(&library(), bytes.into())
}

/// The printed lines of a page.
fn lines(reader: &Reader, page: u32) -> Vec<String> {
    reader.page(page).blocks.iter().flat_map(Block::lines).map(|line| line.text.clone()).collect()
}

/// A page of a PDF: what is drawn on it, and further entries of its dictionary.
struct Sheet {
    stream: String,
    entries: &'static str,
}

impl Sheet {
    /// Text in 12 point Helvetica.
    fn of(text: &str) -> Self {
        let mut stream = String::from("BT /F1 12 Tf 72 720 Td 14 TL ");
        for line in text.lines() {
            write!(stream, "({line}) Tj T* ").unwrap();
        }
        stream.push_str("ET");
        Self { stream, entries: "/MediaBox [0 0 612 792]" }
    }
}

/// A PDF with one page per text, each shown in 12 point Helvetica.
fn pdf(texts: &[&str]) -> Vec<u8> {
    file(texts.iter().map(|text| Sheet::of(text)).collect(), "")
}

/// A PDF of these pages; `catalog` are further entries of its catalogue.
fn file(sheets: Vec<Sheet>, catalog: &str) -> Vec<u8> {
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>"),
        String::new(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        "<< /Type /OCG /Name (Notes) >>".to_owned(),
    ];
    let mut kids = String::new();
    let count = sheets.len();
    for Sheet { stream, entries } in sheets {
        let page = objects.len() + 1;
        write!(kids, "{page} 0 R ").unwrap();
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R {entries} /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> /Properties << /Layer 4 0 R >> >> >>",
            page + 1
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()));
    }
    objects[1] = format!("<< /Type /Pages /Count {count} /Kids [{kids}] >>");
    let mut file = String::from("%PDF-1.5\n");
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        offsets.push(file.len());
        write!(file, "{number} 0 obj\n{object}\nendobj\n").unwrap();
    }
    let xref = file.len();
    write!(file, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).unwrap();
    for offset in offsets {
        writeln!(file, "{offset:010} 00000 n ").unwrap();
    }
    write!(file, "trailer << /Size {} /Root 1 0 R >>\nstartxref\n{xref}\n%%EOF\n", objects.len() + 1).unwrap();
    file.into_bytes()
}

#[test]
fn lines_are_read_with_their_size_and_place() {
    let reader = open(pdf(&["WATER PUMP\nRemove the bolts.", "Torque them."])).unwrap();
    assert_eq!((reader.pages(), reader.is_encrypted()), (2, false));
    assert_eq!(lines(&reader, 1), ["WATER PUMP", "Remove the bolts."]);
    assert_eq!(lines(&reader, 2), ["Torque them."]);
    assert!(lines(&reader, 3).is_empty());
    let page = reader.page(1);
    assert_eq!(page.size, (612.0, 792.0));
    let first = page.blocks[0].lines().next().unwrap();
    assert!((first.size - 12.0).abs() < 0.5);
    assert!((first.area.left - 72.0).abs() < 1.0 && (60.0..73.0).contains(&first.area.top), "{:?}", first.area);
}

#[test]
fn what_is_no_pdf_is_named() {
    let code = |bytes: &[u8]| open(bytes).err().map(|failure| PdfError::from(failure).code());
    assert_eq!(code(b""), Some("pdf_empty"));
    assert_eq!(code(b"PK\x03\x04 a zip file"), Some("not_a_pdf"));
    assert_eq!(code(b"%PDF-1.7\n%%EOF"), Some("pdf_damaged"));
}

#[test]
fn a_file_that_is_cut_off_is_refused_and_never_silently_short() {
    let whole = pdf(&["Remove the bolts.", "Torque them."]);
    for length in (9..whole.len() - 40).step_by(37) {
        assert!(matches!(open(&whole[..length]), Err(Failure::Damaged)), "{length} of {} bytes", whole.len());
    }
}

#[test]
fn turned_pages_and_turned_text_read_upright() {
    let turned = |entries, matrix: &str| Sheet {
        stream: format!("BT /F1 12 Tf {matrix} Tm 14 TL (WINCH DRUM) Tj T* (Grease both ends.) Tj ET"),
        entries,
    };
    let reader = open(file(
        vec![
            turned("/MediaBox [0 0 612 792] /Rotate 90", "0 1 -1 0 100 100"),
            turned("/MediaBox [0 0 612 792] /Rotate 270", "0 -1 1 0 500 600"),
            turned("/MediaBox [0 0 612 792] /Rotate 180", "-1 0 0 -1 500 600"),
            turned("/MediaBox [0 0 612 792]", "0 1 -1 0 100 100"),
        ],
        "",
    ))
    .unwrap();
    for page in 1..=4 {
        assert_eq!(lines(&reader, page), ["WINCH DRUM", "Grease both ends."], "page {page}");
    }
    let first = |page| reader.page(page).blocks[0].lines().next().unwrap().area;
    // Displayed, the first page is 792 wide; its title stands a hundred points from the left.
    assert_eq!(reader.page(1).size, (792.0, 612.0));
    assert!((first(1).left - 100.0).abs() < 1.0 && first(1).right > 170.0, "{:?}", first(1));
    // On a page that is not turned, the same text goes upwards.
    let sideways = first(4);
    assert!(sideways.bottom - sideways.top > sideways.right - sideways.left, "{sideways:?}");
}

#[test]
fn text_of_a_hidden_layer_is_left_out() {
    let stream = "BT /F1 12 Tf 72 700 Td (Set the gap to 3 mm.) Tj ET \
                  /OC /Layer BDC BT /F1 12 Tf 72 600 Td (Set the gap to 9 mm.) Tj ET EMC";
    let sheet = || vec![Sheet { stream: stream.to_owned(), entries: "/MediaBox [0 0 612 792]" }];
    let off = "/OCProperties << /OCGs [4 0 R] /D << /OFF [4 0 R] >> >>";
    assert_eq!(lines(&open(file(sheet(), off)).unwrap(), 1), ["Set the gap to 3 mm."]);
    let on = "/OCProperties << /OCGs [4 0 R] /D << /ON [4 0 R] >> >>";
    assert_eq!(lines(&open(file(sheet(), on)).unwrap(), 1).len(), 2);
}

#[test]
fn a_ruled_table_is_read_with_its_columns() {
    let mut stream = String::new();
    for (y, cells) in [
        (700, ["Seal", "Bore", "Limit"]),
        (680, ["Upper", "40.1", "40.3"]),
        (660, ["Lower", "", "62.4"]),
        (640, ["Rear", "12.0", "12.2"]),
    ] {
        for (x, cell) in [80, 200, 320].into_iter().zip(cells) {
            write!(stream, "BT /F1 11 Tf {x} {y} Td ({cell}) Tj ET ").unwrap();
        }
    }
    for x in [70, 190, 310, 430] {
        write!(stream, "{x} 630 m {x} 715 l S ").unwrap();
    }
    let reader = open(file(vec![Sheet { stream, entries: "/MediaBox [0 0 612 792]" }], "")).unwrap();
    let page = reader.page(1);
    let [Block::Table(table)] = page.blocks.as_slice() else { panic!("{:?}", page.blocks) };
    assert_eq!(table.head, ["Seal", "Bore", "Limit"]);
    assert_eq!(table.rows[1].cells, ["Lower", "", "62.4"]);
}

#[test]
fn errors_have_codes_and_say_whether_to_try_again() {
    assert!(PdfError::from(Failure::PasswordProtected).is_permanent());
    assert!(!PdfError::Reader(String::new()).is_permanent());
    assert_eq!(PdfError::ImageOnly { pages: 3 }.code(), "pdf_image_only");
    let text = PdfError::TooManyPages { pages: 6000, limit: 5000 }.to_string();
    assert!(text.contains("6000") && text.contains("5000"));
}

/// A worker whose child is a shell script; `$2` is the first page asked for.
fn script(script: &str) -> PdfWorker {
    PdfWorker {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), script.into()],
        library: PathBuf::new(),
        limits: Limits {
            time: Duration::from_secs(20),
            stall: Duration::from_millis(400),
            max_text_bytes: 4096,
            ..Limits::default()
        },
    }
}

const DOCUMENT: &str = r#"echo '{"type":"document","pages":3,"encrypted":false}';"#;
const PAGE: &str = r#"page() { echo "{\"type\":\"page\",\"number\":$1,\"content\":{\"blocks\":[{\"prose\":[{\"text\":\"some text\",\"size\":10.0,\"bold\":false}]}],\"size\":[612.0,792.0],\"unread\":[]}}"; };"#;
const END: &str = r#"echo '{"type":"end"}'"#;

async fn extract(body: &str) -> Result<Vec<bool>, PdfError> {
    let pages = script(body).extract(Path::new("unused"), |_| {}).await?;
    Ok(pages.iter().map(|page| page.has_text).collect())
}

#[tokio::test]
async fn pages_and_progress_are_passed_on() {
    let worker = script(&format!("{PAGE}{DOCUMENT} page 1; page 2; page 3; {END}"));
    let mut progress = Vec::new();
    let pages = worker
        .extract(Path::new("unused"), |page| {
            progress.push((page.done, page.total));
        })
        .await
        .unwrap();
    assert_eq!(pages.len(), 3);
    assert_eq!(pages[2].number, 3);
    assert_eq!(progress, [(1, 3), (2, 3), (3, 3)]);
    let info = script(&format!("{DOCUMENT}{END}")).inspect(Path::new("unused")).await.unwrap();
    assert_eq!(info, PdfInfo { pages: 3, encrypted: false });
}

#[tokio::test]
async fn a_page_that_crashes_or_stalls_is_left_out() {
    // The child is started again after the page it was lost on; `$2` tells which is asked for.
    let crash = format!("{PAGE}{DOCUMENT} if [ $2 = 1 ]; then page 1; exit 1; else page 3; {END}; fi");
    assert_eq!(extract(&crash).await, Ok(vec![true, false, true]));
    let stall = format!("{PAGE}{DOCUMENT} if [ $2 = 1 ]; then page 1; exec sleep 9; else page 3; {END}; fi");
    assert_eq!(extract(&stall).await, Ok(vec![true, false, true]));
}

#[tokio::test]
async fn a_large_file_has_longer_to_open_and_no_longer_for_a_page() {
    let slow = format!("{PAGE} sleep 1; {DOCUMENT} page 1; page 2; page 3; {END}");
    assert_eq!(extract(&slow).await, Err(PdfError::TookTooLong), "a small one");
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(40 << 20).unwrap();
    assert_eq!(script(&slow).extract(file.path(), |_| {}).await.unwrap().len(), 3);
    let stalls = script(&format!("{DOCUMENT} sleep 5; kill -ABRT $$")).extract(file.path(), |_| {}).await;
    assert_eq!(stalls, Err(PdfError::TookTooLong));
}

#[tokio::test]
async fn a_child_that_reads_nothing_is_ended_with_a_reason() {
    assert_eq!(extract("exec sleep 9").await, Err(PdfError::TookTooLong));
    assert_eq!(
        extract("echo 'memory allocation of 9 bytes failed' >&2; kill -ABRT $$").await,
        Err(PdfError::NeedsTooMuchMemory)
    );
    assert_eq!(extract("kill -SEGV $$").await, Err(PdfError::Damaged));
    assert_eq!(extract("kill -XCPU $$").await, Err(PdfError::TookTooLong));
    let flood = format!("{PAGE}{DOCUMENT} i=1; while :; do page $i; i=$((i+1)); done");
    assert_eq!(extract(&flood).await, Err(PdfError::TooMuchText { limit_mib: 0 }));
    assert!(matches!(extract("echo nonsense").await, Err(PdfError::Reader(_))));
    let missing = PdfWorker { program: "/does/not/exist".into(), ..script("") };
    assert!(matches!(missing.inspect(Path::new("unused")).await, Err(PdfError::Reader(_))));
}

#[tokio::test]
async fn refusals_of_the_child_and_limits_are_errors() {
    let refused = r#"echo '{"type":"failed","reason":"password_protected"}'"#;
    assert_eq!(extract(refused).await, Err(PdfError::PasswordProtected));
    let blank = format!(
        r#"{DOCUMENT} for i in 1 2 3; do echo "{{\"type\":\"page\",\"number\":$i,\"content\":{{\"blocks\":[],\"size\":[612.0,792.0],\"unread\":[]}}}}"; done; {END}"#
    );
    assert_eq!(extract(&blank).await, Err(PdfError::ImageOnly { pages: 3 }));
    let long = r#"echo '{"type":"document","pages":6000,"encrypted":false}'"#;
    let error = script(&format!("{long};{END}")).inspect(Path::new("unused")).await;
    assert_eq!(error, Err(PdfError::TooManyPages { pages: 6000, limit: 5000 }));
}

#[test]
fn a_page_is_rendered_within_its_limit() {
    let reader = open(pdf(&["WATER PUMP"])).unwrap();
    let (width, height, grey) = reader.picture(1, Purpose::Reading, 8_000_000).unwrap();
    assert_eq!((width, height), (1700, 2200), "a page of letter size at 200 dots per inch");
    assert_eq!(grey.len(), 1700 * 2200);
    let ink: Vec<usize> = grey.iter().enumerate().filter(|(_, value)| **value < 100).map(|(at, _)| at / 1700).collect();
    assert!(ink.len() > 300 && ink.iter().all(|row| (150..250).contains(row)), "the line stands an inch below the top");
    let (width, height, grey) = reader.picture(1, Purpose::Reading, 10_000).unwrap();
    assert!(u64::from(width) * u64::from(height) <= 10_000 && grey.len() <= 10_000);
    assert!(reader.picture(2, Purpose::Reading, 8_000_000).is_none());
}

/// The pages that come with a picture from a child that renders as `script` says; `$6` are the pages
/// it is asked for.
async fn rendered(script_text: &str, pages: std::ops::RangeInclusive<u32>) -> Vec<(u32, bool)> {
    let mut images = script(script_text).render(Path::new("unused"), pages);
    let mut came = Vec::new();
    while let Some((number, image)) = images.next().await {
        came.push((number, image.is_ok_and(|image| image.grey == b"abcdef" && image.width == 3)));
    }
    came
}

#[tokio::test]
async fn pictures_come_page_by_page_and_a_lost_page_costs_no_other() {
    let image = r#"image() { printf '{"type":"image","number":%s,"width":3,"height":2}\nabcdef' $1; }"#;
    let each = format!("{image}; {DOCUMENT} for page in $(echo $6 | tr , ' '); do");
    let all = format!("{each} image $page; done; {END}");
    assert_eq!(rendered(&all, 1..=20).await, (1..=20).map(|page| (page, true)).collect::<Vec<_>>());
    let crash = format!("{each} if [ $page = 2 ]; then kill -ABRT $$; fi; image $page; done; {END}");
    assert_eq!(rendered(&crash, 1..=3).await, [(1, true), (2, false), (3, true)]);
    let missing = format!(r#"{each} echo "{{\"type\":\"no_image\",\"number\":$page}}"; done; {END}"#);
    assert_eq!(rendered(&missing, 1..=9).await.len(), 4, "given up after some");
    let flood = format!(r#"{DOCUMENT} printf '{{"type":"image","number":1,"width":100000,"height":100000}}\n'; {END}"#);
    assert_eq!(rendered(&flood, 1..=1).await, [(1, false)]);
}

/// Malformed files are read or refused, without a crash.
#[test]
fn shared_manuals_are_read() {
    let Some(manual) = need(Needed::Data("pdf/tm-9-2320-280-10-hr.pdf")) else { return };
    let Some(folder) = need(Needed::Data("malformed")) else { return };
    let reader = open(std::fs::read(manual).unwrap()).unwrap();
    assert_eq!(reader.pages(), 22);
    let with_text = (1..=22).filter(|page| !lines(&reader, *page).is_empty()).count();
    assert_eq!(with_text, 21);
    let malformed = |name: &str| open(std::fs::read(folder.join(name)).unwrap());
    assert!(matches!(malformed("issue6010_1.pdf"), Err(Failure::PasswordProtected)));
    let protected = malformed("copy-protected.pdf").unwrap();
    assert!(protected.is_encrypted());
    assert!(!lines(&protected, 1).is_empty());
    let unmapped = malformed("type3_font_nomapping.pdf").unwrap();
    assert!((1..=unmapped.pages()).all(|page| lines(&unmapped, page).is_empty()));
}
