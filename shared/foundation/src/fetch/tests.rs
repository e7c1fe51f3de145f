#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use futures::stream;

use super::*;

const PDF: &[u8] = b"%PDF-1.7 and so on";

fn config() -> DocumentsConfig {
    let lookup = |name: &str| match name {
        "TOKEN_SECRET" => Some("a secret for tests, longer than 32 characters".to_owned()),
        "FILE_URL_HOSTS" => Some("files.example.com, localhost.localdomain".to_owned()),
        _ => None,
    };
    crate::config::Config::from_lookup(&lookup).unwrap().documents
}

fn limits() -> FetchLimits {
    FetchLimits {
        bytes: 64 * 1024,
        total: Duration::from_secs(5),
        idle: Duration::from_millis(300),
        slowest: 1024,
        grace_period: Duration::from_secs(1),
        redirects: 3,
    }
}

/// A body without end: `chunk` every `pause`.
fn endless(chunk: &'static [u8], pause: Duration) -> Body {
    let first = stream::iter([Ok::<_, Infallible>(PDF)]);
    let rest = stream::unfold((), move |()| async move {
        tokio::time::sleep(pause).await;
        Some((Ok::<_, Infallible>(chunk), ()))
    });
    Body::from_stream(futures::StreamExt::chain(first, rest))
}

async fn server() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let routes = Router::new()
        .route("/good.pdf", get(|| async { PDF }))
        .route("/packed.pdf", get(|| async { packed("gzip", gzip(PDF)) }))
        .route("/packed-twice.pdf", get(|| async { packed("x-gzip", [gzip(&PDF[..9]), gzip(&PDF[9..])].concat()) }))
        .route("/packed.html", get(|| async { packed("gzip", gzip(b"<html>sign in first</html>")) }))
        .route("/bomb", get(|| async { packed("gzip", gzip(&[PDF, &vec![b' '; 1 << 20]].concat())) }))
        .route("/cut", get(|| async { packed("gzip", gzip(PDF)[..20].to_vec()) }))
        .route("/not-packed", get(|| async { packed("gzip", PDF.to_vec()) }))
        .route("/brotli", get(|| async { packed("br", PDF.to_vec()) }))
        .route("/empty", get(|| async { "" }))
        .route("/large", get(|| async { vec![b' '; 64 * 1024 + 1] }))
        .route("/short", get(|| async { "%P" }))
        .route("/page.html", get(|| async { "<html>sign in first</html>" }))
        .route("/forbidden", get(|| async { (http::StatusCode::FORBIDDEN, "no").into_response() }))
        .route("/down", get(|| async { http::StatusCode::BAD_GATEWAY }))
        .route("/once", get(|| async { Redirect::temporary("/good.pdf") }))
        .route("/for-ever", get(|| async { Redirect::temporary("/for-ever") }))
        .route("/inside", get(|| async { Redirect::temporary("http://169.254.169.254/latest/meta-data") }))
        .route("/loopback", get(|| async { Redirect::temporary("http://127.0.0.1:1/") }))
        .route("/other", get(|| async { Redirect::temporary("https://example.org/a.pdf") }))
        .route("/file", get(|| async { Redirect::temporary("file:///etc/passwd") }))
        .route("/flood", get(|| async { endless(&[b'x'; 8192], Duration::ZERO) }))
        .route("/trickle", get(|| async { endless(b"x", Duration::from_millis(50)) }))
        .route("/silence", get(|| async { endless(b"x", Duration::from_hours(1)) }))
        .route("/mute", get(std::future::pending::<()>));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://localhost:{port}")
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, content).unwrap();
    encoder.finish().unwrap()
}

/// An answer with this `Content-Encoding`.
fn packed(encoding: &'static str, content: Vec<u8>) -> axum::response::Response {
    ([(header::CONTENT_ENCODING, encoding)], content).into_response()
}

async fn fetch(path: &str) -> Result<u64, FetchError> {
    let url = server().await + path;
    let file = tempfile::NamedTempFile::new().unwrap();
    let fetcher = Fetcher::new(&config(), limits()).unwrap();
    let size = fetcher.download(&url, file.path(), |_, _| {}).await?;
    assert_eq!(std::fs::read(file.path()).unwrap(), PDF);
    Ok(size)
}

#[tokio::test]
async fn a_pdf_is_fetched_through_redirects() {
    assert_eq!(fetch("/good.pdf").await.unwrap(), PDF.len() as u64);
    assert_eq!(fetch("/once").await.unwrap(), PDF.len() as u64);
}

