//! Parsing a JSON object field by field, so that every field at fault gets its own sentence.

use std::cell::RefCell;

use serde_json::{Map, Value};

/// The fields of a JSON object, and what was found wrong with them.
#[derive(Debug)]
pub struct Fields {
    object: Map<String, Value>,
    sentences: RefCell<Vec<String>>,
}

/// A problem was noted in [`Fields`]; parsing can go on to find more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invalid;

/// A body that is parsed from [`Fields`].
///
/// Read every field first and use `?` only when the parts are put together: then all fields at
/// fault are reported, not only the first.
///
/// ```ignore
/// let email = fields.required::<Email>("email");
/// let password = fields.required::<Password>("password");
/// Ok(Self { email: email?, password: password? })
/// ```
pub trait FromFields: Sized {
    /// Parses.
    ///
    /// # Errors
    /// [`Invalid`] when anything was noted; the sentences are in `fields`.
    fn from_fields(fields: &Fields) -> Result<Self, Invalid>;
}

/// A value of one field.
pub trait Field: Sized {
    /// Parses `value`, which is never null.
    ///
    /// # Errors
    /// The end of a sentence that begins with the field's name: "must be …".
    fn parse(value: &Value) -> Result<Self, String>;
}

impl Fields {
    /// The fields of `object`.
    #[must_use]
    pub fn new(object: Map<String, Value>) -> Self {
        Self { object, sentences: RefCell::new(Vec::new()) }
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// [`Invalid`] when it is missing, null or malformed.
    pub fn required<T: Field>(&self, name: &str) -> Result<T, Invalid> {
        match self.object.get(name) {
            None | Some(Value::Null) => Err(self.reject(format!("{name} is required"))),
            Some(value) => T::parse(value).map_err(|reason| self.reject(format!("{name} {reason}"))),
        }
    }

    /// A field that may be missing or null.
    ///
    /// # Errors
    /// [`Invalid`] when it is malformed.
    pub fn optional<T: Field>(&self, name: &str) -> Result<Option<T>, Invalid> {
        match self.object.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.required(name).map(Some),
        }
    }

    /// A list of `min` to `max` values.
    ///
    /// # Errors
    /// [`Invalid`] when it is missing, no list, too long or too short, or holds a malformed value.
    pub fn list<T: Field>(&self, name: &str, min: usize, max: usize) -> Result<Vec<T>, Invalid> {
        let items = match self.object.get(name) {
            None | Some(Value::Null) if min == 0 => return Ok(Vec::new()),
            None | Some(Value::Null) => return Err(self.reject(format!("{name} is required"))),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(self.reject(format!("{name} must be a list"))),
        };
        if items.len() < min || items.len() > max {
            return Err(self.reject(format!("{name} must hold {min} to {max} items")));
        }
        let parse = |(at, item): (usize, &Value)| {
            T::parse(item).map_err(|reason| self.reject(format!("{name}[{at}] {reason}")))
        };
        items.iter().enumerate().map(parse).collect()
    }

    /// A list of `min` to `max` objects, each parsed by its own fields; their sentences begin with
    /// the place in the list.
    ///
    /// # Errors
    /// As [`Fields::list`].
    pub fn objects<T: FromFields>(&self, name: &str, min: usize, max: usize) -> Result<Vec<T>, Invalid> {
        let items: Vec<Map<String, Value>> = self.list(name, min, max)?;
        let mut parsed = Vec::with_capacity(items.len());
        for (at, item) in items.into_iter().enumerate() {
            let fields = Fields::new(item);
            let result = T::from_fields(&fields);
            let sentences = fields.sentences.into_inner();
            let failed = !sentences.is_empty();
            self.sentences.borrow_mut().extend(sentences.into_iter().map(|s| format!("{name}[{at}].{s}")));
            if let Ok(value) = result
                && !failed
            {
                parsed.push(value);
            }
        }
        if self.sentences.borrow().is_empty() { Ok(parsed) } else { Err(Invalid) }
    }

    /// Notes a sentence of one's own, for rules over several fields.
    pub fn reject(&self, sentence: impl Into<String>) -> Invalid {
        self.sentences.borrow_mut().push(sentence.into());
        Invalid
    }

    /// Parses a whole body.
    ///
    /// # Errors
    /// One sentence per problem.
    pub fn parse<T: FromFields>(self) -> Result<T, Vec<String>> {
        let result = T::from_fields(&self);
        let sentences = self.sentences.into_inner();
        match result {
            Ok(value) if sentences.is_empty() => Ok(value),
            _ => Err(sentences),
        }
    }
}

