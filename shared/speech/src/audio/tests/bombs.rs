//! Headers that ask for gigabytes.

use std::time::{Duration, Instant};

use ogg::{PacketWriteEndInfo, PacketWriter};

use super::bomb::{LONGEST_CODES, vorbis_headers, vorbis_in_webm};
use super::{limits, wav_file};
use crate::audio::test_support::{fixture, worker};
use crate::audio::{AudioDecoder, AudioError};

fn vorbis_in_ogg(code_length: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = PacketWriter::new(&mut file);
    let [identification, comment, setup] = vorbis_headers(code_length);
    for (packet, end) in [
        (identification, PacketWriteEndInfo::EndPage),
        (comment, PacketWriteEndInfo::NormalPacket),
        (setup, PacketWriteEndInfo::EndPage),
        // Where no sound follows, no header is read.
        (vec![0; 4], PacketWriteEndInfo::EndStream),
    ] {
        writer.write_packet(packet, 1, end, 0).unwrap();
    }
    file
}

#[tokio::test]
async fn vorbis_headers_of_six_kilobytes_get_no_gigabytes() {
    let decoder = AudioDecoder::new(worker(), limits(), 2);
    for (name, bomb) in [("Ogg", vorbis_in_ogg as fn(u32) -> Vec<u8>), ("WebM", vorbis_in_webm)] {
        // As many codebooks of the same kind, with short codes, take little memory.
        let small = decoder.decode(bomb(8)).await;
        assert!(matches!(small, Err(AudioError::Empty | AudioError::Damaged)), "{name}: {small:?}");
        let large = bomb(LONGEST_CODES);
        assert!(large.len() < 7_000, "{name}: {} bytes", large.len());
        let began = Instant::now();
        assert_eq!(decoder.decode(large).await, Err(AudioError::NeedsTooMuchMemory), "{name}");
        println!("{name}: refused after {:?}", began.elapsed());
        assert!(began.elapsed() < Duration::from_secs(15), "{name}");
    }
    // Nobody else has noticed.
    assert!(decoder.decode(fixture("vorbis.ogg")).await.is_ok());
}

/// Each length and count in the headers of every container, as large as it can be.
#[tokio::test]
async fn no_field_of_a_header_takes_more_memory_than_allowed() {
    let decoder = AudioDecoder::new(worker(), limits(), 2);
    let short_wav = wav_file(1, 16, 1, 16_000, &[1; 640]);
    let files = [
        ("live.webm", fixture("live.webm"), 7),
        ("vorbis.ogg", fixture("vorbis.ogg"), 7),
        ("fragmented.m4a", fixture("fragmented.m4a"), 20),
        ("speech.flac", fixture("speech.flac"), 3),
        ("speech.aiff", fixture("speech.aiff"), 3),
        ("a WAV file", short_wav, 3),
    ];
    for (name, file, step) in files {
        let mut tried = 0;
        for at in (0..file.len().min(60 * step)).step_by(step) {
            let mut file = file.clone();
            let Some(field) = file.get_mut(at..at + 4) else { break };
            field.copy_from_slice(if at % 2 == 0 { b"\x7F\xFF\xFF\xFF" } else { b"\x3F\xFF\xFF\x3F" });
            let answer = decoder.decode(file).await;
            assert!(
                !matches!(answer, Err(AudioError::Unavailable | AudioError::Busy | AudioError::TookTooLong)),
                "{name} at {at}: {answer:?}"
            );
            tried += 1;
        }
        assert!(tried >= 20, "{name}");
    }
}
