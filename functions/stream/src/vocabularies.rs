//! The vocabularies of users' manuals, by which trade words are recognised.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use answers::library::{Library, LibraryError};
use foundation::ids::UserId;
use search::retrieval::Segment;
use speech::Vocabulary;

/// Number of users whose vocabularies are kept.
const USERS: usize = 16;
/// Maximum text of a library that makes its vocabulary, in bytes: some thousand pages. Of larger ones, each manual has
/// an equal share.
const TEXT: usize = 8 * 1024 * 1024;

/// The vocabularies of the users that spoke last. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Vocabularies {
    library: Library,
    kept: Arc<Mutex<VecDeque<Kept>>>,
}

#[derive(Debug)]
struct Kept {
    user: UserId,
    manuals: Manuals,
    vocabulary: Arc<Vocabulary>,
}

/// The manuals of a vocabulary: their ids and numbers of pages.
type Manuals = Vec<(String, usize)>;

impl Vocabularies {
    pub(crate) fn new(library: Library) -> Self {
        Self { library, kept: Arc::default() }
    }

    /// The vocabulary of a user's manuals.
    pub(crate) async fn get(&self, user: &UserId) -> Result<Arc<Vocabulary>, LibraryError> {
        let segments = self.library.manuals(user).await?;
        let manuals: Manuals =
            segments.iter().map(|segment| (segment.document_id().to_owned(), segment.page_count())).collect();
        if let Some(kept) = self.lock().iter().find(|kept| kept.user == *user && kept.manuals == manuals) {
            return Ok(kept.vocabulary.clone());
        }
        let made = tokio::task::spawn_blocking(move || Arc::new(vocabulary(&segments))).await.unwrap_or_default();
        let mut kept = self.lock();
        kept.retain(|kept| kept.user != *user);
        kept.truncate(USERS - 1);
        kept.push_front(Kept { user: user.clone(), manuals, vocabulary: made.clone() });
        Ok(made)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn vocabulary(segments: &[Arc<Segment>]) -> Vocabulary {
    let share = TEXT / segments.len().max(1);
    let texts = segments.iter().flat_map(|segment| {
        let mut left = share;
        segment.page_texts().take_while(move |text| {
            left = left.saturating_sub(text.len());
            left > 0
        })
    });
    Vocabulary::of(texts)
}
