#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;

use super::*;
use crate::test_support::needed_embedder;

async fn cosine(embedder: &Embedder, a: &str, b: &str) -> f32 {
    let a = embedder.embed_one(a).await.unwrap();
    a.cosine(&embedder.embed_one(b).await.unwrap())
}

#[tokio::test]
async fn similarities_are_those_of_the_reference_implementation() {
    let Some(embedder) = needed_embedder() else { return };
    let person = "That is a happy person";
    let dog = cosine(&embedder, person, "That is a happy dog").await;
    let day = cosine(&embedder, person, "Today is a sunny day").await;
    // With weights and activations of eight bits, similarities of short sentences differ by some hundredths.
    assert!((dog - 0.6946).abs() < 0.05, "{dog}");
    assert!((day - 0.2569).abs() < 0.05, "{day}");
    assert_eq!((embedder.dimensions(), embedder.max_tokens()), (384, 256));
    assert_eq!(embedder.model_name(), "all-MiniLM-L6-v2");
}

#[tokio::test]
async fn a_text_means_the_same_alone_and_among_others() {
    let Some(embedder) = needed_embedder() else { return };
    let texts: Vec<String> =
        (0..12).map(|n| format!("Torque the bolt to {n} lb-ft. {}", "Replace the gasket. ".repeat(n * 3))).collect();
    let together = embedder.embed(texts.clone()).await.unwrap();
    assert_eq!(together.len(), texts.len());
    for (text, among) in texts.iter().zip(&together) {
        let alone = embedder.embed_one(text.as_str()).await.unwrap();
        assert!(alone.cosine(among) > 0.9999, "{text}");
    }
}

#[tokio::test]
async fn any_text_has_an_embedding_of_length_one() {
    let Some(embedder) = needed_embedder() else { return };
    let long = "engine ".repeat(200_000);
    for text in ["", " ", "\0\u{feff}\n", "油压表 🛠️ Ölstand é", "[SEP] [CLS] [PAD]", &long] {
        let embedding = embedder.embed_one(text).await.unwrap();
        let length = embedding.cosine(&embedding);
        assert!((length - 1.0).abs() < 1e-4, "{length} for {text:.20?}");
    }
}

#[tokio::test]
async fn text_past_the_limit_changes_nothing() {
    let Some(embedder) = needed_embedder() else { return };
    // 254 words of one token each: with the two marks, exactly the limit.
    let full = "engine ".repeat(254);
    assert_eq!(embedder.count_tokens(&full), 254);
    let cut = cosine(&embedder, &full, &format!("{full} valve spring")).await;
    let kept = cosine(&embedder, &full, "engine valve spring").await;
    assert!(cut > 0.9999 && kept < 0.999, "{cut} {kept}");
}

#[test]
fn tokens_are_counted_and_placed_in_the_text() {
    let Some(embedder) = needed_embedder() else { return };
    let tokens = embedder.token_counter();
    let text = "Öl: check the turbocharger 🛠️.";
    let offsets = tokens.offsets(text);
    assert_eq!(offsets.len(), tokens.count(text));
    assert_eq!(text.get(offsets.first().unwrap().clone()), Some("Öl"));
    assert!(offsets.iter().all(|range| text.get(range.clone()).is_some()));
    assert!(offsets.is_sorted_by_key(|range| range.start));
    assert_eq!((tokens.count(""), tokens.offsets("").len()), (0, 0));
}

#[test]
fn a_folder_without_a_model_says_what_to_run() {
    let dir = tempfile::tempdir().unwrap();
    let config = ModelConfig { dir: dir.path().to_owned(), threads: 1, queue: 1 };
    let error = Embedder::load(&config).unwrap_err();
    assert_eq!(error, EmbeddingError::NotInstalled { dir: config.dir });
    assert!(error.to_string().contains("scripts/models"));
}

#[test]
fn a_broken_model_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("model.onnx"), "no graph").unwrap();
    fs::write(dir.path().join("tokenizer.json"), "{}").unwrap();
    let config = ModelConfig { dir: dir.path().to_owned(), threads: 1, queue: 1 };
    assert!(matches!(Embedder::load(&config), Err(EmbeddingError::Failed(_))));
}

#[test]
fn sentence_transformers_folders_describe_themselves() {
    let dir = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let file = dir.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    write("onnx/model.onnx", "");
    write("tokenizer.json", "{}");
    let plain = ModelManifest::read(dir.path()).unwrap();
    assert_eq!((plain.max_tokens, plain.pooling), (256, Pooling::Mean));

    write("sentence_bert_config.json", r#"{"max_seq_length": 512, "do_lower_case": false}"#);
    write("1_Pooling/config.json", r#"{"pooling_mode_cls_token": true}"#);
    let described = ModelManifest::read(dir.path()).unwrap();
    assert_eq!((described.max_tokens, described.pooling), (512, Pooling::Cls));

    write("model.json", r#"{"name": "mine", "maxTokens": 128, "pooling": "mean"}"#);
    let ours = ModelManifest::read(dir.path()).unwrap();
    assert_eq!((ours.name.as_str(), ours.max_tokens, ours.pooling), ("mine", 128, Pooling::Mean));

    write("model.json", r#"{"pooling": "max"}"#);
    assert!(matches!(ModelManifest::read(dir.path()), Err(EmbeddingError::Failed(_))));
}

#[test]
fn an_embedding_without_direction_is_similar_to_nothing() {
    let other = Embedding::normalised(vec![3.0, 4.0]);
    assert_eq!(other.as_slice(), [0.6, 0.8]);
    for values in [vec![0.0, 0.0], vec![f32::NAN, 1.0], vec![f32::INFINITY, 1.0]] {
        assert_eq!(Embedding::normalised(values).as_slice(), [0.0, 0.0]);
    }
}
