//! Questions with pictures: what was read on them is said, and the manuals are asked about it.

use super::{CLOSEST, reply};
use crate::assistant::citations::{escape, pages};
use crate::assistant::model::Brief;
use crate::assistant::resemblance::resembles;
use crate::assistant::sight::Sight;

/// Lines of one picture that are repeated.
const MOST_LINES: usize = 24;

/// The answer to a question with pictures.
pub(super) fn write(brief: &Brief) -> String {
    let seen: Vec<String> = brief.sights.iter().map(said).collect();
    let seen = seen.join("\n\n");
    if brief.text.trim().is_empty() {
        return format!("{seen}\n\n{}", matching(brief));
    }
    // What is written on the picture has led to the passages; the question alone is answered from them.
    let alone = Brief { query: brief.text.clone(), ..brief.clone() };
    format!("{}\n\n{seen}", reply(&alone))
}

/// What was seen on a picture.
fn said(sight: &Sight) -> String {
    let name = escape(&sight.name);
    let mut said = match (&sight.problem, sight.text.is_empty()) {
        (Some(problem), _) => format!("I could not read the picture {name}: {problem}"),
        (None, true) => format!("I found no text on the picture {name}."),
        (None, false) => {
            let lines = sight.text.lines().take(MOST_LINES).map(|line| format!("> {}  \n", escape(line)));
            let rest = if sight.text.lines().count() > MOST_LINES { "> …" } else { "" };
            format!("On the picture {name} I read:\n\n{}{rest}", lines.collect::<String>()).trim_end().to_owned()
        }
    };
    if !sight.objects.is_empty() {
        said.push_str(&format!("\n\nIt shows: {}.", escape(&sight.objects.join(", "))));
    }
    said
}

/// The pages that go with a picture without a question.
fn matching(brief: &Brief) -> String {
    let written: Vec<&str> = brief.sights.iter().map(|sight| sight.text.as_str()).collect();
    let written = written.join("\n");
    let passages = (1..).zip(&brief.findings.passages).filter(|(_, passage)| resembles(&passage.hit, &written));
    let named = passages.take(CLOSEST).map(|(number, passage): (usize, _)| {
        let hit = &passage.hit;
        let title = hit.heading.rsplit(" > ").next().unwrap_or_default().trim();
        let title = if title.is_empty() { String::new() } else { format!(": {}", escape(title)) };
        format!("- {}, {}{title} [{number}]\n", escape(&hit.file_name), pages(hit.page, hit.page_end))
    });
    let named: String = named.collect();
    if named.is_empty() {
        return "Please type what you would like to know. I answer from your manuals.".to_owned();
    }
    format!("These pages of your manuals match it best:\n\n{named}\nPlease type what you would like to know.")
}
