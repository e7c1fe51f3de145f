//! Answers to questions with pictures: says what was read on them, and searches the manuals for it.

use super::language::AnswerLanguage;
use super::{CLOSEST, ExtractiveAnswer, reply};
use crate::assistant::citations::escape;
use crate::assistant::model::Brief;
use crate::assistant::picture_summary::PictureSummary;
use crate::assistant::resemblance::resembles;

/// Number of lines of one picture that are repeated.
const MOST_LINES: usize = 24;

/// The answer to a question with pictures. What was read comes first, so that the manuals' statements are not taken for
/// the content of the photo.
pub(super) fn write(brief: &Brief, language: AnswerLanguage) -> ExtractiveAnswer {
    let seen: Vec<String> = brief.picture_summaries.iter().map(|summary| said(summary, language)).collect();
    let seen = seen.join("\n\n");
    if brief.text.trim().is_empty() {
        return format!("{seen}\n\n{}", matching(brief, language)).into();
    }
    // What is written on the picture has led to the passages; the question alone is answered from them.
    let mut alone = Brief { query: brief.text.clone(), ..brief.clone() };
    alone.findings.vocabulary.words.retain(|word| !word.context);
    let ExtractiveAnswer { text, quoted } = reply(&alone, language);
    ExtractiveAnswer { text: format!("{seen}\n\n{text}\n\n{}", language.values_are_the_manuals()), quoted }
}

/// Says what was recognised on a picture.
fn said(summary: &PictureSummary, language: AnswerLanguage) -> String {
    let mut said = match (&summary.problem, summary.text.is_empty()) {
        (Some(problem), _) => format!("{} {problem}", language.unreadable_photo()),
        (None, true) => language.nothing_on_photo().to_owned(),
        (None, false) => {
            let lines = summary.text.lines().take(MOST_LINES).map(|line| format!("> {}  \n", escape(line)));
            let rest = if summary.text.lines().count() > MOST_LINES { "> …" } else { "" };
            let text = format!("{}\n\n{}{rest}", language.read_on_photo(), lines.collect::<String>());
            text.trim_end().to_owned()
        }
    };
    if !summary.objects.is_empty() {
        said.push_str(&format!("\n\n{} {}.", language.photo_shows(), escape(&summary.objects.join(", "))));
    }
    said
}

/// The pages that match a picture without a question.
fn matching(brief: &Brief, language: AnswerLanguage) -> String {
    let written: Vec<&str> = brief.picture_summaries.iter().map(|summary| summary.text.as_str()).collect();
    let written = written.join("\n");
    let passages = (1..).zip(&brief.findings.passages).filter(|(_, passage)| resembles(&passage.hit, &written));
    let named = passages.take(CLOSEST).map(|(number, passage): (usize, _)| {
        let hit = &passage.hit;
        let title = hit.heading.rsplit(" > ").next().unwrap_or_default().trim();
        let title = if title.is_empty() { String::new() } else { format!(": {}", escape(title)) };
        let place = language.source(&escape(&hit.file_name), (hit.page, hit.page_end));
        format!("- {place}{title} [{number}]\n")
    });
    let named: String = named.collect();
    if named.is_empty() {
        return language.please_type().to_owned();
    }
    format!("{}\n\n{named}\n{}", language.matches_photo(), language.please_type())
}
