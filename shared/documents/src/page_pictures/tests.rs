#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

/// White, with a black bar in its middle.
fn page(width: u32, height: u32) -> PagePicture {
    let bar = height / 2 - 5..height / 2 + 5;
    let value = |y: u32| if bar.contains(&y) { 0 } else { 255 };
    let rgb = (0..height).flat_map(|y| std::iter::repeat_n(value(y), width as usize * 3)).collect();
    PagePicture::of(PagePixels { width, height, rgb }).unwrap()
}

/// The colour of a pixel.
fn pixel(picture: &PagePicture, x: u32, y: u32) -> Option<[u8; 3]> {
    picture.pixels.get_pixel_checked(x, y).map(|pixel| pixel.0)
}

fn place(x: f64, y: f64, width: f64, height: f64) -> PageBox {
    PageBox { page: 1, x, y, width, height }
}

#[test]
fn a_picture_survives_its_file_in_any_width() {
    let picture = page(400, 600);
    let (written, bytes) = picture.clone().into_webp().unwrap();
    let read = PagePicture::from_webp(&bytes).unwrap();
    assert_eq!((&read, &written), (&picture, &picture));
    let small = read.scaled_to(100);
    assert_eq!(small.size(), (100, 150));
    assert_eq!((pixel(&small, 50, 10), pixel(&small, 50, 75)), (Some([255; 3]), Some([0; 3])));
    assert_eq!(small.clone().scaled_to(101), small, "nothing is made larger");
    assert!(PagePicture::from_webp(b"RIFF....WEBP").is_err());
    assert_eq!(PagePicture::of(PagePixels { width: 2, height: 2, rgb: vec![0; 11] }), None);
}

#[test]
fn marks_colour_the_paper_and_leave_the_ink() {
    let mut picture = page(800, 1_000);
    picture.mark(&[place(0.25, 0.45, 0.5, 0.1), place(0.25, 0.5, 0.5, 0.1)]);
    let at = |x, y| pixel(&picture, x, y).unwrap();
    let yellow = [255, 238, 120];
    assert_eq!((at(400, 460), at(400, 590)), (yellow, yellow));
    assert_eq!(at(400, 500), [0; 3], "black stays black");
    assert_eq!(at(400, 550), yellow, "no border where places overlap");
    assert_eq!((at(100, 460), at(400, 440), at(400, 610)), ([255; 3], [255; 3], [255; 3]));
    let border = (0..800).filter(|x| at(*x, 460) == [232, 120, 0]).count();
    assert_eq!(border, 2);
    let mut edge = page(300, 300);
    edge.mark(&[place(0.0, 0.0, 1.0, 1.0)]);
    assert_eq!(
        (pixel(&edge, 0, 0), pixel(&edge, 299, 299), pixel(&edge, 9, 9)),
        (Some([232, 120, 0]), Some([232, 120, 0]), Some(yellow))
    );
}

#[test]
fn a_picture_that_would_weigh_too_much_is_made_coarser_or_smaller() {
    // Noise, which nothing compresses.
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let (width, height) = (2_000, 2_000);
    let rgb = (0..width * height * 3).map(|_| noise()).collect();
    let picture = PagePicture::of(PagePixels { width, height, rgb }).unwrap();
    let (written, bytes) = picture.into_webp().unwrap();
    assert!(bytes.len() <= HEAVIEST, "{}", bytes.len());
    let read = PagePicture::from_webp(&bytes).unwrap();
    assert_eq!(read, written, "what is given back is what the file holds");
    assert!(read.size().0 < width && read.size().0 >= 500, "{:?}", read.size());
}

#[test]
fn the_longest_picture_that_is_drawn_has_a_file() {
    let longest = u32::from(LONGEST_SHOWN);
    let (_, bytes) = page(100, longest).into_webp().unwrap();
    assert_eq!(PagePicture::from_webp(&bytes).unwrap().size(), (100, longest));
    assert!(page(100, longest + 2).into_webp().is_err(), "WebP has no longer ones");
}

#[test]
fn pages_are_drawn_in_few_widths() {
    assert_eq!([100, 600, 601, 1_000, 1_001, 2_000].map(drawn_width), [600, 600, 1_000, 1_000, 2_000, 2_000]);
}
