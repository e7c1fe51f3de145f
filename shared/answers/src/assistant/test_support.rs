//! Passages and briefs for tests.

#![expect(clippy::panic, clippy::expect_used, reason = "tests")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;

use super::error::AnswerError;
use super::image_loader::ImageLoader;
use super::model::{Brief, LanguageModel, ModelEvent};
use super::question::{Role, Turn};
use crate::library::{Findings, Holdings, Passage, Vocabulary};
use documents::{Page, PageSource};
use foundation::config::DocumentsConfig;
use search::retrieval::{Hit, Query, Segment, SegmentSource, words_of};
use shared::store::TokenUsage;

/// A page with a run of four steps, whose warnings do not hold for the same steps, and another run behind it.
pub(super) const FILTER_CHANGE: &str = "3-4 CHANGING THE FILTER\n\
    WARNING: Hot oil burns. Let the engine cool first.\n\
    1. Drain the oil into a pan.\n\
    2. Unscrew the filter with wrench A-14.\n\
    CAUTION: Do not tear the seal.\n\
    3. Oil the seal of the new filter.\n\
    4. Screw it on by hand.\n\
    3-5 CLEANING\n\
    1. Wipe the housing.\n\
    2. Wash the pan.";

/// For pictures on this machine.
pub(super) fn image_loader() -> ImageLoader {
    let documents = DocumentsConfig {
        url_hosts: Vec::new(),
        allow_localhost: true,
        max_pages: 1,
        pdf_time: Duration::ZERO,
        pdf_memory: 0,
        pdf_worker: None,
        pdfium_library: "libpdfium.so".into(),
    };
    ImageLoader::new(&documents).expect("TLS")
}

/// A passage that is the whole of its page.
pub(super) fn passage(page: u32, heading: &str, text: &str, cosine: f32) -> Passage {
    let hit = Hit {
        id: format!("d:{page}:0"),
        document_id: "d".to_owned(),
        file_name: "pump_manual.pdf".to_owned(),
        heading: heading.to_owned(),
        content: text.to_owned(),
        page,
        page_end: page,
        score: 0.5,
        bm25: 1.0,
        bm25_z: 1.0,
        cosine: Some(cosine),
        cosine_z: 1.0,
        coverage: 1.0,
        navigation: false,
    };
    Passage { hit, page_text: text.to_owned() }
}

/// The manual that [`passage`] is from, with these pages.
pub(super) fn segment(texts: &[&str]) -> Arc<Segment> {
    let read = |(number, text): (u32, &&str)| Page::from_text(number, text, PageSource::TextLayer);
    let pages: Vec<Page> = (1..).zip(texts).map(read).collect();
    let source = SegmentSource {
        document_id: "d".to_owned(),
        file_name: "pump_manual.pdf".to_owned(),
        model: "model".to_owned(),
        pages: &pages,
        chunks: Vec::new(),
        embeddings: Vec::new(),
    };
    Arc::new(Segment::build(source).unwrap_or_else(|error| panic!("{error}")))
}

/// Findings over a manual that consists of these passages among 100 pages.
pub(super) fn findings(query: &str, passages: Vec<Passage>) -> Findings {
    let texts: Vec<String> =
        passages.iter().map(|passage| format!("{}\n{}", passage.hit.heading, passage.page_text)).collect();
    let manual = segment(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let query = Query { text: query.to_owned(), ..Query::default() };
    let words = words_of(&[manual], &query);
    Findings {
        holdings: Holdings { searchable: 1, ..Holdings::default() },
        passages,
        vocabulary: Vocabulary { pages: 100, words },
        query,
        ..Findings::default()
    }
}

pub(super) fn brief(text: &str, passages: Vec<Passage>) -> Brief {
    Brief {
        text: text.to_owned(),
        query: text.to_owned(),
        images: Vec::new(),
        picture_summaries: Vec::new(),
        history: Vec::new(),
        equipment: Vec::new(),
        aloud: false,
        appends: false,
        pending: Vec::new(),
        findings: findings(text, passages),
        context_tokens: 6_000,
        answer_tokens: 4_096,
        gateway_url: String::new(),
    }
}

/// A question in the middle of a conversation, with a passage.
pub(super) fn asked() -> Brief {
    let mut brief = brief("Which torque?", vec![passage(3, "2-1. Pump", "Tighten to 20 lb-ft.", 0.5)]);
    brief.history.push(Turn { role: Role::User, content: "Hello".to_owned() });
    brief.history.push(Turn { role: Role::Assistant, content: "Good day.".to_owned() });
    brief
}

/// Stands in a gathered text where the model reached its limit.
pub(super) const LIMIT: &str = "<limit>";

/// What a model answered: the text that came, its usage, and how it ended.
pub(super) async fn gathered(
    mut events: BoxStream<'static, Result<ModelEvent, AnswerError>>,
) -> (String, TokenUsage, Result<(), AnswerError>) {
    let (mut text, mut usage) = (String::new(), TokenUsage::default());
    while let Some(event) = events.next().await {
        match event {
            Ok(ModelEvent::Token(token)) => text.push_str(&token),
            Ok(ModelEvent::Usage(found)) => usage = found,
            Ok(ModelEvent::LimitReached) => text.push_str(LIMIT),
            Ok(ModelEvent::Quoted(_)) => {}
            Err(error) => return (text, usage, Err(error)),
        }
    }
    (text, usage, Ok(()))
}

/// A model that says what it is told to, and then stays silent or ends.
#[derive(Debug)]
pub(super) struct Scripted {
    script: Mutex<Vec<Result<ModelEvent, AnswerError>>>,
    then_silent: bool,
}

impl Scripted {
    pub(super) fn new(script: Vec<Result<ModelEvent, AnswerError>>, then_silent: bool) -> Self {
        Self { script: Mutex::new(script), then_silent }
    }

    pub(super) fn saying(tokens: &[&str]) -> Self {
        Self::new(tokens.iter().map(|token| Ok(ModelEvent::Token((*token).to_owned()))).collect(), false)
    }
}

impl LanguageModel for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn passages(&self) -> usize {
        8
    }

    fn sees_images(&self) -> bool {
        true
    }

    fn answer(&self, _brief: Brief) -> BoxStream<'static, Result<ModelEvent, AnswerError>> {
        let script = std::mem::take(&mut *self.script.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        let script = futures::stream::iter(script);
        if self.then_silent { script.chain(futures::stream::pending()).boxed() } else { script.boxed() }
    }
}
