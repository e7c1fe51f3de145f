//! Questions with pictures: what was read on them is said, and the manuals are asked about it.

use super::tongue::Tongue;
use super::{CLOSEST, Written, reply};
use crate::assistant::citations::escape;
use crate::assistant::model::Brief;
use crate::assistant::resemblance::resembles;
use crate::assistant::sight::Sight;

/// Lines of one picture that are repeated.
const MOST_LINES: usize = 24;

/// The answer to a question with pictures: first what was read, so that nothing the manuals say is taken
/// for what the photo shows.
pub(super) fn write(brief: &Brief, tongue: Tongue) -> Written {
    let seen: Vec<String> = brief.sights.iter().map(|sight| said(sight, tongue)).collect();
    let seen = seen.join("\n\n");
    if brief.text.trim().is_empty() {
        return format!("{seen}\n\n{}", matching(brief, tongue)).into();
    }
    // What is written on the picture has led to the passages; the question alone is answered from them.
    let mut alone = Brief { query: brief.text.clone(), ..brief.clone() };
    alone.findings.vocabulary.words.retain(|word| !word.context);
    let Written { text, quoted } = reply(&alone, tongue);
    Written { text: format!("{seen}\n\n{text}\n\n{}", tongue.values_are_the_manuals()), quoted }
}

/// What was seen on a picture.
fn said(sight: &Sight, tongue: Tongue) -> String {
    let mut said = match (&sight.problem, sight.text.is_empty()) {
        (Some(problem), _) => format!("{} {problem}", tongue.unreadable_photo()),
        (None, true) => tongue.nothing_on_photo().to_owned(),
        (None, false) => {
            let lines = sight.text.lines().take(MOST_LINES).map(|line| format!("> {}  \n", escape(line)));
            let rest = if sight.text.lines().count() > MOST_LINES { "> …" } else { "" };
            let text = format!("{}\n\n{}{rest}", tongue.read_on_photo(), lines.collect::<String>());
            text.trim_end().to_owned()
        }
    };
    if !sight.objects.is_empty() {
        said.push_str(&format!("\n\n{} {}.", tongue.photo_shows(), escape(&sight.objects.join(", "))));
    }
    said
}

/// The pages that go with a picture without a question.
fn matching(brief: &Brief, tongue: Tongue) -> String {
    let written: Vec<&str> = brief.sights.iter().map(|sight| sight.text.as_str()).collect();
    let written = written.join("\n");
    let passages = (1..).zip(&brief.findings.passages).filter(|(_, passage)| resembles(&passage.hit, &written));
    let named = passages.take(CLOSEST).map(|(number, passage): (usize, _)| {
        let hit = &passage.hit;
        let title = hit.heading.rsplit(" > ").next().unwrap_or_default().trim();
        let title = if title.is_empty() { String::new() } else { format!(": {}", escape(title)) };
        let place = tongue.source(&escape(&hit.file_name), (hit.page, hit.page_end));
        format!("- {place}{title} [{number}]\n")
    });
    let named: String = named.collect();
    if named.is_empty() {
        return tongue.please_type().to_owned();
    }
    format!("{}\n\n{named}\n{}", tongue.matches_photo(), tongue.please_type())
}
