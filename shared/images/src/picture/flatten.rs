//! Removes transparency from pictures.

use image::{DynamicImage, Rgb, RgbImage, Rgba, RgbaImage};

/// Pixels lighter than this are invisible on white.
const LIGHT: u32 = 170;
/// Minimum share of dark pixels, as one part of this many, for a picture to be visible on white.
const DARK_PART: u64 = 100;

/// The picture on a white background; on black if all of it is light.
pub(super) fn flattened(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let image: RgbaImage = image.into_rgba8();
    let ground = if is_light(&image) { 0 } else { u8::MAX };
    let mut pixels = RgbImage::new(image.width(), image.height());
    for (to, from) in pixels.pixels_mut().zip(image.pixels()) {
        let [red, green, blue, alpha] = from.0;
        *to = Rgb([red, green, blue].map(|value| over(value, alpha, ground)));
    }
    pixels
}

/// Whether a picture is partly transparent and its visible pixels are light.
fn is_light(image: &RgbaImage) -> bool {
    let (mut visible, mut dark, mut clear) = (0_u64, 0_u64, 0_u64);
    for Rgba([red, green, blue, alpha]) in image.pixels() {
        let luminance = (u32::from(*red) * 299 + u32::from(*green) * 587 + u32::from(*blue) * 114) / 1000;
        visible += u64::from(*alpha);
        clear += u64::from(u8::MAX - alpha);
        if luminance <= LIGHT {
            dark += u64::from(*alpha);
        }
    }
    visible > 0 && clear > 0 && dark * DARK_PART < visible
}

fn over(value: u8, alpha: u8, ground: u8) -> u8 {
    let (value, alpha, ground) = (u32::from(value), u32::from(alpha), u32::from(ground));
    u8::try_from((value * alpha + ground * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_clear(colour: [u8; 3]) -> RgbImage {
        let [red, green, blue] = colour;
        let stripes = RgbaImage::from_fn(20, 20, |x, _| Rgba([red, green, blue, if x % 4 == 0 { 255 } else { 0 }]));
        flattened(DynamicImage::ImageRgba8(stripes))
    }

    #[test]
    fn what_is_drawn_stays_visible() {
        for colour in [[0; 3], [255; 3], [255, 255, 0], [30, 60, 200], [120; 3], [220, 220, 230]] {
            let flat = on_clear(colour);
            let grey = image::imageops::grayscale(&flat);
            let (drawn, ground) = (grey.get_pixel(0, 0).0, grey.get_pixel(1, 0).0);
            assert!(drawn.iter().zip(&ground).all(|(one, other)| one.abs_diff(*other) > 80), "{colour:?}");
        }
    }

    #[test]
    fn a_light_drawing_with_dark_writing_stays_on_white() {
        let label = RgbaImage::from_fn(40, 40, |x, y| match (x, y) {
            (0..4, _) => Rgba([0, 0, 0, 0]),
            (10..14, 10..30) => Rgba([20, 20, 20, 255]),
            _ => Rgba([250, 250, 250, 255]),
        });
        assert_eq!(flattened(DynamicImage::ImageRgba8(label)).get_pixel(0, 0).0, [255; 3]);
    }
}
