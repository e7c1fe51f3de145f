//! Reads characters, ruled lines, pictures and form values of a page from PDFium, in one coordinate frame.

use std::collections::BTreeMap;

use pdfium_render::prelude::{
    PdfFontWeight, PdfFormCheckboxField, PdfFormComboBoxField, PdfFormListBoxField, PdfFormTextField, PdfMatrix,
    PdfPage, PdfPageAnnotationCommon, PdfPageObject, PdfPageObjectCommon, PdfPageObjectsCommon, PdfPagePathObject,
    PdfPageText, PdfPageTextChar, PdfPathSegmentType, PdfPathSegments, PdfPoints, PdfRect,
};

use super::frame::{Frame, Rotation, Sheet};
use super::hidden::Visible;
use super::unmapped::{self, UNKNOWN};
use crate::Area;
use crate::layout::glyphs::{Glyph, Spacing};
use crate::layout::{Rule, Word};

/// Maximum number of characters of a page. No printed page has more.
pub(super) const MOST_CHARACTERS: usize = 200_000;
/// Maximum number of objects of a page that are searched for lines.
const MOST_OBJECTS: usize = 30_000;
/// Maximum number of segments of a path. A longer one is a drawing.
const MOST_PARTS: u32 = 400;
/// Maximum nesting of forms.
const DEEPEST: u8 = 4;
/// Text that deviates more from a quarter turn, in degrees, is a watermark or a label.
const SLANT: f32 = 8.0;
/// Minimum weight of bold fonts (CSS: 600, semi-bold).
const BOLD: u32 = 600;

/// The characters of a page, grouped by the rotation of their text.
pub(super) struct Characters {
    /// Upright characters for each rotation. Those that no font maps to a letter are [`UNKNOWN`].
    pub(super) upright: BTreeMap<Rotation, Vec<Glyph>>,
}

impl Characters {
    /// The visible characters of a page.
    pub(super) fn of(text: &PdfPageText<'_>, sheet: Sheet, visible: &Visible) -> Self {
        let mut characters = Self { upright: BTreeMap::new() };
        let mut spacing = Spacing::Real;
        for character in text.chars().iter().take(MOST_CHARACTERS) {
            match kind(&character) {
                Kind::Blank => spacing = Spacing::Real,
                Kind::Generated => {
                    if spacing == Spacing::None {
                        spacing = Spacing::Guessed;
                    }
                }
                Kind::Letter(letter) => {
                    let Some((turn, glyph)) = glyph(&character, letter, sheet, spacing) else { continue };
                    if visible.shows(sheet.frame(turn).displayed(glyph_area(&glyph))) {
                        characters.upright.entry(turn).or_default().push(glyph);
                        spacing = Spacing::None;
                    }
                }
            }
        }
        characters
    }

    /// The rotation of most of the text.
    pub(super) fn main_turn(&self, shown: Rotation) -> Rotation {
        let most = self.upright.iter().max_by_key(|(turn, glyphs)| (glyphs.len(), **turn == shown));
        most.map_or(shown, |(turn, _)| *turn)
    }
}

enum Kind {
    Letter(char),
    /// A space in the file.
    Blank,
    /// A space that PDFium inferred.
    Generated,
}

fn kind(character: &PdfPageTextChar<'_>) -> Kind {
    let value = character.unicode_value();
    // PDFium's marks for a hyphen at a line's end.
    if matches!(value, 0x2 | 0xfffe) {
        return Kind::Letter('-');
    }
    if character.is_generated().unwrap_or(false) {
        return Kind::Generated;
    }
    match char::from_u32(value) {
        Some(private @ '\u{e000}'..='\u{f8ff}') => Kind::Letter(unmapped::symbol(private).unwrap_or(UNKNOWN)),
        Some(blank) if blank.is_whitespace() => Kind::Blank,
        Some(letter) if !letter.is_control() && letter != '\u{ffff}' => Kind::Letter(letter),
        _ => Kind::Letter(UNKNOWN),
    }
}

