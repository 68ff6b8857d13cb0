//! Splitting CSV lines into fields: quotes, doubled quotes, line breaks inside quotes, and finding
//! the delimiter.
//!
//! Promise: it can be fed line by line and told to start over, which is what lets the reader bound
//! a record's size and go on after a stray quote; the csv crate reads to the closing quote, however
//! far away that is. As there, a quote that does not begin a field is an ordinary character (`5"
//! pipe`).
//! Not here: encodings, header names.

use std::io::{self, BufRead};

use super::lines::{Line, Lines};

/// Physical lines one record may span; an open quote beyond that is a stray one.
const MOST_LINES_PER_RECORD: usize = 200;

/// Delimiters that are looked for, in the order of preference on a tie.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Bare,
    Quoted,
    QuoteInQuoted,
}

pub(crate) struct Splitter {
    delimiter: u8,
    state: State,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Splitter {
    pub(crate) fn new(delimiter: u8) -> Self {
        Self { delimiter, state: State::FieldStart, text: Vec::new(), ends: Vec::new() }
    }

    pub(crate) fn restart(&mut self) {
        self.state = State::FieldStart;
        self.text.clear();
        self.ends.clear();
    }

    /// Takes one line; true when the record goes on in the next line because a quote is open.
    pub(crate) fn feed(&mut self, line: &Line) -> bool {
        for &byte in line.body() {
            self.state = self.step(byte);
        }
        if self.state == State::Quoted {
            self.text.extend_from_slice(line.terminator());
            return true;
        }
        self.ends.push(self.text.len());
        self.state = State::FieldStart;
        false
    }

    fn step(&mut self, byte: u8) -> State {
        match self.state {
            State::FieldStart if byte == b'"' => State::Quoted,
            State::Quoted if byte == b'"' => State::QuoteInQuoted,
            State::Quoted => {
                self.text.push(byte);
                State::Quoted
            }
            State::QuoteInQuoted if byte == b'"' => {
                self.text.push(byte);
                State::Quoted
            }
            _ if byte == self.delimiter => {
                self.ends.push(self.text.len());
                State::FieldStart
            }
            _ => {
                self.text.push(byte);
                State::Bare
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Fields of the finished record.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &[u8]> {
        self.ends.iter().enumerate().map(|(i, end)| {
            let start = if i == 0 { 0 } else { self.ends[i - 1] };
            &self.text[start..*end]
        })
    }
}

/// Splits the record that begins with `first`, reading on while a quote is open. False when the
/// quote does not close within `longest` bytes and 200 lines; the lines after `first` are then
/// still to be read.
pub(crate) fn gather<R: BufRead>(
    lines: &mut Lines<R>,
    splitter: &mut Splitter,
    first: &Line,
    longest: usize,
) -> io::Result<bool> {
    splitter.restart();
    let mut open = splitter.feed(first);
    let mut size = first.bytes.len();
    let mut taken: Vec<Line> = Vec::new();
    while open {
        let next = lines.next()?;
        let fits = next
            .as_ref()
            .is_some_and(|line| !line.too_long && taken.len() + 1 < MOST_LINES_PER_RECORD && size + line.bytes.len() <= longest);
        taken.extend(next);
        if !fits {
            lines.give_back(taken.into_iter());
            return Ok(false);
        }
        if let Some(line) = taken.last() {
            size += line.bytes.len();
            open = splitter.feed(line);
        }
    }
    Ok(true)
}

/// The delimiter that cuts the line into most fields; a comma when none occurs.
pub(crate) fn sniff_delimiter(header: &Line) -> u8 {
    let mut best = (1, CANDIDATES[0]);
    for delimiter in CANDIDATES {
        let mut splitter = Splitter::new(delimiter);
        if !splitter.feed(header) && splitter.len() > best.0 {
            best = (splitter.len(), delimiter);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(bytes: &[u8]) -> Line {
        Line { number: 1, bytes: bytes.to_vec(), too_long: false }
    }

    fn split(text: &str) -> Vec<String> {
        let mut splitter = Splitter::new(b',');
        for part in text.split_inclusive('\n') {
            splitter.feed(&line(part.as_bytes()));
        }
        splitter.fields().map(|f| String::from_utf8_lossy(f).into_owned()).collect()
    }

    #[test]
    fn fields_are_cut_like_everyone_cuts_them() {
        for (text, expected) in [
            ("a,b,c\r\n", vec!["a", "b", "c"]),
            ("a,,\n", vec!["a", "", ""]),
            ("\"a,b\",\"say \"\"hi\"\"\"\n", vec!["a,b", "say \"hi\""]),
            ("5\" pipe,6\"\n", vec!["5\" pipe", "6\""]),
            ("\"two\r\nlines\",x\r\n", vec!["two\r\nlines", "x"]),
            ("\"a\"b,c", vec!["ab", "c"]),
            ("\n", vec![""]),
        ] {
            assert_eq!(split(text), expected, "{text:?}");
        }
    }

    #[test]
    fn delimiters_are_found_outside_quotes() {
        assert_eq!(sniff_delimiter(&line(b"\"a,b,c,d\";b;c\n")), b';');
        assert_eq!(sniff_delimiter(&line(b"a\tb,c\td\n")), b'\t');
        assert_eq!(sniff_delimiter(&line(b"sku|title\n")), b'|');
        assert_eq!(sniff_delimiter(&line(b"sku\n")), b',');
    }

    proptest! {
        /// The csv crate is the oracle for every single-line record.
        #[test]
        fn agrees_with_the_csv_crate(text in r#"[ab," ]{1,40}"#) {
            let mut splitter = Splitter::new(b',');
            if splitter.feed(&line(text.as_bytes())) {
                return Ok(());
            }
            let ours: Vec<Vec<u8>> = splitter.fields().map(<[u8]>::to_vec).collect();
            let mut oracle = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let record = oracle.byte_records().next().expect("one record").expect("valid");
            let theirs: Vec<Vec<u8>> = record.iter().map(<[u8]>::to_vec).collect();
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut splitter = Splitter::new(sniff_delimiter(&line(&bytes)));
            for part in bytes.split_inclusive(|b| *b == b'\n') {
                if !splitter.feed(&line(part)) {
                    prop_assert!(splitter.fields().count() > 0);
                    splitter.restart();
                }
            }
        }
    }
}
