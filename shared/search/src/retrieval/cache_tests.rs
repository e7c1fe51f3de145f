#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::retrieval::SegmentSource;
use documents::{Page, PageSource};

fn bytes(id: &str) -> Vec<u8> {
    let pages = [Page::from_text(1, "Remove the bolts.", PageSource::TextLayer)];
    Segment::build(SegmentSource {
        document_id: id.into(),
        file_name: "f.pdf".into(),
        model: "model".into(),
        pages: &pages,
        chunks: vec![],
        embeddings: vec![],
    })
    .unwrap()
    .to_bytes()
    .unwrap()
}

fn changed(etag: &str) -> Fetched {
    Fetched::Changed { etag: etag.into(), bytes: bytes("d") }
}

type Never = std::convert::Infallible;

#[tokio::test]
async fn an_unchanged_object_is_loaded_once_and_a_changed_one_again() {
    let cache = SegmentCache::new(1 << 20);
    let first = cache
        .get("k", async |etag| {
            Ok::<_, Never>({
                assert_eq!(etag, None);
                changed("1")
            })
        })
        .await
        .unwrap()
        .unwrap();
    let second = cache
        .get("k", async |etag| {
            Ok::<_, Never>({
                assert_eq!(etag.as_deref(), Some("1"));
                Fetched::Unchanged
            })
        })
        .await
        .unwrap()
        .unwrap();
    assert!(Arc::ptr_eq(&first, &second));
    let third = cache.get("k", async |_| Ok::<_, Never>(changed("2"))).await.unwrap().unwrap();
    assert!(!Arc::ptr_eq(&first, &third));
    let gone = cache
        .get("k", async |etag| {
            Ok::<_, Never>({
                assert_eq!(etag.as_deref(), Some("2"));
                Fetched::Missing
            })
        })
        .await
        .unwrap();
    assert!(gone.is_none());
    assert_eq!(cache.bytes(), 0);
}

#[tokio::test]
async fn the_least_recently_used_goes_first() {
    let one = Segment::from_bytes(&bytes("d")).unwrap().memory_bytes();
    let cache = SegmentCache::new(one * 2);
    for key in ["a", "b", "a", "c"] {
        cache
            .get(key, async |etag| Ok::<_, Never>(if etag.is_some() { Fetched::Unchanged } else { changed("1") }))
            .await
            .unwrap();
    }
    assert_eq!(cache.bytes(), one * 2);
    let asked = |key| cache.get(key, async |etag: Option<String>| Err::<Fetched, _>(etag));
    assert!(matches!(asked("a").await, Err(CacheError::Load(Some(_)))), "a was used after b");
    assert!(matches!(asked("b").await, Err(CacheError::Load(None))));
}

#[tokio::test]
async fn concurrent_loads_of_one_object_are_one() {
    let cache = Arc::new(SegmentCache::new(1 << 20));
    let loads = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (cache, loads) = (cache.clone(), loads.clone());
            tokio::spawn(async move {
                let load = async |_| {
                    loads.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    Ok::<_, Never>(changed("1"))
                };
                cache.get("k", load).await.unwrap().is_some()
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(loads.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_failed_load_is_not_remembered() {
    let cache = SegmentCache::new(1 << 20);
    assert!(cache.get("k", async |_| Err::<Fetched, _>("down")).await.is_err());
    let damaged = Fetched::Changed { etag: "1".into(), bytes: b"nonsense".to_vec() };
    assert!(matches!(
        cache.get("k", async |_| Ok::<_, Never>(damaged)).await,
        Err(CacheError::Segment(SegmentError::NotASegment))
    ));
    assert!(cache.get("k", async |_| Ok::<_, Never>(changed("1"))).await.unwrap().is_some());
}
