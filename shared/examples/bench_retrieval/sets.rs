//! What is searched for, and where it should be found.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fs,
    path::Path,
    sync::Arc,
};

use serde::Deserialize;
use shared::{
    assistant::{Role, Turn},
    documents::{Page, PageSource},
    retrieval::{Library, in_english},
};

use crate::{
    Failure,
    embeddings::{Embeddings, texts},
};

/// A library and what should be found in it.
pub(crate) struct Set {
    pub(crate) library: Library,
    pub(crate) queries: Vec<Case>,
    pub(crate) names: Names,
}

/// What a query's relevant things are named by.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Names {
    Documents,
    Pages,
    /// `file:page`.
    PagesOfFiles,
}

pub(crate) struct Case {
    pub(crate) text: String,
    pub(crate) embedding: Vec<f32>,
    pub(crate) english: Option<Vec<f32>>,
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
        queries.push(Case { text, embedding, english: None, relevant });
    }
    embeddings.save()?;
    Ok(Set { library: Library::new(segments), queries, names: Names::Documents })
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
            english: None,
            text: entry.query,
            relevant: entry.pdf_pages.iter().map(u32::to_string).collect(),
        });
    }
    embeddings.save()?;
    Ok(Set { library: Library::new(vec![Arc::new(segment)]), queries, names: Names::Pages })
}

#[derive(Deserialize)]
struct Question {
    id: String,
    file: Option<String>,
    question: String,
    follow_up_of: Option<String>,
    pages: Vec<u32>,
    answerable: bool,
    #[serde(default)]
    alt: Vec<Place>,
}

#[derive(Deserialize)]
struct Place {
    file: String,
    pages: Vec<u32>,
}

/// Questions of technicians over all manuals together, as a conversation asks them.
pub(crate) async fn questions(data: &Path, embeddings: &mut Embeddings) -> Result<Set, Failure> {
    let all = lines::<Question>(&data.join("qa/questions.jsonl"))?;
    let files: BTreeSet<&str> = all.iter().filter_map(|question| question.file.as_deref()).collect();
    let mut segments = Vec::new();
    for file in files {
        segments.push(Arc::new(embeddings.manual(data, file).await?));
    }
    let texts: HashMap<&str, &Question> = all.iter().map(|question| (question.id.as_str(), question)).collect();
    let mut queries = Vec::new();
    for question in all.iter().filter(|question| question.answerable) {
        let mut history = Vec::new();
        let mut before = question.follow_up_of.as_deref();
        while let Some(earlier) = before.and_then(|id| texts.get(id)) {
            history.insert(0, Turn { role: Role::User, content: earlier.question.clone() });
            before = earlier.follow_up_of.as_deref();
        }
        let text = shared::assistant::search_query(&question.question, &history, &[]);
        let own = Place { file: question.file.clone().unwrap_or_default(), pages: question.pages.clone() };
        let places = std::iter::once(&own).chain(&question.alt);
        let relevant =
            places.flat_map(|place| place.pages.iter().map(|page| format!("{}:{page}", place.file))).collect();
        let english = match in_english(&text) {
            Some(english) => Some(embeddings.of(&english).await?),
            None => None,
        };
        queries.push(Case { embedding: embeddings.of(&text).await?, english, text, relevant });
    }
    embeddings.save()?;
    Ok(Set { library: Library::new(segments), queries, names: Names::PagesOfFiles })
}

fn lines<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Vec<T>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
