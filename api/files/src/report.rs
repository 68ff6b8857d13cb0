//! The report of rejected rows, as CSV: `line,code,field,detail,raw`.
//!
//! Promise: one line per reason, in the order found, in a form a spreadsheet opens without running
//! anything: a cell that would begin a formula is led by an apostrophe. Not here: deciding what is
//! rejected.

use std::borrow::Cow;
use std::io::Write;

use super::rejection::Rejection;

pub struct Report<W: Write> {
    out: csv::Writer<W>,
    entries: u64,
}

impl<W: Write> Report<W> {
    /// Writes the header at once, so that an empty report is a valid one.
    pub fn new(out: W) -> csv::Result<Self> {
        let mut out = csv::Writer::from_writer(out);
        out.write_record(["line", "code", "field", "detail", "raw"])?;
        Ok(Self { out, entries: 0 })
    }

    pub fn add(&mut self, rejection: &Rejection) -> csv::Result<()> {
        let problem = &rejection.problem;
        let line = rejection.line.to_string();
        let texts = [&problem.field, &problem.detail, &problem.raw].map(|text| harmless(text));
        self.out.write_record([line.as_str(), problem.code, &*texts[0], &*texts[1], &*texts[2]])?;
        self.entries += 1;
        Ok(())
    }

    /// Entries written so far.
    #[cfg(test)]
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Flushes and gives the writer back.
    pub fn finish(self) -> std::io::Result<W> {
        self.out.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// A negative number stays as it is, all else that a spreadsheet may take for a formula does not.
fn harmless(text: &str) -> Cow<'_, str> {
    let suspicious = text.starts_with(['=', '+', '-', '@', '\t']);
    if suspicious && super::decimal::parse_millionths(text).is_err() {
        return Cow::Owned(format!("'{text}"));
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rejection::Problem;

    #[test]
    fn reasons_are_csv_and_start_no_formula() {
        let mut report = Report::new(Vec::new()).expect("memory");
        report.add(&Problem::new("not-a-number", "price", "no, not \"it\"", "=1+1").at(7)).expect("memory");
        report.add(&Problem::new("out-of-range", "quantity", "negative", "-3").at(8)).expect("memory");
        assert_eq!(report.entries(), 2);
        let text = String::from_utf8(report.finish().expect("memory")).expect("UTF-8");
        assert_eq!(
            text,
            "line,code,field,detail,raw\n7,not-a-number,price,\"no, not \"\"it\"\"\",'=1+1\n8,out-of-range,quantity,negative,-3\n"
        );
    }
}
