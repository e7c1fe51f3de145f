//! Resizes pictures without the intermediate floating-point copies of `image`, which would take 160 MB for ten
//! megapixels.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::{GrayImage, RgbImage, imageops};

/// Resizes a picture: smoothly when enlarging, with every pixel counting when shrinking.
pub(crate) fn rgb(image: &RgbImage, (width, height): (u32, u32)) -> RgbImage {
    let resized = resized::<U8x3>(image.as_raw(), image.dimensions(), (width, height));
    resized
        .and_then(|pixels| RgbImage::from_raw(width, height, pixels))
        .unwrap_or_else(|| imageops::resize(image, width, height, imageops::FilterType::CatmullRom))
}

/// The same for a grey picture. When enlarging, it uses floating point, since small letters are then read slightly
/// better and the copies are small.
pub(crate) fn grey(image: &GrayImage, (width, height): (u32, u32)) -> GrayImage {
    if width >= image.width() && height >= image.height() {
        return imageops::resize(image, width, height, imageops::FilterType::CatmullRom);
    }
    let resized = resized::<U8>(image.as_raw(), image.dimensions(), (width, height));
    resized
        .and_then(|pixels| GrayImage::from_raw(width, height, pixels))
        .unwrap_or_else(|| imageops::resize(image, width, height, imageops::FilterType::CatmullRom))
}

/// The kind of pixels is a type, since a value would compile the library for all kinds, which takes a minute.
fn resized<P: PixelTrait>(pixels: &[u8], from: (u32, u32), to: (u32, u32)) -> Option<Vec<u8>> {
    let source = TypedImageRef::<P>::from_buffer(from.0, from.1, pixels).ok()?;
    let mut resized = vec![0; to.0 as usize * to.1 as usize * size_of::<P>()];
    let mut target = TypedImage::<P>::from_buffer(to.0, to.1, &mut resized).ok()?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize_typed(&source, &mut target, &options).ok()?;
    Some(resized)
}

/// The size of a picture with at most this many pixels.
pub(super) fn within((width, height): (u32, u32), most_pixels: u64) -> (u32, u32) {
    let pixels = u64::from(width) * u64::from(height);
    if pixels <= most_pixels {
        return (width, height);
    }
    // In whole numbers, so that the product stays within.
    let scaled = |side: u32| {
        let square = u128::from(side) * u128::from(side) * u128::from(most_pixels) / u128::from(pixels);
        u32::try_from(square.isqrt()).unwrap_or(side).max(1)
    };
    let (longer, shorter) = (width.max(height), width.min(height));
    let shorter = scaled(shorter);
    let longer = scaled(longer).min(u32::try_from(most_pixels / u64::from(shorter)).unwrap_or(u32::MAX)).max(1);
    if width >= height { (longer, shorter) } else { (shorter, longer) }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn sizes_keep_their_shape_and_stay_within() {
        assert_eq!(within((640, 480), 10_000_000), (640, 480));
        assert_eq!(within((8_000, 8_000), 10_000_000), (3_162, 3_162));
        assert_eq!(within((4_000, 3_000), 3_000_000), (2_000, 1_500));
        assert_eq!(within((1, 65_535), 1_000), (1, 1_000));
        for size in [(65_535, 976), (12_345, 5_184), (3_163, 3_163)] {
            let (width, height) = within(size, 10_000_000);
            assert!(width * height <= 10_000_000, "{size:?}: {width} by {height}");
            let ratio = |(width, height): (u32, u32)| f64::from(width) / f64::from(height);
            assert!((ratio((width, height)) / ratio(size) - 1.0).abs() < 0.01, "{size:?}: {width} by {height}");
        }
    }

    #[test]
    fn one_colour_stays_itself() {
        let image = RgbImage::from_pixel(301, 203, Rgb([9, 99, 199]));
        let small = rgb(&image, (31, 17));
        assert_eq!((small.dimensions(), small.pixels().all(|pixel| pixel.0 == [9, 99, 199])), ((31, 17), true));
        assert_eq!(grey(&GrayImage::from_pixel(20, 20, image::Luma([7])), (50, 61)).dimensions(), (50, 61));
    }
}
