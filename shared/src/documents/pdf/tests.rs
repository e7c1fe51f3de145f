#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{fmt::Write, path::Path, time::Duration};

use super::{Limits, PdfError, PdfInfo, PdfWorker, protocol::Failure, reader::Reader};

/// A PDF with one page per text, each shown in 12 point Helvetica.
fn pdf(texts: &[&str]) -> Vec<u8> {
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        String::new(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut kids = String::new();
    for text in texts {
        let mut stream = String::from("BT /F1 12 Tf 72 720 Td 14 TL ");
        for line in text.lines() {
            write!(stream, "({line}) Tj T* ").unwrap();
        }
        stream.push_str("ET");
        let page = objects.len() + 1;
        write!(kids, "{page} 0 R ").unwrap();
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            page + 1
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()));
    }
    objects[1] = format!("<< /Type /Pages /Count {} /Kids [{kids}] >>", texts.len());
    let mut file = String::from("%PDF-1.4\n");
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
fn lines_are_read_with_their_size() {
    let reader = Reader::from_bytes(pdf(&["WATER PUMP\nRemove the bolts.", "Torque them."])).unwrap();
    assert_eq!((reader.pages(), reader.is_encrypted()), (2, false));
    let lines = reader.page(1);
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["WATER PUMP", "Remove the bolts."]);
    assert!((lines[0].size - 12.0).abs() < 0.5);
    assert_eq!(reader.page(2)[0].text, "Torque them.");
    assert!(reader.page(3).is_empty());
}

#[test]
fn what_is_no_pdf_is_named() {
    let open = |bytes: &[u8]| Reader::from_bytes(bytes.to_vec()).err().map(|failure| PdfError::from(failure).code());
    assert_eq!(open(b""), Some("pdf_empty"));
    assert_eq!(open(b"PK\x03\x04 a zip file"), Some("not_a_pdf"));
    assert_eq!(open(b"%PDF-1.7\n%%EOF"), Some("pdf_damaged"));
    let whole = pdf(&["Remove the bolts."]);
    // Cut anywhere, a file is read, refused or has no pages; it never panics.
    for length in (0..whole.len()).step_by(37) {
        if let Ok(reader) = Reader::from_bytes(whole[..length].to_vec()) {
            reader.page(1);
        }
    }
}

#[test]
fn errors_have_codes_and_say_whether_to_try_again() {
    assert!(PdfError::from(Failure::PasswordProtected).is_permanent());
    assert!(!PdfError::Reader(String::new()).is_permanent());
    assert_eq!(PdfError::ImageOnly { pages: 3 }.code(), "pdf_image_only");
    let text = PdfError::TooManyPages { pages: 6000, limit: 5000 }.to_string();
    assert!(text.contains("6000") && text.contains("5000"));
}

/// A worker whose child is a shell script; `$1` is the first page asked for.
fn script(script: &str) -> PdfWorker {
    PdfWorker {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), script.into()],
        limits: Limits {
            time: Duration::from_secs(20),
            stall: Duration::from_millis(400),
            max_text_bytes: 4096,
            ..Limits::default()
        },
    }
}

const DOCUMENT: &str = r#"echo '{"type":"document","pages":3,"encrypted":false}';"#;
const PAGE: &str = r#"page() { echo "{\"type\":\"page\",\"number\":$1,\"lines\":[[\"some text\",10.0,false]]}"; };"#;
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
    // The child is started again after the page it was lost on; `$1` tells which is asked for.
    let crash = format!("{PAGE}{DOCUMENT} if [ $1 = 1 ]; then page 1; exit 1; else page 3; {END}; fi");
    assert_eq!(extract(&crash).await, Ok(vec![true, false, true]));
    let stall = format!("{PAGE}{DOCUMENT} if [ $1 = 1 ]; then page 1; exec sleep 9; else page 3; {END}; fi");
    assert_eq!(extract(&stall).await, Ok(vec![true, false, true]));
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
        r#"{DOCUMENT} for i in 1 2 3; do echo "{{\"type\":\"page\",\"number\":$i,\"lines\":[]}}"; done; {END}"#
    );
    assert_eq!(extract(&blank).await, Err(PdfError::ImageOnly { pages: 3 }));
    let long = r#"echo '{"type":"document","pages":6000,"encrypted":false}'"#;
    let error = script(&format!("{long};{END}")).inspect(Path::new("unused")).await;
    assert_eq!(error, Err(PdfError::TooManyPages { pages: 6000, limit: 5000 }));
}

#[test]
fn a_page_is_rendered_within_its_limit() {
    let reader = Reader::from_bytes(pdf(&["WATER PUMP"])).unwrap();
    let (width, height, grey) = reader.picture(1, 8_000_000).unwrap();
    assert_eq!((width, height), (1700, 2200), "a page of letter size at 200 dots per inch");
    assert_eq!(grey.len(), 1700 * 2200);
    let ink: Vec<usize> = grey.iter().enumerate().filter(|(_, value)| **value < 100).map(|(at, _)| at / 1700).collect();
    assert!(ink.len() > 300 && ink.iter().all(|row| (150..250).contains(row)), "the line stands an inch below the top");
    let (width, height, grey) = reader.picture(1, 10_000).unwrap();
    assert!(u64::from(width) * u64::from(height) <= 10_000 && grey.len() <= 10_000);
    assert!(reader.picture(2, 8_000_000).is_none());
}

/// The pages that come with a picture from a child that renders as `script` says; `$5` are the pages
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
    let each = format!("{image}; {DOCUMENT} for page in $(echo $5 | tr , ' '); do");
    let all = format!("{each} image $page; done; {END}");
    assert_eq!(rendered(&all, 1..=20).await, (1..=20).map(|page| (page, true)).collect::<Vec<_>>());
    let crash = format!("{each} if [ $page = 2 ]; then kill -ABRT $$; fi; image $page; done; {END}");
    assert_eq!(rendered(&crash, 1..=3).await, [(1, true), (2, false), (3, true)]);
    let missing = format!(r#"{each} echo "{{\"type\":\"no_image\",\"number\":$page}}"; done; {END}"#);
    assert_eq!(rendered(&missing, 1..=9).await.len(), 4, "given up after some");
    let flood = format!(r#"{DOCUMENT} printf '{{"type":"image","number":1,"width":100000,"height":100000}}\n'; {END}"#);
    assert_eq!(rendered(&flood, 1..=1).await, [(1, false)]);
}

/// Every PDF of the shared data is read or refused; none panics out of the reader.
#[test]
fn shared_manuals_are_read() {
    let root = std::env::var_os("INTELLIMAINT_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), std::path::PathBuf::from);
    let Ok(bytes) = std::fs::read(root.join("pdf/tm-9-2320-280-10-hr.pdf")) else {
        tracing::warn!("skipped: no shared data in {}", root.display());
        return;
    };
    let reader = Reader::from_bytes(bytes).unwrap();
    assert_eq!(reader.pages(), 22);
    let with_text = (1..=22).filter(|page| !reader.page(*page).is_empty()).count();
    assert_eq!(with_text, 21);
    let open = |name: &str| Reader::from_bytes(std::fs::read(root.join("malformed").join(name)).unwrap());
    assert!(matches!(open("issue6010_1.pdf"), Err(Failure::PasswordProtected)));
    let protected = open("copy-protected.pdf").unwrap();
    assert!(protected.is_encrypted());
    assert!(!protected.page(1).is_empty());
    let unmapped = open("type3_font_nomapping.pdf").unwrap();
    assert!((1..=unmapped.pages()).all(|page| unmapped.page(page).is_empty()));
}
