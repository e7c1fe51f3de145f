//! Prepares pictures for an endpoint: as URLs that it can fetch, or as `data:` URLs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use tokio::time::timeout;
use url::Url;

use crate::assistant::pictures::{PICTURE_TIMEOUT, Pictures};
use crate::assistant::question::{Image, ImageSource};
use foundation::outbound;
use foundation::provider::Cause;
use images::memory::MemoryPermit;

/// Maximum size of a picture that is embedded, in bytes.
const MOST_BYTES: usize = 10 * 1024 * 1024;
/// Copies in memory: a file and its base64, both again in the request.
const COPIES: u64 = 4;

/// The URLs to send, and the memory permit of embedded pictures, to be held until they are sent. A picture that cannot
/// be fetched is omitted and logged, since the question may be answered without it.
pub(super) async fn prepare(
    images: &[Image],
    pictures: &Pictures,
    inline_localhost: bool,
) -> (Vec<String>, Option<MemoryPermit>) {
    let sent: Vec<Image> = images.iter().filter(|image| is_sent(image)).cloned().collect();
    let mut room = None;
    if !sent.is_empty() {
        let Ok(there) = timeout(PICTURE_TIMEOUT, pictures.room(&sent, COPIES)).await else {
            tracing::warn!("the pictures of a question are left out: too many are sent at the moment");
            return (Vec::new(), None);
        };
        room = Some(there);
    }
    let mut addresses = Vec::with_capacity(images.len());
    for image in images {
        match address(image, pictures, inline_localhost).await {
            Ok(address) => addresses.push(address),
            Err(error) => tracing::warn!(%error, "a picture is left out of the question"),
        }
    }
    (addresses, room)
}

/// Whether a picture is embedded.
fn is_sent(image: &Image) -> bool {
    match &image.source {
        ImageSource::Stored { .. } => true,
        ImageSource::Address(url) => !url.starts_with("https:"),
    }
}

async fn address(image: &Image, pictures: &Pictures, inline_localhost: bool) -> Result<String, Cause> {
    let address = match &image.source {
        ImageSource::Address(address) => address,
        ImageSource::Stored { content_type, .. } => {
            let bytes = timeout(PICTURE_TIMEOUT, pictures.bytes(image)).await??;
            return Ok(inlined(content_type, &bytes));
        }
    };
    let url = Url::parse(address)?;
    match url.scheme() {
        "https" | "data" => Ok(address.clone()),
        "http" if inline_localhost && url.host_str() == Some("localhost") => inline(url).await,
        _ => Err("pictures may only be fetched over https".into()),
    }
}

fn inlined(content_type: &str, bytes: &[u8]) -> String {
    let mut address = format!("data:{content_type};base64,");
    STANDARD.encode_string(bytes, &mut address);
    address
}

async fn inline(url: Url) -> Result<String, Cause> {
    let response = outbound::client()?.get(url).send().await?.error_for_status()?;
    let content_type = response.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim().to_owned();
    if !content_type.starts_with("image/") {
        return Err(format!("a picture turned out to be {content_type}").into());
    }
    let mut bytes = Vec::new();
    let mut body = response.bytes_stream();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk?);
        if bytes.len() > MOST_BYTES {
            return Err("a picture is too large".into());
        }
    }
    Ok(inlined(&content_type, &bytes))
}
