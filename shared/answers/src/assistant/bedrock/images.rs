//! Prepares pictures for Bedrock, which takes their content, in few formats and of limited size.

use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{ContentBlock, ImageBlock, ImageFormat, ImageSource};
use bytes::Bytes;
use image::guess_format;

use crate::assistant::image_loader::{ImageLoader, prepare_each};
use crate::assistant::question::Image;
use foundation::provider::Cause;
use images::PictureLimits;
use images::memory::MemoryPermit;

/// Maximum size of a picture in bytes. The service accepts 3.75 MB.
const MOST_BYTES: usize = 3_750_000;
/// Longer side in pixels of pictures that have to be re-encoded, which is what such models look at.
const LONGEST_SIDE: u32 = 1_568;

/// Copies in memory: a file and its base64, both again in a request that may be resent.
const COPIES: u64 = 4;

/// The pictures to send, and their memory permit, to be held until they are sent.
pub(super) async fn prepare(
    images: &[Image],
    loader: &ImageLoader,
    limits: PictureLimits,
) -> (Vec<ContentBlock>, Option<MemoryPermit>) {
    if images.is_empty() {
        return (Vec::new(), None);
    }
    let Some(mut room) = loader.room(images, COPIES).await else { return (Vec::new(), None) };
    let blocks = prepare_each(images, |image| block(image, loader, limits)).await;
    room.shrink_to(COPIES * blocks.iter().map(|(_, bytes)| bytes).sum::<u64>());
    (blocks.into_iter().map(|(block, _)| block).collect(), Some(room))
}

/// A picture as the service takes it, with its size in bytes.
async fn block(image: &Image, loader: &ImageLoader, limits: PictureLimits) -> Result<(ContentBlock, u64), Cause> {
    let bytes = loader.bytes(image).await?;
    let (format, bytes) = match format(&bytes) {
        Some(format) if bytes.len() <= MOST_BYTES => (format, bytes),
        _ => (ImageFormat::Jpeg, as_jpeg(bytes, limits).await?),
    };
    let size = bytes.len() as u64;
    let block = ImageBlock::builder().format(format).source(ImageSource::Bytes(Blob::new(bytes))).build()?;
    Ok((ContentBlock::Image(block), size))
}

/// The format of the content, if the service supports it.
fn format(bytes: &[u8]) -> Option<ImageFormat> {
    match guess_format(bytes).ok()? {
        image::ImageFormat::Png => Some(ImageFormat::Png),
        image::ImageFormat::Jpeg => Some(ImageFormat::Jpeg),
        image::ImageFormat::Gif => Some(ImageFormat::Gif),
        image::ImageFormat::WebP => Some(ImageFormat::Webp),
        _ => None,
    }
}

async fn as_jpeg(bytes: Bytes, limits: PictureLimits) -> Result<Bytes, Cause> {
    let picture = ::images::decode(bytes, limits).await?;
    Ok(tokio::task::spawn_blocking(move || picture.to_jpeg(LONGEST_SIDE)).await??)
}
