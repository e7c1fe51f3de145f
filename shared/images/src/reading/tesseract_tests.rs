#![expect(clippy::unwrap_used, reason = "tests")]

use std::os::unix::fs::PermissionsExt;

use foundation::need::{Needed, need};

use super::*;
use crate::PictureLimits;
use crate::test_support::plain;

fn shared_picture(name: &str) -> Option<Arc<Picture>> {
    need(Needed::Program(PROGRAM))?;
    let path = need(Needed::Data(&format!("images/{name}")))?;
    let bytes = std::fs::read(path).unwrap();
    Some(Arc::new(Picture::decode(&bytes, PictureLimits { most_pixels: 64_000_000 }).unwrap()))
}

fn reader() -> Tesseract {
    Tesseract::new("eng", Duration::from_mins(1))
}

#[tokio::test]
async fn the_figures_of_a_data_plate_are_read() {
    let Some(decal) = shared_picture("engine_decal_tm9-2815-237-34_p13.png") else { return };
    let read = reader().read(decal).await.unwrap();
    for wanted in ["V8-6.2", "HP 150 AT 3600 RPM", "H075006", "IDLE SPEED 650"] {
        assert!(read.text.contains(wanted), "{wanted} in\n{}", read.text);
    }
    let serial = read.lines.iter().find(|line| line.text.contains("H075006")).unwrap();
    // Seen on the picture: from 132 to 308 across and from 700 to 735 down.
    assert!((serial.area.x - 132.0).abs() < 8.0 && (serial.area.right() - 308.0).abs() < 8.0, "{:?}", serial.area);
    assert!((serial.area.y - 700.0).abs() < 8.0 && (serial.area.bottom() - 735.0).abs() < 8.0, "{:?}", serial.area);
}

#[tokio::test]
async fn a_turned_page_is_read_as_a_straight_one() {
    let Some(page) = shared_picture("phototest.tif") else { return };
    let white = imageproc::geometric_transformations::Border::Constant(image::Rgb([255; 3]));
    let turned = imageproc::geometric_transformations::rotate_about_center_no_crop(
        &page.pixels,
        7.0_f32.to_radians(),
        imageproc::geometric_transformations::Interpolation::Bilinear,
        white,
    );
    let read = reader().read(Arc::new(Picture::of(turned))).await.unwrap();
    assert!(read.text.contains("The quick brown dog jumped"), "{}", read.text);
}

#[tokio::test]
async fn pictures_without_text_have_none() {
    for name in ["flower.webp", "gauge-1.jpg"] {
        let Some(photo) = shared_picture(name) else { return };
        let read = reader().read(photo).await.unwrap();
        assert!(read.text.chars().filter(char::is_ascii_alphabetic).count() < 3, "{name}: {}", read.text);
    }
    for side in [1, 9, 40] {
        assert_eq!(reader().read(plain(side, side, [255; 3])).await.unwrap(), ReadText::default(), "{side}");
    }
}

