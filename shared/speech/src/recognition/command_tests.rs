#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::recognition::test_support::{sound, wav};

fn command(script: &str, timeout: Duration) -> SpeechCommand {
    let words = ["sh", "-c", script].map(str::to_owned);
    SpeechCommand::new(&words, &[], timeout)
}

#[tokio::test]
async fn a_program_reads_wav_and_writes_text() {
    let script = format!("printf ' it has %s\\n\\nbytes. \\n' \"$(wc -c | tr -d ' ')\"; test {} -gt 0", wav().len());
    let heard = command(&script, Duration::from_secs(5)).transcribe(sound()).await.unwrap();
    assert_eq!(heard.text, format!("it has {} bytes.", wav().len()));
    assert_eq!(heard.duration, Duration::from_secs(2));
    let whole = SpokenSegment { start: Duration::ZERO, end: Duration::from_secs(2), text: heard.text.clone() };
    assert_eq!(heard.segments, [whole]);
    let nothing = command("cat >/dev/null", Duration::from_secs(5)).transcribe(sound()).await.unwrap();
    assert_eq!((nothing.text.as_str(), nothing.segments.len()), ("", 0));
}

#[tokio::test]
async fn failures_have_their_codes() {
    let code = async |command: SpeechCommand| command.transcribe(sound()).await.unwrap_err().code();
    let missing = SpeechCommand::new(&["/nowhere/whisper".to_owned()], &[], Duration::from_secs(5));
    assert_eq!(code(missing).await, "speech_recognizer_not_installed");
    assert_eq!(code(command("exit 3", Duration::from_secs(5))).await, "provider_unavailable");
    assert_eq!(code(command("printf '\\377'", Duration::from_secs(5))).await, "provider_unavailable");
    assert_eq!(code(command("yes", Duration::from_secs(5))).await, "provider_unavailable");
    // A program may take as long as the recording, at least.
    assert_eq!(code(command("sleep 20", Duration::from_millis(10))).await, "provider_timeout");
}

#[test]
fn what_its_arguments_name_may_be_read() {
    let words =
        ["whisper", "-m", "models/small.bin", "--vocab=/srv/words.txt", "-t", "/", "--lang="].map(str::to_owned);
    let given = [PathBuf::from("/srv/more")];
    let named = SpeechCommand::new(&words, &given, Duration::ZERO).files;
    assert_eq!(named, ["models/small.bin", "/srv/words.txt", "/srv/more"].map(PathBuf::from));
}
