//! Areas on pages: what a citation refers to, and how a URL names the areas to highlight.

use serde::{Deserialize, Serialize};

/// Maximum number of areas in one URL.
pub const MOST_MARKS: usize = 32;
/// Maximum length in bytes of a list of areas in a URL: [`MOST_MARKS`] of at most 20 bytes.
pub const LONGEST_MARKS: usize = 640;
/// Maximum number of areas of one citation.
pub const MOST_BOXES: usize = 24;

/// URLs give areas in thousandths of the page's width and height.
const THOUSANDTHS: f64 = 1_000.0;
/// Separates two areas in a URL.
const BETWEEN: char = '_';

/// A rectangle on a page, as shares (0 to 1) of the page as it is displayed. The origin is the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PageBox {
    /// The page, from 1.
    pub page: u32,
    /// Left edge, as a share of the page's width.
    pub x: f64,
    /// Upper edge, as a share of the page's height.
    pub y: f64,
    /// Width, as a share of the page's width.
    pub width: f64,
    /// Height, as a share of the page's height.
    pub height: f64,
}

/// Why a list of areas cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarkError {
    /// There are more than [`MOST_MARKS`].
    #[error("mark must name at most {} places", MOST_MARKS)]
    TooMany,
    /// It contains something else than numbers, or an area outside the page.
    #[error(
        "mark must be a list of places such as 120,345,760,18 joined by \"_\": left edge, upper edge, width and height in thousandths of the page"
    )]
    Malformed,
}

impl PageBox {
    /// The area for a URL, in thousandths: `120,345,760,18`. Rounding makes it larger, never smaller.
    #[must_use]
    pub fn mark(&self) -> String {
        // What is a thousandth but for the last bit of its number is one.
        let down = |share: f64| (share * THOUSANDTHS + 1e-6).floor().clamp(0.0, THOUSANDTHS);
        let up = |share: f64| (share * THOUSANDTHS - 1e-6).ceil().clamp(0.0, THOUSANDTHS);
        let (left, top) = (down(self.x), down(self.y));
        let (right, bottom) = (up(self.x + self.width), up(self.y + self.height));
        format!("{left},{top},{},{}", (right - left).max(1.0), (bottom - top).max(1.0))
    }
}

/// The areas for a URL. Areas beyond [`MOST_MARKS`] are omitted.
#[must_use]
pub fn marks<'a>(boxes: impl IntoIterator<Item = &'a PageBox>) -> String {
    let marks: Vec<String> = boxes.into_iter().take(MOST_MARKS).map(PageBox::mark).collect();
    marks.join(&BETWEEN.to_string())
}

/// Parses areas of a page; an empty text has none.
///
/// # Errors
/// If there are too many areas, or one is malformed or outside the page.
pub fn parse_marks(page: u32, text: &str) -> Result<Vec<PageBox>, MarkError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let marks = text.split(BETWEEN).map(|mark| parse_mark(page, mark));
    let places: Vec<PageBox> = marks.collect::<Option<_>>().ok_or(MarkError::Malformed)?;
    if places.len() > MOST_MARKS {
        return Err(MarkError::TooMany);
    }
    Ok(places)
}

fn parse_mark(page: u32, mark: &str) -> Option<PageBox> {
    let mut sides = mark.split(',').map(|side| {
        let is_plain = (1..=4).contains(&side.len()) && side.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| side.parse::<u16>().ok()).flatten()
    });
    let mut side = || sides.next().flatten();
    let (left, top, width, height) = (side()?, side()?, side()?, side()?);
    let fits = sides.next().is_none() && width > 0 && height > 0 && left + width <= 1_000 && top + height <= 1_000;
    let share = |side: u16| f64::from(side) / THOUSANDTHS;
    fits.then(|| PageBox { page, x: share(left), y: share(top), width: share(width), height: share(height) })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn place(x: f64, y: f64, width: f64, height: f64) -> PageBox {
        PageBox { page: 3, x, y, width, height }
    }

    #[test]
    fn an_address_names_a_place_that_holds_the_box() {
        let row = place(0.1234, 0.5, 0.3005, 0.0101);
        assert_eq!(row.mark(), "123,500,301,11");
        let read = parse_marks(3, &marks(&[row, place(0.0, 0.0, 1.0, 1.0)])).unwrap();
        let [first, whole] = read.as_slice() else { panic!("{read:?}") };
        assert!(first.x <= row.x && first.y <= row.y);
        assert!(first.x + first.width >= row.x + row.width - 1e-9);
        assert!(first.y + first.height >= row.y + row.height - 1e-9);
        assert_eq!(*whole, place(0.0, 0.0, 1.0, 1.0));
    }

    #[test]
    fn thousandths_stay_what_they_are() {
        for mark in ["100,200,300,400", "7,29,58,116", "0,0,1000,1000", "999,999,1,1"] {
            assert_eq!(marks(&parse_marks(1, mark).unwrap()), mark);
        }
        assert_eq!(parse_marks(1, ""), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for mark in [
            "1",
            "1,2,3",
            "1,2,3,4,5",
            "1,2,0,4",
            "1,2,3,0",
            "900,1,101,1",
            "a,b,c,d",
            "-1,2,3,4",
            "1,2,3,4_",
            ",,,",
            "+1,2,3,4",
        ] {
            assert_eq!(parse_marks(1, mark), Err(MarkError::Malformed), "{mark}");
        }
        assert_eq!(parse_marks(1, &vec!["1,1,1,1"; 33].join("_")), Err(MarkError::TooMany));
        assert_eq!(parse_marks(1, &vec!["1,1,1,1"; 32].join("_")).unwrap().len(), 32);
        for long in ["9".repeat(700), "_".repeat(700), vec!["1,1,1,x"; 40].join("_")] {
            assert_eq!(parse_marks(1, &long), Err(MarkError::Malformed), "{long}");
        }
    }
}
