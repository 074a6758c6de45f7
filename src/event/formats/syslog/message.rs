// SPDX-License-Identifier: AGPL-3.0-or-later
//! RFC 5424: one message, borrowed from its line.

use std::borrow::Cow;
use std::fmt;

use crate::event::error::EventError;
use crate::vocab::Limits;

/// The nil value: a field that has nothing to say.
const NIL: &str = "-";
/// Local0 to the highest severity of local7: the largest priority.
const PRIORITY_MAX: u16 = 191;

/// One message of RFC 5424, borrowed from its line.
///
/// Header fields that are `-` are `None`. Fields may be longer than the RFC lets them be; what
/// they are made of is checked.
///
/// # Example
///
/// ```
/// use decnet_ttp::event::formats::SyslogMessage;
/// use decnet_ttp::vocab::Limits;
///
/// let line = r#"<134>1 2026-05-02T06:22:48Z web-01 ftp - user [relay@55555 username="a\"b"] hello"#;
/// let message = SyslogMessage::parse(line, &Limits::default())?;
/// assert_eq!((message.priority, message.app_name, message.message), (134, Some("ftp"), "hello"));
/// assert_eq!(message.param("relay@55555", "username"), Some("a\"b"));
/// assert_eq!(message.to_string(), line);
/// # Ok::<(), decnet_ttp::event::EventError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyslogMessage<'a> {
    /// Facility times 8 plus severity.
    pub priority: u16,
    /// When, RFC 3339.
    pub timestamp: Option<&'a str>,
    /// Which host.
    pub hostname: Option<&'a str>,
    /// Which program.
    pub app_name: Option<&'a str>,
    /// Which process.
    pub proc_id: Option<&'a str>,
    /// What kind of message.
    pub msg_id: Option<&'a str>,
    /// The structured data, in its order.
    pub elements: Vec<SyslogElement<'a>>,
    /// The text behind it, without a byte order mark.
    pub message: &'a str,
    /// Whether the line ends inside the structured data: a line break stood in a value. What came
    /// before it is in [`elements`](Self::elements).
    pub cut: bool,
}

/// One element of a message's structured data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyslogElement<'a> {
    /// Its id (`relay@55555`).
    pub id: &'a str,
    /// Names and decoded values.
    pub params: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> SyslogMessage<'a> {
    /// Reads one line.
    ///
    /// # Cost
    ///
    /// One pass; allocates for the elements and for values with escapes.
    ///
    /// # Errors
    ///
    /// A line that is not a message, with the byte at which it is wrong, or one with more
    /// parameters than [`Limits::json_keys`].
    pub fn parse(line: &'a str, limits: &Limits) -> Result<Self, EventError> {
        let mut reader = Reader { text: line, at: 0, params: limits.json_keys };
        let priority = reader.priority()?;
        reader.expect("1", "version 1")?;
        reader.expect(" ", "a space")?;
        reader.body(priority)
    }

    /// Reads what follows the version: some relays wrap a message without its first field.
    pub(super) fn parse_wrapped(text: &'a str, priority: u16, limits: &Limits) -> Result<Self, EventError> {
        Reader { text, at: 0, params: limits.json_keys }.body(priority)
    }

    /// The first value of that name in an element of that id.
    pub fn param(&self, id: &str, name: &str) -> Option<&str> {
        let mut params = self.elements.iter().filter(|it| it.id == id).flat_map(|it| &it.params);
        params.find(|(key, _)| *key == name).map(|(_, value)| &**value)
    }
}

impl fmt::Display for SyslogMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>1", self.priority)?;
        for field in [self.timestamp, self.hostname, self.app_name, self.proc_id, self.msg_id] {
            write!(f, " {}", field.unwrap_or(NIL))?;
        }
        f.write_str(if self.elements.is_empty() { " -" } else { " " })?;
        for element in &self.elements {
            write!(f, "[{}", element.id)?;
            for (name, value) in &element.params {
                write!(f, " {name}=\"")?;
                for piece in value.split_inclusive(['"', '\\', ']']) {
                    let (plain, special) = match piece.char_indices().next_back() {
                        Some((at, c @ ('"' | '\\' | ']'))) => (piece.get(..at).unwrap_or(piece), Some(c)),
                        _ => (piece, None),
                    };
                    f.write_str(plain)?;
                    if let Some(special) = special {
                        write!(f, "\\{special}")?;
                    }
                }
                f.write_str("\"")?;
            }
            f.write_str("]")?;
        }
        if self.message.is_empty() { Ok(()) } else { write!(f, " {}", self.message) }
    }
}

/// A place in a line.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// How many more parameters may come.
    params: usize,
}

