#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use futures::FutureExt;
use futures::future::BoxFuture;

use super::*;
use crate::{QuarterTurn, ReadLine, ReadText, ReadWord};

/// Reads what it is told, whatever the picture, and notes the picture's size.
#[derive(Debug, Default)]
struct Reads {
    words: Vec<(f32, f32, &'static str)>,
    sizes: std::sync::Mutex<Vec<(u32, u32)>>,
}

impl TextReader for Reads {
    fn read(&self, picture: Arc<Picture>) -> BoxFuture<'_, Result<ReadText, ProviderError>> {
        self.sizes.lock().unwrap().push(picture.size());
        let line = |(x, y, text): &(f32, f32, &str)| {
            #[expect(clippy::cast_precision_loss, reason = "short words")]
            let area = PixelBox { x: *x, y: *y, width: 14.0 * text.len() as f32, height: 20.0 };
            let word = ReadWord { text: (*text).to_owned(), confidence: 0.9, area, upright: area };
            ReadLine { text: (*text).to_owned(), confidence: 0.9, area, words: vec![word] }
        };
        let read = ReadText { turn: QuarterTurn::None, ..ReadText::of(self.words.iter().map(line).collect()) };
        async { Ok(read) }.boxed()
    }
}

/// A letter page of 144 pixels an inch, with rows of letters between these heights.
fn image(rows: std::ops::Range<u32>) -> PageImage {
    let (width, height) = (1224, 1584);
    let ink = |x: u32, y: u32| rows.contains(&y) && x % 16 < 10 && y % 40 < 18 && (200..900).contains(&x);
    let grey = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| if ink(x, y) { 0 } else { 255 });
    PageImage { number: 3, width, height, grey: grey.collect() }
}

fn page(text: &str, unread: Vec<Area>) -> Page {
    let mut page = Page::from_text(3, text, PageSource::TextLayer);
    let lines = page.blocks.iter_mut().flat_map(|block| match block {
        Block::Prose(lines) => lines.iter_mut(),
        _ => [].iter_mut(),
    });
    for (at, line) in (0_u8..).zip(lines) {
        let top = 20.0 + 700.0 * f32::from(at);
        line.area = Area { left: 60.0, top, right: 300.0, bottom: top + 12.0 };
    }
    Page { size: (612.0, 792.0), unread, ..page }
}

const SCAN: Area = Area { left: 0.0, top: 0.0, right: 612.0, bottom: 792.0 };

#[tokio::test]
async fn a_scan_below_a_stamp_is_read_and_put_where_it_stands() {
    let reader = Reads { words: vec![(300.0, 400.0, "Gap"), (360.0, 400.0, "0.7")], ..Reads::default() };
    let stamped = page("Copied on request\n4-12", vec![SCAN]);
    assert!(wanted(&stamped));
    let read = read(&reader, stamped, image(300..900)).await.unwrap();
    assert_eq!(read.text(), "Copied on request\nGap 0.7\n4-12");
    assert_eq!((read.source, read.recognised), (PageSource::Ocr, true));
    let line = read.lines().find(|line| line.text.starts_with("Gap")).unwrap();
    assert!((line.area.left - 150.0).abs() < 1.0 && (line.area.top - 200.0).abs() < 1.0, "{:?}", line.area);
}

#[tokio::test]
async fn a_figure_without_words_is_left_alone() {
    let reader = Reads::default();
    let figure = Area { left: 100.0, top: 200.0, right: 500.0, bottom: 300.0 };
    let text = "Lift the drum out of its frame with a sling. ".repeat(6);
    let drawn = page(&text, vec![figure]);
    let before = drawn.clone();
    assert_eq!(read(&reader, drawn, image(1000..1400)).await.unwrap(), before);
    assert!(reader.sizes.lock().unwrap().is_empty());
    let bullet = Area { left: 60.0, top: 100.0, right: 66.0, bottom: 106.0 };
    assert!(!wanted(&page(&text, vec![bullet])));
}

#[tokio::test]
async fn a_table_that_is_a_picture_is_read_inside_its_page() {
    let reader = Reads { words: vec![(60.0, 40.0, "M8"), (200.0, 40.0, "23")], ..Reads::default() };
    let figure = Area { left: 100.0, top: 150.0, right: 500.0, bottom: 450.0 };
    let text = "Lift the drum out of its frame with a sling. ".repeat(6);
    let read = read(&reader, page(&text, vec![figure]), image(300..900)).await.unwrap();
    assert_eq!((read.source, read.recognised), (PageSource::TextLayer, true));
    assert_eq!(reader.sizes.lock().unwrap()[0], (824, 624), "the figure and a little room");
    assert!(read.text().contains("M8   23"), "{}", read.text());
}

#[tokio::test]
async fn a_blank_page_is_not_read() {
    let reader = Reads::default();
    let blank = Page::blank(3);
    assert!(wanted(&blank));
    assert_eq!(read(&reader, blank.clone(), image(0..0)).await.unwrap(), blank);
}
