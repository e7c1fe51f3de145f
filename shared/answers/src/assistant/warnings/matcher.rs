//! Determines which steps a model tells in its own words, and the warnings that apply to them.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::said::says;
use super::sentences::{Sentence, has_marks, is_of, split, telling_figures, without_callouts, without_marks};
use super::{ApplicableWarning, essence, warning};
use crate::library::evidence::Source;
use crate::library::{Findings, Passage};
use documents::units::{LabelStyle, Unit, UnitKind, label, warnings_of};
use search::retrieval::analysis::{Analyzer, Language, Reading, figures};

/// Minimum share of a step's words in a sentence that tells it, weighted by rarity.
const OF_STEP: f32 = 0.4;
/// Minimum share of a sentence's words in the step, and their minimum number.
const OF_SENTENCE: (f32, usize) = (0.45, 3);
/// Number of common words that are always enough.
const MANY: usize = 5;
/// Minimum number of common words.
const FEWEST: usize = 2;
/// Minimum number of lines in a list of numbered steps, and the minimum share of them that must match.
const FEW_STEPS: usize = 2;
const FOUND_STEPS: f32 = 0.7;
/// Maximum number of sentences in an answer that only gives a value.
const FEW_SENTENCES: usize = 3;

/// The pages found that have warnings on or around them.
pub(in crate::assistant) struct WarningMatcher {
    pages: Vec<MatchedPage>,
}

/// A page that was found, with its neighbours.
struct MatchedPage {
    passage: usize,
    document_id: String,
    units: Vec<Unit>,
    /// The statements on the page itself.
    statements: Vec<Statement>,
    /// The weight of each word: the more statements contain it, the less.
    weights: HashMap<String, f32>,
    language: Language,
    analyzer: Analyzer,
}

struct Statement {
    at: usize,
    kind: UnitKind,
    words: HashSet<String>,
    /// Its values with a unit and its codes.
    readings: Vec<Reading>,
}

/// A step that an answer tells, and its position.
struct ToldStep {
    step: usize,
    at: usize,
}

impl WarningMatcher {
    pub(in crate::assistant) fn of(findings: &Findings) -> Self {
        let passages = findings.passages.iter().enumerate();
        let watched = |(place, passage)| MatchedPage::of(findings, place, passage);
        Self { pages: passages.filter_map(watched).collect() }
    }

    /// Whether no page has a warning on it or near it.
    pub(in crate::assistant) fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// Whether the answer will be in another language than one of the manuals, so that words cannot be compared.
    pub(super) fn is_foreign(&self, question: &str) -> bool {
        let language = Language::of_question(question);
        self.pages.iter().any(|page| page.language != language)
    }

    /// The warnings that apply to an answer. `cited` are the indices of its passages in the order of their marks.
    pub(in crate::assistant) fn belonging(&self, text: &str, cited: &[usize]) -> Vec<ApplicableWarning> {
        let language = Language::of_question(text);
        let sentences = split(text);
        let pages = || self.pages.iter().filter(|page| cited.contains(&page.passage));
        let told = |page: &MatchedPage| {
            if page.language != language {
                return page.told_abroad(text, &sentences);
            }
            let place = cited.iter().position(|passage| *passage == page.passage);
            page.told_in(sentences.iter().filter(|sentence| is_of(sentence.text, place)))
        };
        let mut found: Vec<(&MatchedPage, Vec<ToldStep>)> = pages().map(|page| (page, told(page))).collect();
        if is_list_in_other_words(text, &found) {
            found = pages().map(|page| (page, page.told_abroad(text, &sentences))).collect();
        }
        let mut all = Vec::new();
        for new in found.iter().flat_map(|(page, told)| page.warnings(told)) {
            add(&mut all, new);
        }
        all
    }

    /// The same for an incomplete answer. The text after its last mark may belong to a page whose mark is still to
    /// come.
    pub(in crate::assistant) fn belonging_to_part(&self, text: &str, cited: &[usize]) -> Vec<ApplicableWarning> {
        let mut all = self.belonging(text, cited);
        let sentences = split(text);
        let unmarked = sentences.iter().rposition(|sentence| has_marks(sentence.text)).map_or(0, |last| last + 1);
        for sentence in sentences.iter().skip(unmarked) {
            for found in self.of_sentence(sentence.text, cited) {
                add(&mut all, ApplicableWarning { told_at: sentence.at, ..found });
            }
        }
        all
    }

