//! Text recognition by PP-OCR, offline and in this process: photos, plates and displays as well as pages.
//!
//! One network finds the lines on a picture, in any direction; another one reads each. If most lines stand on end, or
//! are read badly the first way up, the picture is taken to be turned.

mod detector;
mod order;
mod quad;
mod recogniser;
mod spaces;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use foundation::provider::{ProviderError, ProviderFailure};
use futures::FutureExt;
use futures::future::BoxFuture;
use image::RgbImage;
use inference::{LazyModel, NetworkError, Threads};

use self::detector::Detector;
use self::quad::{Point, Quad};
use self::recogniser::{FoundWord, HEIGHT, Recogniser};
use super::{ReadLine, ReadText, ReadWord, TextReader};
use crate::area::pixels;
use crate::measure::median;
use crate::picture::QuarterTurn;
use crate::{Picture, PixelBox};

/// The name that begins the sentences of errors.
const NAME: &str = "Text recognition";
/// Pictures that may wait for each one that is read. Their memory is bounded elsewhere.
const WAITING: usize = 1_000;
/// Lines that are less sure are not text: leaves, grids and shadows look like letters.
const LEAST_CONFIDENCE: f32 = 0.5;
/// The least side of a picture with text, in pixels.
const LEAST_SIDE: u32 = 8;
/// A line this many times higher than wide stands on end.
const ON_END: f32 = 1.5;
/// The longest lines, which tell which way up a picture is.
const TELLING: usize = 5;
/// If they are surer, the picture is the right way up.
const CLEAR: f32 = 0.85;
/// Lines of at least this share of the longest tell how a page is tilted.
const LONG: f32 = 0.5;
/// How much larger the area is that the detector gives than the letters: the share of its height on each side.
const MARGIN: f32 = 0.14;

/// PP-OCR. Its networks are loaded when they are first needed.
#[derive(Debug)]
pub struct Paddle {
    networks: LazyModel<Networks>,
    threads: Threads,
}

#[derive(Debug)]
struct Networks {
    detector: Detector,
    recogniser: Recogniser,
}

impl Paddle {
    /// With the networks in `folder`, as `scripts/models` makes it. One picture may take at most `timeout`, with the time
    /// that it waits.
    #[must_use]
    pub fn new(folder: &Path, timeout: Duration) -> Self {
        let threads = Threads::new(processors(), WAITING, timeout);
        Self { networks: LazyModel::new(folder.to_owned(), Networks::load), threads }
    }

    async fn read_picture(&self, picture: Arc<Picture>) -> Result<ReadText, ProviderError> {
        let networks = self.networks.get().await.map_err(unavailable)?.ok_or_else(not_installed)?;
        let read = self.threads.run(move |gone| networks.read(&picture, &|| gone.is_set())).await;
        read.map_err(|error| ProviderError::new(NAME, error.into()))?.map_err(unavailable)
    }
}

/// A line that was read.
struct FoundLine {
    quad: Quad,
    words: Vec<FoundWord>,
}

impl FoundLine {
    /// The mean confidence of its characters, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "characters of a line")]
    fn confidence(&self) -> f32 {
        let length = |word: &FoundWord| word.text.chars().count() as f32;
        let all: f32 = self.words.iter().map(length).sum();
        self.words.iter().map(|word| word.confidence * length(word)).sum::<f32>() / all.max(1.0)
    }
}

impl Networks {
    fn load(folder: &Path) -> Result<Self, NetworkError> {
        Ok(Self {
            detector: Detector::load(&folder.join("detector.onnx"))?,
            recogniser: Recogniser::load(&folder.join("recogniser.onnx"), &folder.join("characters.json"))?,
        })
    }

