//! How well lies are told from quotations: the part of `scripts/bench verification` that runs in Rust.
//!
//! ```text
//! bench_verification DATA_DIR CACHE_DIR [MANUAL,MANUAL…]
//! ```
//!
//! Each row, step and sentence of the manuals that holds a value or a code is said with its page cited: no figure may be
//! objected to. Then each figure is changed in one digit, and each is replaced by that of the next row or sentence where
//! both hold only one of the kind: all of these should be objected to. A changed figure may stand on the page of
//! something else; these are counted apart. Prints a line of JSON a manual, with examples of what went wrong.

#[path = "answers/pages.rs"]
mod pages;

use std::{
    collections::HashSet,
    env, fs,
    io::{Write, stdout},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use answers::assistant::{VerificationInput, Verified, Verifier};
use answers::library::{Findings, Passage};
use documents::units::{Unit, UnitKind};
use search::retrieval::analysis::{Figure, Reading, figures};
use search::retrieval::{Hit, Segment, SegmentSource};
use serde_json::{Value, json};
use shared::store::Verification;

type Failure = Box<dyn std::error::Error>;

/// Lies of each kind that are shown because they passed.
const SHOWN: usize = 5;
/// Truths that are shown because they were objected to.
const DOUBTED: usize = 40;

fn main() -> ExitCode {
    foundation::worker::run("bench_verification", &[documents::pdf::WORKER], measure)
}

#[tokio::main]
async fn measure() -> Result<(), Failure> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let mut next = || arguments.next().ok_or("usage: bench_verification DATA_DIR CACHE_DIR [MANUAL,MANUAL…]");
    let (data, cache) = (next()?, next()?);
    let only = next().ok();
    fs::create_dir_all(&cache)?;
    let is_wanted =
        |manual: &str| only.as_ref().is_none_or(|only| only.to_string_lossy().split(',').any(|name| name == manual));
    for name in pages::MANUALS.iter().filter(|name| is_wanted(name)) {
        let read = pages::pages(&data.join("pdf").join(format!("{name}.pdf")), &cache).await?;
        let segment = Segment::build(SegmentSource {
            document_id: (*name).to_owned(),
            file_name: format!("{name}.pdf"),
            model: "none".to_owned(),
            pages: &read,
            chunks: Vec::new(),
            embeddings: Vec::new(),
        })?;
        let counted = judge(&Arc::new(segment), &read.iter().map(|page| page.number).collect::<Vec<_>>());
        writeln!(stdout(), "{}", json!({"manual": name, "counted": counted}))?;
    }
    Ok(())
}

/// How many claims of a kind there were, how many were objected to, and examples.
#[derive(Default)]
struct Tally {
    claims: usize,
    objected: usize,
    examples: Vec<String>,
}

impl Tally {
    /// Counts a true statement in which there is something to check; all that are objected to are worth a look.
    fn note_truth(&mut self, claim: &str, verified: &Verified) {
        let Verification { checked, unverified } = &verified.verification;
        if *checked > 0 {
            self.count(!unverified.is_empty());
            if !unverified.is_empty() && self.examples.len() < DOUBTED {
                self.examples.push(format!("{claim} {unverified:?}"));
            }
        }
    }

    /// Counts a statement in which this figure is a lie: only an objection to it counts.
    fn note_lie(&mut self, claim: &str, figure: &str, verified: &Verified) {
        let is_it = |written: &str| written.contains(figure) || figure.contains(written);
        let is_refused = verified.verification.unverified.iter().any(|unverified| is_it(&unverified.text));
        self.count(is_refused);
        // Spread over the manual.
        if !is_refused && self.claims % 23 == 1 && self.examples.len() < SHOWN {
            self.examples.push(claim.to_owned());
        }
    }

    fn count(&mut self, is_refused: bool) {
        self.claims += 1;
        self.objected += usize::from(is_refused);
    }

    fn shown(&self) -> Value {
        json!({"claims": self.claims, "objected": self.objected, "examples": self.examples})
    }
}

