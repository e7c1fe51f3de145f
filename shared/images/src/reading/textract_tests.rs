#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::json;

use super::*;
use crate::test_support::{Answering, plain};
use foundation::provider::test_server::{Server, aws_config, aws_failures_are_handled, good};

const TYPE: &str = "application/x-amz-json-1.1";

#[tokio::test]
async fn lines_are_read_with_their_places() {
    let area = json!({"Left": 0.25, "Top": 0.5, "Width": 0.5, "Height": 0.1});
    let word = json!({"Left": 0.25, "Top": 0.5, "Width": 0.2, "Height": 0.1});
    let body = json!({"Blocks": [
        {"BlockType": "PAGE", "Relationships": [{"Type": "CHILD", "Ids": ["line"]}]},
        {"BlockType": "LINE", "Id": "line", "Text": "SERIAL H075006", "Confidence": 97.5,
         "Geometry": {"BoundingBox": area}, "Relationships": [{"Type": "CHILD", "Ids": ["one", "two", "lost"]}]},
        {"BlockType": "WORD", "Id": "two", "Text": "H075006", "Confidence": 96.0, "Geometry": {"BoundingBox": area}},
        {"BlockType": "WORD", "Id": "one", "Text": "SERIAL", "Confidence": 99.0, "Geometry": {"BoundingBox": word}},
    ]});
    let server = Answering::start(200, TYPE, body.to_string()).await;
    let reader = Textract::new(&aws_config(), Some(server.url.as_str()), Duration::from_secs(5)).await;
    let read = reader.read(plain(200, 100, [255; 3])).await.unwrap();
    assert_eq!(read.text, "SERIAL H075006");
    let area = read.lines[0].area;
    assert_eq!((area.x, area.y, area.right(), area.bottom().round()), (50.0, 50.0, 150.0, 60.0));
    assert!((read.lines[0].confidence - 0.975).abs() < 1e-6);
    let words: Vec<&str> = read.lines[0].words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["SERIAL", "H075006"]);
    let first = &read.lines[0].words[0];
    assert_eq!((first.area.x, first.area.right(), first.upright), (50.0, 90.0, first.area));
    assert!(server.last()["Document"]["Bytes"].as_str().unwrap().starts_with("/9j/"));
}

#[tokio::test]
async fn failures_are_told_or_tried_again() {
    let empty = || good(&json!({"Blocks": []}));
    let server = Server::start(vec![empty()]).await;
    let at = async |url: &str| {
        let reader = Textract::new(&aws_config(), Some(url), Duration::from_secs(10)).await;
        reader.read(plain(20, 10, [0; 3])).await.map(drop)
    };
    at(&server.url).await.unwrap();
    let head = server.seen().remove(0).head;
    assert!(head.starts_with("POST / HTTP/1.1\n"), "{head}");
    assert!(head.contains("x-amz-target: textract.detectdocumenttext\r\n"), "{head}");
    assert!(head.contains("/eu-west-1/textract/aws4_request"), "{head}");
    aws_failures_are_handled(at, empty, "400 Bad Request").await;
}
