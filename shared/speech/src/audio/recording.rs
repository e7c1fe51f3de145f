//! An open recording: its sound, packet by packet, mixed to one channel.

use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::default::formats::{
    AdtsReader, AiffReader, FlacReader, IsoMp4Reader, MkvReader, MpaReader, OggReader, WavReader,
};
use symphonia_adapter_libopus::OpusDecoder;

use super::AudioError;
use super::mixing::Mixer;
use super::sniff::RecordingKind;

/// Maximum number of channels.
const MOST_CHANNELS: usize = 32;

/// The rate at which Opus is decoded, whatever the container says.
const OPUS_RATE: u32 = 48_000;

/// The error for a reader or decoder that panicked.
const PANICKED: Error = Error::DecodeError("panicked");

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<OpusDecoder>();
    codecs
});

/// A recording that is being read.
pub(super) struct Recording {
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    channels: Vec<Vec<f32>>,
    mixer: Mixer,
    mixed: Vec<f32>,
    damaged: bool,
}

/// The sound of one packet; empty if it could not be decoded or contains no sound.
pub(super) struct Block<'a> {
    /// Sample rate in hertz.
    pub(super) rate: u32,
    /// Samples between -1 and 1.
    pub(super) samples: &'a [f32],
}

impl Recording {
    /// Reads the headers.
    ///
    /// # Errors
    /// [`AudioError::Unsupported`] for unsupported codecs, [`AudioError::Damaged`] for headers that cannot be read.
    pub(super) fn open(kind: RecordingKind, source: Box<dyn MediaSource>) -> Result<Self, AudioError> {
        let reader = reader(kind, source).map_err(|error| match kind {
            // A phone writes the index at the end: without it the file was cut off.
            RecordingKind::Mp4 => AudioError::Damaged,
            _ => reason(&error),
        })?;
        let (track, decoder) = choose(reader.as_ref())?;
        Ok(Self {
            reader,
            decoder,
            track,
            channels: Vec::new(),
            mixer: Mixer::default(),
            mixed: Vec::new(),
            damaged: false,
        })
    }

    /// Whether some part could not be read or decoded.
    pub(super) fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// The next packet; `None` at the end, which may be earlier than the headers say.
    ///
    /// # Errors
    /// [`AudioError::Unsupported`] if another recording with an unsupported codec follows.
    pub(super) fn next(&mut self) -> Result<Option<Block<'_>>, AudioError> {
        // A reader that panics has come to the end of what it can read.
        let packet = match catch_unwind(AssertUnwindSafe(|| self.reader.next_packet())).unwrap_or(Err(PANICKED)) {
            Ok(Some(packet)) => packet,
            Ok(None) => return Ok(None),
            Err(Error::ResetRequired) => {
                // Another recording follows in the same file, as when recording was paused.
                (self.track, self.decoder) = choose(self.reader.as_ref())?;
                return Ok(Some(Block { rate: 0, samples: &[] }));
            }
            Err(error) => {
                self.damaged |= !matches!(&error, Error::IoError(io) if io.kind() == ErrorKind::UnexpectedEof);
                return Ok(None);
            }
        };
        self.mixed.clear();
        let mut rate = 0;
        if packet.track_id == self.track {
            // A decoder that panics loses this packet, and the recording goes on.
            let (decoder, packet) = (&mut self.decoder, &packet);
            let decode = move || {
                let decoder = decoder;
                decoder.decode(packet)
            };
            match catch_unwind(AssertUnwindSafe(decode)).unwrap_or(Err(PANICKED)) {
                Ok(decoded) => {
                    rate = decoded.spec().rate();
                    decoded.copy_to_vecs_planar::<f32>(&mut self.channels);
                    self.mixer.mix(&mut self.channels, &mut self.mixed);
                }
                Err(Error::ResetRequired) => self.decoder.reset(),
                Err(_) => self.damaged = true,
            }
        }
        Ok(Some(Block { rate, samples: &self.mixed }))
    }
}

fn reader(kind: RecordingKind, source: Box<dyn MediaSource>) -> Result<Box<dyn FormatReader>, Error> {
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    let options = FormatOptions::default();
    Ok(match kind {
        RecordingKind::Matroska => Box::new(MkvReader::try_new(stream, options)?),
        RecordingKind::Ogg => Box::new(OggReader::try_new(stream, options)?),
        RecordingKind::Wav => Box::new(WavReader::try_new(stream, options)?),
        RecordingKind::Aiff => Box::new(AiffReader::try_new(stream, options)?),
        RecordingKind::Flac => Box::new(FlacReader::try_new(stream, options)?),
        RecordingKind::Mp4 => Box::new(IsoMp4Reader::try_new(stream, options)?),
        RecordingKind::Mp3 => Box::new(MpaReader::try_new(stream, options)?),
        RecordingKind::Adts => Box::new(AdtsReader::try_new(stream, options)?),
    })
}

/// The first audio track that can be decoded, preferably the default one.
fn choose(reader: &dyn FormatReader) -> Result<(u32, Box<dyn AudioDecoder>), AudioError> {
    let default = reader.default_track(TrackType::Audio).into_iter();
    let mut worst = AudioError::Unsupported;
    for track in default.chain(reader.tracks()) {
        match decoder(track) {
            Ok(decoder) => return Ok((track.id, decoder)),
            Err(AudioError::Damaged) => worst = AudioError::Damaged,
            Err(_) => {}
        }
    }
    Err(worst)
}

fn decoder(track: &Track) -> Result<Box<dyn AudioDecoder>, AudioError> {
    let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
        return Err(AudioError::Unsupported);
    };
    let mut parameters = parameters.clone();
    if parameters.channels.as_ref().is_some_and(|channels| channels.count() > MOST_CHANNELS) {
        return Err(AudioError::Unsupported);
    }
    if parameters.codec == CODEC_ID_OPUS {
        parameters.with_sample_rate(OPUS_RATE);
    }
    CODECS.make_audio_decoder(&parameters, &AudioDecoderOptions::default()).map_err(|error| reason(&error))
}

fn reason(error: &Error) -> AudioError {
    match error {
        Error::Unsupported(_) => AudioError::Unsupported,
        _ => AudioError::Damaged,
    }
}
