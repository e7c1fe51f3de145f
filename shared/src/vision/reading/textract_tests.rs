#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::json;

use super::*;
use crate::vision::test_support::{Answering, aws, plain};

const TYPE: &str = "application/x-amz-json-1.1";

#[tokio::test]
async fn lines_are_read_with_their_places() {
    let area = json!({"Left": 0.25, "Top": 0.5, "Width": 0.5, "Height": 0.1});
    let body = json!({"Blocks": [
        {"BlockType": "PAGE"},
        {"BlockType": "LINE", "Text": "SERIAL H075006", "Confidence": 97.5, "Geometry": {"BoundingBox": area}},
        {"BlockType": "WORD", "Text": "SERIAL", "Confidence": 97.5},
    ]});
    let server = Answering::start(200, TYPE, body.to_string()).await;
    let reader = Textract::new(&aws(), Some(server.url.as_str()), Duration::from_secs(5)).await;
    let read = reader.read(plain(200, 100, [255; 3])).await.unwrap();
    assert_eq!(read.text, "SERIAL H075006");
    let area = read.lines[0].area;
    assert_eq!((area.x, area.y, area.right(), area.bottom().round()), (50.0, 50.0, 150.0, 60.0));
    assert!((read.lines[0].confidence - 0.975).abs() < 1e-6);
    assert!(server.last()["Document"]["Bytes"].as_str().unwrap().starts_with("/9j/"));
}

#[tokio::test]
async fn refusals_have_their_codes() {
    let body = json!({"__type": "ThrottlingException", "message": "slow down"});
    let server = Answering::start(400, TYPE, body.to_string()).await;
    let reader = Textract::new(&aws(), Some(server.url.as_str()), Duration::from_secs(20)).await;
    let error = reader.read(plain(20, 10, [0; 3])).await.unwrap_err();
    assert_eq!(error.code(), "provider_rate_limited");
    let body = json!({"__type": "AccessDeniedException", "message": "no"});
    let server = Answering::start(400, TYPE, body.to_string()).await;
    let reader = Textract::new(&aws(), Some(server.url.as_str()), Duration::from_secs(20)).await;
    assert_eq!(reader.read(plain(20, 10, [0; 3])).await.unwrap_err().code(), "provider_rejected");
}