/// What ends a parameter's value.
enum Value<'a> {
    Whole(Cow<'a, str>),
    Cut(Cow<'a, str>),
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[cold]
    fn wrong(&self, expected: &'static str) -> EventError {
        EventError::not_syslog(expected, self.at)
    }

    fn expect(&mut self, text: &str, expected: &'static str) -> Result<(), EventError> {
        if !self.rest().starts_with(text) {
            return Err(self.wrong(expected));
        }
        self.at += text.len();
        Ok(())
    }

    fn priority(&mut self) -> Result<u16, EventError> {
        self.expect("<", "`<` and a priority")?;
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let text = self.rest().get(..digits).unwrap_or_default();
        let canonical = digits <= 3 && (digits == 1 || !text.starts_with('0'));
        let number = text.parse().ok().filter(|number| canonical && *number <= PRIORITY_MAX);
        let number = number.ok_or_else(|| self.wrong("a priority from 0 to 191"))?;
        self.at += digits;
        self.expect(">", "`>`")?;
        Ok(number)
    }

    fn body(mut self, priority: u16) -> Result<SyslogMessage<'a>, EventError> {
        let start = self.at;
        let timestamp = self.field("a time or `-`")?;
        if timestamp.is_some_and(|text| !is_time(text)) {
            return Err(EventError::not_syslog("a time or `-`", start));
        }
        let hostname = self.field("a host name or `-`")?;
        let app_name = self.field("a program's name or `-`")?;
        let proc_id = self.field("a process id or `-`")?;
        let msg_id = self.field("a message id or `-`")?;
        let (elements, cut) = self.structured_data()?;
        let mut message = "";
        if !cut && self.peek().is_some() {
            self.expect(" ", "a space")?;
            let rest = self.rest();
            message = rest.strip_prefix('\u{feff}').unwrap_or(rest);
        }
        Ok(SyslogMessage { priority, timestamp, hostname, app_name, proc_id, msg_id, elements, message, cut })
    }

    /// One header field and the space behind it.
    fn field(&mut self, expected: &'static str) -> Result<Option<&'a str>, EventError> {
        let rest = self.rest();
        let length = rest.bytes().position(|byte| byte == b' ').unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or_default();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(self.wrong(expected));
        }
        self.at += length;
        self.expect(" ", "a space")?;
        Ok(Some(text).filter(|text| *text != NIL))
    }

    fn structured_data(&mut self) -> Result<(Vec<SyslogElement<'a>>, bool), EventError> {
        let mut elements = Vec::new();
        if self.peek() == Some(b'-') {
            self.at += 1;
            return Ok((elements, false));
        }
        if self.peek() != Some(b'[') {
            return Err(self.wrong("structured data or `-`"));
        }
        while self.peek() == Some(b'[') {
            self.at += 1;
            let id = self.name("an element's id")?;
            let mut element = SyslogElement { id, params: Vec::new() };
            let cut = self.params(&mut element)?;
            elements.push(element);
            if cut {
                return Ok((elements, true));
            }
        }
        Ok((elements, false))
    }

    /// The parameters up to the `]`; true if the line ends before it.
    fn params(&mut self, element: &mut SyslogElement<'a>) -> Result<bool, EventError> {
        loop {
            match self.peek() {
                Some(b']') => {
                    self.at += 1;
                    return Ok(false);
                }
                Some(b' ') => self.at += 1,
                None => return Ok(true),
                Some(_) => return Err(self.wrong("a space or `]`")),
            }
            // Some writers leave a space before the `]`.
            if matches!(self.peek(), Some(b']' | b' ') | None) {
                continue;
            }
            self.params = match self.params.checked_sub(1) {
                Some(left) => left,
                None => return Err(EventError::too_many_params(self.at)),
            };
            let name = self.name("a parameter's name")?;
            self.expect("=\"", "`=\"`")?;
            match self.value() {
                Value::Whole(value) => element.params.push((name, value)),
                Value::Cut(value) => {
                    element.params.push((name, value));
                    return Ok(true);
                }
            }
        }
    }

    fn name(&mut self, expected: &'static str) -> Result<&'a str, EventError> {
        let rest = self.rest();
        let is_name = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'=' | b']' | b'"');
        let length = rest.bytes().take_while(is_name).count();
        let name = rest.get(..length).filter(|name| !name.is_empty()).ok_or_else(|| self.wrong(expected))?;
        self.at += length;
        Ok(name)
    }

    /// A value up to its quote, decoded. A backslash before anything but `"`, `\` and `]` stands
    /// for itself.
    fn value(&mut self) -> Value<'a> {
        let rest = self.rest();
        let mut decoded: Option<String> = None;
        let mut from = 0;
        let mut places = memchr::memchr2_iter(b'"', b'\\', rest.as_bytes());
        while let Some(at) = places.next() {
            let next = rest.as_bytes().get(at + 1).copied();
            if rest.as_bytes().get(at) == Some(&b'"') {
                self.at += at + 1;
                return Value::Whole(join(decoded, rest.get(from..at).unwrap_or_default()));
            }
            if let Some(b'"' | b'\\' | b']') = next {
                let text = decoded.get_or_insert_default();
                text.push_str(rest.get(from..at).unwrap_or_default());
                from = at + 1;
                if next != Some(b']') {
                    // The second of the pair was found too; it is no end and no escape.
                    places.next();
                }
            }
        }
        self.at = self.text.len();
        Value::Cut(join(decoded, rest.get(from..).unwrap_or_default()))
    }
}

fn join<'a>(decoded: Option<String>, tail: &'a str) -> Cow<'a, str> {
    match decoded {
        Some(text) => Cow::Owned(text + tail),
        None => Cow::Borrowed(tail),
    }
}

/// Whether `text` begins as an RFC 3339 time does and is one.
pub(super) fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.get(10).is_some_and(|byte| matches!(byte, b'T' | b't')) && text.parse::<jiff::Timestamp>().is_ok()
}
