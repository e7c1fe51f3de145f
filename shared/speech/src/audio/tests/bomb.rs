//! Small recordings whose headers ask for much memory.

/// Bits, the lowest first, as Vorbis packs them.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn push(&mut self, value: u32, count: usize) {
        for at in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = u8::from((value >> at) & 1 == 1);
            *self.bytes.last_mut().unwrap() |= bit << (self.used % 8);
            self.used += 1;
        }
    }
}

/// More codebooks are refused for another reason: their number is kept in a byte.
const CODEBOOKS: u32 = 255;

/// The longest codes that are not refused for another reason, in bits.
pub const LONGEST_CODES: u32 = 17;

/// The three headers of a Vorbis stream. Each of its codebooks has as many codes of so many bits as there can be, and
/// 31 numbers for each code, all alike: 24 bytes of header, which take 15 MiB and more where the codes have
/// [`LONGEST_CODES`].
pub fn vorbis_headers(code_length: u32) -> [Vec<u8>; 3] {
    let codes = 1 << code_length;
    let mut identification = b"\x01vorbis\0\0\0\0\x01".to_vec();
    identification.extend(16_000_u32.to_le_bytes());
    identification.extend([0; 12]);
    identification.extend([0xB8, 1]);
    let comment = b"\x03vorbis\0\0\0\0\0\0\0\0\x01".to_vec();
    let mut setup = Bits::default();
    setup.push(CODEBOOKS - 1, 8);
    for _ in 0..CODEBOOKS {
        setup.push(0x0056_4342, 24);
        setup.push(31, 16);
        setup.push(codes, 24);
        // In order of their lengths, which are all the same.
        setup.push(1, 1);
        setup.push(code_length - 1, 5);
        setup.push(codes, usize::try_from(code_length).unwrap() + 1);
        // One number, of one bit, for all of them.
        setup.push(1, 4);
        setup.push(0, 32);
        setup.push(0, 32);
        setup.push(0, 4);
        setup.push(0, 1);
        setup.push(0, 1);
    }
    // One time domain transform, one floor, one residue, one mapping, one mode.
    setup.push(0, 6);
    setup.push(0, 16);
    setup.push(0, 6);
    setup.push(1, 16);
    setup.push(0, 5);
    setup.push(0, 2);
    setup.push(4, 4);
    setup.push(0, 6);
    setup.push(0, 16);
    setup.push(0, 24);
    setup.push(0, 24);
    setup.push(0, 24);
    setup.push(0, 6);
    setup.push(0, 8);
    setup.push(0, 3);
    setup.push(0, 1);
    setup.push(0, 6);
    setup.push(0, 16);
    setup.push(0, 1);
    setup.push(0, 1);
    setup.push(0, 2);
    setup.push(0, 24);
    setup.push(0, 6);
    setup.push(0, 1);
    setup.push(0, 32);
    setup.push(0, 8);
    setup.push(1, 1);
    let mut header = b"\x05vorbis".to_vec();
    header.extend(setup.bytes);
    [identification, comment, header]
}

/// An element of Matroska.
pub fn element(id: &[u8], data: &[u8]) -> Vec<u8> {
    let mut length = (data.len() as u64).to_be_bytes();
    length[0] = 1;
    [id, &length, data].concat()
}

/// A `WebM` file with one track of sound: 16 kHz, one channel.
pub fn webm(codec: &str, private: &[u8], packets: &[Vec<u8>]) -> Vec<u8> {
    let header = element(b"\x1A\x45\xDF\xA3", &element(b"\x42\x82", b"webm"));
    let information = [
        element(b"\x2A\xD7\xB1", b"\x0F\x42\x40"),
        element(b"\x4D\x80", b"intellimaint"),
        element(b"\x57\x41", b"intellimaint"),
    ];
    let information = element(b"\x15\x49\xA9\x66", &information.concat());
    let sound = [element(b"\xB5", &16_000_f32.to_be_bytes()), element(b"\x9F", b"\x01")].concat();
    let track = [
        element(b"\xD7", b"\x01"),
        element(b"\x73\xC5", b"\x01"),
        element(b"\x83", b"\x02"),
        element(b"\x86", codec.as_bytes()),
        element(b"\x63\xA2", private),
        element(b"\xE1", &sound),
    ];
    let tracks = element(b"\x16\x54\xAE\x6B", &element(b"\xAE", &track.concat()));
    let mut cluster = element(b"\xE7", b"\0");
    for packet in packets {
        cluster.extend(element(b"\xA3", &[b"\x81\0\0\x80", packet.as_slice()].concat()));
    }
    let segment = [information, tracks, element(b"\x1F\x43\xB6\x75", &cluster)].concat();
    [header, element(b"\x18\x53\x80\x67", &segment)].concat()
}

/// A `WebM` file with these headers and without sound.
pub fn vorbis_in_webm(code_length: u32) -> Vec<u8> {
    let [identification, comment, setup] = vorbis_headers(code_length);
    let lengths = [2, u8::try_from(identification.len()).unwrap(), u8::try_from(comment.len()).unwrap()];
    webm("A_VORBIS", &[lengths.to_vec(), identification, comment, setup].concat(), &[])
}
