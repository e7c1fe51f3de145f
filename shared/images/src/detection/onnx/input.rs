//! Converts a picture to a model's input, and positions in the input back to the picture.

use image::imageops::overlay;
use image::{Rgb, RgbImage};

use super::manifest::{Channels, Input, Layout, Resize};
use crate::area::pixels;
use crate::picture::resize;
use crate::{Picture, PixelBox};

/// The placement of a picture in the input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placement {
    /// Pixels of the input per pixel of the picture, horizontally and vertically.
    scale: (f32, f32),
    /// The picture's upper left corner in the input.
    origin: (f32, f32),
    /// Width and height of the picture.
    picture: (u32, u32),
}

impl Placement {
    /// Converts a rectangle of the input (left, top, right, bottom) to the picture.
    pub(super) fn on_picture(&self, [left, top, right, bottom]: [f32; 4]) -> Option<PixelBox> {
        let across = |x: f32| (x - self.origin.0) / self.scale.0;
        let down = |y: f32| (y - self.origin.1) / self.scale.1;
        PixelBox::between([across(left), down(top), across(right), down(bottom)], self.picture)
    }

    /// The rectangle of the whole picture.
    pub(super) fn whole(&self) -> PixelBox {
        PixelBox::whole(self.picture)
    }
}

impl Input {
    /// Scales the picture to the size of the input.
    pub(super) fn fit(&self, picture: &Picture) -> (RgbImage, Placement) {
        let (width, height) = picture.size();
        let full = (pixels(self.width) / pixels(width), pixels(self.height) / pixels(height));
        if self.resize == Resize::Stretch {
            let fitted = resize::rgb(&picture.pixels, (self.width, self.height));
            return (fitted, Placement { scale: full, origin: (0.0, 0.0), picture: (width, height) });
        }
        let scale = full.0.min(full.1);
        let side = |side: u32, most: u32| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no larger than the input")]
            let scaled = (pixels(side) * scale).round() as u32;
            scaled.clamp(1, most)
        };
        let (inner_width, inner_height) = (side(width, self.width), side(height, self.height));
        let inner = resize::rgb(&picture.pixels, (inner_width, inner_height));
        let mut fitted = RgbImage::from_pixel(self.width, self.height, Rgb([self.fill; 3]));
        let (left, top) = ((self.width - inner_width) / 2, (self.height - inner_height) / 2);
        overlay(&mut fitted, &inner, left.into(), top.into());
        let scale = (pixels(inner_width) / pixels(width), pixels(inner_height) / pixels(height));
        (fitted, Placement { scale, origin: (pixels(left), pixels(top)), picture: (width, height) })
    }

    /// The values of the input in its layout.
    pub(super) fn values(&self, fitted: &RgbImage) -> Vec<f32> {
        let order = match self.channels {
            Channels::Rgb => [0, 1, 2],
            Channels::Bgr => [2, 1, 0],
        };
        let value = |pixel: &Rgb<u8>, channel: usize| {
            let of = |values: &[f32; 3]| values.get(channel).copied().unwrap_or_default();
            let sample = f32::from(pixel.0.get(channel).copied().unwrap_or_default());
            (sample * self.scale - of(&self.mean)) / of(&self.std)
        };
        match self.layout {
            Layout::Pixels => fitted.pixels().flat_map(|pixel| order.map(|channel| value(pixel, channel))).collect(),
            Layout::Planes => {
                order.iter().flat_map(|channel| fitted.pixels().map(|pixel| value(pixel, *channel))).collect()
            }
        }
    }

    /// The samples of the input as bytes, for models that take them directly.
    pub(super) fn bytes(&self, fitted: &RgbImage) -> Vec<u8> {
        let plain = Self { scale: 1.0, mean: [0.0; 3], std: [1.0; 3], ..self.clone() };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "samples from 0 to 255")]
        let bytes = plain.values(fitted).into_iter().map(|value| value as u8).collect();
        bytes
    }

    /// The shape of the input.
    pub(super) fn shape(&self) -> [usize; 4] {
        let side = |side: u32| usize::try_from(side).unwrap_or(usize::MAX);
        match self.layout {
            Layout::Planes => [1, 3, side(self.height), side(self.width)],
            Layout::Pixels => [1, side(self.height), side(self.width), 3],
        }
    }
}
