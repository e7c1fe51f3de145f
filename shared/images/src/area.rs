//! Areas on a picture.

/// A rectangle in pixels of the upright picture.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct PixelBox {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl PixelBox {
    /// The rectangle between two corners, clipped to a picture of `size`; `None` if nothing is left.
    #[must_use]
    pub fn between(corners: [f32; 4], size: (u32, u32)) -> Option<Self> {
        let [left, top, right, bottom] = corners;
        let (width, height) = (pixels(size.0), pixels(size.1));
        let (left, right) = (left.clamp(0.0, width), right.clamp(0.0, width));
        let (top, bottom) = (top.clamp(0.0, height), bottom.clamp(0.0, height));
        let area = Self { x: left, y: top, width: right - left, height: bottom - top };
        // A comparison with NaN is false.
        (area.width > 0.0 && area.height > 0.0).then_some(area)
    }

    /// The rectangle of a whole picture.
    #[must_use]
    pub fn whole(size: (u32, u32)) -> Self {
        Self { x: 0.0, y: 0.0, width: pixels(size.0), height: pixels(size.1) }
    }

    /// The rectangle with these shares of a picture's width and height (x, y, width, height).
    #[must_use]
    pub fn from_shares(shares: [f32; 4], size: (u32, u32)) -> Option<Self> {
        let [x, y, width, height] = shares;
        let (across, down) = (pixels(size.0), pixels(size.1));
        Self::between([x * across, y * down, (x + width) * across, (y + height) * down], size)
    }

    /// The right edge.
    #[must_use]
    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    /// The lower edge.
    #[must_use]
    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }

    /// The smallest rectangle that contains both.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let width = self.right().max(other.right()) - x;
        Self { x, y, width, height: self.bottom().max(other.bottom()) - y }
    }

    /// Intersection over union, from 0 to 1.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> f32 {
        let width = (self.right().min(other.right()) - self.x.max(other.x)).max(0.0);
        let height = (self.bottom().min(other.bottom()) - self.y.max(other.y)).max(0.0);
        let common = width * height;
        let both = self.width * self.height + other.width * other.height - common;
        if both > 0.0 { common / both } else { 0.0 }
    }
}

/// A number of pixels as a coordinate.
#[expect(clippy::cast_precision_loss, reason = "no picture has more than 65,535 pixels in a row")]
pub(super) fn pixels(count: u32) -> f32 {
    count as f32
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn rectangles_stay_on_the_picture() {
        let area = PixelBox::between([-5.0, 10.0, 30.0, 40.0], (20, 30)).unwrap();
        assert_eq!(area, PixelBox { x: 0.0, y: 10.0, width: 20.0, height: 20.0 });
        assert_eq!(PixelBox::between([25.0, 0.0, 40.0, 10.0], (20, 30)), None);
        assert_eq!(PixelBox::between([f32::NAN, 0.0, 4.0, 1.0], (20, 30)), None);
        let half = PixelBox { x: 10.0, y: 0.0, width: 10.0, height: 30.0 };
        assert_eq!(PixelBox::from_shares([0.5, 0.0, 0.5, 1.0], (20, 30)), Some(half));
    }

    #[test]
    fn overlap_is_the_common_share() {
        let one = PixelBox { x: 0.0, y: 0.0, width: 10.0, height: 10.0 };
        let half = PixelBox { x: 5.0, y: 0.0, width: 10.0, height: 10.0 };
        assert!((one.overlap(&half) - 1.0 / 3.0).abs() < 1e-6);
        assert!((one.overlap(&one) - 1.0).abs() < 1e-6);
        assert!(one.overlap(&PixelBox { x: 20.0, ..one }) < 1e-6);
        assert_eq!(one.with(&half), PixelBox { x: 0.0, y: 0.0, width: 15.0, height: 10.0 });
    }
}
