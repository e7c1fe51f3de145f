//! How well and how fast the configured recogniser understands recordings whose text is known, and how well the
//! configured synthesizer is understood.
//!
//! ```text
//! bench_speech FOLDER SENTENCES [MANUAL.pdf…]
//! ```
//!
//! `FOLDER` holds recordings and `transcripts.tsv`, whose first column names a recording and whose sixth is what is said
//! in it. The word error rate is Levenshtein's distance in words, without regard to case and punctuation, by the words
//! of the text; the real-time factor is the time that recognition took by the length of the recording. Live is the same
//! sound as it would come from a microphone, but without its pauses. With noise is the same sound with that of a workshop
//! (`sb_noise_only.wav`) so many decibels below it.
//!
//! `SENTENCES` is a file of sentences, one in a line. They are spoken by the configured synthesizer, by eSpeak NG and,
//! if it is installed, by Flite. The recogniser knows the vocabulary of the manuals.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs};

use documents::Page;
use documents::pdf::{Limits, PdfWorker};
use foundation::config::{Config, DocumentsConfig};
use futures::{StreamExt, stream};
use speech::audio::{AudioLimits, Pcm, RECOGNISED_RATE, decode};
use speech::synthesis::{Espeak, Synthesizer};
use speech::{Speech, Transcriber, TranscriptEvent, Utterance, Vocabulary};

#[path = "speech/word_errors.rs"]
mod word_errors;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Samples of one block of live sound: 100 milliseconds.
const BLOCK: usize = 1_600;
/// Recordings that are left out: one without a header, and one with two people at once.
const LEFT_OUT: [&str; 2] = ["ps_goforward_16k_s16le.raw", "fw_stereo_two_speakers.wav"];

/// The recording of noise.
const NOISE: &str = "sb_noise_only.wav";

/// What was measured, added up.
#[derive(Debug, Default, Clone, Copy)]
struct Measure {
    errors: usize,
    words: usize,
    time: Duration,
    length: Duration,
}

fn main() -> ExitCode {
    // Recognisers are started through this executable.
    foundation::worker::run("bench_speech", &[speech::audio::WORKER, documents::pdf::WORKER], measure)
}

#[tokio::main]
async fn measure() -> Result<(), Failure> {
    let folder =
        env::args_os().nth(1).map(PathBuf::from).ok_or("usage: bench_speech FOLDER SENTENCES [MANUAL.pdf…]")?;
    let sentences =
        env::args_os().nth(2).map(PathBuf::from).ok_or("usage: bench_speech FOLDER SENTENCES [MANUAL.pdf…]")?;
    let Speech { transcriber, synthesizer, .. } = Speech::configured(&Config::from_env().await?).await?;
    let worker = PdfWorker::current_exe(DocumentsConfig::default_pdfium(), Limits::default())?;
    let mut texts = Vec::new();
    for manual in env::args_os().skip(3).map(PathBuf::from) {
        let pages = worker.extract_all(&manual, |_| {}).await;
        let pages = pages.map_err(|error| format!("{}: {error}", manual.display()))?;
        texts.extend(pages.iter().map(Page::text));
    }
    let vocabulary = Arc::new(Vocabulary::of(texts.iter().map(String::as_str)));
    let transcriber = transcriber.knowing(Arc::new(vocabulary.into())).unwrap_or(transcriber);
    // The models are loaded before anything is measured.
    let warm = Pcm { rate: 16_000, samples: vec![0; 16_000] };
    drop(understand(&*transcriber, &warm).await?);
    let mut out = stdout();
    writeln!(
        out,
        "{:<48} {:>8} {:>6} {:>6} {:>9} {:>9}",
        "recording", "seconds", "WER", "RTF", "live WER", "live RTF"
    )?;
    let (mut whole, mut live) = (Measure::default(), Measure::default());
    for (name, reference) in recordings(&folder)? {
        let sound = decode(fs::read(folder.join(&name))?, AudioLimits::new(Duration::from_mins(10)))?;
        let start = Instant::now();
        let text = transcriber.transcribe(sound.clone()).await?.text;
        let one = Measure::of(&reference, &text, start.elapsed(), sound.duration());
        let start = Instant::now();
        let text = understand(&*transcriber, &sound).await?;
        let other = Measure::of(&reference, &text, start.elapsed(), sound.duration());
        print(&mut out, &name, one, other)?;
        whole.add(one);
        live.add(other);
    }
    print(&mut out, "all", whole, live)?;
    let noise = decode(fs::read(folder.join(NOISE))?, AudioLimits::new(Duration::from_mins(10)))?;
    for decibels in [10.0, 3.0] {
        let (mut whole, mut live) = (Measure::default(), Measure::default());
        for (name, reference) in recordings(&folder)?.into_iter().filter(|(_, reference)| !reference.is_empty()) {
            let clean = decode(fs::read(folder.join(&name))?, AudioLimits::new(Duration::from_mins(10)))?;
            let sound = mixed(&clean, &noise, decibels);
            let start = Instant::now();
            let text = transcriber.transcribe(sound.clone()).await?.text;
            whole.add(Measure::of(&reference, &text, start.elapsed(), sound.duration()));
            let start = Instant::now();
            let text = understand(&*transcriber, &sound).await?;
            live.add(Measure::of(&reference, &text, start.elapsed(), sound.duration()));
        }
        print(&mut out, &format!("all, with noise at {decibels} dB"), whole, live)?;
    }
    let espeak = Espeak::new("en-us".to_owned(), Duration::from_mins(1));
    for (name, voice) in [("configured voice", Some(&*synthesizer)), ("eSpeak NG", Some(&espeak)), ("Flite", None)] {
        let (mut whole, mut live) = (Measure::default(), Measure::default());
        for sentence in fs::read_to_string(&sentences)?.lines() {
            let Some(sound) = spoken(voice, sentence).await? else { break };
            let start = Instant::now();
            let text = transcriber.transcribe(sound.clone()).await?.text;
            whole.add(Measure::of(sentence, &text, start.elapsed(), sound.duration()));
            let start = Instant::now();
            let heard = understand(&*transcriber, &sound).await?;
            live.add(Measure::of(sentence, &heard, start.elapsed(), sound.duration()));
            if env::var_os("SHOW_TEXT").is_some()
                && Measure::of(sentence, &text, Duration::ZERO, Duration::ZERO).errors > 0
            {
                writeln!(out, "  {sentence} | {text}")?;
            }
        }
        print(&mut out, &format!("sentences of technicians, {name}"), whole, live)?;
    }
    Ok(())
}