fn glyph(character: &PdfPageTextChar<'_>, letter: char, sheet: Sheet, spaced: Spacing) -> Option<(Rotation, Glyph)> {
    let matrix = character.matrix().ok();
    // Where the line of text goes, counted against the clock.
    let angle = matrix.map_or(0.0, |matrix| matrix.b().atan2(matrix.a()).to_degrees());
    let (turn, slant) = Rotation::nearest(angle);
    let frame = sheet.frame(turn);
    let bounds = area(&character.loose_bounds().ok()?, frame);
    let (x, y) = character.origin().ok()?;
    let (_, baseline) = frame.point((x.value, y.value));
    let scale = matrix.map_or(1.0, |matrix| matrix.b().hypot(matrix.d()));
    let mut size = character.unscaled_font_size().value * if scale > 1e-6 { scale } else { 1.0 };
    if size <= 0.5 {
        size = (bounds.bottom - bounds.top).max(1.0);
    }
    let bold = character.font_weight().is_some_and(is_bold);
    let Area { left, top, right, bottom } = bounds;
    let glyph = Glyph { character: letter, left, right, top, bottom, baseline, size, bold, spaced };
    // Slanted text would be laid out wrongly: each of its characters stands at another height.
    let (width, height) = frame.size();
    let middle = (f32::midpoint(left, right), baseline - 0.3 * size);
    let inside = (0.0..=width).contains(&middle.0) && (0.0..=height).contains(&middle.1);
    (slant <= SLANT && inside).then_some((turn, glyph))
}

fn is_bold(weight: PdfFontWeight) -> bool {
    match weight {
        PdfFontWeight::Weight600
        | PdfFontWeight::Weight700Bold
        | PdfFontWeight::Weight800
        | PdfFontWeight::Weight900 => true,
        PdfFontWeight::Custom(weight) => weight >= BOLD,
        _ => false,
    }
}

fn glyph_area(glyph: &Glyph) -> Area {
    Area { left: glyph.left, top: glyph.top, right: glyph.right, bottom: glyph.bottom }
}

fn area(bounds: &PdfRect, frame: Frame) -> Area {
    frame.area((bounds.left().value, bounds.bottom().value), (bounds.right().value, bounds.top().value))
}

/// The ruled lines and pictures of a page.
#[derive(Default)]
pub(super) struct Drawn {
    pub(super) rules: Vec<Rule>,
    /// As displayed.
    pub(super) pictures: Vec<Area>,
    seen: usize,
}

impl Drawn {
    /// What is drawn on a page: rules in `frame`.
    pub(super) fn of(page: &PdfPage<'_>, frame: Frame, sheet: Sheet) -> Self {
        let mut drawn = Self::default();
        for object in page.objects().iter() {
            drawn.add(&object, &[], (frame, sheet), 0);
        }
        drawn
    }

    fn add(&mut self, object: &PdfPageObject<'_>, within: &[PdfMatrix], frames: (Frame, Sheet), depth: u8) {
        self.seen += 1;
        if self.seen > MOST_OBJECTS {
            return;
        }
        if let Some(path) = object.as_path_object() {
            self.add_path(path, within, frames.0);
        } else if let Some(image) = object.as_image_object() {
            if let Ok(bounds) = image.bounds() {
                let corners = [
                    transformed((bounds.left().value, bounds.bottom().value), within),
                    transformed((bounds.right().value, bounds.top().value), within),
                ];
                self.pictures.push(frames.1.frame(frames.1.shown()).area(corners[0], corners[1]));
            }
        } else if let Some(form) = object.as_x_object_form_object().filter(|_| depth < DEEPEST) {
            let mut matrices: Vec<PdfMatrix> = form.matrix().into_iter().collect();
            matrices.extend_from_slice(within);
            for inner in form.iter() {
                self.add(&inner, &matrices, frames, depth + 1);
            }
        }
    }

