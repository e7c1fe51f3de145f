//! What is on a picture, in words, without a model that looks at it: what was read, what was detected,
//! and what the manuals have to it. It says so where a part is missing.

use foundation::provider::ProviderError;
use images::{Detection, ReadText};
use shared::store::Citation;

/// Lines of text that are quoted.
const MOST_LINES: usize = 30;
/// Kinds of objects that are named.
const MOST_LABELS: usize = 12;

/// What an explanation is made of.
pub(crate) struct Findings<'a> {
    pub(crate) text: Result<&'a ReadText, &'a ProviderError>,
    pub(crate) objects: Result<&'a [Detection], &'a ProviderError>,
    pub(crate) manuals: &'a [Citation],
    /// Whether something was asked.
    pub(crate) asked: bool,
}

impl Findings<'_> {
    /// The description, as Markdown.
    pub(crate) fn describe(&self) -> String {
        let mut parts = vec![self.read(), self.detected()];
        parts.extend(self.pages());
        if self.asked {
            parts.push(
                "This is what was read and detected on the picture. No model that looks at pictures is set up here, so \
                 your question itself is not answered: the chat answers it from your manuals."
                    .to_owned(),
            );
        }
        parts.join("\n\n")
    }

    fn read(&self) -> String {
        match self.text {
            Err(error) => format!("The text on the picture could not be read: {error}"),
            Ok(read) if read.lines.is_empty() => "No text was found on the picture.".to_owned(),
            Ok(read) => {
                let lines = read.lines.iter().take(MOST_LINES).map(|line| format!("> {}  \n", line.text));
                let more = read.lines.len().saturating_sub(MOST_LINES);
                let rest = if more > 0 { format!("> … and {more} more lines") } else { String::new() };
                format!("The picture says:\n\n{}{rest}", lines.collect::<String>()).trim_end().to_owned()
            }
        }
    }

    fn detected(&self) -> String {
        match self.objects {
            Err(error) => format!("Objects were not looked for: {error}"),
            Ok([]) => "No objects were recognised on the picture.".to_owned(),
            Ok(objects) => format!("The picture shows: {}.", labels(objects).join(", ")),
        }
    }

    fn pages(&self) -> Option<String> {
        if self.manuals.is_empty() {
            return None;
        }
        let pages = self
            .manuals
            .iter()
            .map(|page| format!("- [{}] {}, page {}: {}\n", page.index, page.file_name, page.page, page.snippet));
        Some(
            format!("In your manuals, these pages match it best:\n\n{}", pages.collect::<String>())
                .trim_end()
                .to_owned(),
        )
    }
}

/// Each kind of object with its number and how sure the best of them is, the surest first.
pub(crate) fn labels(objects: &[Detection]) -> Vec<String> {
    let mut kinds: Vec<(&str, usize, f32)> = Vec::new();
    for object in objects {
        match kinds.iter_mut().find(|kind| kind.0 == object.label) {
            Some(kind) => kind.1 += 1,
            None => kinds.push((&object.label, 1, object.confidence)),
        }
    }
    let named = kinds.into_iter().take(MOST_LABELS).map(|(label, count, confidence)| {
        let percent = (confidence * 100.0).round();
        if count == 1 { format!("{label} ({percent} %)") } else { format!("{count} × {label} ({percent} %)") }
    });
    named.collect()
}