    fn read(&self, picture: &Picture, is_gone: &(dyn Fn() -> bool + Sync)) -> Result<ReadText, NetworkError> {
        let image = &picture.pixels;
        if image.width().min(image.height()) < LEAST_SIDE {
            return Ok(ReadText::default());
        }
        let (quads, turn) = upright(self.detector.lines(image)?);
        let lines = self.lines(image, &quads, is_gone)?;
        let (mut lines, turn) = match self.upside_down(image, &lines, is_gone)? {
            Some(turned) => (turned, turn.and_half()),
            None => (lines, turn),
        };
        lines.retain(|line| line.confidence() >= LEAST_CONFIDENCE);
        Ok(text(lines, turn, picture))
    }

    /// Reads lines, a share of them on each processor, until `is_gone`.
    fn lines(
        &self,
        image: &RgbImage,
        quads: &[Quad],
        is_gone: &(dyn Fn() -> bool + Sync),
    ) -> Result<Vec<FoundLine>, NetworkError> {
        let read = |quads: &[Quad]| {
            let wanted = quads.iter().take_while(|_| !is_gone());
            let line =
                |quad: &Quad| Ok(FoundLine { quad: *quad, words: self.recogniser.words(&quad.cut(image, HEIGHT))? });
            wanted.map(line).collect::<Result<Vec<_>, NetworkError>>()
        };
        let share = quads.len().div_ceil(processors()).max(1);
        let shares = std::thread::scope(|scope| {
            let threads: Vec<_> = quads.chunks(share).map(|quads| scope.spawn(move || read(quads))).collect();
            let joined = threads.into_iter().map(|thread| {
                thread.join().unwrap_or_else(|_| Err(NetworkError::new("reading lines", "a thread panicked")))
            });
            joined.collect::<Result<Vec<_>, _>>()
        });
        Ok(shares?.into_iter().flatten().collect())
    }

