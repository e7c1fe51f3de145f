//! The voices of eSpeak NG.

use std::collections::HashSet;

use tokio::sync::OnceCell;

use foundation::program::{self, ProgramLimits};

/// The names of its voices in lower case, queried once.
#[derive(Debug, Default)]
pub(super) struct Voices(OnceCell<HashSet<String>>);

impl Voices {
    /// The voice with this name, case-insensitively: a language or a name, possibly with a variant ("en-us+f3"). `None`
    /// if there is no such voice or the list is unavailable.
    pub(super) async fn find(&self, name: &str, program: &str, limits: ProgramLimits) -> Option<String> {
        let (language, variant) = parts(name)?;
        let known = self.0.get_or_try_init(|| async {
            let listed = program::run(program, &["--voices"], b"", limits).await?;
            Ok::<_, program::ProgramError>(names(&String::from_utf8_lossy(&listed)))
        });
        match known.await {
            Ok(known) => known.contains(&language).then(|| format!("{language}{variant}")),
            Err(error) => {
                tracing::warn!(%error, "the voices of espeak-ng are not known");
                None
            }
        }
    }
}

/// The language in lower case, and the variant with its sign; `None` if this cannot be the name of a voice.
fn parts(name: &str) -> Option<(String, &str)> {
    let at = name.find('+').unwrap_or(name.len());
    let (language, variant) = name.split_at_checked(at)?;
    let is_language = (2..=40).contains(&language.len())
        && language.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && !language.starts_with('-');
    let is_variant = variant.is_empty()
        || variant.strip_prefix('+').is_some_and(|variant| {
            (1..=16).contains(&variant.len()) && variant.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
    (is_language && is_variant).then(|| (language.to_ascii_lowercase(), variant))
}

/// The names in a list of voices: their languages, their names, and additional languages in brackets.
fn names(list: &str) -> HashSet<String> {
    let mut names = HashSet::new();
    for line in list.lines().skip(1) {
        let mut columns = line.split_whitespace().skip(1);
        names.extend(columns.next().map(str::to_ascii_lowercase));
        names.extend(columns.nth(1).map(str::to_ascii_lowercase));
        let further = columns.skip(1).collect::<Vec<_>>().join(" ");
        let further = further.split('(').filter_map(|language| language.split_whitespace().next());
        names.extend(further.map(str::to_ascii_lowercase));
    }
    names
}

/// The language of a voice without region and variant.
pub(super) fn plain(voice: &str) -> &str {
    voice.split(['-', '+']).next().unwrap_or(voice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_voices_are_strict() {
        for name in ["en-us", "de", "en-gb-scotland+f3", "en+klatt2", "EN", "en-029"] {
            assert!(parts(name).is_some(), "{name}");
        }
        for name in ["", "e", "alloy voice", "../x", "-v", "en-us+", "en+f3+f4", "en-us;ls"] {
            assert!(parts(name).is_none(), "{name}");
        }
        assert_eq!(parts("EN-us+Alex"), Some(("en-us".to_owned(), "+Alex")));
        assert_eq!([plain("en-us+f3"), plain("de"), plain("de+f3")], ["en", "de", "de"]);
    }

    #[test]
    fn lists_of_voices_are_read() {
        let list = "Pty Language       Age/Gender VoiceName          File                 Other Languages\n \
                    5  cmn             --/M      Chinese_(Mandarin)  sit/cmn              (zh-cmn 5)(zh 5)\n \
                    2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)\n";
        let names = names(list);
        for name in ["cmn", "zh-cmn", "zh", "en-gb", "en", "english_(great_britain)"] {
            assert!(names.contains(name), "{name} {names:?}");
        }
        assert!(!names.contains("language") && !names.contains("gmw/en"));
    }
}
