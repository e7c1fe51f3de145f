//! The file of an export while it is written: in memory as long as it is small, then in the bucket.

use std::fmt::Display;

use bytes::{Bytes, BytesMut};
use serde::Serialize;
use serde_json::json;

use crate::http::{HEAVIEST_ANSWER, weight};
use crate::objects::{ObjectKey, ObjectResult, Objects, Upload};

/// A JSON object that is written attribute by attribute. Whenever it ends, it is valid.
#[derive(Debug)]
pub(super) struct ExportFile {
    objects: Objects,
    key: ObjectKey,
    place: Place,
    /// Whether anything stands before the next attribute, and before the next element.
    begun: bool,
    elements: Option<usize>,
}

#[derive(Debug)]
enum Place {
    Memory(BytesMut, usize),
    Bucket(Upload),
}

/// What was written.
#[derive(Debug)]
pub(super) enum Written {
    /// It can be answered at once.
    Small(Bytes),
    /// It lies in the bucket; bytes.
    Large(u64),
}

impl ExportFile {
    /// An empty object, which is to lie under `key` where it grows large.
    pub(super) fn new(objects: &Objects, key: ObjectKey) -> Self {
        let place = Place::Memory(BytesMut::new(), 0);
        Self { objects: objects.clone(), key, place, begun: false, elements: None }
    }

    /// Writes an attribute.
    pub(super) async fn attribute(&mut self, name: &str, value: &impl Serialize) -> ObjectResult<()> {
        let comma = self.comma();
        self.write(&format!("{comma}{}:{}", json!(name), json!(value))).await
    }

    /// Begins an attribute that is a list.
    pub(super) async fn begin_list(&mut self, name: &str) -> ObjectResult<()> {
        let comma = self.comma();
        self.write(&format!("{comma}{}:[", json!(name))).await?;
        self.elements = Some(0);
        Ok(())
    }

    /// Writes an element of the list that was begun; `element` is JSON.
    pub(super) async fn element(&mut self, element: impl Display) -> ObjectResult<()> {
        let place = self.elements.unwrap_or(0);
        self.elements = Some(place + 1);
        let comma = if place == 0 { "" } else { "," };
        self.write(&format!("{comma}{element}")).await
    }

    /// Ends the list that was begun, where one was.
    pub(super) async fn end_list(&mut self) -> ObjectResult<()> {
        match self.elements.take() {
            Some(_) => self.write("]").await,
            None => Ok(()),
        }
    }

    /// Ends the object.
    pub(super) async fn end(mut self) -> ObjectResult<Written> {
        self.end_list().await?;
        let end = if self.begun { "}\n" } else { "{}\n" };
        self.write(end).await?;
        match self.place {
            Place::Memory(bytes, _) => Ok(Written::Small(bytes.freeze())),
            Place::Bucket(upload) => {
                let size = upload.size();
                Box::pin(upload.finish()).await?;
                Ok(Written::Large(size))
            }
        }
    }

    fn comma(&mut self) -> &'static str {
        if std::mem::replace(&mut self.begun, true) { "," } else { "{" }
    }

    async fn write(&mut self, text: &str) -> ObjectResult<()> {
        match &mut self.place {
            Place::Bucket(upload) => Box::pin(upload.write(text.as_bytes())).await,
            Place::Memory(bytes, heavy) => {
                bytes.extend_from_slice(text.as_bytes());
                *heavy += weight(text.as_bytes());
                if *heavy <= HEAVIEST_ANSWER {
                    return Ok(());
                }
                let bytes = bytes.split();
                let mut upload = Box::pin(self.objects.begin_upload(&self.key, "application/json")).await?;
                Box::pin(upload.write(&bytes)).await?;
                self.place = Place::Bucket(upload);
                Ok(())
            }
        }
    }
}
