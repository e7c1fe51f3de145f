//! Reading the mail folder.

use std::path::Path;

/// The six digits of the newest mail to `address` that holds a code.
pub fn newest_code(folder: &Path, address: &str) -> String {
    let mut mails: Vec<_> =
        std::fs::read_dir(folder).expect("a mail folder").map(|entry| entry.unwrap().path()).collect();
    mails.sort();
    for path in mails.iter().rev() {
        let text = std::fs::read_to_string(path).unwrap();
        let to = text.lines().find(|line| line.starts_with("To:")).unwrap_or_default();
        if to.contains(address) {
            let words = text.split(|c: char| !c.is_ascii_alphanumeric());
            let code = words.filter(|word| word.len() == 6).find(|word| word.bytes().all(|b| b.is_ascii_digit()));
            if let Some(code) = code {
                return code.to_owned();
            }
        }
    }
    panic!("no mail with a code to {address}");
}