fn judge(segment: &Arc<Segment>, numbers: &[u32]) -> Value {
    let (mut quoted, mut swapped) = (Tally::default(), Tally::default());
    // Lies whose figure stands nowhere on the page, and those whose figure happens to stand there of something else.
    let (mut changed, mut coincident) = (Tally::default(), Tally::default());
    for number in numbers {
        let units = segment.units_on(*number..=*number);
        let told: Vec<(&Unit, String, Vec<Figure>)> = units
            .iter()
            .filter(|unit| unit.kind != UnitKind::Title && unit.page == *number)
            .map(|unit| (unit, unit.in_full(), figures(&unit.in_full())))
            .filter(|(_, _, figures)| figures.iter().any(|figure| is_claim(&figure.reading)))
            .collect();
        let findings = findings(segment, *number);
        let given = VerificationInput { question: "", seen: "", findings: &findings, quoted: &[], is_quotation: false };
        let verifier = Verifier::new(&[0], &given);
        let text = segment.page_text(*number).unwrap_or_default();
        let whole =
            units.iter().fold(text.to_owned(), |whole, unit| format!("{whole}\n{}\n{}", unit.titles, unit.in_full()));
        let on_page = Readings::of(&whole);
        for (at, (_, text, figures)) in told.iter().enumerate() {
            let said = format!("{text} [1]");
            quoted.note_truth(&said, &verifier.verify(&said));
            for figure in figures.iter().filter(|figure| is_claim(&figure.reading)) {
                if let Some(lie) = with_another_digit(text, figure) {
                    let is_on_page = on_page.hold(&lie, figure.range.start);
                    let said = format!("{lie} [1]");
                    let tally = if is_on_page { &mut coincident } else { &mut changed };
                    let figure = lie.get(figure.range.clone()).unwrap_or_default();
                    tally.note_lie(&said, figure, &verifier.verify(&said));
                }
            }
            let next = told.get(at + 1).map(|(_, _, figures)| figures.as_slice()).unwrap_or_default();
            if let Some((own, other)) = one_of_a_kind(figures, next) {
                let other_text = told.get(at + 1).map_or("", |(_, text, _)| text.as_str());
                let written = other_text.get(other.range.clone()).unwrap_or_default();
                let mut lie = text.clone();
                lie.replace_range(own.range.clone(), written);
                let said = format!("{lie} [1]");
                swapped.note_lie(&said, written, &verifier.verify(&said));
            }
        }
    }
    json!({
        "quoted": quoted.shown(),
        "oneDigitChanged": changed.shown(),
        "oneDigitChangedToAnotherOfThePage": coincident.shown(),
        "ofTheNextRow": swapped.shown(),
    })
}

fn is_claim(reading: &Reading) -> bool {
    matches!(reading, Reading::Code { .. } | Reading::Value { unit: Some(_), .. })
}

/// What the figures of a page say, without their units.
struct Readings(HashSet<String>);

impl Readings {
    fn of(page: &str) -> Self {
        Self(figures(page).iter().flat_map(|figure| bare(&figure.reading)).collect())
    }

    /// Whether the page has the figure that a text has at this place.
    fn hold(&self, text: &str, at: usize) -> bool {
        let changed = figures(text).into_iter().find(|figure| figure.range.contains(&at));
        changed.is_none_or(|figure| bare(&figure.reading).iter().any(|reading| self.0.contains(reading)))
    }
}

/// The number with the ends of its range, or the code.
fn bare(reading: &Reading) -> Vec<String> {
    match reading {
        Reading::Value { number, ends, .. } => ends.iter().chain([number]).cloned().collect(),
        Reading::Code { code, with_prefix } => with_prefix.iter().chain([code]).cloned().collect(),
    }
}

/// The text with the last digit of a figure changed.
fn with_another_digit(text: &str, figure: &Figure) -> Option<String> {
    let written = text.get(figure.range.clone())?;
    let at = written.rfind(|c: char| c.is_ascii_digit() && c != '0')?;
    let digit: u8 = written.get(at..=at)?.parse().ok()?;
    let mut lie = text.to_owned();
    let at = figure.range.start + at;
    lie.replace_range(at..=at, &((digit % 9) + 1).to_string());
    Some(lie)
}

/// The only figure of a kind in each of two statements, where they differ.
fn one_of_a_kind<'a>(own: &'a [Figure], next: &'a [Figure]) -> Option<(&'a Figure, &'a Figure)> {
    let kind = |figure: &Figure| match &figure.reading {
        Reading::Value { unit: Some(unit), .. } => Some(unit.clone()),
        Reading::Value { unit: None, .. } => None,
        Reading::Code { .. } => Some("code".to_owned()),
    };
    let alone = |figures: &'a [Figure], wanted: &str| {
        let mut found = figures.iter().filter(|figure| kind(figure).as_deref() == Some(wanted));
        found.next().filter(|_| found.next().is_none())
    };
    own.iter().find_map(|figure| {
        let wanted = kind(figure)?;
        let (own, other) = (alone(own, &wanted)?, alone(next, &wanted)?);
        (own.reading != other.reading).then_some((own, other))
    })
}

/// The page alone, as a search would have found it.
fn findings(segment: &Arc<Segment>, page: u32) -> Findings {
    let text = segment.page_text(page).unwrap_or_default().to_owned();
    let hit = Hit {
        id: format!("{}:{page}:0", segment.document_id()),
        document_id: segment.document_id().to_owned(),
        file_name: segment.file_name().to_owned(),
        heading: String::new(),
        content: String::new(),
        page,
        page_end: page,
        score: 1.0,
        bm25: 1.0,
        bm25_z: 1.0,
        cosine: None,
        cosine_z: 0.0,
        coverage: 1.0,
        navigation: false,
    };
    let passages = vec![Passage { hit, page_text: text }];
    Findings { passages, sources: vec![segment.clone()], ..Findings::default() }
}
