//! Decides which URLs a text may link to.

use foundation::ids::DocumentId;
use foundation::page_boxes::LONGEST_MARKS;

/// The path of documents.
const PAGES: &str = "/api/v1/repository/documents/";

/// The allowed URLs: our own pages, and URLs in the text of cited pages.
#[derive(Debug, Clone, Default)]
pub(in crate::assistant) struct Addresses {
    pages: Vec<String>,
    own: String,
}

/// The verdict on a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Allowed,
    Foreign,
    /// Allowed if one of these passages is cited.
    IfCited(Vec<usize>),
}

impl Addresses {
    /// With the texts of the passages that may be cited, and the gateway's URL.
    pub(in crate::assistant) fn new(pages: Vec<String>, own: &str) -> Self {
        Self { pages, own: own.trim_end_matches('/').to_owned() }
    }

    /// Judges a URL. `seen` are the passages cited so far.
    pub(super) fn judge(&self, address: &str, seen: &[usize]) -> Verdict {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$'*+,=%&".contains(&byte);
        if address.is_empty() || !address.bytes().all(is_plain) {
            return Verdict::Foreign;
        }
        if self.is_own(address) {
            return Verdict::Allowed;
        }
        let bare = address.strip_prefix("mailto:").unwrap_or(address);
        let scheme = bare.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        // What stands in a page may be a script all the same.
        if scheme.is_some_and(|scheme| scheme != "https" && scheme != "http") {
            return Verdict::Foreign;
        }
        let holding: Vec<usize> =
            self.pages.iter().enumerate().filter(|(_, page)| stands_in(page, bare)).map(|(at, _)| at).collect();
        if holding.is_empty() {
            Verdict::Foreign
        } else if holding.iter().any(|at| seen.contains(at)) {
            Verdict::Allowed
        } else {
            Verdict::IfCited(holding)
        }
    }

    /// Whether a URL is `…/documents/<id>/pages/<n>`, its `…/image?mark=…`, or `…/documents/<id>/file` on our gateway.
    fn is_own(&self, address: &str) -> bool {
        let path = match address.strip_prefix(self.own.as_str()) {
            Some(path) if !self.own.is_empty() => path,
            _ => address,
        };
        let Some((id, place)) = path.strip_prefix(PAGES).and_then(|rest| rest.split_once('/')) else { return false };
        let is_page = place.strip_prefix("pages/").is_some_and(|page| {
            let (number, rest) = page.split_once('/').unwrap_or((page, ""));
            let is_number = (1..=6).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
            is_number && (number.len() == page.len() || is_image(rest))
        });
        id.parse::<DocumentId>().is_ok() && (is_page || place == "file")
    }
}

/// Whether a path ends with `image` or `image?mark=…`.
fn is_image(place: &str) -> bool {
    let Some(query) = place.strip_prefix("image") else { return false };
    let is_mark =
        |mark: &str| mark.len() <= LONGEST_MARKS && mark.bytes().all(|b| b.is_ascii_digit() || b",_".contains(&b));
    query.is_empty() || query.strip_prefix("?mark=").is_some_and(is_mark)
}

/// Whether a URL occurs in a text as a separate word.
fn stands_in(text: &str, address: &str) -> bool {
    let is_edge = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')' | '[' | ']' | '{' | '}' | '|');
    text.contains(address)
        && text.split(is_edge).any(|word| {
            let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~']);
            word == address
        })
}