    /// All lines upside down, if the longest are read with more confidence so.
    fn upside_down(
        &self,
        image: &RgbImage,
        lines: &[FoundLine],
        is_gone: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Vec<FoundLine>>, NetworkError> {
        let mut longest: Vec<&FoundLine> = lines.iter().collect();
        longest.sort_unstable_by(|one, other| other.quad.width.total_cmp(&one.quad.width));
        longest.truncate(TELLING);
        let as_is: f32 = longest.iter().map(|line| line.confidence()).sum();
        if as_is >= CLEAR * pixels(u32::try_from(longest.len()).unwrap_or(1)) {
            return Ok(None);
        }
        let turned: Vec<Quad> = longest.iter().map(|line| line.quad.upside_down()).collect();
        let turned: f32 = self.lines(image, &turned, is_gone)?.iter().map(FoundLine::confidence).sum();
        if turned <= as_is {
            return Ok(None);
        }
        let quads: Vec<Quad> = lines.iter().map(|line| line.quad.upside_down()).collect();
        self.lines(image, &quads, is_gone).map(Some)
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The lines as text runs along them, and how the picture has to be turned for it. If most stand on end, text is taken
/// to run upwards, as on a page that lies on its right side.
fn upright(quads: Vec<Quad>) -> (Vec<Quad>, QuarterTurn) {
    let stands = |quad: &Quad| quad.height > ON_END * quad.width;
    let (mut level, mut on_end) = (0.0, 0.0);
    for quad in &quads {
        if stands(quad) {
            on_end += quad.height;
        } else if quad.width > ON_END * quad.height {
            level += quad.width;
        }
    }
    let is_sideways = on_end > level;
    let quads = quads.into_iter().map(|quad| if is_sideways || stands(&quad) { quad.on_end(true) } else { quad });
    (quads.collect(), if is_sideways { QuarterTurn::Right } else { QuarterTurn::None })
}

/// The text of the lines, in reading order.
fn text(lines: Vec<FoundLine>, turn: QuarterTurn, picture: &Picture) -> ReadText {
    let kept = picture.pixels.dimensions();
    let scale = (pixels(picture.size().0) / pixels(kept.0), pixels(picture.size().1) / pixels(kept.1));
    let place = Place { turn, tilt: tilt(&lines, turn), size: picture.size(), scale };
    let lines = lines.into_iter().filter_map(|line| place.line(line)).collect();
    ReadText { turn, ..ReadText::of(order::in_reading_order(lines)) }
}

/// The direction of the lines on the upright picture, in radians: that of the middle one of the long ones. The direction
/// of a short one is a matter of its letters.
fn tilt(lines: &[FoundLine], turn: QuarterTurn) -> f32 {
    let longest = lines.iter().map(|line| line.quad.width).fold(0.0, f32::max);
    let long = lines.iter().filter(|line| line.quad.width >= LONG * longest);
    median(long.map(|line| to_half_turn(line.quad.angle - direction(turn))))
}

/// The direction of level text on a picture that has to be turned like this.
fn direction(turn: QuarterTurn) -> f32 {
    use std::f32::consts::{FRAC_PI_2, PI};
    match turn {
        QuarterTurn::None => 0.0,
        QuarterTurn::Right => -FRAC_PI_2,
        QuarterTurn::Half => PI,
        QuarterTurn::Left => FRAC_PI_2,
    }
}

/// The same angle, between minus and plus half a turn.
fn to_half_turn(angle: f32) -> f32 {
    let turn = std::f32::consts::TAU;
    angle - (angle / turn).round() * turn
}

/// Where lines are, on the picture and on the upright page.
struct Place {
    turn: QuarterTurn,
    tilt: f32,
    /// The size of the picture as it was sent, and how many times larger it is than what was read.
    size: (u32, u32),
    scale: (f32, f32),
}

impl Place {
    fn line(&self, line: FoundLine) -> Option<ReadLine> {
        let confidence = line.confidence();
        let quad = line.quad.scaled(self.scale);
        let tight = Quad { height: quad.height * (1.0 - 2.0 * MARGIN), ..quad };
        let words: Vec<ReadWord> = line.words.into_iter().filter_map(|word| self.word(tight, word)).collect();
        let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        let area = PixelBox::between(tight.sides(), self.size)?;
        (!words.is_empty()).then_some(ReadLine { text, confidence, area, words })
    }

    fn word(&self, line: Quad, word: FoundWord) -> Option<ReadWord> {
        let quad = line.part(word.from, word.to);
        let middle: Point = (pixels(self.size.0) / 2.0, pixels(self.size.1) / 2.0);
        let upright = self.turned(quad.levelled(self.tilt, middle));
        let upright = PixelBox::between(upright.sides(), self.turn.size(self.size))?;
        let area = PixelBox::between(quad.sides(), self.size)?;
        Some(ReadWord { text: word.text, confidence: word.confidence, area, upright })
    }

    /// Maps a rectangle to the picture after its quarter turn.
    fn turned(&self, quad: Quad) -> Quad {
        let (width, height) = (pixels(self.size.0), pixels(self.size.1));
        let (x, y) = quad.centre;
        let centre = match self.turn {
            QuarterTurn::None => (x, y),
            QuarterTurn::Right => (height - y, x),
            QuarterTurn::Half => (width - x, height - y),
            QuarterTurn::Left => (y, width - x),
        };
        Quad { centre, angle: quad.angle - direction(self.turn), ..quad }
    }
}

fn not_installed() -> ProviderError {
    let advice = "Text on pictures cannot be read: the model is missing. Run scripts/models, or correct OCR_MODEL_DIR."
        .to_owned();
    ProviderError::new(NAME, ProviderFailure::NotConfigured { code: "text_reader_not_installed", advice })
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> ProviderError {
    ProviderError::unavailable(NAME, error)
}

impl TextReader for Paddle {
    fn read(&self, picture: Arc<Picture>) -> BoxFuture<'_, Result<ReadText, ProviderError>> {
        self.read_picture(picture).boxed()
    }
}

#[cfg(test)]
mod tests;
