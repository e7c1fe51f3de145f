//! The `asr` function with a recogniser and a synthesizer that do as they are told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use foundation::provider::{ProviderError, ProviderFailure};
use futures::future::{self, BoxFuture};
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use shared::http::{Backend, serve};
use speech::audio::{Pcm, RECOGNISED_RATE};
use speech::voice_activity::VoiceModel;
use speech::{Speech, SpokenSegment, Synthesizer, Transcriber, Transcript, TranscriptEvent, Utterance};

use crate::harness::{TestSystem, TestUser};

/// Hears the same in whatever it is given, and counts how often it is asked.
#[derive(Debug, Default)]
pub struct Scripted {
    pub heard: AtomicUsize,
    pub said: AtomicUsize,
}

impl Transcriber for Scripted {
    fn transcribe(&self, sound: Pcm) -> BoxFuture<'_, Result<Transcript, ProviderError>> {
        self.heard.fetch_add(1, Ordering::Relaxed);
        assert_eq!(sound.rate, RECOGNISED_RATE);
        let text = "close the valve".to_owned();
        let (start, end) = (Duration::from_micros(250_400), Duration::from_millis(900));
        let segments = vec![SpokenSegment { start, end, text: text.clone() }];
        let language = Some("en-US".to_owned());
        future::ready(Ok(Transcript { text, segments, language, duration: sound.duration() })).boxed()
    }

    fn listen(&self, _: BoxStream<'static, Vec<i16>>) -> BoxStream<'_, Result<TranscriptEvent, ProviderError>> {
        stream::empty().boxed()
    }
}

impl Synthesizer for Scripted {
    /// A tenth of a second at 24 kHz; the voices `busy` and `nobody` fail.
    fn synthesize(&self, utterance: Utterance) -> BoxFuture<'_, Result<Pcm, ProviderError>> {
        self.said.fetch_add(1, Ordering::Relaxed);
        let fails = |failure| Err(ProviderError::new("Speech synthesis", failure));
        let said = match utterance.voice.as_deref() {
            Some("busy") => fails(ProviderFailure::RateLimited { retry_after_seconds: Some(7) }),
            Some("nobody") => fails(ProviderFailure::Rejected("no such voice".into())),
            _ => Ok(Pcm { rate: 24_000, samples: (0..2_400).map(|at| at % 100 * 50).collect() }),
        };
        future::ready(said).boxed()
    }
}

/// A client of the function beside a running system, with its storage and configuration.
pub async fn beside(system: &TestSystem) -> (TestUser, Arc<Scripted>) {
    let scripted = Arc::new(Scripted::default());
    let context = system.system.context.clone();
    let config = context.config.clone();
    let voice = VoiceModel::load(&config.speech.voice_activity_model).unwrap();
    let speech = Speech { voice, transcriber: scripted.clone(), synthesizer: scripted.clone() };
    let routes = asr::router(asr::App::new(context, speech));
    let service = serve(Backend::Services, routes, &config.http).into_make_service_with_connect_info::<SocketAddr>();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, service).await });
    (TestUser::at(&system.system.gateway_url, &url), scripted)
}
