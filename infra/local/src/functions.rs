//! The functions, run in this process or reached where `cargo lambda watch` runs them.

use std::time::Duration;

use answers::assistant::Assistant;
use answers::library::Library;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use images::Vision;
use search::embeddings::Embedder;
use shared::Context;
use shared::http::Router;
use speech::Speech;

use crate::calls::Calls;
use crate::system::StartError;

/// The functions of this process. What is heavy, the embedding model and the cache of segments, is
/// built once and shared by them.
#[derive(Clone)]
pub(crate) struct Functions {
    auth: auth::App,
    user: user::App,
    chat: chat::App,
    repository: repository::App,
    billing: billing::App,
    admin: admin::App,
    rag: rag::App,
    extract: extract::App,
    batches: batches::App,
    vision: vision::App,
    asr: asr::App,
    stream: stream::App,
    ingest: ingest::App,
    erase: erase::App,
}

impl Functions {
    /// Builds all functions; each gets its own context, so that its calls can be told from those of others.
    /// `embedder` is the model if it is loaded already.
    pub(crate) async fn new(
        context: &Context,
        calls: Option<&Calls>,
        embedder: Option<Embedder>,
    ) -> Result<Self, StartError> {
        let of = |function| calls.map_or_else(|| context.clone(), |calls| context.watched(&calls.of(function)));
        let assistant = |context: &Context, library: &Library, seeing: &Vision| {
            let assistant = Assistant::new(context, library.over(context)).map_err(StartError::function)?;
            Ok::<_, StartError>(assistant.with_vision(context, seeing.clone()))
        };
        let library = match embedder {
            None => Library::load(context),
            loaded => Library::new(context, loaded),
        };
        let embedder = library.embedder().await.ok();
        let seeing = Vision::configured(&context.config).await.map_err(StartError::function)?;
        let speech = Speech::configured(&context.config).await.map_err(StartError::function)?;
        let (chat, rag, vision, stream) = (of("chat"), of("rag"), of("vision"), of("stream"));
        Ok(Self {
            auth: auth::App::new(of("auth")).await.map_err(StartError::function)?,
            user: user::App::new(of("user")).await.map_err(StartError::function)?,
            chat: chat::App::new(chat.clone(), assistant(&chat, &library, &seeing)?),
            repository: repository::App::new(of("repository")).map_err(StartError::function)?,
            billing: billing::App::new(of("billing")).await.map_err(StartError::function)?,
            admin: admin::App::new(of("admin")),
            rag: rag::App::new(rag.clone(), library.over(&rag)),
            extract: extract::App::new(of("extract")).map_err(StartError::function)?,
            batches: batches::App::new(of("batches")).map_err(StartError::function)?,
            ingest: ingest::App::new(of("ingest"), embedder, seeing.page_reader().clone())
                .map_err(StartError::function)?,
            erase: erase::App::new(of("erase")),
            asr: asr::App::new(of("asr"), speech.clone()),
            stream: stream::App::new(stream.clone(), assistant(&stream, &library, &seeing)?, speech),
            vision: vision::App::new(vision.clone(), seeing, library.over(&vision)),
        })
    }

    pub(crate) fn gateway(&self) -> Router {
        auth::router(self.auth.clone())
            .merge(user::router(self.user.clone()))
            .merge(chat::router(self.chat.clone()))
            .merge(repository::router(self.repository.clone()))
            .merge(billing::router(self.billing.clone()))
            .merge(stream::chat_router(self.stream.clone()))
            .merge(admin::router(self.admin.clone()))
    }

    pub(crate) fn services(&self) -> Router {
        rag::router(self.rag.clone())
            .merge(extract::router(self.extract.clone()))
            .merge(batches::router(self.batches.clone()))
            .merge(vision::router(self.vision.clone()))
            .merge(asr::router(self.asr.clone()))
            .merge(stream::router(self.stream.clone()))
            .merge(stream::chat_router(self.stream.clone()))
    }

    pub(crate) fn ingest(&self) -> Ingest {
        Ingest::Here(Box::new(self.ingest.clone()))
    }

    pub(crate) fn erase(&self) -> Erase {
        Erase::Here(Box::new(self.erase.clone()))
    }

    /// Waits until every answer that is being written is stored.
    pub(crate) async fn drain(&self) {
        self.stream.drain().await;
        self.chat.drain().await;
    }
}

/// How long one event may take, as Lambda limits it.
const LONGEST_RUN: Duration = Duration::from_mins(15);

/// The `ingest` function.
#[derive(Clone)]
pub(crate) enum Ingest {
    /// In this process.
    Here(Box<ingest::App>),
    /// In another.
    There(Invoked),
}

/// The `erase` function.
#[derive(Clone)]
pub(crate) enum Erase {
    /// In this process.
    Here(Box<erase::App>),
    /// In another.
    There(Invoked),
}

/// A function behind the Lambda API of `cargo lambda watch`.
#[derive(Clone)]
pub(crate) struct Invoked {
    client: reqwest::Client,
    url: String,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivered {
    /// It is done with.
    Done,
    /// It is to be delivered again.
    GivenBack,
    /// The same, because its user has other files in work.
    Waits,
}

/// An event could not be handed over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeliveryError {
    #[error("the function cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("the function failed: {0}")]
    Failed(String),
}

impl Ingest {
    /// The function that `cargo lambda watch` serves at `url`.
    pub(crate) fn there(url: &str) -> Result<Self, StartError> {
        Ok(Self::There(Invoked::new(url, "ingest")?))
    }

    /// Hands one event over.
    pub(crate) async fn deliver(&self, event: SqsEvent) -> Result<Delivered, DeliveryError> {
        let (response, waits) = match self {
            Self::Here(state) => {
                let handled = ingest::handle(state.as_ref().clone(), event).await;
                (handled.response, handled.waits)
            }
            // The answer of a function does not say why it gives an event back.
            Self::There(function) => (function.invoke(&event).await?, false),
        };
        let is_done = response.batch_item_failures.is_empty();
        let given_back = if waits { Delivered::Waits } else { Delivered::GivenBack };
        Ok(if is_done { Delivered::Done } else { given_back })
    }
}

impl Erase {
    /// The function that `cargo lambda watch` serves at `url`.
    pub(crate) fn there(url: &str) -> Result<Self, StartError> {
        Ok(Self::There(Invoked::new(url, "erase")?))
    }

    /// Hands one event over; whether it is done with, or has to be delivered again.
    pub(crate) async fn deliver(&self, event: SqsEvent) -> Result<bool, DeliveryError> {
        let response = match self {
            Self::Here(state) => erase::handle(state.as_ref().clone(), event).await,
            Self::There(function) => function.invoke(&event).await?,
        };
        Ok(response.batch_item_failures.is_empty())
    }
}

impl Invoked {
    fn new(url: &str, function: &str) -> Result<Self, StartError> {
        let client = foundation::outbound::builder().timeout(LONGEST_RUN).build().map_err(StartError::function)?;
        let url = format!("{}/2015-03-31/functions/{function}/invocations", url.trim_end_matches('/'));
        Ok(Self { client, url })
    }

    async fn invoke(&self, event: &SqsEvent) -> Result<SqsBatchResponse, DeliveryError> {
        let answer = self.client.post(&self.url).json(event).send().await.map_err(DeliveryError::Unreachable)?;
        let status = answer.status();
        let text = answer.text().await.map_err(DeliveryError::Unreachable)?;
        if !status.is_success() {
            return Err(DeliveryError::Failed(text));
        }
        serde_json::from_str(&text).map_err(|_| DeliveryError::Failed(text))
    }
}
