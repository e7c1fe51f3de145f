#![expect(clippy::unwrap_used, reason = "tests")]

use foundation::need::{Needed, need};
use image::imageops::{rotate90, rotate180, rotate270};
use imageproc::geometric_transformations::{Border, Interpolation, rotate_about_center_no_crop};

use super::*;
use crate::PictureLimits;
use crate::test_support::plain;

const TIMEOUT: Duration = Duration::from_mins(1);

fn reader() -> Option<Paddle> {
    Some(Paddle::new(&need(Needed::Model("pp-ocr-v6-small"))?, TIMEOUT))
}

/// A page with lines of text and a table.
fn page() -> RgbImage {
    let bytes = include_bytes!("../../../tests/data/reading/winch.png");
    Picture::decode(bytes, PictureLimits { most_pixels: 10_000_000 }).unwrap().pixels
}

async fn read(reader: &Paddle, pixels: RgbImage) -> ReadText {
    reader.read(Arc::new(Picture::of(pixels))).await.unwrap()
}

/// The longest words of the page, and where they are once it is upright.
fn long_words(read: &ReadText) -> Vec<(String, PixelBox)> {
    let words = read.lines.iter().flat_map(|line| &line.words).filter(|word| word.text.chars().count() >= 6);
    words.map(|word| (word.text.clone(), word.upright)).collect()
}

#[tokio::test]
async fn a_page_is_read_whichever_way_up_it_is() {
    let Some(reader) = reader() else { return };
    let page = page();
    let straight = read(&reader, page.clone()).await;
    assert_eq!(straight.turn, QuarterTurn::None, "{}", straight.text);
    let words = long_words(&straight);
    assert!(words.len() >= 5, "{}", straight.text);
    for (turned, turn) in [
        (rotate90(&page), QuarterTurn::Left),
        (rotate180(&page), QuarterTurn::Half),
        (rotate270(&page), QuarterTurn::Right),
    ] {
        let read = read(&reader, turned).await;
        assert_eq!(read.turn, turn, "{}", read.text);
        let found = long_words(&read);
        let kept = words.iter().filter(|(text, area)| {
            let near = |other: &PixelBox| (other.x - area.x).abs() < 12.0 && (other.y - area.y).abs() < 12.0;
            found.iter().any(|(other, place)| other == text && near(place))
        });
        let kept = kept.count();
        assert!(10 * kept >= 8 * words.len(), "{kept} of {} in\n{}", words.len(), read.text);
    }
}

#[tokio::test]
async fn a_tilted_page_is_read_and_its_lines_are_level() {
    let Some(reader) = reader() else { return };
    let page = page();
    let words = long_words(&read(&reader, page.clone()).await);
    for degrees in [-20.0_f32, -8.0, 15.0] {
        let white = Border::Constant(image::Rgb([255; 3]));
        let tilted = rotate_about_center_no_crop(&page, degrees.to_radians(), Interpolation::Bilinear, white);
        let read = read(&reader, tilted).await;
        let found = long_words(&read);
        let kept = words.iter().filter(|(text, _)| found.iter().any(|(other, _)| other == text)).count();
        assert!(10 * kept >= 8 * words.len(), "{degrees}: {kept} of {} in\n{}", words.len(), read.text);
        let level = read.lines.iter().filter(|line| line.words.len() > 2).all(|line| {
            let tops: Vec<f32> = line.words.iter().map(|word| word.upright.y).collect();
            let (low, high) = tops.iter().fold((f32::MAX, f32::MIN), |(low, high), y| (low.min(*y), high.max(*y)));
            high - low < 12.0
        });
        assert!(level, "{degrees}: {:?}", read.lines);
    }
}

#[tokio::test]
async fn light_text_on_dark_is_read() {
    let Some(reader) = reader() else { return };
    let mut page = page();
    let words = long_words(&read(&reader, page.clone()).await);
    page.iter_mut().for_each(|value| *value = 255 - *value);
    let found = long_words(&read(&reader, page).await);
    let kept = words.iter().filter(|(text, _)| found.iter().any(|(other, _)| other == text)).count();
    assert!(10 * kept >= 8 * words.len(), "{kept} of {}: {found:?}", words.len());
}

#[tokio::test]
async fn pictures_without_text_have_none() {
    let Some(reader) = reader() else { return };
    for (width, height) in [(1, 1), (9, 9), (40, 40), (1, 4_000), (9, 4_000)] {
        let read = reader.read(plain(width, height, [255; 3])).await.unwrap();
        assert_eq!(read, ReadText::default(), "{width}x{height}");
    }
}

#[tokio::test]
async fn what_is_missing_or_broken_is_said() {
    let error = Paddle::new(Path::new("/nowhere"), TIMEOUT).read(plain(40, 40, [255; 3])).await.unwrap_err();
    assert_eq!(error.code(), "text_reader_not_installed");
    assert!(error.to_string().contains("scripts/models"), "{error}");
    let empty = tempfile::tempdir().unwrap();
    let error = Paddle::new(empty.path(), TIMEOUT).read(plain(40, 40, [255; 3])).await.unwrap_err();
    assert_eq!(error.code(), "provider_unavailable");
}