#[tokio::test]
async fn a_reader_that_is_missing_slow_or_broken_says_so() {
    let missing = Tesseract { program: "no-such-reader".to_owned(), ..reader() };
    let error = missing.read(plain(40, 40, [255; 3])).await.unwrap_err();
    assert_eq!(error.code(), "text_reader_not_installed");
    assert!(error.to_string().contains("tesseract-ocr"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let sleeper = folder.path().join("sleeper");
    std::fs::write(&sleeper, "#!/bin/sh\nexec sleep 20").unwrap();
    std::fs::set_permissions(&sleeper, std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = sleeper.to_str().unwrap().to_owned();
    let slow = Tesseract { program, timeout: Duration::from_millis(200), ..reader() };
    assert_eq!(slow.read(plain(40, 40, [255; 3])).await.unwrap_err().code(), "provider_timeout");
    let broken = Tesseract { program: "false".to_owned(), ..reader() };
    assert_eq!(broken.read(plain(40, 40, [255; 3])).await.unwrap_err().code(), "provider_rejected");
}

/// A page with three lines of text and a ruled table, of which the numbers of its rows stand alone.
fn winch() -> Option<Picture> {
    need(Needed::Program(PROGRAM))?;
    let bytes = include_bytes!("../../tests/data/reading/winch.png");
    Some(Picture::decode(bytes, PictureLimits { most_pixels: 64_000_000 }).unwrap())
}

fn words(read: &ReadText) -> Vec<&ReadWord> {
    read.lines.iter().flat_map(|line| &line.words).collect()
}

#[tokio::test]
async fn every_cell_of_a_ruled_table_is_read() {
    let Some(page) = winch() else { return };
    let read = reader().read(Arc::new(page)).await.unwrap();
    assert_eq!((read.rules.len(), read.turn), (12, QuarterTurn::None));
    // Rows are 60 pixels high; the first number of each is in a cell from 60 to 150.
    for (row, wanted) in [["1", "Trunnion", "6", "62"], ["2", "Band", "2", "35"], ["3", "Cradle", "8", "18"]]
        .into_iter()
        .chain([["5", "Pawl", "1", "7"], ["6", "Guide", "3", "24"]])
        .enumerate()
    {
        let top = 270.0 + 60.0 * f32::from(u8::try_from(row).unwrap());
        let in_row = |word: &&&ReadWord| word.area.y > top && word.area.bottom() < top + 60.0;
        let found = words(&read);
        let mut found: Vec<_> = found.iter().filter(in_row).collect();
        found.sort_by(|one, other| one.area.x.total_cmp(&other.area.x));
        let cells: Vec<&str> = found.iter().map(|word| word.text.as_str()).collect();
        assert!(wanted.iter().all(|cell| cells.contains(cell)), "{wanted:?} in {cells:?}");
        let first = found.first().unwrap();
        assert!(first.area.right() < 150.0 && wanted.first().is_some_and(|number| *number == first.text), "{cells:?}");
        assert_eq!(first.area, first.upright);
    }
}

#[tokio::test]
async fn a_page_is_read_whichever_way_up() {
    use image::imageops::{rotate90, rotate180, rotate270};
    let Some(page) = winch() else { return };
    let upright = page.pixels;
    let turned = [
        (rotate270(&upright), QuarterTurn::Right),
        (rotate180(&upright), QuarterTurn::Half),
        (rotate90(&upright), QuarterTurn::Left),
    ];
    for (pixels, turn) in turned {
        let size = pixels.dimensions();
        let read = reader().read(Arc::new(Picture::of(pixels))).await.unwrap();
        assert_eq!(read.turn, turn);
        assert!(read.text.contains("Slacken the band before the drum"), "{turn:?}: {}", read.text);
        let words = words(&read);
        let word = words.iter().find(|word| word.text == "Slacken").unwrap();
        // Seen on the upright page: from 61 to 170 across and from 87 to 108 down.
        assert!((word.upright.x - 61.0).abs() < 5.0 && (word.upright.y - 87.0).abs() < 5.0, "{:?}", word.upright);
        let back = turn.back(word.upright, size);
        assert!((back.x - word.area.x).abs() < 2.0 && (back.y - word.area.y).abs() < 2.0, "{word:?}");
    }
}

#[tokio::test]
async fn faint_dark_shaded_and_slanting_pages_are_read() {
    let Some(page) = winch() else { return };
    let shown = |change: &dyn Fn(u32, u32, u8) -> f32| {
        let mut pixels = page.pixels.clone();
        for (x, y, pixel) in pixels.enumerate_pixels_mut() {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a byte")]
            let value = change(x, y, pixel.0[0]).clamp(0.0, 255.0) as u8;
            pixel.0 = [value; 3];
        }
        pixels
    };
    let faint = shown(&|_, _, value| 218.0 + f32::from(value) / 7.0);
    let inverted = shown(&|_, _, value| 240.0 - f32::from(value) * 0.8);
    let shaded =
        shown(&|x, _, value| (60.0 + f32::from(value) * 0.7) * (1.0 - f32::from(u16::try_from(x).unwrap()) / 1700.0));
    let slanting = imageproc::geometric_transformations::rotate_about_center_no_crop(
        &page.pixels,
        14.0_f32.to_radians(),
        imageproc::geometric_transformations::Interpolation::Bilinear,
        imageproc::geometric_transformations::Border::Constant(image::Rgb([120, 110, 100])),
    );
    for (name, pixels) in [("faint", faint), ("inverted", inverted), ("shaded", shaded), ("slanting", slanting)] {
        let read = reader().read(Arc::new(Picture::of(pixels))).await.unwrap();
        for wanted in ["Slacken the band before the drum", "Trunnion bolt", "62 Nm"] {
            assert!(read.text.contains(wanted), "{name}: {wanted} in\n{}", read.text);
        }
    }
}
