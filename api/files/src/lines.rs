//! Physical lines of a stream, numbered, each with a length limit.
//!
//! Promise: memory is bounded by the limit, whatever the stream holds; an over-long line is skipped
//! to its end and reported.
//! Not here: quoting, fields, encodings.

use std::collections::VecDeque;
use std::io::{self, BufRead};

/// One physical line with its terminator, as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub number: u64,
    /// Cut at the limit when `too_long`.
    pub bytes: Vec<u8>,
    pub too_long: bool,
}

impl Line {
    pub(crate) fn is_blank(&self) -> bool {
        self.bytes.iter().all(u8::is_ascii_whitespace)
    }

    /// Without `\n` or `\r\n`.
    pub(crate) fn body(&self) -> &[u8] {
        let body = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        body.strip_suffix(b"\r").unwrap_or(body)
    }

    pub(crate) fn terminator(&self) -> &[u8] {
        &self.bytes[self.body().len()..]
    }
}

pub(crate) struct Lines<R> {
    input: R,
    number: u64,
    limit: usize,
    returned: VecDeque<Line>,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(input: R, limit: usize) -> Self {
        Self { input, number: 0, limit, returned: VecDeque::new() }
    }

    pub(crate) fn next(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.returned.pop_front() {
            return Ok(Some(line));
        }
        let mut bytes = Vec::new();
        let mut too_long = false;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                break;
            }
            let (taken, ended) = match chunk.iter().position(|b| *b == b'\n') {
                Some(end) => (end + 1, true),
                None => (chunk.len(), false),
            };
            let room = self.limit.saturating_sub(bytes.len());
            bytes.extend_from_slice(&chunk[..taken.min(room)]);
            too_long |= taken > room;
            self.input.consume(taken);
            if ended {
                break;
            }
        }
        if bytes.is_empty() && !too_long {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(Line { number: self.number, bytes, too_long }))
    }

    /// Gives lines back, in their order, to be read again before anything else.
    pub(crate) fn give_back(&mut self, lines: impl DoubleEndedIterator<Item = Line>) {
        for line in lines.rev() {
            self.returned.push_front(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_and_bounded() {
        let mut lines = Lines::new(&b"ab\r\n0123456789\n\nz"[..], 6);
        let mut seen = Vec::new();
        while let Some(line) = lines.next().expect("memory does not fail") {
            seen.push((line.number, line.body().to_vec(), line.too_long));
        }
        let expected: Vec<(u64, Vec<u8>, bool)> =
            vec![(1, b"ab".to_vec(), false), (2, b"012345".to_vec(), true), (3, b"".to_vec(), false), (4, b"z".to_vec(), false)];
        assert_eq!(seen, expected);
    }
}
