//! What S3 says of new objects, in a message of a queue.

use std::str::FromStr;

use percent_encoding::percent_decode_str;
use serde::Deserialize;

/// The objects that a message tells of.
///
/// Only what is needed is read: the shape of the rest differs between S3 and what speaks its
/// language.
#[derive(Debug, PartialEq, Eq)]
pub struct Notification {
    /// Keys of objects that were created, decoded.
    pub created_keys: Vec<String>,
}

#[derive(Deserialize)]
struct Body {
    /// Sent once, when notifications are set up; holds no records.
    #[serde(rename = "Event")]
    event: Option<String>,
    #[serde(rename = "Records")]
    records: Option<Vec<Record>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: String,
    s3: S3,
}

#[derive(Deserialize)]
struct S3 {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    key: String,
}

/// Why a message cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum NotificationError {
    /// It is something else.
    #[error("it is not the JSON that S3 sends: {0}")]
    Json(#[from] serde_json::Error),
    /// It names no object.
    #[error("it tells of nothing")]
    Nothing,
}

impl FromStr for Notification {
    type Err = NotificationError;

    fn from_str(body: &str) -> Result<Self, NotificationError> {
        let body: Body = serde_json::from_str(body)?;
        let records = match (body.records, body.event.as_deref()) {
            (Some(records), _) => records,
            (None, Some("s3:TestEvent")) => Vec::new(),
            (None, _) => return Err(NotificationError::Nothing),
        };
        let created = records.into_iter().filter(|record| record.event_name.starts_with("ObjectCreated:"));
        Ok(Self { created_keys: created.map(|record| decode(&record.s3.object.key)).collect() })
    }
}

/// Keys come as in a form: `+` is a space, `%2B` a plus. What is not valid UTF-8 is none of ours.
fn decode(key: &str) -> String {
    percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// What is read from the messages of a batch, as Lambda hands it to a function.
    fn bodies(event: &str) -> Vec<Result<Vec<String>, NotificationError>> {
        let event: serde_json::Value = serde_json::from_str(event).unwrap();
        let messages = event.get("Records").unwrap().as_array().unwrap();
        let bodies = messages.iter().map(|message| message.get("body").unwrap().as_str().unwrap());
        bodies.map(|body| body.parse::<Notification>().map(|notification| notification.created_keys)).collect()
    }

    #[test]
    fn every_message_of_a_batch_is_read_on_its_own() {
        let mut read = bodies(include_str!("events/batch.json")).into_iter();
        assert_eq!(
            read.next().unwrap().unwrap(),
            ["uploads/01KAUSER/01KADOC/source", "uploads/extract/01KAJOB/source"]
        );
        assert!(matches!(read.next().unwrap(), Err(NotificationError::Json(_))));
        assert_eq!(read.next().unwrap().unwrap(), ["uploads/01KAUSER/01KADOC/request.json"]);
        assert!(read.next().is_none());
    }

    #[test]
    fn the_test_event_and_deletions_ask_for_nothing() {
        for read in bodies(include_str!("events/nothing-to-do.json")) {
            assert!(read.unwrap().is_empty());
        }
    }

    #[test]
    fn keys_are_decoded() {
        assert_eq!(decode("uploads/a+b%2Bc/%C3%A4%2fsource"), "uploads/a b+c/ä/source");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4"), "%zz%4");
    }
}