    /// The warnings that apply to one sentence of an answer, by the page with most of its content. A page that it cites
    /// comes first. `cited` is as above.
    pub(super) fn of_sentence(&self, sentence: &str, cited: &[usize]) -> Vec<ApplicableWarning> {
        let marked = |page: &&MatchedPage| {
            let place = cited.iter().position(|passage| *passage == page.passage);
            place.is_some() && has_marks(sentence) && is_of(sentence, place)
        };
        let told = |page: &MatchedPage| {
            let (told, best) = page.told(sentence);
            let told: Vec<ToldStep> = told.into_iter().map(|step| ToldStep { step, at: 0 }).collect();
            (!told.is_empty()).then(|| (page.warnings(&told), best))
        };
        if has_marks(sentence) && self.pages.iter().any(|page| marked(&page)) {
            return self.pages.iter().filter(marked).filter_map(told).flat_map(|(found, _)| found).collect();
        }
        let mut best: Option<(Vec<ApplicableWarning>, f32)> = None;
        for found in self.pages.iter().filter_map(told) {
            if best.as_ref().is_none_or(|best| found.1 > best.1) {
                best = Some(found);
            }
        }
        best.map(|(found, _)| found).unwrap_or_default()
    }

    /// The warnings that the answer does not state before their steps.
    pub(in crate::assistant) fn missing<'a>(text: &str, all: &'a [ApplicableWarning]) -> Vec<&'a ApplicableWarning> {
        let before = |found: &ApplicableWarning| text.get(..found.told_at).unwrap_or(text);
        all.iter().filter(|found| !says(before(found), &found.warning.text)).collect()
    }
}

impl MatchedPage {
    fn of(findings: &Findings, place: usize, passage: &Passage) -> Option<Self> {
        let (hit, source) = (&passage.hit, Source::of(findings, passage));
        if hit.navigation {
            return None;
        }
        let units = source.around(hit.page..=hit.page_end);
        if !units.iter().any(|unit| unit.hazard().is_some()) {
            return None;
        }
        let analyzer = source.analyzer();
        let pages = hit.page..=hit.page_end;
        let is_here = |(_, unit): &(usize, &Unit)| {
            unit.kind != UnitKind::Title && unit.page <= *pages.end() && unit.page_end >= *pages.start()
        };
        let statements: Vec<Statement> = units
            .iter()
            .enumerate()
            .filter(is_here)
            .map(|(at, unit)| {
                let text = without_callouts(&unit.in_full());
                Statement { at, kind: unit.kind, words: words(&analyzer, &text), readings: telling_figures(&text) }
            })
            .collect();
        let mut counts: HashMap<String, f32> = HashMap::new();
        for word in statements.iter().flat_map(|statement| &statement.words) {
            *counts.entry(word.clone()).or_default() += 1.0;
        }
        let weights = counts.into_iter().map(|(word, count)| (word, 1.0 / (1.0 + count.ln()))).collect();
        let document_id = hit.document_id.clone();
        let language = source.language();
        Some(Self { passage: place, document_id, units, statements, weights, language, analyzer })
    }

    /// The steps that a sentence tells, and the share of the sentence in the best of them.
    fn told(&self, sentence: &str) -> (Vec<usize>, f32) {
        let words = words(&self.analyzer, sentence);
        let weight = |word: &String| self.weights.get(word).copied().unwrap_or(1.0);
        let whole: f32 = words.iter().map(weight).sum();
        // How much of the sentence a statement has, and how much of the statement the sentence has.
        let shares = |statement: &Statement| {
            let common: Vec<&String> = statement.words.intersection(&words).collect();
            let held: f32 = common.iter().map(|word| weight(word)).sum();
            let own: f32 = statement.words.iter().map(weight).sum();
            (held / whole.max(f32::EPSILON), held / own.max(f32::EPSILON), common.len())
        };
        let is_step = |statement: &&Statement| matches!(statement.kind, UnitKind::Step | UnitKind::Text);
        // What a row or a warning says is not a step.
        let others = || self.statements.iter().filter(|statement| !is_step(statement));
        let other = others().map(|statement| shares(statement).0).fold(0.0, f32::max);
        let mut readings = telling_figures(&without_marks(sentence));
        readings.retain(|reading| !others().any(|statement| statement.readings.contains(reading)));
        let mut best = 0.0_f32;
        let tells = |statement: &&Statement| {
            let (of_sentence, of_step, common) = shares(statement);
            let by_words =
                of_step >= OF_STEP || (of_sentence >= OF_SENTENCE.0 && common >= OF_SENTENCE.1) || common >= MANY;
            let by_figure = readings.iter().any(|reading| statement.readings.contains(reading));
            let is_told = common >= FEWEST && ((by_words && of_sentence >= other) || by_figure);
            if is_told {
                best = best.max(of_sentence);
            }
            is_told
        };
        let told = self.statements.iter().filter(is_step).filter(tells).map(|statement| statement.at).collect();
        (told, best)
    }

