//! Prepares pictures for an endpoint: as URLs that it can fetch, or as `data:` URLs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::assistant::image_loader::{ImageLoader, prepare_each};
use crate::assistant::question::{Image, ImageSource};
use foundation::provider::Cause;
use images::memory::MemoryPermit;

/// A file, the same in base64, and both in the request.
const COPIES: u64 = 4;

/// The addresses to send, and the room for the pictures among them, to be held until they are sent.
pub(super) async fn prepare(images: &[Image], loader: &ImageLoader) -> (Vec<String>, Option<MemoryPermit>) {
    let mut room = None;
    if images.iter().any(is_sent) {
        let sent = images.iter().filter(|image| is_sent(image));
        let Some(there) = loader.room(sent, COPIES).await else { return (Vec::new(), None) };
        room = Some(there);
    }
    (prepare_each(images, |image| address(image, loader)).await, room)
}

/// Whether a picture is embedded.
fn is_sent(image: &Image) -> bool {
    !matches!(&image.source, ImageSource::Address(url) if url.scheme() == "https")
}

async fn address(image: &Image, loader: &ImageLoader) -> Result<String, Cause> {
    match &image.source {
        ImageSource::Address(url) if !is_sent(image) => Ok(url.to_string()),
        ImageSource::Bytes(format, bytes) => Ok(inlined(format.to_mime_type(), bytes)),
        ImageSource::Address(_) => {
            let bytes = loader.bytes(image).await?;
            Ok(inlined(image::guess_format(&bytes)?.to_mime_type(), &bytes))
        }
    }
}

fn inlined(content_type: &str, bytes: &[u8]) -> String {
    let mut address = format!("data:{content_type};base64,");
    STANDARD.encode_string(bytes, &mut address);
    address
}
