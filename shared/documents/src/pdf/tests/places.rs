//! Places of lines are those on the page as it is displayed: where the page's picture has its ink.

use super::super::picture::Purpose;
use super::{Sheet, file, open};
use crate::{Block, Spot};
use foundation::page_boxes::PageBox;

const WIDTH: u32 = 800;
/// Pixels by which ink may stand out of its line's place.
const ROUGHLY: f64 = 2.0;

const BOXES: [&str; 3] =
    ["/MediaBox [0 0 612 792]", "/MediaBox [0 0 612 792] /CropBox [60 80 560 700]", "/MediaBox [-40 -30 572 762]"];
const TURNS: [&str; 4] = ["", "/Rotate 90", "/Rotate 180", "/Rotate 270"];
/// Text to the right, upwards, upside down, and downwards.
const MATRICES: [&str; 4] = ["1 0 0 1 100 400", "0 1 -1 0 300 200", "-1 0 0 -1 400 500", "0 -1 1 0 300 500"];

#[test]
fn lines_stand_where_their_ink_is_however_page_and_text_are_turned() {
    let mut sheets = Vec::new();
    for (boxes, turn) in BOXES.iter().flat_map(|boxes| TURNS.iter().map(move |turn| (boxes, turn))) {
        for matrix in MATRICES {
            let stream = format!("BT /F1 12 Tf {matrix} Tm 14 TL (WINCH DRUM) Tj T* (Grease both ends.) Tj ET");
            sheets.push((stream, format!("{boxes} {turn}")));
        }
    }
    let names: Vec<String> = sheets.iter().map(|(stream, entries)| format!("{entries}: {stream}")).collect();
    let sheets = sheets.into_iter().map(|(stream, entries)| Sheet { stream, entries: entries.leak() });
    let reader = open(file(sheets.collect(), "")).unwrap();
    for (number, name) in (1..).zip(&names) {
        let page = reader.page(number);
        let lines: Vec<_> = page.blocks.iter().flat_map(Block::lines).collect();
        assert_eq!(lines.len(), 2, "{name}");
        let spots = lines.iter().map(|line| Spot::of(number, line.area, page.size).unwrap());
        let places: Vec<PageBox> = spots.map(PageBox::from).collect();
        let (width, height, rgb) = reader.picture(number, Purpose::Showing(WIDTH), 8_000_000).unwrap();
        assert_eq!(width, WIDTH, "{name}");
        let mut ink = vec![0; places.len()];
        for (at, pixel) in (0_u32..).zip(rgb.as_chunks::<3>().0) {
            if pixel[1] > 100 {
                continue;
            }
            let (x, y) = (f64::from(at % width), f64::from(at / width));
            let holds = |place: &PageBox| {
                let (left, top) = (place.x * f64::from(width), place.y * f64::from(height));
                let right = left + place.width * f64::from(width);
                let bottom = top + place.height * f64::from(height);
                (left - ROUGHLY..=right + ROUGHLY).contains(&x) && (top - ROUGHLY..=bottom + ROUGHLY).contains(&y)
            };
            let at = places.iter().position(holds);
            ink[at.unwrap_or_else(|| panic!("ink at {x}, {y} is in no place of {places:?}: {name}"))] += 1;
        }
        assert!(ink.iter().all(|pixels| *pixels > 100), "{ink:?} in {places:?}: {name}");
        assert!(places.iter().all(|place| place.width * place.height < 0.03), "{places:?}: {name}");
    }
}

#[test]
fn a_page_is_shown_in_colours_and_within_its_limit() {
    let stream = "1 0 0 rg 0 0 306 792 re f".to_owned();
    let reader = open(file(vec![Sheet { stream, entries: "/MediaBox [0 0 612 792]" }], "")).unwrap();
    let (width, height, rgb) = reader.picture(1, Purpose::Showing(612), 8_000_000).unwrap();
    assert_eq!((width, height, rgb.len()), (612, 792, 612 * 792 * 3));
    let pixels = rgb.as_chunks::<3>().0;
    assert_eq!((pixels[100], pixels[500]), ([255, 0, 0], [255, 255, 255]));
    let (width, height, _) = reader.picture(1, Purpose::Showing(2_000), 100_000).unwrap();
    assert!(u64::from(width) * u64::from(height) <= 100_000 && width > 200);
}
