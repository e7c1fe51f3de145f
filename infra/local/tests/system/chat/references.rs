//! References in quoted text lead to the pages that they mean.

use serde_json::json;

use super::{MESSAGES, SESSIONS, said, text};
use crate::harness::TestSystem;
use crate::harness::pdf::pdf;

const PAGES: [&str; 2] = [
    "2-3 REMOVING THE WINCH MOTOR\n\
     1. Disconnect the hoses of the winch motor (figure 2-7).\n\
     2. Support the winch motor and remove its four bolts.\n\
     3. Clean the mounting plate of the winch motor as in para 2-9.",
    "Figure 2-7. Hoses of the winch motor\n\
     2-9 CLEANING THE PLATE\n\
     Wipe the mounting plate with solvent and let it dry.",
];

#[tokio::test]
async fn figures_and_paragraphs_of_a_quoted_step_are_links() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let document = user.upload_ready("winch.pdf", pdf(&PAGES)).await;
    let asked = user.post(MESSAGES, said("How do I remove the winch motor?")).await.data(201);
    let answer = text(&asked["assistantMessage"]["content"]);
    let page = format!("/api/v1/repository/documents/{document}/pages/2/image");
    for reference in ["[figure 2-7](", "[para 2-9]("] {
        let (_, behind) = answer.split_once(reference).unwrap_or_else(|| panic!("{reference} in {answer}"));
        let address = behind.split(')').next().unwrap();
        assert!(address.contains(&page), "{address}");
        let path = address.get(address.find("/api/").unwrap()..).unwrap();
        let picture = user.get(path).await;
        assert_eq!(picture.status, 200, "{}", picture.text);
    }
    assert_eq!(asked["assistantMessage"]["verification"]["unverified"], json!([]), "{answer}");

    let session = text(&asked["session"]["id"]);
    let step = user.post(&format!("{SESSIONS}/{session}/messages"), said("next")).await.data(201);
    assert!(text(&step["assistantMessage"]["content"]).contains("[figure 2-7]("), "{step}");
}
