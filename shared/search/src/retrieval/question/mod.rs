//! What the words of a question mean in the manuals that are searched.
//!
//! Each word is looked up in the languages of the manuals. If none contains it, it is taken for a synonym of a word
//! that some manual contains, for a compound that is written apart there, or for a misspelling, in this order.
//! Otherwise it has no weight. Only codes keep their weight, because a user who asks for a code wants nothing else.

mod lack;
mod lookup;
mod spelling;
mod spoken;
mod synonyms;
mod translation;
mod wanted_value;

use std::collections::HashSet;

use super::Segment;
use super::analysis::{Language, Role, Token, TokenKind, confused, plain, tokens};
use lookup::Lookup;
use synonyms::Synonym;
pub use translation::in_english;
pub use wanted_value::{WantedValue, is_part_number};

/// Maximum number of words of a question that are considered, and of unknown ones whose neighbours are searched.
const MOST_TOKENS: usize = 300;
const MOST_UNKNOWN: usize = 12;
/// Weight of a word from the previous turn.
const CONTEXT: f32 = 0.5;
/// Weight of a word that only says what kind of answer is requested, as in "part number".
const ASKING: f32 = 0.3;
/// Weight of a general word compared to one that names something.
const GENERAL: f32 = 0.75;
/// Weight of a word's alternatives compared to the word itself.
const SYNONYM: f32 = 0.3;
/// Weight of alternatives if no manual contains the word itself.
const INSTEAD: f32 = 0.8;
/// Weight of a misspelling with two edits.
const GUESSED: f32 = 0.5;
/// Weight of the parts of a code if no manual contains the whole.
const PARTS: f32 = 0.6;

/// How a word of a question was found in the manuals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// As it is written, except for endings.
    Exact,
    /// As two words, or joined with the word next to it.
    Compound,
    /// As the word that it most likely misspells.
    Typo,
    /// As a synonym, possibly in the language of the manual.
    Synonym,
    /// As a code with `0` and `O`, or `1` and `I`, interchanged.
    Confused,
    /// By the parts of a code.
    Parts,
    /// Not at all.
    None,
}

/// Terms that a word of a question may stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct WordForm {
    /// The terms in the language of the manuals. A page must contain all of them.
    pub terms: Vec<String>,
    /// The language of the manuals to search; `None` for all.
    pub language: Option<Language>,
    /// Its weight relative to the word itself, up to 1.
    pub weight: f32,
    /// How the word was found in this form.
    pub how: Match,
}

/// A word, number or code of a question, and what it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionWord {
    /// Its original spelling.
    pub written: String,
    /// Its kind.
    pub kind: TokenKind,
    /// The best way in which it was found.
    pub how: Match,
    /// What it may stand for, best first. For a code that was found by its parts, each form is one part.
    pub forms: Vec<WordForm>,
    /// Number of pages with the best form; for a code found by parts, of the rarest part.
    pub pages: usize,
    /// Its weight, without its rarity.
    pub weight: f32,
    /// Whether it comes from the previous turn.
    pub context: bool,
}

impl QuestionWord {
    /// Whether it is a part number, model, thread or fault code.
    #[must_use]
    pub fn is_code(&self) -> bool {
        self.kind == TokenKind::Code
    }

    /// Whether any manual contains it in any form.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.how != Match::None
    }
}

/// The words of a question, without duplicates. The last line of `text` is the question. Lines before it are earlier
/// turns and weigh less.
#[must_use]
pub fn asked(segments: &[&Segment], text: &str) -> Vec<QuestionWord> {
    let (context, question) = text.trim().rsplit_once('\n').unwrap_or(("", text));
    let reader = Reader::new(segments, question);
    let (question, asking) = WantedValue::apart(question);
    let mut all: Vec<QuestionWord> = Vec::new();
    let mut seen: HashSet<(String, TokenKind)> = HashSet::new();
    let alone = context.is_empty() && asking.is_empty();
    let before = context.lines().map(|line| (line, CONTEXT, true));
    let own = [(question.as_str(), 1.0, false), (asking.as_str(), ASKING, false)];
    for (line, weight, is_context) in own.into_iter().chain(before) {
        for mut asked in reader.read(line, alone) {
            asked.context = is_context;
            asked.weight *= weight;
            let terms = asked.forms.first().map_or_else(|| asked.written.to_lowercase(), |form| form.terms.join(" "));
            if seen.insert((terms, asked.kind)) {
                all.push(asked);
            }
        }
    }
    all
}

/// Interprets questions for some segments.
struct Reader<'a> {
    lookup: Lookup<'a>,
    own: Language,
}

