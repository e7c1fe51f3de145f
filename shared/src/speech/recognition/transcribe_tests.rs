#![expect(clippy::unwrap_used, reason = "tests")]

use aws_sdk_transcribestreaming::types::Alternative;

use super::*;

/// A result from `start` to `end`, in seconds.
fn result(text: &str, is_partial: bool, (start, end): (f64, f64)) -> Heard {
    let alternative = Alternative::builder().transcript(text).build();
    let heard = Heard::builder().alternatives(alternative).is_partial(is_partial);
    heard.start_time(start).end_time(end).build()
}

#[test]
fn what_is_certain_stays_and_what_is_not_is_replaced() {
    let mut text = Text::default();
    text.hear(&result("check", true, (0.1, 0.4)));
    assert_eq!(text.so_far(), "check");
    text.hear(&result("check the", true, (0.1, 0.6)));
    assert_eq!(text.so_far(), "check the");
    text.hear(&result(" Check the oil. ", false, (0.1, 1.2)));
    text.hear(&result("now", true, (1.5, 1.7)));
    assert_eq!(text.so_far(), "Check the oil. now");
    text.hear(&result("Now.", false, (1.5, f64::NAN)));
    text.hear(&result("", false, (1.8, 1.9)));
    text.hear(&Heard::builder().build());

    let transcript = text.transcript("en-US", Duration::from_secs(2));
    assert_eq!(transcript.text, "Check the oil. Now.");
    let times: Vec<_> = transcript.segments.iter().map(|segment| (segment.start, segment.end)).collect();
    let from = Duration::from_millis;
    assert_eq!(times, [(from(100), from(1200)), (from(1500), from(0))], "what is no time is none");
}

#[tokio::test]
async fn sound_goes_out_in_pieces_of_a_tenth_of_a_second() {
    let (sender, mut events) = mpsc::channel(WAITING);
    let sound = stream::iter([vec![1; EVENT * 2], vec![2; 10]]).boxed();
    assert_eq!(feed(sound, sender, Duration::from_secs(5)).await, Duration::from_micros(200_625));
    let mut sizes = Vec::new();
    while let Some(Ok(AudioStream::AudioEvent(event))) = events.recv().await {
        sizes.push(event.audio_chunk().unwrap().as_ref().len());
    }
    assert_eq!(sizes, [EVENT * 2, EVENT * 2, 20]);
}

#[tokio::test]
async fn a_service_that_takes_nothing_more_ends_the_sound() {
    let (sender, events) = mpsc::channel(1);
    let endless = || stream::repeat(vec![0; EVENT]).boxed();
    let length = feed(endless(), sender.clone(), Duration::from_millis(50)).await;
    assert_eq!(length, Duration::from_millis(100), "one waits, the next found no room");
    drop(events);
    assert_eq!(feed(endless(), sender, Duration::from_secs(5)).await, Duration::ZERO);
}
