//! Quarter turns.

use image::GrayImage;
use image::imageops::{rotate90, rotate180, rotate270};

use crate::PixelBox;
use crate::area::pixels;

/// A clockwise rotation of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QuarterTurn {
    /// Not at all.
    #[default]
    None,
    /// By 90 degrees.
    Right,
    /// By 180 degrees.
    Half,
    /// By 270 degrees.
    Left,
}

impl QuarterTurn {
    /// The rotation by this many degrees clockwise.
    #[must_use]
    pub fn of_degrees(degrees: u32) -> Option<Self> {
        match degrees {
            0 => Some(Self::None),
            90 => Some(Self::Right),
            180 => Some(Self::Half),
            270 => Some(Self::Left),
            _ => None,
        }
    }

    /// The rotation by this one and a half turn.
    #[must_use]
    pub fn and_half(self) -> Self {
        match self {
            Self::None => Self::Half,
            Self::Right => Self::Left,
            Self::Half => Self::None,
            Self::Left => Self::Right,
        }
    }

    /// Whether it swaps width and height.
    #[must_use]
    pub fn is_sideways(self) -> bool {
        matches!(self, Self::Left | Self::Right)
    }

    /// The size of a picture of `size` after the rotation.
    #[must_use]
    pub fn size(self, (width, height): (u32, u32)) -> (u32, u32) {
        if self.is_sideways() { (height, width) } else { (width, height) }
    }

    /// Rotates a grey picture.
    pub(crate) fn apply(self, grey: GrayImage) -> GrayImage {
        match self {
            Self::None => grey,
            Self::Right => rotate90(&grey),
            Self::Half => rotate180(&grey),
            Self::Left => rotate270(&grey),
        }
    }

    /// Maps a rectangle of the rotated picture back to the original picture of `size`.
    #[must_use]
    pub fn back(self, area: PixelBox, size: (u32, u32)) -> PixelBox {
        let (across, down) = (pixels(size.0), pixels(size.1));
        let PixelBox { x, y, width, height } = area;
        match self {
            Self::None => area,
            Self::Right => PixelBox { x: y, y: down - x - width, width: height, height: width },
            Self::Half => PixelBox { x: across - x - width, y: down - y - height, width, height },
            Self::Left => PixelBox { x: across - y - height, y: x, width: height, height: width },
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn places_lead_back_from_every_turn() {
        let mark = (5_u32, 2_u32);
        let grey = GrayImage::from_fn(8, 4, |x, y| Luma([if (x, y) == mark { 255 } else { 0 }]));
        for turn in [QuarterTurn::None, QuarterTurn::Right, QuarterTurn::Half, QuarterTurn::Left] {
            let turned = turn.apply(grey.clone());
            assert_eq!(turned.dimensions(), turn.size((8, 4)));
            let found = turned.enumerate_pixels().find(|(_, _, value)| value.0 == [255]);
            let found = found.map(|(x, y, _)| PixelBox { x: pixels(x), y: pixels(y), width: 1.0, height: 1.0 });
            let back = found.map(|area| turn.back(area, (8, 4)));
            assert_eq!(back, Some(PixelBox { x: 5.0, y: 2.0, width: 1.0, height: 1.0 }), "{turn:?}");
        }
    }
}
