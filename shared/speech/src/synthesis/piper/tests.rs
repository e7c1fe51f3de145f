#![expect(clippy::unwrap_used, reason = "tests")]

use foundation::need::{Needed, need};

use super::*;
use crate::test_support::{needed_speech_model, needed_voice_model};
use crate::{Transcriber, recognition::Moonshine};

const TIMEOUT: Duration = Duration::from_mins(1);

fn espeak() -> Option<Espeak> {
    need(Needed::Program("espeak-ng"))?;
    Some(Espeak::new("en-us".to_owned(), TIMEOUT))
}

fn piper() -> Option<Piper> {
    Some(Piper::new(need(Needed::Model("piper-en-us-joe"))?, espeak()?, 2, TIMEOUT))
}

fn utterance(text: &str, voice: Option<&str>, speed: f32) -> Utterance {
    Utterance { text: text.to_owned(), voice: voice.map(str::to_owned), speed }
}

#[tokio::test]
async fn it_is_understood_and_sounds_the_same_each_time() {
    let (Some(piper), Some(folder), Some(voice)) = (piper(), needed_speech_model(), needed_voice_model()) else {
        return;
    };
    let text = "Close the valve, then check the oil level every two hundred hours.";
    let said = piper.synthesize(utterance(text, None, 1.0)).await.unwrap();
    assert_eq!(said, piper.synthesize(utterance(text, None, 1.0)).await.unwrap());
    let ear = Moonshine::new(&folder, voice, 1, TIMEOUT);
    let heard = ear.transcribe(said.resampled(16_000)).await.unwrap().text.to_lowercase();
    for wanted in ["close the valve", "check the oil level", "200 hours"] {
        assert!(heard.contains(wanted), "{wanted} in {heard}");
    }
}

#[tokio::test]
async fn it_speaks_faster_when_asked_and_nothing_where_nothing_is_to_be_said() {
    let Some(piper) = piper() else { return };
    let text = "Tighten the pump flange bolts to forty-nine newton metres.";
    let usual = piper.synthesize(utterance(text, None, 1.0)).await.unwrap();
    let fast = piper.synthesize(utterance(text, None, 1.6)).await.unwrap();
    assert!(fast.duration() < usual.duration().mul_f32(0.8), "{:?} {:?}", fast.duration(), usual.duration());
    assert!(piper.synthesize(utterance(" ... - ", None, 1.0)).await.unwrap().samples.is_empty());
    // Names of other providers' voices are its own.
    assert_eq!(piper.synthesize(utterance(text, Some("alloy"), 1.0)).await.unwrap(), usual);
}

#[tokio::test]
async fn espeak_speaks_with_its_own_voices_and_where_there_is_no_other() {
    let (Some(piper), Some(espeak)) = (piper(), espeak()) else { return };
    let german = utterance("Ventil schließen.", Some("de"), 1.0);
    let expected = espeak.synthesize(german.clone()).await.unwrap();
    assert_eq!(piper.synthesize(german).await.unwrap(), expected);
    let plain = utterance("Close the valve.", None, 1.0);
    let expected = espeak.synthesize(plain.clone()).await.unwrap();
    let without = Piper::new("/nowhere".into(), espeak, 1, TIMEOUT);
    assert_eq!(without.synthesize(plain).await.unwrap(), expected);
}
