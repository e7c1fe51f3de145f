//! With the real recogniser, on real recordings.

use foundation::need::{Needed, need};

use super::*;

#[path = "../../../../examples/speech/word_errors.rs"]
mod word_errors;

/// The real recogniser, and a folder of recordings with transcripts.
fn real() -> Option<(PocketSphinx, PathBuf)> {
    let python = need(Needed::PythonPackage("pocketsphinx"))?;
    let data = need(Needed::Data("speech"))?;
    Some((PocketSphinx::new(python, 1, Duration::from_mins(2)), data))
}

fn recording(file: &Path) -> Pcm {
    let bytes = std::fs::read(file).unwrap();
    if file.extension().is_some_and(|extension| extension == "raw") {
        let samples = bytes.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
        return Pcm { rate: RECOGNISED_RATE, samples };
    }
    decode(bytes, AudioLimits::new(Duration::from_mins(10))).unwrap()
}

#[tokio::test]
async fn recordings_are_understood_as_well_as_the_model_can() {
    let Some((recogniser, folder)) = real() else { return };
    let table = std::fs::read_to_string(folder.join("transcripts.tsv")).unwrap();
    let (mut wrong, mut all) = (0, 0);
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let (file, said) = (columns[0], word_errors::words(columns[5]));
        // Two people at once, and what was measured already in another format.
        if file.starts_with("fw_") || file == "jfk.mp3" || file == "sr_mono_16bit.aiff" {
            continue;
        }
        let heard = recogniser.transcribe(recording(&folder.join(file))).await.unwrap();
        let errors = word_errors::errors(&said, &word_errors::words(&heard.text));
        println!("{errors:2} of {:2} {file}: {}", said.len(), heard.text);
        if said.is_empty() {
            assert_eq!(heard.text, "", "{file}");
        } else {
            assert!(heard.segments.iter().all(|segment| segment.start < segment.end && segment.end <= heard.duration));
        }
        (wrong, all) = (wrong + errors, all + said.len());
    }
    println!("{wrong} of {all} words");
    assert!(wrong * 100 <= all * 25, "{wrong} of {all} words were misunderstood");
}

#[tokio::test]
async fn speech_is_understood_while_it_comes() {
    let Some((recogniser, folder)) = real() else { return };
    let once = recording(&folder.join("ps_goforward_16k_s16le.raw"));
    let mut sound = once.clone();
    sound.append(&once);
    let blocks: Vec<Vec<i16>> = sound.samples.chunks(1600).map(<[i16]>::to_vec).collect();
    // At the speed of speech.
    let spoken = stream::iter(blocks).then(async |block| {
        sleep(Duration::from_millis(100)).await;
        block
    });
    let hearings: Vec<TranscriptEvent> = recogniser.listen(spoken.boxed()).try_collect().await.unwrap();
    let Some((TranscriptEvent::Final(heard), partials)) = hearings.split_last() else { panic!("no final") };
    assert_eq!(heard.text, "go forward ten meters go forward ten meters");
    assert_eq!(heard.duration, sound.duration());
    assert!(!partials.is_empty());
    // Nothing of it is left behind.
    let silence = stream::iter(vec![vec![0; 16_000]]).boxed();
    let hearings: Vec<TranscriptEvent> = recogniser.listen(silence).try_collect().await.unwrap();
    assert!(matches!(&hearings[..], [TranscriptEvent::Final(_)]), "{hearings:?}");
    let nothing: Vec<TranscriptEvent> = recogniser.listen(stream::empty().boxed()).try_collect().await.unwrap();
    assert!(matches!(&nothing[..], [TranscriptEvent::Final(heard)] if heard.text.is_empty()), "{nothing:?}");
}

#[tokio::test]
async fn the_times_of_a_long_recording_are_its_own() {
    let Some((recogniser, folder)) = real() else { return };
    let spoken = recording(&folder.join("ps_goforward_16k_s16le.raw"));
    let mut sound = Pcm::silence(RECOGNISED_RATE, Duration::from_secs(5));
    sound.append(&spoken);
    sound.pause(Duration::from_secs(20));
    sound.append(&spoken);
    let heard = recogniser.transcribe(sound).await.unwrap();
    assert_eq!(heard.text, "go forward ten meters go forward ten meters");
    let starts: Vec<f32> = heard.segments.iter().map(|segment| segment.start.as_secs_f32()).collect();
    assert!(starts.iter().any(|start| (5.0..6.5).contains(start)), "{starts:?}");
    assert!(starts.iter().any(|start| (27.5..29.5).contains(start)), "{starts:?}");
}
