use ogg::{PacketWriteEndInfo, PacketWriter};
use opusic_c::{Application, Bitrate, Channels, Encoder, SampleRate, Signal};

use super::{EncodeError, SoundFormat};
use crate::audio::Pcm;

/// Sample rates of the encoder in hertz.
const RATES: [u32; 5] = [8_000, 12_000, 16_000, 24_000, 48_000];

/// The rate of positions in an Ogg Opus file, whatever the rate of the sound (RFC 7845, section 4).
const POSITION_RATE: u32 = 48_000;

/// Bits per second, enough for clear mono speech.
const BITRATE: u32 = 32_000;

/// Packets per second, of 20 milliseconds each.
const PACKETS_A_SECOND: u32 = 50;

/// Maximum size of a packet in the format (RFC 6716, section 3.4).
const LARGEST_PACKET: usize = 1_275;

/// Serial number of the only stream in the file.
const SERIAL: u32 = 1;

/// Encodes the sound as an Ogg Opus file.
pub(super) fn encode(sound: &Pcm) -> Result<Vec<u8>, EncodeError> {
    let sound = sound.at_one_of(&RATES);
    let rate = match sound.rate {
        8_000 => SampleRate::Hz8000,
        12_000 => SampleRate::Hz12000,
        16_000 => SampleRate::Hz16000,
        24_000 => SampleRate::Hz24000,
        _ => SampleRate::Hz48000,
    };
    let failed = |error: opusic_c::ErrorCode| EncodeError::new(SoundFormat::Opus, error.message());
    let mut encoder = Encoder::new(Channels::Mono, rate, Application::Audio).map_err(failed)?;
    encoder.set_bitrate(Bitrate::Value(BITRATE)).map_err(failed)?;
    encoder.set_signal(Signal::Voice).map_err(failed)?;
    let delay = encoder.get_look_ahead().map_err(failed)?;
    let mut file = File::new(sound.rate, delay)?;

    // The encoder answers late: so much silence behind the sound brings out its end.
    let mut samples: Vec<u16> = sound.samples.iter().map(|sample| sample.cast_unsigned()).collect();
    samples.resize(samples.len() + delay as usize, 0);
    let frame = (sound.rate / PACKETS_A_SECOND) as usize;
    samples.resize(samples.len().div_ceil(frame).max(1) * frame, 0);
    let length = sound.samples.len() as u64 * u64::from(POSITION_RATE / sound.rate);
    let last = samples.len() / frame;
    let mut packet = vec![0; LARGEST_PACKET];
    for (number, frame) in (1..).zip(samples.chunks_exact(frame)) {
        let written = encoder.encode_to_slice(frame, &mut packet).map_err(failed)?;
        file.packet(packet.get(..written).unwrap_or_default(), (number == last).then_some(length))?;
    }
    Ok(file.writer.into_inner())
}

/// The file that is being written.
struct File {
    writer: PacketWriter<'static, Vec<u8>>,
    /// Samples to skip at the start, at [`POSITION_RATE`].
    skipped: u64,
    packets: u64,
}

impl File {
    /// A file with its two headers (RFC 7845, section 5).
    fn new(rate: u32, delay: u32) -> Result<Self, EncodeError> {
        let skipped = u16::try_from(delay * (POSITION_RATE / rate)).unwrap_or(u16::MAX);
        let mut file = Self { writer: PacketWriter::new(Vec::new()), skipped: u64::from(skipped), packets: 0 };
        let mut head = b"OpusHead\x01\x01".to_vec();
        head.extend(skipped.to_le_bytes());
        head.extend(rate.to_le_bytes());
        head.extend([0, 0, 0]);
        file.write(head, PacketWriteEndInfo::EndPage, 0)?;
        let vendor = b"IntelliMaint";
        let mut tags = b"OpusTags".to_vec();
        tags.extend(u32::try_from(vendor.len()).unwrap_or_default().to_le_bytes());
        tags.extend(vendor);
        tags.extend(0_u32.to_le_bytes());
        file.write(tags, PacketWriteEndInfo::EndPage, 0)?;
        Ok(file)
    }

    /// Adds a packet. The last packet comes with the total length at [`POSITION_RATE`], which marks the end of the
    /// sound within it.
    fn packet(&mut self, packet: &[u8], length: Option<u64>) -> Result<(), EncodeError> {
        self.packets += 1;
        let position = self.packets * u64::from(POSITION_RATE / PACKETS_A_SECOND);
        match length {
            Some(length) => self.write(packet.to_vec(), PacketWriteEndInfo::EndStream, length + self.skipped),
            // A page holds at most a second.
            None if self.packets.is_multiple_of(u64::from(PACKETS_A_SECOND)) => {
                self.write(packet.to_vec(), PacketWriteEndInfo::EndPage, position)
            }
            None => self.write(packet.to_vec(), PacketWriteEndInfo::NormalPacket, position),
        }
    }

    fn write(&mut self, packet: Vec<u8>, end: PacketWriteEndInfo, position: u64) -> Result<(), EncodeError> {
        let written = self.writer.write_packet(packet, SERIAL, end, position);
        written.map_err(|error| EncodeError::new(SoundFormat::Opus, error))
    }
}
