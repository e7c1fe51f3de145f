//! Writing a large object as it is made, in parts.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::{Bytes, BytesMut};

use super::{ObjectKey, ObjectResult, Objects};

/// Bytes of a part. S3 takes at least 5 MiB of each but the last, and 10,000 parts: 78 GiB.
const PART: usize = 8 * 1024 * 1024;

/// An object that is being written. Where it is dropped unfinished, there is no object, and storage forgets its parts
/// after two days.
#[derive(Debug)]
pub struct Upload {
    objects: Objects,
    key: String,
    id: String,
    parts: Vec<CompletedPart>,
    waiting: BytesMut,
    size: u64,
}

impl Objects {
    /// Begins an object of unknown size. At most 8 MiB of it are held, and what is written at once.
    ///
    /// # Errors
    /// [`super::ObjectError`].
    pub async fn begin_upload(&self, key: &ObjectKey, content_type: &str) -> ObjectResult<Upload> {
        let key = key.to_string();
        let create = self.client.create_multipart_upload().bucket(&self.bucket).key(&key).content_type(content_type);
        let id = create.send().await?.upload_id.unwrap_or_default();
        Ok(Upload { objects: self.clone(), key, id, parts: Vec::new(), waiting: BytesMut::new(), size: 0 })
    }
}

impl Upload {
    /// Bytes so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Writes more.
    ///
    /// # Errors
    /// [`super::ObjectError`].
    pub async fn write(&mut self, bytes: &[u8]) -> ObjectResult<()> {
        self.size += bytes.len() as u64;
        self.waiting.extend_from_slice(bytes);
        while self.waiting.len() >= PART {
            let part = self.waiting.split_to(PART).freeze();
            self.send(part).await?;
        }
        Ok(())
    }

    /// Ends the object: from now on it is there.
    ///
    /// # Errors
    /// [`super::ObjectError`].
    pub async fn finish(mut self) -> ObjectResult<()> {
        let last = self.waiting.split().freeze();
        if !last.is_empty() || self.parts.is_empty() {
            self.send(last).await?;
        }
        let completed = CompletedMultipartUpload::builder().set_parts(Some(self.parts)).build();
        let complete = self.objects.client.complete_multipart_upload().bucket(&self.objects.bucket).key(&self.key);
        complete.upload_id(&self.id).multipart_upload(completed).send().await?;
        Ok(())
    }

    async fn send(&mut self, part: Bytes) -> ObjectResult<()> {
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let upload = self.objects.client.upload_part().bucket(&self.objects.bucket).key(&self.key);
        let sent = upload.upload_id(&self.id).part_number(number).body(ByteStream::from(part)).send().await?;
        self.parts.push(CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).build());
        Ok(())
    }
}
