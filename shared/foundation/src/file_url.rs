//! URLs of files from clients: documents to import, pictures to show.

use std::fmt;

use url::{Host, Url};

use crate::config::DocumentsConfig;

/// Maximum length of a URL in bytes.
const LONGEST: usize = 2048;

/// The URL of a file on an allowed host: `https` on one of `FILE_URL_HOSTS`, or, in development, `http://localhost` on
/// any port. It has no credentials, and its host is a name, not an IP address.
///
/// The name may still resolve to a private network address. The code that fetches the file checks that.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileUrl(Url);

/// Why a URL is rejected. The text is the rest of a sentence that begins with the field's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileUrlError {
    /// It is not a URL.
    #[error("must be a web address")]
    Malformed,
    /// It is too long.
    #[error("must have at most {LONGEST} characters")]
    TooLong,
    /// It is not `https`.
    #[error("must begin with https://")]
    NotHttps,
    /// It contains a user name or password.
    #[error("must not carry a user name or password")]
    Credentials,
    /// Its host is not allowed.
    #[error("must be on a host that this system allows files from")]
    Host,
}

impl FileUrl {
    /// Parses and checks a URL.
    ///
    /// # Errors
    /// If the URL is malformed, too long, not `https`, contains credentials, or is on a host that is not allowed.
    pub fn parse(text: &str, config: &DocumentsConfig) -> Result<Self, FileUrlError> {
        if text.len() > LONGEST {
            return Err(FileUrlError::TooLong);
        }
        let url = Url::parse(text.trim()).map_err(|_| FileUrlError::Malformed)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FileUrlError::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FileUrlError::Credentials);
        }
        let Some(Host::Domain(host)) = url.host() else { return Err(FileUrlError::Host) };
        let local = config.allow_localhost && host == "localhost";
        if url.scheme() == "http" {
            return if local { Ok(Self(url)) } else { Err(FileUrlError::NotHttps) };
        }
        let place = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        if config.url_hosts.iter().any(|allowed| matches(allowed, &place)) {
            Ok(Self(url))
        } else {
            Err(FileUrlError::Host)
        }
    }

    /// The parsed URL.
    #[must_use]
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// The URL as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it is on this machine, which only development allows.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.0.host_str() == Some("localhost")
    }
}

impl fmt::Display for FileUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `allowed` is a host, with its port unless that is 443, or `*.` and a host, for all its subdomains.
fn matches(allowed: &str, place: &str) -> bool {
    match allowed.strip_prefix("*.") {
        Some(parent) => place.strip_suffix(parent).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
        None => allowed == place,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn parse(text: &str, allow_localhost: bool) -> Result<FileUrl, FileUrlError> {
        let config = DocumentsConfig {
            url_hosts: ["files.example.com", "*.blob.example.net", "nas.example.org:8443"].map(str::to_owned).to_vec(),
            allow_localhost,
            max_pages: 1,
            pdf_time: Duration::from_secs(1),
            pdf_memory: 1,
            pdf_worker: None,
            pdfium_library: "libpdfium.so".into(),
        };
        FileUrl::parse(text, &config)
    }

    #[test]
    fn https_on_an_allowed_host_is_taken() {
        for text in [
            "https://files.example.com/a.pdf",
            "https://FILES.example.com:443/a.pdf?sig=b%2Fc",
            "https://store7.blob.example.net/x",
            "https://a.b.blob.example.net/x",
            "https://nas.example.org:8443/x",
        ] {
            assert!(parse(text, false).is_ok_and(|url| !url.is_local()), "{text}");
        }
    }

    #[test]
    fn other_hosts_and_ports_are_not() {
        for text in [
            "https://example.com/a.pdf",
            "https://evilfiles.example.com/",
            "https://files.example.com.evil.net/",
            "https://files.example.com:8443/",
            "https://nas.example.org/",
            "https://blob.example.net/",
            "https://evilblob.example.net/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/",
            "https://2130706433/",
            "https://localhost/a.pdf",
        ] {
            assert_eq!(parse(text, true), Err(FileUrlError::Host), "{text}");
        }
    }

    #[test]
    fn other_schemes_and_credentials_are_not() {
        for text in
            ["http://files.example.com/", "ftp://files.example.com/", "file:///etc/passwd", "javascript:alert(1)"]
        {
            assert_eq!(parse(text, true), Err(FileUrlError::NotHttps), "{text}");
        }
        assert_eq!(parse("https://a:b@files.example.com/", true), Err(FileUrlError::Credentials));
        assert_eq!(parse("https://files.example.com@evil.net/", true), Err(FileUrlError::Credentials));
        assert_eq!(parse("no address", true), Err(FileUrlError::Malformed));
        assert_eq!(parse(&format!("https://files.example.com/{}", "a".repeat(2048)), true), Err(FileUrlError::TooLong));
    }

    #[test]
    fn localhost_counts_in_development_only() {
        assert!(parse("http://localhost:3001/a.pdf", true).is_ok_and(|url| url.is_local()));
        assert_eq!(parse("http://localhost:3001/a.pdf", false), Err(FileUrlError::NotHttps));
        assert_eq!(parse("http://127.0.0.1:3001/a.pdf", true), Err(FileUrlError::Host));
    }
}