    fn add_path(&mut self, path: &PdfPagePathObject<'_>, within: &[PdfMatrix], frame: Frame) {
        let segments = path.segments();
        if segments.len() > MOST_PARTS {
            return;
        }
        let mut matrices: Vec<PdfMatrix> = path.matrix().into_iter().collect();
        matrices.extend_from_slice(within);
        let points = segments.iter().map(|segment| {
            let (x, y) = segment.point();
            let point = frame.point(transformed((x.value, y.value), &matrices));
            (segment.segment_type(), segment.is_close(), point)
        });
        let points: Vec<(PdfPathSegmentType, bool, (f32, f32))> = points.collect();
        // A thin rectangle is a rule, as long as it is.
        let span = points.iter().map(|(_, _, (x, y))| Area { left: *x, top: *y, right: *x, bottom: *y });
        if let Some(span) = span.reduce(Area::union)
            && let Some(rule) = Rule::between((span.left, span.top), (span.right, span.bottom))
        {
            self.rules.push(rule);
            return;
        }
        let (mut start, mut before) = (None, None);
        for (kind, closes, point) in points {
            if kind == PdfPathSegmentType::MoveTo {
                start = Some(point);
            } else if kind == PdfPathSegmentType::LineTo {
                self.rules.extend(before.and_then(|before| straight(before, point)));
            }
            if closes {
                self.rules.extend(start.and_then(|start| straight(point, start)));
            }
            before = Some(point);
        }
    }
}

/// The straight line between two points of a larger shape.
fn straight(a: (f32, f32), b: (f32, f32)) -> Option<Rule> {
    ((a.0 - b.0).abs() < 1.0 || (a.1 - b.1).abs() < 1.0).then(|| Rule::between(a, b)).flatten()
}

fn transformed((x, y): (f32, f32), matrices: &[PdfMatrix]) -> (f32, f32) {
    matrices.iter().fold((x, y), |(x, y), matrix| {
        let (x, y) = matrix.apply_to_points(PdfPoints::new(x), PdfPoints::new(y));
        (x.value, y.value)
    })
}

/// The values of form fields, as words at the positions of the fields.
pub(super) fn form_values(page: &PdfPage<'_>, frame: Frame) -> Vec<Word> {
    let mut words = Vec::new();
    for annotation in page.annotations().iter().take(MOST_OBJECTS) {
        let Some(field) = annotation.as_form_field() else { continue };
        let text = field.as_text_field().and_then(PdfFormTextField::value);
        let combo = || field.as_combo_box_field().and_then(PdfFormComboBoxField::value);
        let list = || field.as_list_box_field().and_then(PdfFormListBoxField::value);
        let mark = || {
            let checked = field.as_checkbox_field().map(PdfFormCheckboxField::is_checked);
            checked.and_then(Result::ok).filter(|checked| *checked).map(|_| "☒".to_owned())
        };
        let Some(value) = text.or_else(combo).or_else(list).or_else(mark) else { continue };
        let Ok(bounds) = annotation.bounds() else { continue };
        words.extend(field_words(&value, area(&bounds, frame)));
    }
    words
}

fn field_words(value: &str, place: Area) -> Vec<Word> {
    let lines: Vec<&str> = value.lines().filter(|line| !line.trim().is_empty()).take(200).collect();
    #[expect(clippy::cast_precision_loss, reason = "lines of one field")]
    let height = (place.bottom - place.top) / lines.len().max(1) as f32;
    let size = height.clamp(4.0, 12.0);
    let mut words = Vec::new();
    let mut top = place.top;
    for line in lines {
        let mut left = place.left + 2.0;
        for word in line.split_whitespace() {
            #[expect(clippy::cast_precision_loss, reason = "letters of one word")]
            let right = left + 0.5 * size * word.chars().count() as f32;
            let baseline = top + 0.5 * height + 0.35 * size;
            let (top, bottom) = (baseline - 0.8 * size, baseline + 0.2 * size);
            words.push(Word { text: word.to_owned(), left, right, top, bottom, baseline, size, bold: false });
            left = right + 0.3 * size;
        }
        top += height;
    }
    words
}
