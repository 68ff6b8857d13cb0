//! Promises of the reader, on small inline files and on arbitrary bytes.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;

type Entries = Vec<Result<(u64, Vec<(String, String)>), (u64, &'static str)>>;

fn open(bytes: &[u8], format: Format) -> Result<Records, ReadError> {
    Records::new(Box::new(Cursor::new(bytes.to_vec())), format)
}

fn entries(bytes: &[u8], format: Format) -> Entries {
    open(bytes, format)
        .expect("readable")
        .map(|entry| match entry.expect("memory does not fail") {
            Ok(record) => {
                let fields = record.fields.iter().map(|(n, v)| (n.to_string(), v.raw())).collect();
                Ok((record.line, fields))
            }
            Err(rejection) => Err((rejection.line, rejection.problem.code)),
        })
        .collect()
}

fn texts(bytes: &[u8], format: Format) -> Vec<Result<String, (u64, &'static str)>> {
    entries(bytes, format)
        .into_iter()
        .map(|e| e.map(|(_, fields)| fields.iter().map(|(_, v)| v.as_str()).collect::<Vec<_>>().join("/")))
        .collect()
}

#[test]
fn csv_of_any_dialect_is_read_with_line_numbers() {
    let file = b"\xef\xbb\xbf\r\nsku; title \r\n1;\"a;b\"\r\n\r\n2;\"two\r\nlines\"\r\n3;c\r\n";
    let entries = entries(file, Format::default());
    let first = vec![("sku".to_owned(), "1".to_owned()), ("title".to_owned(), "a;b".to_owned())];
    assert_eq!(entries[0], Ok((3, first)));
    let lines: Vec<u64> = entries.iter().map(|e| e.as_ref().expect("good").0).collect();
    assert_eq!(lines, [3, 5, 7]);
}

#[test]
fn broken_csv_records_cost_only_themselves() {
    let file = b"a,b\n1,2\n1\n1,2,3\n1,2,,\n\"open,2\n4,4\n5,\xff\n6,6\n";
    assert_eq!(
        texts(file, Format::default()),
        [
            Ok("1/2".to_owned()),
            Err((3, "column-count")),
            Err((4, "column-count")),
            Ok("1/2".to_owned()),
            Err((6, "unterminated-quote")),
            Ok("4/4".to_owned()),
            Err((8, "bad-encoding")),
            Ok("6/6".to_owned()),
        ]
    );
}

#[test]
fn over_long_lines_are_skipped_and_told() {
    let format = Format { longest_record: 10, ..Format::default() };
    let file = [b"a,b\n1,".as_slice(), &b"x".repeat(100_000), b"\n3,4\n\"12345\n6789\",1\n5,6\n"].concat();
    assert_eq!(
        texts(&file, format),
        [
            Err((2, "too-long")),
            Ok("3/4".to_owned()),
            Err((4, "unterminated-quote")),
            Ok("6789\"/1".to_owned()),
            Ok("5/6".to_owned())
        ]
    );
}

#[test]
fn ndjson_is_told_by_content_and_broken_lines_are_rejected() {
    let file = b"{\"a\":1.50,\"b\":\"x\"}\n{\"a\":\n[1]\n\n{\"a\":1,\"a\":2}\n{\"c\":[1,2]}\n";
    let records = open(file, Format::default()).expect("readable");
    let columns: Vec<&str> = records.columns().iter().map(|c| &**c).collect();
    assert_eq!(columns, ["a", "b", "c"]);
    assert_eq!(
        texts(file, Format::default()),
        [Ok("1.50/x".to_owned()), Err((2, "bad-json")), Err((3, "bad-json")), Err((5, "bad-json")), Ok("list of 2".to_owned())]
    );
}

#[test]
fn latin_1_is_read_when_told() {
    let file = b"sku,title\n1,Pr\xe4zision 5 \x80\n";
    assert_eq!(texts(file, Format::default()), [Err((2, "bad-encoding"))]);
    let format = Format { encoding: Encoding::Latin1, ..Format::default() };
    assert_eq!(texts(file, format), [Ok("1/Präzision 5 €".to_owned())]);
    let format = Format { repair: true, ..Format::default() };
    let twice = "{\"a\":\"Scout\u{99} ä\",\"b\":[\"\u{84}\"]}\n";
    assert_eq!(texts(twice.as_bytes(), format), [Ok("Scout™ ä/list of 1".to_owned())]);
}

#[test]
fn unusable_files_are_refused_with_the_reason() {
    let error = |bytes: &[u8]| open(bytes, Format::default()).err().map(|e| e.to_string()).unwrap_or_default();
    assert!(error(b"").contains("no record"));
    assert!(error(b"\n \n").contains("no record"));
    assert!(error(b"\xff\xfes\0k\0u\0").contains("UTF-16"));
    assert!(error(b"[{\"a\":1}]").contains("array"));
    assert!(error(b"[\n{\"a\":1}]").contains("array"));
    assert!(error(b"a,b,a\n1,2,3").contains("\"a\" occurs twice"));
    assert!(open(b"[SKU],[Title]\n1,2\n", Format::default()).is_ok());
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for shape in [None, Some(Shape::Csv), Some(Shape::Ndjson)] {
            let format = Format { shape, longest_record: 64, most_columns: 8, ..Format::default() };
            if let Ok(records) = open(&bytes, format) {
                prop_assert!(records.count() <= bytes.len());
            }
        }
    }

    /// Every physical line is accounted for: nothing is lost after a stray quote.
    #[test]
    fn csv_like_text_never_panics(text in r#"[ab,;"\n\r]{0,120}"#) {
        if let Ok(records) = open(text.as_bytes(), Format::default()) {
            let mut last = 0;
            for entry in records {
                let line = match entry.expect("memory does not fail") {
                    Ok(record) => record.line,
                    Err(rejection) => rejection.line,
                };
                prop_assert!(line > last);
                last = line;
            }
        }
    }
}
