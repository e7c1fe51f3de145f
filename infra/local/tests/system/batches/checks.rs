//! What is refused at the upload, and how.

use serde_json::json;

use super::{EventSource, UPLOAD, events_of, form, manual, send, upload};
use crate::harness::{TestSystem, pdf, refused_beyond};

#[tokio::test]
async fn one_bad_file_refuses_all_and_is_named() {
    let system = TestSystem::start_with(&[("MAX_DOCUMENT_PAGES", "2")]).await;
    let visitor = system.visitor();
    let cases: [(Vec<u8>, &[&str]); 6] = [
        (Vec::new(), &["pdf_empty"]),
        (b"<html>not a manual</html>".to_vec(), &["not_a_pdf"]),
        (b"%PDF-1.7\n".to_vec(), &["pdf_damaged"]),
        (pdf::encrypted(), &["pdf_password_protected", "pdf_unsupported_encryption"]),
        (manual(3), &["pdf_too_many_pages"]),
        (vec![b'%'; 4 * 1024 * 1024 + 1], &["file_too_large"]),
    ];
    for (bad, codes) in cases {
        let answer = upload(&visitor, "somebody", &[("good.pdf", manual(1)), ("bad.pdf", bad)]).await;
        let code = answer.code(400);
        assert!(codes.contains(&code.as_str()), "{code}");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("bad.pdf: This ") && message.ends_with('.'), "{message}");
    }
    // Of several, the first is named.
    let bad = b"no PDF".to_vec();
    let answer = upload(&visitor, "somebody", &[("1.pdf", manual(2)), ("2.pdf", bad.clone()), ("3.pdf", bad)]).await;
    assert_eq!(answer.json()["message"], "2.pdf: This file is not a PDF.");
}

#[tokio::test]
async fn a_batch_has_limits() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let names: Vec<String> = (1..=21).map(|number| format!("{number}.pdf")).collect();
    let mut files: Vec<(&str, Vec<u8>)> = names.iter().map(|name| (name.as_str(), manual(1))).collect();
    let refused = upload(&visitor, "somebody", &files).await;
    assert_eq!(refused.code(400), "too_many_files");
    assert!(refused.json()["message"].as_str().unwrap().starts_with("21.pdf: "), "{}", refused.text);
    files.pop();
    let taken = upload(&visitor, "somebody", &files).await.json();
    let batch = taken["batchId"].as_str().unwrap();
    assert_eq!(EventSource::new(&visitor, &events_of(batch)).connect().await.unwrap()[0].as_array().unwrap().len(), 20);

    // Four files as large as the page lets them be are taken, and what Lambda could not take is refused.
    let large = |size| pdf::padded(&["Tighten the flange bolts to 45 Nm."], size);
    let four = ["a.pdf", "b.pdf", "c.pdf", "d.pdf"].map(|name| (name, large(900 * 1024)));
    assert_eq!(upload(&visitor, "somebody", &four).await.status, 200);
    let answer = upload(&visitor, "somebody", &["a.pdf", "b.pdf"].map(|name| (name, large(2_300_000)))).await;
    assert_eq!(answer.code(413), "batch_too_large");
    assert!(answer.json()["message"].as_str().unwrap().ends_with("Please send them one after the other."));
}

#[tokio::test]
async fn a_bad_form_is_refused() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    assert_eq!(visitor.post(UPLOAD, json!({"files": ["a.pdf"]})).await.code(415), "unsupported_media_type");
    assert_eq!(send(&visitor, b"--edge\r\nnonsense".to_vec()).await.code(400), "malformed_form");
    let cut = form(&[("files", Some("a.pdf"), manual(1))]);
    assert_eq!(send(&visitor, cut[..cut.len() / 2].to_vec()).await.code(400), "malformed_form");
    let long = format!("{}.pdf", "x".repeat(252));
    for (parts, sentence) in [
        (form(&[("userId", None, b"somebody".to_vec())]), "files is required: at least one PDF"),
        (form(&[("file", Some("a.pdf"), manual(1))]), "files is required: at least one PDF"),
        (form(&[("files", None, manual(1))]), "files must be files: number 1 has no name"),
        (form(&[("files", Some(""), Vec::new())]), "files must be files: number 1 has no name"),
        (
            form(&[("files", Some("a.pdf"), manual(1)), ("files", Some(long.as_str()), manual(1))]),
            "files must have names of at most 255 characters: that of number 2 is longer",
        ),
    ] {
        let answer = send(&visitor, parts).await;
        assert_eq!(answer.code(400), "validation_failed");
        assert_eq!(answer.json()["data"], json!([sentence]));
    }
    // Fields that nobody knows, and a claim that is no name at all, are no reason to refuse.
    let parts = [
        ("userId", None, vec![0xff; 100_000]),
        ("other", Some("other.bin"), vec![0; 1000]),
        ("files", Some("a.pdf"), manual(1)),
        ("userId", None, Vec::new()),
    ];
    assert_eq!(send(&visitor, form(&parts)).await.status, 200);
}

#[tokio::test]
async fn uploads_of_one_address_are_limited() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let refused = refused_beyond(100, async || send(&visitor, form(&[])).await).await;
    assert_eq!(refused.code(429), "too_many_uploads");
}
