#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::test_support::{Answering, plain};

#[tokio::test]
async fn lines_come_with_places_and_the_picture_goes_along() {
    let said = "Here you are:\n```json\n{\"lines\": [{\"text\": \" MODEL V8-6.2 \", \"confidence\": 0.9, \"box\": \
                {\"left\": 0.1, \"top\": 0.5, \"right\": 0.6, \"bottom\": 0.7}}, {\"text\": \"150 HP\"}, {\"text\": \"\"}]}\n```";
    let server = Answering::saying(said).await;
    let reader = OpenAiReader::new(&server.openai()).unwrap();
    let read = reader.read(plain(100, 50, [255; 3])).await.unwrap();
    assert_eq!(read.text, "MODEL V8-6.2\n150 HP");
    let area = read.lines[0].area;
    assert_eq!((area.x, area.y, area.right().round(), area.bottom().round()), (10.0, 25.0, 60.0, 35.0));
    assert_eq!(read.lines[1].area, PixelBox::whole((100, 50)));
    let sent = server.last();
    assert_eq!(sent["model"], "eyes-1");
    let url = sent["messages"][1]["content"][1]["image_url"]["url"].as_str().unwrap();
    assert!(url.starts_with("data:image/jpeg;base64,/9j/"), "{}", &url[..40]);
}

#[tokio::test]
async fn what_is_no_answer_is_an_error() {
    let prose = Answering::saying("I see a pump with a plate.").await;
    let error = OpenAiReader::new(&prose.openai()).unwrap().read(plain(9, 9, [0; 3])).await.unwrap_err();
    assert_eq!(error.code(), "provider_unavailable");
    let refused = Answering::start(401, "application/json", "{}".to_owned()).await;
    let error = OpenAiReader::new(&refused.openai()).unwrap().read(plain(9, 9, [0; 3])).await.unwrap_err();
    assert_eq!(error.code(), "provider_rejected");
}
