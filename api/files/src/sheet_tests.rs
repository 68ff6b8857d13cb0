//! Order lists as people send them, and files made to hurt.

use proptest::prelude::*;

use super::*;
use crate::xlsx::workbook;

fn shown(sheet: Result<Sheet, SheetError>) -> Vec<String> {
    match sheet {
        Ok(sheet) => {
            let good = sheet.lines.iter().map(|l| {
                let tail = [l.unit.as_deref(), l.note.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
                format!("{} {:?} {} x {} {tail}", l.row, l.kind, l.identifier, l.quantity).trim().to_owned()
            });
            let bad = sheet.rejected.iter().map(|r| format!("{} {} {}", r.line, r.problem.code, r.problem.field));
            good.chain(bad).collect()
        }
        Err(error) => vec![error.to_string()],
    }
}

const SHEET_STRINGS: &str = "<sst uniqueCount=\"18446744073709551615\" count=\"3\"><si><t>Part No.</t></si><si><t>Qty</t></si><si><t>007-A</t></si></sst>";

#[test]
fn headings_are_recognised_leniently() {
    let text = b"\xef\xbb\xbfDescription;Qty. (pcs);Part-No.;U/M;Comment\r\nbolt;2;A-1;BX;\"soon; please\"\r\n\r\n;;;;\r\n;3;;;\r\nnut;;B-2;;\r\n";
    assert_eq!(
        shown(read_csv(text)),
        ["2 Any A-1 x 2 BX soon; please", "5 missing-value identifier", "6 missing-value quantity"]
    );
    let text = b"quantity,EAN,mpn,SKU\n1,,,A\n2,4006381333931,,\n3,4006381333931,M,\n";
    assert_eq!(shown(read_csv(text)), ["2 Sku A x 1", "3 Gtin 4006381333931 x 2", "4 Mpn M x 3"]);
}

#[test]
fn lists_without_a_header_and_under_a_letterhead_are_read() {
    assert_eq!(shown(read_csv(b"A-1\t5\nB-2\t1.5\tM\n")), ["1 Any A-1 x 5", "2 Any B-2 x 1.5 M"]);
    assert_eq!(shown(read_csv(b"5,A-1\n")), ["1 Any A-1 x 5"]);
    assert_eq!(shown(read_csv(b"4006381333931,5\n")), ["1 Any 4006381333931 x 5"]);
    let text = b"Acme Ltd\nOrder of 3 March\n\nItem,Qty\nA,1\n";
    assert_eq!(shown(read_csv(text)), ["5 Any A x 1"]);
    assert!(shown(read_csv(b"hello,world\n"))[0].contains("hello | world"));
    assert!(shown(read_csv(b"A-1\n"))[0].contains("no columns"));
    assert_eq!(shown(read_csv(b"")), ["the list is empty"]);
}

#[test]
fn bad_rows_are_told_and_limits_hold() {
    let long = "x".repeat(200);
    let text = format!("sku,qty\nA,1\n\"open,2\nB,2\n{long},1\n");
    assert_eq!(
        shown(read_csv(text.as_bytes())),
        ["2 Sku A x 1", "4 Sku B x 2", "3 unterminated-quote ", "5 too-long identifier"]
    );
    assert_eq!(shown(read_csv(b"sku,qty\nA\xff,1\nB,1\n")), ["3 Sku B x 1", "2 bad-encoding "]);
    let rows = |count: usize| format!("sku,qty\n{}", "A,1\n".repeat(count));
    assert_eq!(read_csv(rows(10_000).as_bytes()).map(|s| s.lines.len()), Ok(10_000));
    assert_eq!(read_csv(rows(10_001).as_bytes()), Err(SheetError::TooManyRows));
    assert_eq!(read_csv(rows(1_000_000).as_bytes()), Err(SheetError::TooManyRows));
}

#[test]
fn workbooks_give_numbers_as_they_are_shown() {
    let rows = r#"<row r="1"><c r="B1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>
        <row r="3"><c r="B3" t="s"><v>2</v></c><c r="C3"><v>12</v></c></row>
        <row r="4"><c r="B4"><v>4006381333931</v></c><c r="C4"><v>1E3</v></c></row>
        <row r="5"><c r="B5"><v>4.006381333931E12</v></c><c r="C5"><v>0.30000000000000004</v></c></row>
        <row r="6"><c r="B6" s="1"><v>45000</v></c><c r="C6"><v>1</v></c></row>
        <row r="7"><c r="B7" t="e"><v>#N/A</v></c><c r="C7"><v>1</v></c></row>
        <row r="8"><c r="B8" t="inlineStr"><is><t>X &amp; Y</t></is></c><c r="C8" t="str"><v>2</v></c></row>"#;
    assert_eq!(
        shown(read_xlsx(&workbook(rows, SHEET_STRINGS))),
        [
            "3 Any 007-A x 12",
            "4 Any 4006381333931 x 1000",
            "5 Any 4006381333931 x 0.3",
            "8 Any X & Y x 2",
            "6 bad-cell identifier",
            "7 bad-cell identifier",
        ]
    );
}

#[test]
fn workbooks_made_to_hurt_are_refused() {
    let far = r#"<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="1048576"><c r="A1048576"><v>3</v></c><c r="B1048576"><v>4</v></c><c r="XFD1048576"><v>1</v></c></row>"#;
    assert_eq!(shown(read_xlsx(&workbook(far, SHEET_STRINGS))), ["1 Any 1 x 2", "1048576 Any 3 x 4"]);
    let bomb = format!("<sst><!--{}--></sst>", " ".repeat(65 << 20));
    assert_eq!(read_xlsx(&workbook("", &bomb)), Err(SheetError::TooLarge));
    let many = "<row><c><v>1</v></c><c><v>1</v></c></row>".repeat(10_100);
    assert_eq!(read_xlsx(&workbook(&many, SHEET_STRINGS)), Err(SheetError::TooManyRows));
    assert_eq!(read_xlsx(&workbook("", SHEET_STRINGS)), Err(SheetError::Empty));
    assert!(matches!(read_xlsx(b"PK\x03\x04"), Err(SheetError::NotXlsx(_))));
    assert!(matches!(read_xlsx(&[0xd0, 0xcf, 0x11, 0xe0]), Err(SheetError::NotXlsx(_))));
    assert!(matches!(read_xlsx(b"sku,qty\n"), Err(SheetError::NotXlsx(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_csv(&bytes);
        let _ = read_xlsx(&bytes);
    }

    /// Single bytes of a good workbook turned bad, and its tail cut off.
    #[test]
    fn damaged_workbooks_never_panic(
        at in proptest::collection::vec((0usize..4000, any::<u8>()), 0..4),
        keep in 0usize..5000,
    ) {
        let rows = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" s="1"><v>1</v></c><c r="B2"><v>2</v></c></row>"#;
        let mut bytes = workbook(rows, SHEET_STRINGS);
        for (at, byte) in at {
            if let Some(slot) = bytes.get_mut(at) {
                *slot = byte;
            }
        }
        bytes.truncate(keep.max(bytes.len() / 2));
        let _ = read_xlsx(&bytes);
    }
}
