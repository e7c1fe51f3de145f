//! Mail as `.eml` files in a folder, for development and tests: any mail program opens them.

use std::path::{Path, PathBuf};

use tokio::fs::{self, OpenOptions};
use tokio::io::AsyncWriteExt;

use super::MailError;
use foundation::ids::new_ulid;
use foundation::time;

#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Names sort by time. A file appears under its name only when it is complete, and only the user
    /// who runs the system may read it: it may hold a code.
    pub(super) async fn send(&self, mail: &lettre::Message) -> Result<(), MailError> {
        fs::create_dir_all(&self.folder).await?;
        let name = format!("{}-{}", time::now().strftime("%Y%m%dT%H%M%S"), new_ulid());
        let unfinished = self.folder.join(format!(".{name}.part"));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.open(&unfinished).await?;
        file.write_all(&mail.formatted()).await?;
        file.sync_all().await?;
        fs::rename(&unfinished, self.folder.join(format!("{name}.eml"))).await?;
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use crate::identity::Email;
    use crate::mail::{Mailer, Message};
    use crate::store::CodePurpose;
    use foundation::config::Config;

    #[tokio::test]
    async fn mails_are_files_that_sort_by_time_and_only_we_may_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail");
        let config = Config::from_lookup(&|name| match name {
            "TOKEN_SECRET" => Some("0123456789abcdef0123456789abcdef".to_owned()),
            "MAIL_DIR" => Some(path.to_str().unwrap().to_owned()),
            _ => None,
        })
        .unwrap();
        let mailer = Mailer::new(&config.mail, &config.aws).await.unwrap();
        let to = Email::parse("ann@example.com").unwrap();
        for code in ["000001", "000002", "000003"] {
            mailer.send(&to, &Message::code(CodePurpose::SignUp, code)).await.unwrap();
        }
        let mut files: Vec<_> = std::fs::read_dir(&path).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        assert_eq!(files.len(), 3);
        for (file, code) in files.iter().zip(["000001", "000002", "000003"]) {
            let text = std::fs::read_to_string(file).unwrap();
            assert!(text.contains("To: ann@example.com") && text.contains(&format!("\r\n    {code}\r\n")), "{text}");
            assert!(text.contains("multipart/alternative") && text.contains("text/html"));
            assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
