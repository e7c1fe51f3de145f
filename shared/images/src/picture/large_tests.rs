#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

//! Pictures of more pixels than are kept.

use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage, RgbaImage};

use super::outline::{DecodePlan, MOST_KEPT};
use super::*;
use crate::PixelBox;

const LIMITS: PictureLimits = PictureLimits { most_pixels: 64_000_000 };
const MIB: u64 = 1024 * 1024;

fn png(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn jpeg(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 80).encode_image(image).unwrap();
    bytes
}

/// Red, and blue in its lower right quarter.
fn quarters(width: u32, height: u32) -> DynamicImage {
    let colour = |x, y| if x >= width / 2 && y >= height / 2 { [0, 0, 255] } else { [255, 0, 0] };
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| Rgb(colour(x, y))))
}

fn near(pixel: Rgb<u8>, wanted: [u8; 3]) -> bool {
    pixel.0.iter().zip(wanted).all(|(is, wanted)| is.abs_diff(wanted) < 12)
}

#[test]
fn large_pictures_become_smaller_and_keep_their_places() {
    let large = quarters(8_000, 5_000);
    let webp = {
        let mut bytes = Cursor::new(Vec::new());
        large.write_to(&mut bytes, ImageFormat::WebP).unwrap();
        bytes.into_inner()
    };
    for (bytes, way) in [
        (png(&large), DecodePlan::SmallerPng(2)),
        (jpeg(&large), DecodePlan::SmallerJpeg(2)),
        (webp, DecodePlan::WholeThenSmaller(2)),
        (jpeg(&quarters(5_000, 3_000)), DecodePlan::Whole),
    ] {
        let outline = Outline::of(&bytes, LIMITS).unwrap();
        assert_eq!(outline.way, way);
        let picture = Picture::decode(&bytes, LIMITS).unwrap();
        let ((width, height), kept) = (picture.size(), picture.pixels.dimensions());
        assert_eq!((width, height), outline.stored, "{way:?}");
        let pixels = u64::from(kept.0) * u64::from(kept.1);
        assert!((MOST_KEPT * 8 / 10..=MOST_KEPT).contains(&pixels), "{way:?}: {kept:?}");
        let at = |x: u32, y: u32| picture.pixels[(x * kept.0 / 100, y * kept.1 / 100)];
        let (red, blue) = ([255, 0, 0], [0, 0, 255]);
        for (x, y, wanted) in [(2, 2, red), (48, 98, red), (98, 48, red), (52, 52, blue), (98, 98, blue)] {
            assert!(near(at(x, y), wanted), "{way:?} at {x}, {y}: {:?}", at(x, y));
        }
        // Places are told in pixels of the picture as it was sent.
        let blue = PixelBox { x: 4_200.0, y: 2_700.0, width: 500.0, height: 200.0 };
        let part = picture.crop(&blue).unwrap();
        assert!(part.pixels.pixels().all(|pixel| near(*pixel, [0, 0, 255])), "{way:?}");
        assert!(part.size().0.abs_diff(500) <= 4 && part.size().1.abs_diff(200) <= 4, "{:?}", part.size());
    }
}

#[test]
fn what_is_clear_stays_clear_and_grey_stays_grey() {
    let clear = RgbaImage::from_fn(8_000, 4_800, |x, _| image::Rgba([10, 10, 10, if x < 4_000 { 255 } else { 0 }]));
    let picture = Picture::decode(&png(&DynamicImage::ImageRgba8(clear)), LIMITS).unwrap();
    let (width, _) = picture.pixels.dimensions();
    assert_eq!((picture.pixels[(9, 9)].0, picture.pixels[(width - 9, 9)].0), ([10; 3], [255; 3]), "on white");
    let grey = GrayImage::from_fn(8_000, 4_800, |x, _| Luma([if x < 4_000 { 40 } else { 200 }]));
    for bytes in [jpeg(&DynamicImage::ImageLuma8(grey.clone())), png(&DynamicImage::ImageLuma8(grey))] {
        let picture = Picture::decode(&bytes, LIMITS).unwrap();
        let (width, _) = picture.pixels.dimensions();
        assert!(near(picture.pixels[(9, 9)], [40; 3]) && near(picture.pixels[(width - 9, 9)], [200; 3]));
    }
}

