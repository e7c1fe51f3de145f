//! Coordinate frames for rotated pages and rotated text: text is read in the frame in which it is upright, and mapped
//! back to the page as displayed.

use pdfium_render::prelude::{PdfPage, PdfPageRenderRotation};

use crate::Area;

/// Quarter turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Rotation {
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl Rotation {
    pub(super) const ALL: [Self; 4] = [Self::None, Self::Quarter, Self::Half, Self::ThreeQuarters];

    /// The quarter turn nearest to an angle, and the deviation in degrees.
    pub(super) fn nearest(degrees: f32) -> (Self, f32) {
        let degrees = degrees.rem_euclid(360.0);
        let distance = |turn: Self| {
            let apart = (degrees - turn.degrees()).abs();
            apart.min(360.0 - apart)
        };
        let nearest = Self::ALL.into_iter().min_by(|a, b| distance(*a).total_cmp(&distance(*b)));
        let turn = nearest.unwrap_or(Self::None);
        (turn, distance(turn))
    }

    fn degrees(self) -> f32 {
        match self {
            Self::None => 0.0,
            Self::Quarter => 90.0,
            Self::Half => 180.0,
            Self::ThreeQuarters => 270.0,
        }
    }
}

/// The visible part of a page in file coordinates: x to the right, y upwards.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet {
    left: f32,
    bottom: f32,
    right: f32,
    top: f32,
    /// The page's clockwise rotation for display.
    shown: Rotation,
}

impl Sheet {
    pub(super) fn of(page: &PdfPage<'_>) -> Self {
        let shown = match page.rotation() {
            Ok(PdfPageRenderRotation::Degrees90) => Rotation::Quarter,
            Ok(PdfPageRenderRotation::Degrees180) => Rotation::Half,
            Ok(PdfPageRenderRotation::Degrees270) => Rotation::ThreeQuarters,
            _ => Rotation::None,
        };
        let bounds = page.boundaries().bounding().map(|boundary| boundary.bounds);
        let (width, height) = (page.width().value, page.height().value);
        match bounds {
            Ok(bounds) if bounds.width().value > 1.0 && bounds.height().value > 1.0 => Self {
                left: bounds.left().value,
                bottom: bounds.bottom().value,
                right: bounds.right().value,
                top: bounds.top().value,
                shown,
            },
            _ => Self { left: 0.0, bottom: 0.0, right: width, top: height, shown },
        }
    }

    /// The frame in which text with this rotation is upright.
    pub(super) fn frame(self, turn: Rotation) -> Frame {
        Frame { sheet: self, turn }
    }

    /// Width and height as displayed, in points.
    pub(super) fn size(self) -> (f32, f32) {
        self.frame(self.shown).size()
    }

    pub(super) fn shown(self) -> Rotation {
        self.shown
    }
}

/// Coordinates from the upper left corner, y downwards, on the page rotated so that certain text is upright.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    sheet: Sheet,
    turn: Rotation,
}

impl Frame {
    pub(super) fn size(self) -> (f32, f32) {
        let Sheet { left, bottom, right, top, .. } = self.sheet;
        match self.turn {
            Rotation::None | Rotation::Half => (right - left, top - bottom),
            Rotation::Quarter | Rotation::ThreeQuarters => (top - bottom, right - left),
        }
    }

    /// Converts a point from file coordinates.
    pub(super) fn point(self, (x, y): (f32, f32)) -> (f32, f32) {
        let Sheet { left, bottom, right, top, .. } = self.sheet;
        match self.turn {
            Rotation::None => (x - left, top - y),
            Rotation::Quarter => (y - bottom, x - left),
            Rotation::Half => (right - x, y - bottom),
            Rotation::ThreeQuarters => (top - y, right - x),
        }
    }

    /// Converts a point to file coordinates.
    fn back(self, (x, y): (f32, f32)) -> (f32, f32) {
        let Sheet { left, bottom, right, top, .. } = self.sheet;
        match self.turn {
            Rotation::None => (x + left, top - y),
            Rotation::Quarter => (y + left, x + bottom),
            Rotation::Half => (right - x, y + bottom),
            Rotation::ThreeQuarters => (right - y, top - x),
        }
    }

    /// The rectangle between two corners in file coordinates.
    pub(super) fn area(self, a: (f32, f32), b: (f32, f32)) -> Area {
        between(self.point(a), self.point(b))
    }

    /// Converts a rectangle to the page as displayed.
    pub(super) fn displayed(self, area: Area) -> Area {
        if self.turn == self.sheet.shown {
            return area;
        }
        let shown = self.sheet.frame(self.sheet.shown);
        let corner = |x, y| shown.point(self.back((x, y)));
        between(corner(area.left, area.top), corner(area.right, area.bottom))
    }
}

fn between(a: (f32, f32), b: (f32, f32)) -> Area {
    Area { left: a.0.min(b.0), top: a.1.min(b.1), right: a.0.max(b.0), bottom: a.1.max(b.1) }
}
