//! Pages as pictures: how large they become, and how long somebody waits for one.

use std::time::Instant;

use super::*;
use crate::pdf::{LONGEST_SHOWN, PagePixels};

const IMAGE: &str = r#"printf '{"type":"image","number":1,"width":2,"height":1}\nabcdef';"#;

/// A worker that has so many seconds for a document, and whose child is a shell script.
fn within(seconds: u64, body: &str) -> PdfWorker {
    let worker = script(body);
    PdfWorker { limits: Limits { time: Duration::from_secs(seconds), ..worker.limits }, ..worker }
}

/// A file that takes ten seconds to open on a slow machine.
fn large_file() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(40 << 20).unwrap();
    file
}

#[test]
fn a_page_of_an_extreme_shape_fits_into_a_file() {
    for entries in ["/MediaBox [0 0 200 14400]", "/MediaBox [0 0 14400 200]"] {
        let reader = open(file(vec![Sheet { stream: String::new(), entries }], "")).unwrap();
        let (width, height, rgb) = reader.picture(1, Purpose::Showing(2_000), 8_000_000).unwrap();
        assert!(width <= 2_000 && height <= u32::from(LONGEST_SHOWN), "{width} x {height}");
        assert!(width.max(height) >= 2_000 && rgb.len() == width as usize * height as usize * 3);
    }
}

#[tokio::test]
async fn opening_drawing_and_passing_on_have_one_time_together() {
    let begun = Instant::now();
    let late = within(3, &format!("sleep 2; {DOCUMENT} sleep 20")).draw(Path::new("unused"), 1, 600).await;
    assert_eq!(late, Err(PdfError::TookTooLong));
    assert!(begun.elapsed() < Duration::from_millis(4_500), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_large_file_has_longer_to_open_before_its_pages_are_drawn() {
    let slow = format!("sleep 2; {DOCUMENT} {IMAGE} {END}");
    let drawn = PagePixels { width: 2, height: 1, rgb: b"abcdef".to_vec() };
    assert_eq!(within(1, &slow).draw(Path::new("unused"), 1, 600).await, Err(PdfError::TookTooLong), "a small one");
    assert_eq!(within(1, &slow).draw(large_file().path(), 1, 600).await, Ok(drawn));

    let grey = r#"printf '{"type":"image","number":1,"width":3,"height":2}\nabcdef';"#;
    let slow = format!("sleep 2; {DOCUMENT} {grey} {END}");
    let read =
        async |path: &Path| within(1, &slow).render(path, 1..=1).next().await.unwrap().1.map(|image| image.width);
    assert_eq!(read(Path::new("unused")).await, Err(PdfError::TookTooLong), "a small one");
    assert_eq!(read(large_file().path()).await, Ok(3));
}
