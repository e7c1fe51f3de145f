#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io::Cursor;
use std::time::{Duration, Instant};

use image::{GrayImage, ImageFormat, Luma, LumaA, RgbaImage};

use super::*;
use foundation::ApiError;
use foundation::need::{Needed, need};

const LIMITS: PictureLimits = PictureLimits { most_pixels: 64_000_000 };

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A picture with a black and a white half.
fn halves() -> DynamicImage {
    DynamicImage::ImageLuma8(GrayImage::from_fn(8, 4, |x, _| Luma([if x < 4 { 0 } else { 255 }])))
}

#[test]
fn every_format_is_known_by_its_content() {
    for format in [ImageFormat::Png, ImageFormat::Bmp, ImageFormat::Tiff, ImageFormat::WebP, ImageFormat::Gif] {
        let image = DynamicImage::ImageRgb8(halves().to_rgb8());
        let image = if format == ImageFormat::Gif { DynamicImage::ImageRgba8(image.to_rgba8()) } else { image };
        let picture = Picture::decode(&encoded(&image, format), LIMITS).unwrap();
        assert_eq!(picture.size(), (8, 4), "{format:?}");
        assert_eq!((picture.pixels[(0, 0)].0, picture.pixels[(7, 3)].0), ([0; 3], [255; 3]), "{format:?}");
    }
    let jpeg = Picture::decode(&encoded(&halves(), ImageFormat::Jpeg), LIMITS).unwrap();
    assert!(jpeg.pixels[(0, 0)].0[0] < 40 && jpeg.pixels[(7, 3)].0[0] > 215);
}

#[test]
fn deep_and_transparent_pictures_become_plain_ones() {
    let deep = DynamicImage::ImageLuma16(image::ImageBuffer::from_pixel(2, 2, Luma([0x8000])));
    assert_eq!(Picture::decode(&encoded(&deep, ImageFormat::Png), LIMITS).unwrap().pixels[(0, 0)].0, [128; 3]);
    let clear = DynamicImage::ImageRgba8(RgbaImage::from_pixel(2, 2, image::Rgba([200, 0, 0, 0])));
    assert_eq!(Picture::decode(&encoded(&clear, ImageFormat::Png), LIMITS).unwrap().pixels[(0, 0)].0, [255; 3]);
    let half = DynamicImage::ImageLumaA8(image::ImageBuffer::from_pixel(2, 2, LumaA([0, 128])));
    assert_eq!(Picture::decode(&encoded(&half, ImageFormat::Png), LIMITS).unwrap().pixels[(0, 0)].0, [127; 3]);
}

#[test]
fn what_cannot_be_looked_at_is_said() {
    let code = |bytes: &[u8], limits| Picture::decode(bytes, limits).unwrap_err().code();
    assert_eq!(code(b"", LIMITS), "picture_empty");
    for other in
        [&b"%PDF-1.7 a manual"[..], b"<svg xmlns='x'/>", b"\0\0\0\x18ftypheic....", b"\0\0\0\x18ftypavif....", b"x"]
    {
        assert_eq!(code(other, LIMITS), "unsupported_picture_type");
    }
    let heic = Picture::decode(b"\0\0\0\x18ftypheic....", LIMITS).unwrap_err().to_string();
    assert!(heic.starts_with("A HEIC picture cannot be read here. Please send a PNG, JPEG"), "{heic}");
    let png = encoded(&halves(), ImageFormat::Png);
    assert_eq!(code(&png[..40], LIMITS), "picture_damaged");
    assert_eq!(code(&png, PictureLimits { most_pixels: 31 }), "picture_too_large");
    assert_eq!(ApiError::from(PictureError::TooLarge { most_megapixels: 1 }).status().as_u16(), 413);
    assert_eq!(ApiError::from(PictureError::Unsupported(String::new())).status().as_u16(), 415);
    assert_eq!(ApiError::from(PictureError::Damaged).status().as_u16(), 400);
}

#[test]
fn a_jpeg_for_a_service_is_no_larger_than_it_takes() {
    let picture = Picture::of(RgbImage::new(3000, 1000));
    let small = image::load_from_memory(&picture.to_jpeg(600).unwrap()).unwrap();
    assert_eq!((small.width(), small.height()), (600, 200));
    let whole = image::load_from_memory(&picture.to_jpeg(4000).unwrap()).unwrap();
    assert_eq!((whole.width(), whole.height()), (3000, 1000));
}

#[test]
fn photos_stand_upright() {
    let Some(path) = need(Needed::Data("images/exif_landscape_6.jpg")) else { return };
    let picture = Picture::decode(&std::fs::read(path).unwrap(), LIMITS).unwrap();
    assert_eq!(picture.size(), (1800, 1200), "stored as 1200 by 1800, to be turned");
}

#[test]
fn shared_pictures_are_read_and_hostile_ones_refused_quickly() {
    let Some(folder) = need(Needed::Data("images")) else { return };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let extension = path.extension().unwrap().to_string_lossy().into_owned();
        if extension != "txt" {
            let decoded = Picture::decode(&std::fs::read(&path).unwrap(), LIMITS);
            assert_eq!(decoded.is_ok(), extension != "heic", "{}: {:?}", path.display(), decoded.err());
        }
    }
    let Some(folder) = need(Needed::Data("malformed")) else { return };
    for name in ["decompression_bomb.gif", "png_decompression_dos.png", "truncated_jpeg.jpg"] {
        let (bytes, started) = (std::fs::read(folder.join(name)).unwrap(), Instant::now());
        let decoded = Picture::decode(&bytes, LIMITS);
        let outcome = decoded.map(|picture| picture.size());
        println!("{name}: {outcome:?} in {:?}", started.elapsed());
        assert!(started.elapsed() < Duration::from_secs(5), "{name}");
    }
}