/// A sentence by a synthesizer, or by Flite if none is given; `None` if that is not installed.
async fn spoken(voice: Option<&dyn Synthesizer>, sentence: &str) -> Result<Option<Pcm>, Failure> {
    if let Some(voice) = voice {
        let utterance = Utterance { text: sentence.to_owned(), voice: None, speed: 1.0 };
        return Ok(Some(voice.synthesize(utterance).await?.resampled(RECOGNISED_RATE)));
    }
    let file = env::temp_dir().join("bench_speech.wav");
    let done = std::process::Command::new("flite").args(["-voice", "slt", "-t", sentence, "-o"]).arg(&file).status();
    if !done.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    Ok(Some(decode(fs::read(&file)?, AudioLimits::new(Duration::from_mins(1)))?))
}

/// The sound with noise so many decibels below it.
#[expect(clippy::cast_possible_truncation, reason = "clamped")]
fn mixed(sound: &Pcm, noise: &Pcm, decibels: f64) -> Pcm {
    #[expect(clippy::cast_precision_loss, reason = "samples of a recording")]
    let loudness = |pcm: &Pcm| {
        let squares = pcm.samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        (squares / pcm.samples.len().max(1) as f64).sqrt()
    };
    let factor = loudness(sound) / loudness(noise).max(1.0) / 10_f64.powf(decibels / 20.0);
    let samples = sound.samples.iter().zip(noise.samples.iter().cycle()).map(|(sample, noise)| {
        (f64::from(*sample) + f64::from(*noise) * factor).clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16
    });
    Pcm { rate: sound.rate, samples: samples.collect() }
}

/// What is understood of sound that comes block by block.
async fn understand(transcriber: &dyn Transcriber, sound: &Pcm) -> Result<String, Failure> {
    let blocks: Vec<Vec<i16>> = sound.samples.chunks(BLOCK).map(<[i16]>::to_vec).collect();
    let mut hearing = transcriber.listen(stream::iter(blocks).boxed());
    while let Some(heard) = hearing.next().await {
        if let TranscriptEvent::Final(transcript) = heard? {
            return Ok(transcript.text);
        }
    }
    Err("no result".into())
}

fn recordings(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let table = fs::read_to_string(folder.join("transcripts.tsv"))?;
    let rows = table.lines().skip(1).filter_map(|line| {
        let mut fields = line.split('\t');
        let (name, text) = (fields.next()?, fields.nth(4)?);
        (!LEFT_OUT.contains(&name)).then(|| (name.to_owned(), text.to_owned()))
    });
    Ok(rows.collect())
}

fn print(out: &mut impl Write, name: &str, whole: Measure, live: Measure) -> Result<(), Failure> {
    let seconds = whole.length.as_secs_f64();
    let (wer, rtf) = (whole.error_rate(), whole.real_time_factor());
    let (live_wer, live_rtf) = (live.error_rate(), live.real_time_factor());
    writeln!(out, "{name:<48} {seconds:>8.1} {wer:>6.3} {rtf:>6.2} {live_wer:>9.3} {live_rtf:>9.2}")?;
    Ok(())
}

impl Measure {
    fn of(reference: &str, heard: &str, time: Duration, length: Duration) -> Self {
        let (reference, heard) = (word_errors::words(reference), word_errors::words(heard));
        Self { errors: word_errors::errors(&reference, &heard), words: reference.len(), time, length }
    }

    fn add(&mut self, other: Self) {
        self.errors += other.errors;
        self.words += other.words;
        self.time += other.time;
        self.length += other.length;
    }

    #[expect(clippy::cast_precision_loss, reason = "a few hundred words")]
    fn error_rate(self) -> f64 {
        self.errors as f64 / self.words.max(1) as f64
    }

    fn real_time_factor(self) -> f64 {
        self.time.as_secs_f64() / self.length.as_secs_f64().max(0.001)
    }
}
