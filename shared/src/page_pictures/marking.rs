//! Marking places on a picture, as with a felt pen.

use image::{Rgb, RgbImage};

use crate::page_boxes::PageBox;

/// Colours that the page is multiplied with: what is black stays black.
const PAPER: [u8; 3] = [255, 238, 120];
const BORDER: [u8; 3] = [232, 120, 0];
/// A border is one pixel wide for each so many of the picture's width.
const PIXELS_A_BORDER: u32 = 700;
/// Room between what is printed and the border, in pixels.
const ROOM: u32 = 2;

/// What becomes of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Paper,
    Border,
}

/// A rectangle of pixels, its right and lower edge not included.
#[derive(Debug, Clone, Copy)]
struct Pixels {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
}

/// Marks these places.
pub(super) fn mark(picture: &mut RgbImage, boxes: &[PageBox]) {
    let (width, height) = picture.dimensions();
    if boxes.is_empty() {
        return;
    }
    let border = (width / PIXELS_A_BORDER).max(1);
    let places: Vec<Pixels> = boxes.iter().map(|place| pixels(place, (width, height), ROOM + border)).collect();
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        // Where places overlap, they are one.
        let mut mark = Mark::None;
        for place in places.iter().filter(|place| place.holds(x, y)) {
            let is_inside = x >= place.left + border
                && y >= place.top + border
                && x + border < place.right
                && y + border < place.bottom;
            if is_inside {
                mark = Mark::Paper;
                break;
            }
            mark = Mark::Border;
        }
        match mark {
            Mark::None => {}
            Mark::Paper => multiply(pixel, PAPER),
            Mark::Border => multiply(pixel, BORDER),
        }
    }
}

impl Pixels {
    fn holds(&self, x: u32, y: u32) -> bool {
        (self.left..self.right).contains(&x) && (self.top..self.bottom).contains(&y)
    }
}

/// The pixels of a place, with room around it.
fn pixels(place: &PageBox, (width, height): (u32, u32), room: u32) -> Pixels {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture")]
    let at = |share: f64, side: u32| (share * f64::from(side)).clamp(0.0, f64::from(side)) as u32;
    Pixels {
        left: at(place.x, width).saturating_sub(room),
        top: at(place.y, height).saturating_sub(room),
        right: (at(place.x + place.width, width) + 1 + room).min(width),
        bottom: (at(place.y + place.height, height) + 1 + room).min(height),
    }
}

fn multiply(pixel: &mut Rgb<u8>, colour: [u8; 3]) {
    for (value, part) in pixel.0.iter_mut().zip(colour) {
        *value = u8::try_from(u16::from(*value) * u16::from(part) / 255).unwrap_or(u8::MAX);
    }
}
