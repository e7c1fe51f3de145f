//! What is searched for, and where it should be found.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
    path::Path,
    sync::Arc,
};

use documents::{Page, PageSource};
use search::retrieval::Segment;
use serde::Deserialize;

use crate::{
    Failure,
    embeddings::{Embeddings, texts},
};

/// A library and what should be found in it.
pub(crate) struct Set {
    pub(crate) segments: Vec<Arc<Segment>>,
    pub(crate) queries: Vec<Case>,
    pub(crate) names: Names,
}

/// What a query's relevant things are named by.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Names {
    Documents,
    Pages,
}

pub(crate) struct Case {
    pub(crate) text: String,
    pub(crate) embedding: Vec<f32>,
    /// As [`Names`] says.
    pub(crate) relevant: HashSet<String>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "_id")]
    id: String,
    #[serde(default)]
    title: String,
    text: String,
}

/// A set of passages in the format of BEIR, each passage a document of its own.
pub(crate) async fn passages(dir: &Path, embeddings: &mut Embeddings) -> Result<Set, Failure> {
    let mut documents = Vec::new();
    for record in lines::<Record>(&dir.join("corpus.jsonl"))? {
        let text = format!("{}\n{}", record.title, record.text);
        documents.push((record.id, [Page::from_text(1, &text, PageSource::TextLayer)]));
    }
    // All texts at once, for the model to work on several.
    let all: Vec<String> = documents.iter().flat_map(|(_, pages)| texts(&embeddings.chunks(pages))).collect();
    embeddings.all(&all).await?;
    let mut segments = Vec::new();
    for (id, pages) in &documents {
        segments.push(Arc::new(embeddings.segment(id, pages).await?));
    }
    let mut relevant: BTreeMap<String, HashSet<String>> = BTreeMap::new();
    for line in fs::read_to_string(dir.join("qrels/test.tsv"))?.lines().skip(1) {
        let mut fields = line.split('\t');
        let (Some(query), Some(document), Some(score)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(format!("not a judgement: {line}").into());
        };
        if score != "0" {
            relevant.entry(query.to_owned()).or_default().insert(document.to_owned());
        }
    }
    let mut texts: HashMap<String, String> = HashMap::new();
    for record in lines::<Record>(&dir.join("queries.jsonl"))? {
        texts.insert(record.id, record.text);
    }
    let mut queries = Vec::new();
    for (id, relevant) in relevant {
        let text = texts.remove(&id).ok_or("a judged query has no text")?;
        let embedding = embeddings.of(&text).await?;
        queries.push(Case { text, embedding, relevant });
    }
    embeddings.save()?;
    Ok(Set { segments, queries, names: Names::Documents })
}

#[derive(Deserialize)]
struct Entry {
    query: String,
    pdf_pages: Vec<u32>,
}

/// A manual and the entries of its printed index.
pub(crate) async fn manual(data: &Path, name: &str, embeddings: &mut Embeddings) -> Result<Set, Failure> {
    let segment = embeddings.manual(data, &format!("{name}.pdf")).await?;
    let mut queries = Vec::new();
    for entry in lines::<Entry>(&data.join("ir/manual_index").join(format!("{name}.jsonl")))? {
        queries.push(Case {
            embedding: embeddings.of(&entry.query).await?,
            text: entry.query,
            relevant: entry.pdf_pages.iter().map(u32::to_string).collect(),
        });
    }
    embeddings.save()?;
    Ok(Set { segments: vec![Arc::new(segment)], queries, names: Names::Pages })
}

fn lines<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Vec<T>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
