//! The file format of segments.
//!
//! | bytes | content |
//! |---|---|
//! | 7 | `IMSEGMT` |
//! | 1 | version |
//! | 8 | length of the metadata, little endian |
//! | 8 | number of vector components, little endian |
//! | 32 | SHA-256 of the rest |
//! | … | metadata, [postcard](https://postcard.jamesmunns.com/wire-format) |
//! | … | vectors, `f32` little endian |
//!
//! Every change of the layout gets a new version number. Documents with an older version are processed again.

use sha2::{Digest, Sha256};

use super::{Meta, Segment, SpotRange};

const MAGIC: &[u8; 7] = b"IMSEGMT";
const VERSION: u8 = 5;
const HEADER: usize = 7 + 1 + 8 + 8 + 32;

/// Why bytes are not a segment, or a segment cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// The bytes do not begin like a segment.
    #[error("not a segment")]
    NotASegment,
    /// The segment has another version.
    #[error("segment version {0} is not supported")]
    Version(u8),
    /// The segment is truncated or corrupted.
    #[error("the segment is damaged")]
    Damaged,
    /// There are more pages, chunks or postings than the format supports.
    #[error("the document is too large for one segment")]
    TooLarge,
    /// The embeddings do not match the chunks.
    #[error("a segment needs one embedding per chunk, all of one length and finite")]
    Embeddings,
    /// A chunk has a page number that the document does not have.
    #[error("a chunk names page {0}, which the document does not have")]
    UnknownPage(u32),
}

impl Segment {
    /// The segment as bytes.
    ///
    /// # Errors
    /// If the metadata cannot be serialised, which does not happen for segments of [`Segment::build`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, SegmentError> {
        let meta = postcard::to_stdvec(&self.meta).map_err(|_| SegmentError::TooLarge)?;
        let mut body = Vec::with_capacity(meta.len() + size_of_val(self.vectors.as_slice()));
        body.extend_from_slice(&meta);
        for number in &self.vectors {
            body.extend_from_slice(&number.to_le_bytes());
        }
        let mut bytes = Vec::with_capacity(HEADER + body.len());
        bytes.extend_from_slice(MAGIC);
        bytes.push(VERSION);
        bytes.extend_from_slice(&(meta.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&(self.vectors.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&Sha256::digest(&body));
        bytes.extend_from_slice(&body);
        Ok(bytes)
    }

    /// Reads a segment. The bytes are not trusted: the result is a segment that is safe to search, or an error.
    ///
    /// # Errors
    /// If the bytes are not a segment of this version, or are corrupted.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SegmentError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(SegmentError::NotASegment)?;
        let (&version, rest) = rest.split_first().ok_or(SegmentError::Damaged)?;
        if version != VERSION {
            return Err(SegmentError::Version(version));
        }
        let (meta_bytes, rest) = read_u64(rest)?;
        let (components, rest) = read_u64(rest)?;
        let (digest, body) = rest.split_at_checked(32).ok_or(SegmentError::Damaged)?;
        let vector_bytes = components.checked_mul(size_of::<f32>()).ok_or(SegmentError::Damaged)?;
        if meta_bytes.checked_add(vector_bytes) != Some(body.len()) || Sha256::digest(body).as_slice() != digest {
            return Err(SegmentError::Damaged);
        }
        let (meta, vectors) = body.split_at_checked(meta_bytes).ok_or(SegmentError::Damaged)?;
        let meta: Meta = postcard::from_bytes(meta).map_err(|_| SegmentError::Damaged)?;
        let (vectors, _) = vectors.as_chunks::<4>();
        let segment = Self::new(meta, vectors.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect());
        if segment.is_consistent() { Ok(segment) } else { Err(SegmentError::Damaged) }
    }

    /// Whether all internal references are valid, so that a search needs no checks.
    fn is_consistent(&self) -> bool {
        let meta = &self.meta;
        let pages = meta.pages.len();
        let chunks = meta.chunks.len();
        let vectors = chunks.checked_mul(self.dimensions());
        let contexts = u32::try_from(meta.contexts.len()).unwrap_or(u32::MAX);
        let is_within = |stretch: SpotRange| stretch.first as usize + stretch.count as usize <= meta.spots.len();
        let mut covered = 0;
        let pages_in_order = meta.pages.iter().all(|page| {
            let in_order = page.chunks == 0 || page.first_chunk as usize == covered;
            covered += page.chunks as usize;
            in_order && covered <= chunks
        });
        pages_in_order
            && vectors == Some(self.vectors.len())
            && self.vectors.iter().all(|number| number.is_finite())
            && meta.chunks.iter().all(|chunk| (chunk.page_index as usize) < pages)
            && meta.terms.len() == meta.ends.len()
            && meta.terms.is_sorted()
            && meta.words.is_sorted_by(|a, b| a.word < b.word)
            && meta.ends.is_sorted()
            && meta.ends.last().map_or(0, |&end| end as usize) == meta.postings.len()
            && meta.postings.iter().all(|posting| (posting.page as usize) < pages)
            && meta.headings.iter().all(|heading| (heading.page as usize) < pages)
            && meta.units.is_sorted_by_key(|unit| unit.page)
            && meta.units.iter().all(|unit| unit.titles.max(unit.lead) < contexts)
            && meta.units.iter().flat_map(|unit| [unit.spots, unit.over]).all(is_within)
    }
}

fn read_u64(bytes: &[u8]) -> Result<(usize, &[u8]), SegmentError> {
    let (number, rest) = bytes.split_first_chunk::<8>().ok_or(SegmentError::Damaged)?;
    let number = usize::try_from(u64::from_le_bytes(*number)).map_err(|_| SegmentError::Damaged)?;
    Ok((number, rest))
}
