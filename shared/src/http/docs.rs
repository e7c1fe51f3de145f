//! The page that shows the description of a backend.

use std::sync::LazyLock;

use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header;
use openapi::PAGE;
use sha2::{Digest, Sha256};

/// How its script begins; the policy allows that one alone.
const SCRIPT: &str = "<script type=\"module\">";

/// What the page may do: run its own script, and ask the backend that it came from.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let scripts = PAGE.split(SCRIPT).skip(1).filter_map(|rest| rest.split("</script>").next());
    let mut hashes = String::new();
    for script in scripts {
        hashes.push_str(" 'sha256-");
        hashes.push_str(&STANDARD.encode(Sha256::digest(script)));
        hashes.push('\'');
    }
    format!(
        "default-src 'none'; script-src{hashes}; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
});

pub(super) async fn docs() -> Response {
    ([(header::CONTENT_SECURITY_POLICY, POLICY.as_str())], Html(PAGE)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_script_and_none_that_the_policy_forbids() {
        assert_eq!(PAGE.matches("<script").count(), PAGE.matches(SCRIPT).count());
        assert!(POLICY.contains("script-src 'sha256-"), "{}", *POLICY);
        for handler in [" onclick=", " onload=", " onerror=", "javascript:"] {
            assert!(!PAGE.contains(handler), "{handler}");
        }
    }
}