    /// The steps that sentences tell.
    fn told_in<'a>(&self, sentences: impl Iterator<Item = &'a Sentence<'a>>) -> Vec<ToldStep> {
        let of = |sentence: &Sentence<'_>| {
            let at = sentence.at;
            self.told(sentence.text).0.into_iter().map(move |step| ToldStep { step, at })
        };
        sentences.flat_map(of).collect()
    }

    /// The steps that an answer in another language may tell: all of the page, unless the answer only gives the content
    /// of a table row or of a sentence that is not a step.
    fn told_abroad(&self, text: &str, sentences: &[Sentence<'_>]) -> Vec<ToldStep> {
        let of_kind = |is: fn(UnitKind) -> bool| self.statements.iter().filter(move |statement| is(statement.kind));
        let readings = |is: fn(UnitKind) -> bool| {
            let units = of_kind(is).filter_map(|statement| self.units.get(statement.at));
            units.flat_map(|unit| figures(&unit.in_full())).map(|figure| figure.reading).collect::<Vec<_>>()
        };
        let (mut in_rows, in_steps) = (readings(|kind| kind == UnitKind::Row), readings(|kind| kind == UnitKind::Step));
        in_rows
            .extend(readings(|kind| kind == UnitKind::Text).into_iter().filter(|reading| !in_steps.contains(reading)));
        let given = figures(&without_marks(text));
        let is_value = sentences.len() <= FEW_SENTENCES
            && !given.is_empty()
            && given.iter().all(|figure| in_rows.contains(&figure.reading));
        if is_value {
            return Vec::new();
        }
        of_kind(|kind| kind == UnitKind::Step).map(|statement| ToldStep { step: statement.at, at: 0 }).collect()
    }

    /// The warnings of these steps, each with the position of its first step in the answer.
    fn warnings(&self, told: &[ToldStep]) -> Vec<ApplicableWarning> {
        let mut places: BTreeMap<usize, usize> = BTreeMap::new();
        for ToldStep { step, at } in told {
            for place in warnings_of(&self.units, &[*step]) {
                let first = places.entry(place).or_insert(*at);
                *first = (*first).min(*at);
            }
        }
        let belonging = |(place, told_at): (usize, usize)| {
            let unit = self.units.get(place)?;
            let (warning, name) = (warning(unit, &self.document_id)?, unit.notice_name().to_owned());
            Some(ApplicableWarning { warning, name, passage: self.passage, told_at })
        };
        places.into_iter().filter_map(belonging).collect()
    }
}

/// Adds a warning. A duplicate belongs to the first of its steps.
fn add(all: &mut Vec<ApplicableWarning>, new: ApplicableWarning) {
    let is_known = |known: &&mut ApplicableWarning| essence(&known.warning.text) == essence(&new.warning.text);
    match all.iter_mut().find(is_known) {
        Some(known) => known.told_at = known.told_at.min(new.told_at),
        None => all.push(new),
    }
}

/// The words of a text without its label, since steps with the same number may differ.
fn words(analyzer: &Analyzer, text: &str) -> HashSet<String> {
    let text = text.trim_start();
    let bare = label(text).and_then(|label| text.get(label.bytes..)).unwrap_or(text);
    analyzer.terms(bare).into_iter().collect()
}

/// Whether an answer lists numbered steps, mostly in words that the pages do not contain.
#[expect(clippy::cast_precision_loss, reason = "an answer has few lines")]
fn is_list_in_other_words(text: &str, found: &[(&MatchedPage, Vec<ToldStep>)]) -> bool {
    let (mut steps, mut known, mut begin) = (0_usize, 0_usize, 0);
    for line in text.split_inclusive('\n') {
        let here = begin..begin + line.len();
        begin = here.end;
        if label(line.trim()).is_some_and(|label| label.style != LabelStyle::Bullet) {
            steps += 1;
            known += usize::from(found.iter().any(|(_, told)| told.iter().any(|told| here.contains(&told.at))));
        }
    }
    steps >= FEW_STEPS && (known as f32) < FOUND_STEPS * steps as f32
}