#[test]
fn a_jpeg_of_very_many_scans_is_refused() {
    let with_scans = |more: usize| {
        let mut bytes = jpeg(&quarters(8_000, 5_000));
        let end = bytes.len() - 2;
        bytes.splice(end..end, [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0].repeat(more));
        bytes
    };
    // It is their number that is refused: the decoder takes them as they are.
    assert!(Picture::decode(&with_scans(20), LIMITS).is_ok());
    assert_eq!(Picture::decode(&with_scans(100), LIMITS).unwrap_err().code(), "picture_damaged");
}

#[test]
fn large_files_that_break_off_are_refused() {
    for bytes in [png(&quarters(8_000, 5_000)), jpeg(&quarters(8_000, 5_000))] {
        let half = &bytes[..bytes.len() / 2];
        assert_eq!(Picture::decode(half, LIMITS).unwrap_err().code(), "picture_damaged");
    }
}

#[test]
fn a_header_tells_what_a_picture_takes() {
    let whole = Outline::of(&png(&quarters(1_000, 1_000)), LIMITS).unwrap();
    assert_eq!((whole.held_bytes(), whole.peak_bytes()), (13_000_000, 13_000_000));
    // The header alone.
    let large = png(&DynamicImage::ImageLuma8(GrayImage::new(8_000, 8_000)));
    let outline = Outline::of(&large[..200], LIMITS).unwrap();
    assert!(outline.held_bytes() <= 130_000_000 && outline.peak_bytes() < 140 * MIB, "{outline:?}");
    let mut interlaced = large;
    interlaced[28] = 1;
    let crc = crc(&interlaced[12..29]);
    interlaced[29..33].copy_from_slice(&crc.to_be_bytes());
    let outline = Outline::of(&interlaced, LIMITS).unwrap();
    assert_eq!(outline.way, DecodePlan::WholeThenSmaller(2), "its rows come in another order");
}

/// The check sum of a chunk of PNG (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { 0xEDB8_8320 ^ (sum >> 1) } else { sum >> 1 })
    })
}

/// The most memory that decoding takes, in a process of its own, in MiB.
fn decoded_in(folder: &Path, bytes: &[u8]) -> u64 {
    let file = folder.join("picture");
    std::fs::write(&file, bytes).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "picture::large_tests::as_decoder", "--ignored", "--nocapture"]);
    let output = child.env("PICTURE_FILE", &file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let took = said.split_once("TOOK ").unwrap_or_else(|| panic!("{said}")).1;
    took.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
}

/// KiB of this process's most memory, and of its memory now.
fn memory() -> [u64; 2] {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    ["VmHWM:", "VmRSS:"].map(|name| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    })
}

#[test]
#[ignore = "a child of the test below"]
fn as_decoder() {
    let Some(file) = std::env::var_os("PICTURE_FILE") else { return };
    let bytes = std::fs::read(file).unwrap();
    let before = memory()[1];
    let picture = Picture::decode(&bytes, LIMITS).unwrap();
    println!("TOOK {} KiB for {:?}", memory()[0].saturating_sub(before), picture.size());
}

#[cfg(target_os = "linux")]
#[test]
fn decoding_takes_no_more_than_was_reckoned() {
    let folder = tempfile::tempdir().unwrap();
    let large = quarters(8_000, 8_000);
    let small = quarters(4_000, 3_000);
    let files = [
        ("64 megapixels, JPEG", jpeg(&large)),
        ("64 megapixels, PNG", png(&large)),
        ("64 megapixels, PNG with transparency", png(&DynamicImage::ImageRgba8(large.to_rgba8()))),
        ("12 megapixels, JPEG", jpeg(&small)),
        ("12 megapixels, PNG", png(&small)),
    ];
    drop((large, small));
    for (name, bytes) in files {
        let reckoned = Outline::of(&bytes, LIMITS).unwrap().peak_bytes() / MIB;
        let took = decoded_in(folder.path(), &bytes);
        println!("{name}: {took} MiB, reckoned with {reckoned}");
        assert!(took <= reckoned + 8, "{name}: {took} MiB, reckoned with {reckoned}");
        assert!(took < 180, "{name}: {took} MiB");
    }
}