/// Text of `min` to `max` characters, without surrounding white space or control characters (line
/// breaks and tabs excepted).
///
/// # Errors
/// The end of a sentence, as [`Field::parse`] gives it.
pub fn text(value: &Value, min: usize, max: usize) -> Result<String, String> {
    let Value::String(text) = value else { return Err("must be text".to_owned()) };
    let text = text.trim();
    let length = text.chars().count();
    if length < min {
        return Err(if min == 1 {
            "must not be empty".to_owned()
        } else {
            format!("must have at least {min} characters")
        });
    }
    if length > max {
        return Err(format!("must have at most {max} characters"));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err("must not hold control characters".to_owned());
    }
    Ok(text.to_owned())
}

/// What somebody says, as [`text`] takes it. Page breaks and vertical tabs, which come along when a page
/// is copied, are line breaks; other control characters are dropped, since nobody typed them.
///
/// # Errors
/// The end of a sentence, as [`Field::parse`] gives it.
pub fn said(value: &Value, min: usize, max: usize) -> Result<String, String> {
    let Value::String(words) = value else { return text(value, min, max) };
    text(&Value::from(without_controls(words)), min, max)
}

/// Words without control characters but for line breaks and tabs.
#[must_use]
pub fn without_controls(words: &str) -> String {
    let kept = words.chars().filter_map(|c| match c {
        '\u{b}' | '\u{c}' | '\u{85}' => Some('\n'),
        '\n' | '\r' | '\t' => Some(c),
        c if c.is_control() => None,
        c => Some(c),
    });
    kept.collect()
}

/// Text of at most `MAX` characters that may be empty, which means "none".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionalText<const MAX: usize>(pub Option<String>);

impl<const MAX: usize> Field for OptionalText<MAX> {
    fn parse(value: &Value) -> Result<Self, String> {
        text(value, 0, MAX).map(|text| Self(Some(text).filter(|text| !text.is_empty())))
    }
}

impl Field for bool {
    fn parse(value: &Value) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| "must be true or false".to_owned())
    }
}

impl Field for Map<String, Value> {
    fn parse(value: &Value) -> Result<Self, String> {
        value.as_object().cloned().ok_or_else(|| "must be an object".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, PartialEq)]
    struct Name(String);
    impl Field for Name {
        fn parse(value: &Value) -> Result<Self, String> {
            text(value, 1, 5).map(Self)
        }
    }

    #[derive(Debug, PartialEq)]
    struct Person {
        name: Name,
        admin: Option<bool>,
    }
    impl FromFields for Person {
        fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
            let name = fields.required("name");
            let admin = fields.optional("admin");
            Ok(Self { name: name?, admin: admin? })
        }
    }

    fn parse(value: Value) -> Result<Person, Vec<String>> {
        match value {
            Value::Object(object) => Fields::new(object).parse(),
            _ => Err(vec![]),
        }
    }

    #[test]
    fn every_field_at_fault_gets_its_sentence() {
        assert_eq!(
            parse(json!({"name": "", "admin": 1})),
            Err(vec!["name must not be empty".to_owned(), "admin must be true or false".to_owned()])
        );
        assert_eq!(parse(json!({})), Err(vec!["name is required".to_owned()]));
        assert_eq!(parse(json!({"name": "longer"})), Err(vec!["name must have at most 5 characters".to_owned()]));
        assert_eq!(parse(json!({"name": "a\u{0}b"})), Err(vec!["name must not hold control characters".to_owned()]));
        assert_eq!(parse(json!({"name": " Ann "})), Ok(Person { name: Name("Ann".to_owned()), admin: None }));
    }

    #[test]
    fn control_characters_are_dropped_from_what_is_said() {
        for (words, kept) in [
            ("What is the torque\u{7}?", "What is the torque?"),
            ("\u{0}\u{1b}[31mred\u{7f}\u{9b}", "[31mred"),
            ("page\u{c}break\u{b}and\u{85}line", "page\nbreak\nand\nline"),
            ("tab\tand\r\nline", "tab\tand\r\nline"),
            ("\u{8} Öl ", "Öl"),
        ] {
            assert_eq!(said(&json!(words), 1, 100).as_deref(), Ok(kept), "{words:?}");
        }
        assert_eq!(said(&json!("\u{7}"), 1, 100), Err("must not be empty".to_owned()));
        assert_eq!(said(&json!(7), 1, 100), Err("must be text".to_owned()));
    }

    #[test]
    fn a_list_of_objects_names_the_place() {
        struct People;
        impl FromFields for People {
            fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
                fields.objects::<Person>("people", 1, 3).map(|_| Self)
            }
        }
        let fields = Fields::new(Map::from_iter([("people".to_owned(), json!([{"name": "A"}, {"name": 3}]))]));
        assert_eq!(fields.parse::<People>().err(), Some(vec!["people[1].name must be text".to_owned()]));
    }
}
