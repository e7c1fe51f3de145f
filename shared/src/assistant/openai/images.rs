//! Pictures for an endpoint: addresses that it can fetch itself, or the picture in the address.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use url::Url;

use crate::assistant::question::Image;
use crate::outbound;
use crate::provider::Cause;

/// Bytes of a picture that is sent along.
const MOST_BYTES: usize = 10 * 1024 * 1024;

/// The addresses to send. A picture that cannot be had is left out and logged: the question may well
/// be answered without it.
pub(super) async fn prepare(images: &[Image], inline_localhost: bool) -> Vec<String> {
    let mut addresses = Vec::with_capacity(images.len());
    for image in images {
        match address(image, inline_localhost).await {
            Ok(address) => addresses.push(address),
            Err(error) => tracing::warn!(%error, "a picture is left out of the question"),
        }
    }
    addresses
}

async fn address(image: &Image, inline_localhost: bool) -> Result<String, Cause> {
    let url = Url::parse(&image.url)?;
    match url.scheme() {
        "https" | "data" => Ok(image.url.clone()),
        "http" if inline_localhost && url.host_str() == Some("localhost") => inline(url).await,
        _ => Err("pictures may only be fetched over https".into()),
    }
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
    Ok(format!("data:{content_type};base64,{}", STANDARD.encode(bytes)))
}