impl<'a> Reader<'a> {
    fn new(segments: &'a [&'a Segment], question: &str) -> Self {
        let own = Language::of_question(question);
        Self { lookup: Lookup::new(segments), own }
    }

    /// The words of a line. If `alone`, there is nothing else in the question, so that filler words count if there are
    /// no others.
    fn read(&self, line: &str, alone: bool) -> Vec<QuestionWord> {
        let mut tokens = tokens(&spoken::in_digits(line, self.own));
        tokens.truncate(MOST_TOKENS);
        let synonyms = synonyms::of(&tokens, self.own);
        let mut unknown = 0;
        let mut asked = Vec::new();
        // A question of nothing but filler is about these words.
        let all_filler = alone && tokens.iter().enumerate().all(|(at, token)| self.is_filler(token, synonyms.get(at)));
        for (at, token) in tokens.iter().enumerate() {
            let synonyms = synonyms.get(at);
            if !all_filler && self.is_filler(token, synonyms) {
                continue;
            }
            let next = tokens.get(at + 1);
            let before = at.checked_sub(1).and_then(|before| tokens.get(before));
            let found = match token.kind {
                TokenKind::Word if token.word.is_some() => {
                    self.word(token, synonyms.map_or(&[], Vec::as_slice), (before, next), &mut unknown)
                }
                TokenKind::Word => Some(self.pairs(token)),
                TokenKind::Number | TokenKind::Unit => Some(self.number(token)),
                TokenKind::Code => Some(self.code(token)),
            };
            asked.extend(found.map(|found| self.with_lack(found, &tokens, at, synonyms.map_or(&[], Vec::as_slice))));
            asked.extend(self.joined(tokens.get(at..).unwrap_or_default()));
        }
        asked
    }

    /// The same with what manuals call whatever lacks it, if the question says that something does.
    fn with_lack(&self, mut word: QuestionWord, tokens: &[Token], at: usize, names: &[Synonym]) -> QuestionWord {
        if self.own == Language::English {
            let words = lack::privatives(tokens, at, names);
            let forms = words.iter().flat_map(|word| self.lookup.exact(word));
            word.forms.extend(forms.map(|form| WordForm { how: Match::Synonym, ..form }));
        }
        word
    }

    /// A code that the question writes in three or four pieces and the manuals in one.
    fn joined(&self, tokens: &[Token]) -> Option<QuestionWord> {
        const LONGEST_PIECE: usize = 8;
        [4, 3].into_iter().find_map(|count| {
            let pieces = tokens.get(..count)?;
            let compact = |token: &Token| token.written.to_lowercase().replace(['-', '/'], "");
            let code: String = pieces.iter().map(compact).collect();
            let short = pieces.iter().all(|token| token.written.len() <= LONGEST_PIECE);
            let mixed = code.bytes().any(|b| b.is_ascii_digit()) && code.bytes().any(|b| b.is_ascii_alphabetic());
            let form = (short && mixed).then(|| self.lookup.form(&code, Match::Exact)).flatten()?;
            let first = tokens.first()?;
            let written = pieces.iter().map(|token| token.written.as_str()).collect::<Vec<_>>().join(" ");
            let whole = Token { written, kind: TokenKind::Code, ..first.clone() };
            Some(self.asked(&whole, Match::Exact, vec![form]))
        })
    }

    /// Whether a word says nothing about what is asked for. A word with a synonym does.
    fn is_filler(&self, token: &Token, synonyms: Option<&Vec<Synonym>>) -> bool {
        let Some(word) = &token.word else { return false };
        if synonyms.is_some_and(|synonyms| !synonyms.is_empty()) {
            return false;
        }
        self.own.is_filler(word)
    }

    fn word(
        &self,
        token: &Token,
        synonyms: &[Synonym],
        (before, next): (Option<&Token>, Option<&Token>),
        unknown: &mut usize,
    ) -> Option<QuestionWord> {
        let word = token.word.as_deref()?;
        let mut forms = self.lookup.exact(word);
        let is_exact = !forms.is_empty();
        let mut found = if is_exact { Match::Exact } else { Match::None };
        let exact_in: Vec<Option<Language>> = forms.iter().map(|form| form.language).collect();
        let weight = |language| if exact_in.contains(&Some(language)) { SYNONYM } else { INSTEAD };
        forms.extend(self.lookup.synonyms(synonyms, weight));
        let joined = [before.map(|before| (before, token)), next.map(|next| (token, next))];
        for (first, second) in joined.into_iter().flatten() {
            if let (Some(first), Some(second)) = (&first.word, &second.word) {
                let whole = self.lookup.exact(&format!("{first}{second}"));
                forms.extend(whole.into_iter().map(|form| WordForm { how: Match::Compound, ..form }));
            }
        }
        if forms.is_empty() && synonyms.is_empty() {
            *unknown += 1;
            if *unknown <= MOST_UNKNOWN {
                forms = self.lookup.split(word);
                if forms.is_empty() {
                    forms = self.nearest(word);
                }
            }
        }
        if found == Match::None {
            found = forms.first().map_or(Match::None, |form| form.how);
        }
        let known_nowhere = forms.is_empty() && self.lookup.is_stop_word(word);
        let mut asked = self.asked(token, found, forms);
        if self.own.is_general(word) {
            asked.weight = GENERAL;
        }
        (!known_nowhere).then_some(asked)
    }

    /// The most likely correction of a misspelled word, among the manuals' words in the question's language and their
    /// known synonyms. Words of other languages are similar by chance only.
    fn nearest(&self, word: &str) -> Vec<WordForm> {
        let plain_word = plain(word);
        let Some(near) = self.lookup.nearest(&plain_word, self.own) else {
            let key = if self.own == Language::English { synonyms::nearest(&plain_word) } else { None };
            let Some(key) = key else { return Vec::new() };
            return self.lookup.synonyms(&synonyms::of_word(&key), |_| INSTEAD);
        };
        let weight = if near.distance < 2 { INSTEAD } else { GUESSED };
        let forms = self.lookup.exact(&near.word).into_iter();
        forms.map(|form| WordForm { weight, how: Match::Typo, ..form }).collect()
    }

    /// A run of a script that is indexed by pairs of characters. All pairs that occur anywhere count.
    fn pairs(&self, token: &Token) -> QuestionWord {
        let forms: Vec<WordForm> =
            token.terms.iter().filter_map(|(_, term)| self.lookup.form(term, Match::Exact)).collect();
        let how = if forms.is_empty() { Match::None } else { Match::Parts };
        self.asked(token, how, forms)
    }

    fn number(&self, token: &Token) -> QuestionWord {
        let mut forms: Vec<WordForm> = Vec::new();
        for (role, term) in &token.terms {
            let form = self.lookup.form(term, Match::Exact);
            forms.extend(form.map(|form| match role {
                Role::Part => WordForm { weight: PARTS, how: Match::Parts, ..form },
                Role::Whole | Role::Joined | Role::Guessed => form,
            }));
        }
        let how = forms.first().map_or(Match::None, |form| form.how);
        self.asked(token, how, forms)
    }

    fn code(&self, token: &Token) -> QuestionWord {
        let wholes = || token.terms.iter().filter(|(role, _)| *role != Role::Part);
        let mut forms: Vec<WordForm> = wholes().filter_map(|(_, term)| self.lookup.form(term, Match::Exact)).collect();
        let mut how = Match::Exact;
        if forms.is_empty() {
            let whole = token.terms.iter().find(|(role, _)| *role == Role::Whole);
            forms.extend(whole.and_then(|(_, term)| self.lookup.written_apart(term)));
        }
        if forms.is_empty() {
            forms.extend(self.singular(token));
        }
        if forms.is_empty() {
            how = Match::Confused;
            let variants = wholes().flat_map(|(_, term)| confused(term));
            let found = variants.filter_map(|term| self.lookup.form(&term, Match::Confused));
            forms = found.map(|form| WordForm { weight: INSTEAD, ..form }).collect();
        }
        if forms.is_empty() {
            how = Match::Parts;
            let parts = token.terms.iter().filter(|(role, term)| *role == Role::Part && term.len() > 1);
            let found = parts.filter_map(|(_, term)| self.lookup.form(term, Match::Parts));
            forms = found.map(|form| WordForm { weight: PARTS, ..form }).collect();
        }
        if forms.is_empty() {
            how = Match::None;
        }
        self.asked(token, how, forms)
    }

    /// A code in the plural: `two M998s`.
    fn singular(&self, token: &Token) -> Vec<WordForm> {
        let one = token.written.strip_suffix('s').map(|one| one.trim_end_matches(['\'', '\u{2019}']));
        let Some(one) = one.filter(|one| one.ends_with(|c: char| c.is_ascii_digit())) else { return Vec::new() };
        let wholes = tokens(one).into_iter().flat_map(|token| token.terms);
        let wholes = wholes.filter(|(role, _)| *role == Role::Whole);
        wholes.filter_map(|(_, term)| self.lookup.form(&term, Match::Exact)).collect()
    }

    fn asked(&self, token: &Token, how: Match, forms: Vec<WordForm>) -> QuestionWord {
        let pages = forms.iter().filter(|form| form.how == how).map(|form| self.lookup.pages(form));
        let pages = if how == Match::Parts { pages.min() } else { pages.max() };
        QuestionWord {
            written: token.written.clone(),
            kind: token.kind,
            how,
            forms,
            pages: pages.unwrap_or(0),
            weight: 1.0,
            context: false,
        }
    }
}

#[cfg(test)]
mod tests;
