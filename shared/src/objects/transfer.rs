//! Moving bytes.

use std::path::Path;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::Bytes;
use tokio::io::AsyncWriteExt;

use super::error::ObjectError;
use super::{ObjectKey, ObjectResult, Objects};

/// Objects of a page, and of one request that deletes: what S3 takes.
const PAGE: i32 = 1_000;

/// What is known of an object without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Bytes.
    pub size: u64,
    /// Changes with the content.
    pub etag: String,
    /// As given when it was put.
    pub content_type: String,
}

/// What [`Objects::get_if_changed`] found.
#[derive(Debug, Clone)]
pub enum Changed {
    /// The object still has the tag that the caller knows.
    Unchanged,
    /// Another content, with its tag.
    Content(Bytes, String),
}

impl Objects {
    /// Puts bytes.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub async fn put(&self, key: &ObjectKey, content_type: &str, bytes: impl Into<Bytes>) -> ObjectResult<()> {
        let body = ByteStream::from(bytes.into());
        let put = self.client.put_object().bucket(&self.bucket).key(key.to_string());
        put.content_type(content_type).body(body).send().await?;
        Ok(())
    }

    /// Puts a local file, streamed.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub async fn put_file(&self, key: &ObjectKey, content_type: &str, path: &Path) -> ObjectResult<()> {
        let body = ByteStream::from_path(path).await.map_err(|error| ObjectError::Failed(Box::new(error)))?;
        let put = self.client.put_object().bucket(&self.bucket).key(key.to_string());
        put.content_type(content_type).body(body).send().await?;
        Ok(())
    }

    /// Reads an object of at most `limit` bytes.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`], [`ObjectError::TooLarge`].
    pub async fn get(&self, key: &ObjectKey, limit: u64) -> ObjectResult<Bytes> {
        let output = self.client.get_object().bucket(&self.bucket).key(key.to_string()).send().await?;
        check_size(output.content_length, limit)?;
        collect(output.body).await
    }

    /// Reads an object unless it still has the tag `known`.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`].
    pub async fn get_if_changed(&self, key: &ObjectKey, known: Option<&str>) -> ObjectResult<Changed> {
        let request = self.client.get_object().bucket(&self.bucket).key(key.to_string());
        let result = request.set_if_none_match(known.map(str::to_owned)).send().await;
        match result {
            Ok(output) => {
                let etag = output.e_tag.unwrap_or_default();
                Ok(Changed::Content(collect(output.body).await?, etag))
            }
            Err(error) if error.raw_response().is_some_and(|raw| raw.status().as_u16() == 304) => {
                Ok(Changed::Unchanged)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Writes an object of at most `limit` bytes to a local file; its tag.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`], [`ObjectError::TooLarge`], [`ObjectError::File`].
    pub async fn download(&self, key: &ObjectKey, path: &Path, limit: u64) -> ObjectResult<String> {
        let output = self.client.get_object().bucket(&self.bucket).key(key.to_string()).send().await?;
        check_size(output.content_length, limit)?;
        let etag = output.e_tag.unwrap_or_default();
        let mut body = output.body;
        let mut file = tokio::fs::File::create(path).await?;
        while let Some(bytes) = body.try_next().await.map_err(|error| ObjectError::Busy(Box::new(error)))? {
            file.write_all(&bytes).await?;
        }
        file.flush().await?;
        Ok(etag)
    }

    /// What is known of an object, `None` where there is none.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub async fn info(&self, key: &ObjectKey) -> ObjectResult<Option<ObjectInfo>> {
        let result = self.client.head_object().bucket(&self.bucket).key(key.to_string()).send().await;
        match result.map_err(ObjectError::from) {
            Ok(output) => Ok(Some(ObjectInfo {
                size: output.content_length.and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
                etag: output.e_tag.unwrap_or_default(),
                content_type: output.content_type.unwrap_or_default(),
            })),
            Err(ObjectError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes an object; one that is not there is no error.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub async fn delete(&self, key: &ObjectKey) -> ObjectResult<()> {
        match self
            .client
            .delete_object()
            .bucket(&self.bucket)
            .key(key.to_string())
            .send()
            .await
            .map_err(ObjectError::from)
        {
            Ok(_) | Err(ObjectError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The keys under a prefix.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub async fn list(&self, prefix: &str) -> ObjectResult<Vec<String>> {
        let mut keys = Vec::new();
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        while let Some(page) = pages.next().await {
            keys.extend(page?.contents.unwrap_or_default().into_iter().filter_map(|object| object.key));
        }
        Ok(keys)
    }

    /// Deletes everything under a prefix.
    ///
    /// # Errors
    /// [`ObjectError`], also where storage did not delete some.
    pub async fn delete_all(&self, prefix: &str) -> ObjectResult<()> {
        while self.delete_some(prefix).await? > 0 {}
        Ok(())
    }

    /// Deletes at most 1,000 objects under a prefix; how many there were. None is the end.
    ///
    /// # Errors
    /// As [`Objects::delete_all`].
    pub async fn delete_some(&self, prefix: &str) -> ObjectResult<usize> {
        let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).max_keys(PAGE);
        let found = list.send().await?.contents.unwrap_or_default();
        let keys: Vec<String> = found.into_iter().filter_map(|object| object.key).collect();
        let count = keys.len();
        if count > 0 {
            self.delete_keys(keys).await?;
        }
        Ok(count)
    }

    /// Deletes at most 1,000 objects; those that are not there are no error.
    async fn delete_keys(&self, keys: Vec<String>) -> ObjectResult<()> {
        let built = |error| ObjectError::Failed(Box::new(error));
        let keys = keys.into_iter().map(|key| ObjectIdentifier::builder().key(key).build().map_err(built));
        let delete = Delete::builder().set_objects(Some(keys.collect::<ObjectResult<_>>()?)).quiet(true);
        let delete = delete.build().map_err(built)?;
        let deleted = self.client.delete_objects().bucket(&self.bucket).delete(delete).send().await?;
        match deleted.errors.unwrap_or_default().into_iter().next() {
            None => Ok(()),
            Some(error) => {
                let code = error.code.unwrap_or_default();
                Err(ObjectError::Busy(format!("objects were not deleted: {code}").into()))
            }
        }
    }
}

fn check_size(size: Option<i64>, limit: u64) -> ObjectResult<()> {
    match size.and_then(|size| u64::try_from(size).ok()) {
        Some(size) if size > limit => Err(ObjectError::TooLarge { limit, size }),
        _ => Ok(()),
    }
}

async fn collect(body: ByteStream) -> ObjectResult<Bytes> {
    Ok(body.collect().await.map_err(|error| ObjectError::Busy(Box::new(error)))?.into_bytes())
}
