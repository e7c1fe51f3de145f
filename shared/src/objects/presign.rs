//! Addresses that let a browser talk to the bucket for a while.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use jiff::Timestamp;

use super::error::ObjectError;
use super::{ObjectKey, ObjectResult, Objects};
use foundation::time;

/// A presigned request.
#[derive(Debug, Clone)]
pub struct Presigned {
    /// The address, with its signature.
    pub url: String,
    /// Headers that the client must send as they stand.
    pub headers: BTreeMap<String, String>,
    /// When the address stops working.
    pub expires_at: Timestamp,
}

/// A multipart upload that was begun.
#[derive(Debug, Clone)]
pub struct MultipartUpload {
    /// Names the upload for its end.
    pub upload_id: String,
    /// One presigned address per part, in order, from part 1.
    pub parts: Vec<String>,
    /// When the addresses stop working.
    pub expires_at: Timestamp,
}

impl Objects {
    /// A PUT of exactly `size` bytes of `content_type`.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub async fn presign_put(
        &self,
        key: &ObjectKey,
        content_type: &str,
        size: u64,
        lifetime: Duration,
    ) -> ObjectResult<Presigned> {
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key.to_string())
            .content_type(content_type)
            .content_length(i64::try_from(size).unwrap_or(i64::MAX))
            .presigned(presigning(lifetime)?)
            .await?;
        // Content-Length is signed too, but a browser sets it by itself and forbids setting it.
        let headers = request.headers().filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
        Ok(Presigned {
            url: request.uri().to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            expires_at: expiry(lifetime),
        })
    }

    /// A download that a browser shows, or saves as `file_name`.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub async fn presign_get(&self, key: &ObjectKey, file_name: &str, lifetime: Duration) -> ObjectResult<Presigned> {
        self.presign_read(key, "inline", file_name, lifetime).await
    }

    /// A download that a browser saves as `file_name`.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub async fn presign_save(&self, key: &ObjectKey, file_name: &str, lifetime: Duration) -> ObjectResult<Presigned> {
        self.presign_read(key, "attachment", file_name, lifetime).await
    }

    async fn presign_read(
        &self,
        key: &ObjectKey,
        kind: &str,
        file_name: &str,
        lifetime: Duration,
    ) -> ObjectResult<Presigned> {
        let disposition = format!("{kind}; filename*=UTF-8''{}", percent_encode(file_name));
        let request = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key.to_string())
            .response_content_disposition(disposition)
            .presigned(presigning(lifetime)?)
            .await?;
        Ok(Presigned { url: request.uri().to_owned(), headers: BTreeMap::new(), expires_at: expiry(lifetime) })
    }

    /// Begins an upload in parts of exactly these `sizes`, in bytes: the address of a part takes no other number.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub async fn begin_multipart(
        &self,
        key: &ObjectKey,
        content_type: &str,
        sizes: &[u64],
        lifetime: Duration,
    ) -> ObjectResult<MultipartUpload> {
        let create = self.client.create_multipart_upload().bucket(&self.bucket).key(key.to_string());
        let upload_id = create.content_type(content_type).send().await?.upload_id.unwrap_or_default();
        let mut urls = Vec::new();
        for (number, size) in (1..).zip(sizes) {
            let request = self
                .client
                .upload_part()
                .bucket(&self.bucket)
                .key(key.to_string())
                .upload_id(&upload_id)
                .part_number(number)
                .content_length(i64::try_from(*size).unwrap_or(i64::MAX))
                .presigned(presigning(lifetime)?)
                .await?;
            urls.push(request.uri().to_owned());
        }
        Ok(MultipartUpload { upload_id, parts: urls, expires_at: expiry(lifetime) })
    }

    /// Puts the uploaded parts, as `(number, etag)`, together.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`] for an unknown upload, [`ObjectError::InvalidPart`] when a part is
    /// missing or its tag differs.
    pub async fn complete_multipart(
        &self,
        key: &ObjectKey,
        upload_id: &str,
        parts: &[(i32, String)],
    ) -> ObjectResult<()> {
        self.check_parts(key, upload_id, parts).await?;
        let parts =
            parts.iter().map(|(number, etag)| CompletedPart::builder().part_number(*number).e_tag(etag).build());
        let completed = CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build();
        self.client
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(key.to_string())
            .upload_id(upload_id)
            .multipart_upload(completed)
            .send()
            .await?;
        Ok(())
    }

    /// Whether the parts are there as they are named. Storage checks the same at the end, but not every
    /// S3 keeps an upload whose end it has refused.
    async fn check_parts(&self, key: &ObjectKey, upload_id: &str, wanted: &[(i32, String)]) -> ObjectResult<()> {
        let list = self.client.list_parts().bucket(&self.bucket).key(key.to_string()).upload_id(upload_id);
        let mut pages = list.into_paginator().send();
        let mut there = HashMap::new();
        while let Some(page) = pages.next().await {
            for part in page?.parts.unwrap_or_default() {
                there.insert(part.part_number.unwrap_or_default(), part.e_tag);
            }
        }
        let plain = |etag: &str| etag.trim_matches('"').to_owned();
        // A server that lists no tags compares them at the end.
        let is = |found: &Option<String>, etag: &str| found.as_deref().is_none_or(|found| plain(found) == plain(etag));
        let matches = |(number, etag): &(i32, String)| there.get(number).is_some_and(|found| is(found, etag));
        if wanted.iter().all(matches) { Ok(()) } else { Err(ObjectError::InvalidPart) }
    }

    /// Gives an upload up and frees its parts; one that is unknown or was completed is no error.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub async fn abort_multipart(&self, key: &ObjectKey, upload_id: &str) -> ObjectResult<()> {
        let abort = self.client.abort_multipart_upload().bucket(&self.bucket).key(key.to_string()).upload_id(upload_id);
        match abort.send().await.map_err(ObjectError::from) {
            Ok(_) | Err(ObjectError::NotFound) => Ok(()),
            // Not every S3 says of a completed upload that it is unknown.
            Err(error) => {
                if self.info(key).await?.is_some() {
                    Ok(())
                } else {
                    Err(error)
                }
            }
        }
    }
}

/// How many bytes each part of a file of `size` bytes has, where all but the last have `part` bytes.
#[must_use]
pub fn part_sizes(size: u64, part: u64) -> Vec<u64> {
    let part = part.max(1);
    let whole = std::iter::repeat_n(part, usize::try_from(size / part).unwrap_or(usize::MAX));
    whole.chain(Some(size % part).filter(|rest| *rest > 0)).collect()
}

fn presigning(lifetime: Duration) -> ObjectResult<PresigningConfig> {
    PresigningConfig::expires_in(lifetime).map_err(|error| ObjectError::Failed(Box::new(error)))
}

fn expiry(lifetime: Duration) -> Timestamp {
    time::in_seconds(i64::try_from(lifetime.as_secs()).unwrap_or(0))
}

/// RFC 5987: everything but letters, digits and a few marks is escaped.
fn percent_encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::part_sizes;

    #[test]
    fn parts_make_up_the_file() {
        for (size, sizes) in [(8, vec![8]), (9, vec![8, 1]), (16, vec![8, 8]), (20, vec![8, 8, 4]), (3, vec![3])] {
            assert_eq!(part_sizes(size, 8), sizes);
        }
    }
}