#[tokio::test]
async fn what_a_server_compressed_is_unpacked() {
    assert_eq!(fetch("/packed.pdf").await.unwrap(), PDF.len() as u64);
    assert_eq!(fetch("/packed-twice.pdf").await.unwrap(), PDF.len() as u64);
    let fetcher = Fetcher::new(&config(), limits()).unwrap();
    assert_eq!(fetcher.bytes(&(server().await + "/packed.pdf")).await.unwrap(), PDF);
    let codes = ["/packed.html", "/bomb", "/cut", "/not-packed", "/brotli"].map(async |path| {
        let error = fetch(path).await.unwrap_err();
        assert_eq!(fetcher.bytes(&(server().await + path)).await.is_ok(), path == "/packed.html", "{path}");
        error.code()
    });
    assert_eq!(
        futures::future::join_all(codes).await,
        ["not_a_pdf", "file_too_large", "url_damaged", "url_damaged", "url_unknown_encoding"]
    );
}

#[tokio::test]
async fn content_says_its_size_before_it_is_read() {
    let server = server().await;
    let fetcher = Fetcher::new(&config(), limits()).unwrap();
    let plain = fetcher.open(&(server.clone() + "/once")).await.unwrap();
    assert_eq!(plain.size(), Some(PDF.len() as u64));
    assert_eq!(plain.bytes().await.unwrap(), PDF);
    let packed = fetcher.open(&(server.clone() + "/packed.pdf")).await.unwrap();
    assert_eq!((packed.size(), packed.bytes().await.unwrap().len()), (None, PDF.len()));
    assert!(matches!(fetcher.open(&(server.clone() + "/down")).await, Err(FetchError::Status(502))));
    assert!(matches!(fetcher.open(&(server + "/large")).await, Err(FetchError::TooLarge { limit: 65536 })));
}

#[tokio::test]
async fn redirects_lead_nowhere_else() {
    for path in ["/inside", "/loopback", "/other", "/file"] {
        let error = fetch(path).await.unwrap_err();
        assert!(matches!(error, FetchError::RedirectNotAllowed) && error.is_permanent(), "{path}: {error}");
    }
    assert!(matches!(fetch("/for-ever").await, Err(FetchError::TooManyRedirects)));
}

#[tokio::test]
async fn what_is_no_pdf_is_refused_at_its_first_bytes() {
    assert!(matches!(fetch("/page.html").await, Err(FetchError::NotAPdf)));
    assert!(matches!(fetch("/short").await, Err(FetchError::NotAPdf)));
    assert!(matches!(fetch("/empty").await, Err(FetchError::Empty)));
}

#[tokio::test]
async fn answers_without_end_are_cut_by_size_rate_or_silence() {
    assert!(matches!(fetch("/flood").await, Err(FetchError::TooLarge { limit: 65536 })));
    assert!(matches!(fetch("/trickle").await, Err(FetchError::TooSlow)));
    let silent = fetch("/silence").await.unwrap_err();
    assert!(matches!(silent, FetchError::NoAnswer) && !silent.is_permanent());
    assert!(matches!(fetch("/mute").await, Err(FetchError::NoAnswer)));
}

#[tokio::test]
async fn the_status_says_whether_another_try_can_help() {
    let gone = fetch("/nothing-here").await.unwrap_err();
    assert!(gone.is_permanent());
    assert_eq!(
        gone.to_string(),
        "The server that holds this file answered with status 404 instead of the file. \
         The file may have been removed; please upload it again."
    );
    assert!(fetch("/forbidden").await.unwrap_err().is_permanent());
    assert!(!fetch("/down").await.unwrap_err().is_permanent());
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_although_it_is_allowed() {
    let config = DocumentsConfig { allow_localhost: false, url_hosts: vec!["localhost".to_owned()], ..config() };
    let fetcher = Fetcher::new(&config, limits()).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = fetcher.download("https://localhost/a.pdf", file.path(), |_, _| {}).await.unwrap_err();
    assert!(matches!(error, FetchError::PrivateAddress), "{error}");
}

#[tokio::test]
async fn only_the_name_localhost_resolves_to_this_machine_and_only_where_allowed() {
    use reqwest::dns::Resolve;
    let resolve = |allow_localhost, name: &str| PublicAddresses { allow_localhost }.resolve(name.parse().unwrap());
    assert!(resolve(true, "localhost").await.unwrap().all(|address| address.ip().is_loopback()));
    assert!(resolve(false, "localhost").await.err().unwrap().is::<error::PrivateAddress>());
    assert!(resolve(true, "127.0.0.1").await.err().unwrap().is::<error::PrivateAddress>());
}

#[test]
fn special_addresses_are_not_public() {
    let special = [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "fd00:ec2::254",
        "::10.0.0.1",
    ];
    for address in special {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
    for address in [
        "1.1.1.1",
        "100.63.0.1",
        "100.128.0.1",
        "172.32.0.1",
        "192.0.3.1",
        "8.8.8.8",
        "2606:4700::1111",
        "64:ff9b::808:808",
    ] {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
}
