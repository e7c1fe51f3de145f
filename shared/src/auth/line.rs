//! Short texts about a person.

use serde_json::Value;

use crate::http::{Field, text};

/// One line of `MIN` to `MAX` characters: a name, a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<const MIN: usize, const MAX: usize>(pub String);

impl<const MIN: usize, const MAX: usize> Field for Line<MIN, MAX> {
    fn parse(value: &Value) -> Result<Self, String> {
        let line = text(value, MIN, MAX)?;
        if line.contains(char::is_control) { Err("must be one line".to_owned()) } else { Ok(Self(line)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(Line::<1, 5>::parse(&json!(" Ann ")), Ok(Line("Ann".to_owned())));
        assert_eq!(Line::<0, 5>::parse(&json!("")), Ok(Line(String::new())));
        for bad in [json!(""), json!("A\nB"), json!("A\tB"), json!("longer"), json!(1)] {
            assert!(Line::<1, 5>::parse(&bad).is_err(), "{bad}");
        }
    }
}
