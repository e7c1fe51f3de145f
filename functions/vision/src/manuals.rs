//! The pages of the user's manuals that belong to a picture: a data plate leads to its manual.

use answers::assistant::{resembles, snippet};
use answers::library::{Library, LibraryQuery};
use foundation::ids::UserId;
use search::retrieval::Hit;
use shared::store::Citation;

/// Pages that are named.
const MOST_PAGES: usize = 3;
/// Pages that are looked at for them.
const LOOKED_AT: usize = 8;
/// Characters that manuals are searched for.
const LONGEST_QUERY: usize = 1_000;

/// The pages that match best what is asked and what was seen. A search that fails leads to none: the
/// picture is explained without manuals then.
pub(crate) async fn matching(library: &Library, user: &UserId, question: &str, seen: &str) -> Vec<Citation> {
    // In one line: lines before the last would weigh less.
    let words: Vec<&str> = question.split_whitespace().chain(seen.split_whitespace()).collect();
    let text: String = words.join(" ").chars().take(LONGEST_QUERY).collect();
    if !text.chars().any(char::is_alphanumeric) {
        return Vec::new();
    }
    let query = LibraryQuery { text: text.clone(), top_k: LOOKED_AT, document_ids: None, min_score: None };
    match library.search(user, query).await {
        Ok(hits) => {
            let matching = hits.into_iter().filter(|hit| resembles(hit, &text));
            (1..).zip(matching.take(MOST_PAGES)).map(|(index, hit)| citation(index, hit, &text)).collect()
        }
        Err(error) => {
            tracing::warn!(code = error.code(), "a picture is explained without manuals");
            Vec::new()
        }
    }
}

fn citation(index: u32, hit: Hit, query: &str) -> Citation {
    Citation {
        index,
        snippet: snippet(&hit.content, query),
        document_id: hit.document_id,
        file_name: hit.file_name,
        page: hit.page,
        page_end: hit.page_end,
        score: hit.score,
        boxes: Vec::new(),
    }
}
