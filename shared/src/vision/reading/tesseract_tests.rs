#![expect(clippy::unwrap_used, reason = "tests")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::*;
use crate::vision::PictureLimits;
use crate::vision::test_support::plain;

fn shared_picture(name: &str) -> Option<Arc<Picture>> {
    let root = std::env::var_os("INTELLIMAINT_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let path = root.join("images").join(name);
    if !path.exists() || !program::is_installed(PROGRAM) {
        eprintln!("skipped: {} or {PROGRAM} is not there", path.display());
        return None;
    }
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
    let read = reader().read(Arc::new(Picture { pixels: turned })).await.unwrap();
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
    let slow = Tesseract { program, patience: Duration::from_millis(200), ..reader() };
    assert_eq!(slow.read(plain(40, 40, [255; 3])).await.unwrap_err().code(), "provider_timeout");
    let broken = Tesseract { program: "false".to_owned(), ..reader() };
    assert_eq!(broken.read(plain(40, 40, [255; 3])).await.unwrap_err().code(), "provider_rejected");
}
