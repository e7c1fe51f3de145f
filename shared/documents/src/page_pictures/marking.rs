//! Highlights areas on a picture, as with a marker pen.

use std::ops::Range;

use image::RgbImage;

use foundation::page_boxes::PageBox;

/// The colour that pixels are multiplied with. Black stays black.
const PAPER: [u8; 3] = [255, 238, 120];
const BORDER: [u8; 3] = [232, 120, 0];
/// The border is one pixel wide per this many pixels of the picture's width.
const PIXELS_A_BORDER: u32 = 700;
/// Distance between the area and its border in pixels.
const ROOM: u32 = 2;

/// A rectangle of pixels. Right and lower edge are exclusive.
#[derive(Debug, Clone, Copy)]
struct Pixels {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
}

/// Highlights these areas.
pub(super) fn mark(picture: &mut RgbImage, boxes: &[PageBox]) {
    let (width, height) = picture.dimensions();
    let border = (width / PIXELS_A_BORDER).max(1);
    let outer: Vec<Pixels> = boxes.iter().map(|place| pixels(place, (width, height), ROOM + border)).collect();
    let inner: Vec<Pixels> = outer.iter().map(|place| place.within(border)).collect();
    // The colour of each pixel of a row.
    let mut colours: Vec<Option<[u8; 3]>> = Vec::new();
    for (y, row) in (0..height).zip(picture.rows_mut()) {
        if outer.iter().all(|place| place.span(y).is_none()) {
            continue;
        }
        colours.clear();
        colours.resize(width as usize, None);
        // Where places overlap, they are one: the inside of one goes over the border of another.
        for (places, colour) in [(&outer, BORDER), (&inner, PAPER)] {
            for span in places.iter().filter_map(|place| place.span(y)) {
                colours.get_mut(span).unwrap_or_default().fill(Some(colour));
            }
        }
        for (pixel, colour) in row.zip(&colours) {
            for (value, part) in pixel.0.iter_mut().zip(colour.iter().flatten()) {
                *value = multiplied(*value, *part);
            }
        }
    }
}

impl Pixels {
    /// The rectangle without its border.
    fn within(self, border: u32) -> Self {
        Self {
            left: self.left + border,
            top: self.top + border,
            right: self.right.saturating_sub(border),
            bottom: self.bottom.saturating_sub(border),
        }
    }

    /// The columns of the rectangle in this row.
    fn span(self, y: u32) -> Option<Range<usize>> {
        let is_here = (self.top..self.bottom).contains(&y) && self.left < self.right;
        is_here.then_some(self.left as usize..self.right as usize)
    }
}

/// The pixels of an area, with some room around it.
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

fn multiplied(value: u8, part: u8) -> u8 {
    u8::try_from(u16::from(value) * u16::from(part) / 255).unwrap_or(u8::MAX)
}
